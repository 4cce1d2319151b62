"""Laws the engine keeps for every calendar, limit and history, and its agreement with the slow second model."""

import dataclasses
import datetime as dt
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.calendars import CalendarEntry, DayKind, WorkingCalendar
from app.domain.deadline_explanation import LineKind, explain
from app.domain.deadlines import (
    CountMode,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
    current_deadline,
    minutes_left,
    minutes_used,
    promise,
)
from app.domain.errors import InvalidInput
from tests.domain.deadline_cases import compare
from tests.domain.office import MORNING, OFFICE, OFFICE_HOURS, at, office_calendar

BEGINNING = at("2026-01-05 00:00")
MINUTE = dt.timedelta(minutes=1)
STORM = [
    CalendarEntry(day, DayKind.CLOSURE, "Bão", "CĐ 5", closes_from=480, closes_to=900, layer="unit")
    for day in (dt.date(2026, 1, 9), dt.date(2026, 1, 20), dt.date(2026, 2, 11))
]
SATURDAY_HOURS = dataclasses.replace(OFFICE_HOURS[0], weekday=5, sessions=(MORNING,))
CALENDARS = (OFFICE, office_calendar(*STORM, weekly=(*OFFICE_HOURS, SATURDAY_HOURS)))
MINUTE_UNITS = (LimitUnit.WORKING_HOURS, LimitUnit.WORKING_DAYS)

calendars = st.sampled_from(CALENDARS)
instants = st.integers(0, 60 * 1440).map(lambda minutes: BEGINNING + minutes * MINUTE)
limits = st.one_of(
    st.builds(Limit, st.integers(1, 80), st.just(LimitUnit.WORKING_HOURS)),
    st.builds(Limit, st.integers(1, 20), st.sampled_from([LimitUnit.WORKING_DAYS, LimitUnit.CALENDAR_DAYS])),
    st.builds(Limit, st.just(1), st.sampled_from([LimitUnit.SAME_DAY, LimitUnit.HALF_DAY])),
)
minute_limits = limits.filter(lambda limit: limit.unit in MINUTE_UNITS)
policies = st.builds(DeadlinePolicy, count_mode=st.sampled_from(CountMode), same_day_cutoff=st.sampled_from([900, 600]))
effects = st.sampled_from(SuspensionEffect)


@st.composite
def histories(draw: st.DrawFn, received: dt.datetime, *, fewest: int = 0) -> list[Suspension]:
    """Waits one after the other, some touching, some empty."""
    waits: list[Suspension] = []
    reached = received
    for _ in range(draw(st.integers(fewest, 4))):
        start = reached + draw(st.integers(0, 3000)) * MINUTE
        reached = start + draw(st.integers(0, 6000)) * MINUTE
        waits.append(Suspension(start, reached, effect=draw(effects)))
    return waits


@st.composite
def extensions_after(draw: st.DrawFn, received: dt.datetime) -> list[Extension]:
    granted = received + draw(st.integers(0, 3000)) * MINUTE
    later = granted + draw(st.integers(1, 20_000)) * MINUTE
    more = Limit(draw(st.integers(1, 5)), draw(st.sampled_from([*MINUTE_UNITS, LimitUnit.CALENDAR_DAYS])))
    given_time = [Extension(granted, more), Extension(granted, new_due=later)]
    return draw(st.sampled_from([[], [given_time[0]], [given_time[1]]]))


@given(st.data(), calendars, instants, limits, policies)
def test_adding_a_suspension_never_makes_a_date_earlier(
    data: st.DataObject, calendar: WorkingCalendar, received: dt.datetime, limit: Limit, policy: DeadlinePolicy
) -> None:
    waits = data.draw(histories(received, fewest=1))
    extensions = data.draw(extensions_after(received))
    removed = data.draw(st.integers(0, len(waits) - 1))
    fewer = waits[:removed] + waits[removed + 1 :]
    try:
        longer = current_deadline(calendar, received, limit, policy, waits, extensions, recomputing=True).due_at
    except InvalidInput as refused:
        assume(all(refusal.code != "extension_while_suspended" for refusal in refused.refusals))
        raise
    shorter = current_deadline(calendar, received, limit, policy, fewer, extensions, recomputing=True).due_at
    assert shorter is not None
    assert longer is not None
    assert longer >= shorter


@given(st.data(), instants, limits, policies)
def test_splitting_a_suspension_changes_nothing(
    data: st.DataObject, received: dt.datetime, limit: Limit, policy: DeadlinePolicy
) -> None:
    waits = data.draw(histories(received, fewest=1))
    whole = data.draw(st.sampled_from(waits))
    assert whole.end is not None
    cut = whole.start + data.draw(st.integers(0, (whole.end - whole.start) // MINUTE)) * MINUTE
    parts = [dataclasses.replace(whole, end=cut), dataclasses.replace(whole, start=cut)]
    split = [wait for wait in waits if wait is not whole] + parts
    assert current_deadline(OFFICE, received, limit, policy, split) == current_deadline(
        OFFICE, received, limit, policy, waits
    )


@given(st.data(), calendars, instants, minute_limits)
def test_a_pause_gives_back_exactly_the_working_time_inside_it(
    data: st.DataObject, calendar: WorkingCalendar, received: dt.datetime, limit: Limit
) -> None:
    promised = promise(calendar, received, limit).due_at
    assert promised is not None
    start = received + data.draw(st.integers(0, (promised - received) // MINUTE - 1)) * MINUTE
    end = start + data.draw(st.integers(0, 20_000)) * MINUTE
    due = current_deadline(calendar, received, limit, suspensions=[Suspension(start, end)]).due_at
    assert due is not None
    assert calendar.working_minutes(promised, due) == calendar.working_minutes(start, end)


@given(st.data(), instants, minute_limits, st.integers(0, 60 * 1440))
def test_used_and_left_are_the_limit_at_every_instant(
    data: st.DataObject, received: dt.datetime, limit: Limit, later: int
) -> None:
    waits = data.draw(histories(received))
    looked_at = received + later * MINUTE
    facts = (OFFICE, received, limit, DeadlinePolicy(), waits)
    total = limit.value * (60 if limit.unit is LimitUnit.WORKING_HOURS else 480)
    assert minutes_used(*facts, at=looked_at) + minutes_left(*facts, at=looked_at) == total


@given(calendars, instants, limits, policies, st.data())
def test_moving_the_receipt_within_closed_time_changes_nothing(
    calendar: WorkingCalendar, received: dt.datetime, limit: Limit, policy: DeadlinePolicy, data: st.DataObject
) -> None:
    opening = calendar.next_open(received)
    between = received + data.draw(st.integers(0, (opening - received) // MINUTE)) * MINUTE
    assert promise(calendar, between, limit, policy) == promise(calendar, received, limit, policy)


@given(calendars, instants, instants, limits, policies)
def test_who_came_later_is_never_due_earlier(
    calendar: WorkingCalendar, one: dt.datetime, other: dt.datetime, limit: Limit, policy: DeadlinePolicy
) -> None:
    first = promise(calendar, min(one, other), limit, policy).due_at
    second = promise(calendar, max(one, other), limit, policy).due_at
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.data(), instants, limits, policies, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_were_recorded_does_not_matter(
    data: st.DataObject, received: dt.datetime, limit: Limit, policy: DeadlinePolicy, rng: random.Random
) -> None:
    waits = data.draw(histories(received, fewest=2))
    shuffled = rng.sample(waits, len(waits))
    assert current_deadline(OFFICE, received, limit, policy, shuffled) == current_deadline(
        OFFICE, received, limit, policy, waits
    )


@given(st.data(), calendars, instants, limits, policies)
def test_a_due_time_is_open_or_a_closing_instant(
    data: st.DataObject, calendar: WorkingCalendar, received: dt.datetime, limit: Limit, policy: DeadlinePolicy
) -> None:
    due = current_deadline(calendar, received, limit, policy, data.draw(histories(received))).due_at
    assert due is not None
    assert calendar.is_open(due) or calendar.is_open(due - MINUTE)


@given(st.data(), instants, minute_limits)
def test_the_explanation_counts_exactly_the_limit(data: st.DataObject, received: dt.datetime, limit: Limit) -> None:
    waits = data.draw(histories(received))
    lines = explain(OFFICE, received, limit, suspensions=waits)
    deadline = current_deadline(OFFICE, received, limit, suspensions=waits)
    assert sum(line.minutes for line in lines if line.kind is LineKind.COUNTED) == deadline.total_minutes
    assert (lines[0].kind, lines[-1].kind, lines[-1].start) == (LineKind.START, LineKind.DUE, deadline.due_at)
    assert [line.code for line in lines].count("suspended_still") == 0
    assert len([line for line in lines if line.kind is LineKind.SUSPENDED]) == len(waits)


@given(instants, limits, policies)
def test_every_closed_day_of_a_plain_working_limit_is_named(
    received: dt.datetime, limit: Limit, policy: DeadlinePolicy
) -> None:
    assume(limit.unit is not LimitUnit.CALENDAR_DAYS)
    lines = explain(OFFICE, received, limit, policy)
    due = promise(OFFICE, received, limit, policy).due_at
    assert due is not None
    span = [received.date() + dt.timedelta(days=n) for n in range((due.date() - received.date()).days + 1)]
    named = [line.day for line in lines if line.code in {"skipped_day_off", "skipped_weekly_rest"}]
    assert named == [day for day in span if not OFFICE.is_working_day(day)]


@given(instants, st.integers(0, 20_000))
def test_working_minutes_added_are_working_minutes_between(start: dt.datetime, minutes: int) -> None:
    assert OFFICE.working_minutes(start, OFFICE.add_working_minutes(start, minutes)) == minutes


@given(instants.filter(lambda start: start > at("2026-02-01 00:00")), st.integers(1, 5_000))
def test_working_minutes_taken_back_are_working_minutes_between(end: dt.datetime, minutes: int) -> None:
    assert OFFICE.working_minutes(OFFICE.add_working_minutes(end, -minutes), end) == minutes


@pytest.mark.parametrize("seed", [20261121, 20270301])
def test_engine_and_slow_model_agree_on_random_cases(seed: int) -> None:
    findings = compare(seed, 600)
    assert findings.differences == []
    assert findings.counts["cases"] == 600
