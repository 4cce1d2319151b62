"""Total = handling + waiting for the citizen + waiting for payment, always."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from app.domain.deadline_totals import Elapsed, time_spent
from app.domain.deadlines import Suspension
from app.domain.working_calendar import LOCAL_TIME
from tests.domain.office import OFFICE

ACCEPTED = dt.datetime(2026, 11, 20, 16, 0, tzinfo=LOCAL_TIME)
MINUTE = dt.timedelta(minutes=1)
_INSTANTS = st.lists(st.integers(0, 40 * 1440), max_size=8, unique=True)
_CAUSES = st.lists(st.sampled_from(["supplement", "payment"]), min_size=4, max_size=4)


def waits_of(minutes: list[int], causes: list[str], *, last_is_open: bool) -> list[Suspension]:
    ends = [ACCEPTED + MINUTE * minute for minute in sorted(minutes)]
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    waits = [Suspension(start, end, cause) for (start, end), cause in zip(spans, causes, strict=False)]
    if last_is_open and waits:
        waits[-1] = Suspension(waits[-1].start, None, waits[-1].cause)
    return waits


@given(minutes=_INSTANTS, causes=_CAUSES, lasted=st.integers(0, 45 * 1440), last_is_open=st.booleans())
def test_the_parts_sum_to_the_total_whatever_the_waits(
    *, minutes: list[int], causes: list[str], lasted: int, last_is_open: bool
) -> None:
    until = ACCEPTED + MINUTE * lasted
    waits = waits_of(minutes, causes, last_is_open=last_is_open)
    found = time_spent(OFFICE, ACCEPTED, until, waits)
    parts = (found.handling, found.waiting_for_citizen, found.waiting_for_payment)
    assert found.total == Elapsed(OFFICE.working_minutes(ACCEPTED, until), lasted)
    assert sum(part.clock_minutes for part in parts) == found.total.clock_minutes
    assert sum(part.working_minutes for part in parts) == found.total.working_minutes
    assert all(part.clock_minutes >= part.working_minutes >= 0 for part in parts)


@given(minutes=_INSTANTS, causes=_CAUSES)
def test_a_wait_counts_for_its_own_cause(minutes: list[int], causes: list[str]) -> None:
    waits = waits_of(minutes, causes, last_is_open=False)
    found = time_spent(OFFICE, ACCEPTED, ACCEPTED + MINUTE * 45 * 1440, waits)
    for cause, part in (("supplement", found.waiting_for_citizen), ("payment", found.waiting_for_payment)):
        of_cause = [wait for wait in waits if wait.cause == cause]
        assert part.working_minutes == sum(OFFICE.working_minutes(w.start, w.end or w.start) for w in of_cause)
        assert part.clock_minutes == sum(((w.end or w.start) - w.start) // MINUTE for w in of_cause)


def test_a_night_of_waiting_is_no_working_time() -> None:
    """Friday 16:00 accepted, asked at 17:00, answered Monday 07:00, now Monday 08:00."""
    monday = dt.datetime(2026, 11, 23, 7, 0, tzinfo=LOCAL_TIME)
    wait = Suspension(ACCEPTED + MINUTE * 60, monday)
    found = time_spent(OFFICE, ACCEPTED, monday + MINUTE * 60, [wait])
    assert found.handling == Elapsed(120, 120)
    assert found.waiting_for_citizen == Elapsed(0, 62 * 60)
    assert found.total == Elapsed(120, 64 * 60)
