"""The clock vectors every deadline engine of the office has to reproduce exactly, and the choices beside them."""

import datetime as dt

import pytest

from app.domain.calendars import CalendarEntry, CalendarExhausted, DayKind
from app.domain.deadlines import (
    DEFAULT_POLICY,
    CountMode,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Outcome,
    Suspension,
    SuspensionEffect,
    current_deadline,
    judge,
    minutes_left,
    minutes_used,
    promise,
)
from app.domain.errors import InvalidInput
from tests.domain.office import OFFICE, at, office_calendar

SAME_DAY = Limit(1, LimitUnit.SAME_DAY)
HALF_DAY = Limit(1, LimitUnit.HALF_DAY)
DAYS = DeadlinePolicy(count_mode=CountMode.DAYS)


def working_days(value: int) -> Limit:
    return Limit(value, LimitUnit.WORKING_DAYS)


def hours(value: int) -> Limit:
    return Limit(value, LimitUnit.WORKING_HOURS)


def calendar_days(value: int) -> Limit:
    return Limit(value, LimitUnit.CALENDAR_DAYS)


@pytest.mark.parametrize(
    ("received", "limit", "due"),
    [
        pytest.param("2026-11-23 09:00", SAME_DAY, "2026-11-23 17:00", id="1-same-day-before-15h"),
        pytest.param("2026-11-23 15:01", SAME_DAY, "2026-11-25 17:00", id="2-same-day-after-15h-before-24-11"),
        pytest.param("2026-11-23 09:00", working_days(1), "2026-11-25 09:00", id="3-skips-24-11"),
        pytest.param("2026-11-20 16:00", working_days(3), "2026-11-26 16:00", id="4-weekend-and-24-11"),
        pytest.param("2026-11-20 18:10", working_days(3), "2026-11-26 17:00", id="5-after-closing"),
        pytest.param("2026-02-13 16:00", working_days(1), "2026-02-23 16:00", id="6-tet"),
        pytest.param("2026-08-21 10:00", working_days(1), "2026-08-22 10:00", id="7-swapped-saturday-works"),
        pytest.param("2026-12-31 16:00", working_days(3), "2027-01-06 16:00", id="8-crosses-new-year"),
        pytest.param("2026-11-23 11:45", hours(4), "2026-11-25 07:30", id="10-received-at-lunch"),
    ],
)
def test_promised_date_of_the_clock_vectors(received: str, limit: Limit, due: str) -> None:
    assert promise(OFFICE, at(received), limit).due_at == at(due)


def test_vector_9_supplement_wait_from_wednesday_to_friday_gives_back_16_working_hours() -> None:
    wait = Suspension(at("2026-12-02 10:00"), at("2026-12-04 10:00"), "supplement")
    received, limit = at("2026-12-01 08:00"), working_days(5)
    promised = promise(OFFICE, received, limit).due_at
    due = current_deadline(OFFICE, received, limit, suspensions=[wait]).due_at
    assert promised is not None
    assert due == OFFICE.add_working_minutes(promised, 16 * 60) == at("2026-12-10 08:00")


def test_vector_3_by_day_counting_is_due_when_the_next_working_day_closes() -> None:
    assert promise(OFFICE, at("2026-11-23 09:00"), working_days(1), DAYS).due_at == at("2026-11-25 17:00")


def test_by_day_counting_a_receipt_after_closing_is_a_receipt_of_the_next_working_day() -> None:
    for received in (
        "2026-11-20 17:00",
        "2026-11-20 18:10",
        "2026-11-22 12:00",
        "2026-11-23 06:59",
        "2026-11-23 07:00",
    ):
        assert promise(OFFICE, at(received), working_days(3), DAYS).due_at == at("2026-11-27 17:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23 15:00", "2026-11-23 17:00"),
        ("2026-11-23 15:00:59", "2026-11-23 17:00"),
        ("2026-11-23 15:01", "2026-11-25 17:00"),
        ("2026-11-23 12:00", "2026-11-23 17:00"),
        ("2026-11-23 06:00", "2026-11-23 17:00"),
        ("2026-11-23 17:00", "2026-11-25 17:00"),
        ("2026-11-24 10:00", "2026-11-25 17:00"),
        ("2026-11-21 09:00", "2026-11-23 17:00"),
    ],
)
def test_same_day_result_is_due_at_closing_time_unless_received_after_15h(received: str, due: str) -> None:
    assert promise(OFFICE, at(received), SAME_DAY).due_at == at(due)


def test_the_same_day_cutoff_is_data() -> None:
    policy = DeadlinePolicy(same_day_cutoff=10 * 60)
    assert promise(OFFICE, at("2026-11-23 10:01"), SAME_DAY, policy).due_at == at("2026-11-25 17:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23 08:00", "2026-11-23 11:30"),
        ("2026-11-23 11:28", "2026-11-23 11:30"),
        ("2026-11-23 11:29", "2026-11-23 17:00"),
        ("2026-11-23 12:30", "2026-11-23 17:00"),
        ("2026-11-23 16:59", "2026-11-25 11:30"),
        ("2026-11-23 18:00", "2026-11-25 11:30"),
    ],
)
def test_half_day_result_is_due_when_the_session_closes_and_the_last_minute_belongs_to_the_next(
    received: str, due: str
) -> None:
    assert promise(OFFICE, at(received), HALF_DAY).due_at == at(due)


def test_a_short_closure_inside_a_half_day_does_not_end_the_half_day() -> None:
    power_cut = CalendarEntry(
        at("2026-11-23 09:00").date(),
        DayKind.CLOSURE,
        "Mất điện",
        "TB 12/UBND",
        closes_from=540,
        closes_to=570,
        layer="unit",
    )
    calendar = office_calendar(power_cut)
    assert promise(calendar, at("2026-11-23 08:00"), HALF_DAY).due_at == at("2026-11-23 11:30")
    assert promise(calendar, at("2026-11-23 08:00"), hours(2)).due_at == at("2026-11-23 10:30")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-16 10:00", 7, "2026-11-23 10:00"),
        ("2026-11-16 10:00", 5, "2026-11-23 07:00"),
        ("2026-11-17 10:00", 7, "2026-11-25 07:00"),
        ("2026-11-13 18:00", 7, "2026-11-23 07:00"),
        ("2026-02-13 16:00", 1, "2026-02-23 07:00"),
    ],
)
def test_calendar_days_end_at_the_same_clock_time_and_never_on_a_closed_day(received: str, days: int, due: str) -> None:
    assert promise(OFFICE, at(received), calendar_days(days)).due_at == at(due)


def test_one_working_day_is_the_minutes_of_the_policy_whatever_the_office_hours() -> None:
    policy = DeadlinePolicy(minutes_per_working_day=420)
    assert promise(OFFICE, at("2026-11-23 07:00"), working_days(1), policy).due_at == at("2026-11-23 16:00")
    assert OFFICE.days_not_lasting(480) == ()
    assert len(OFFICE.days_not_lasting(420)) == len(OFFICE.work_days)


def test_time_zone_of_the_caller_does_not_matter() -> None:
    received = at("2026-11-23 09:00")
    assert promise(OFFICE, received.astimezone(dt.UTC), working_days(1)) == promise(OFFICE, received, working_days(1))
    with pytest.raises(InvalidInput) as refused:
        promise(OFFICE, received.replace(tzinfo=None), working_days(1))
    assert refused.value.refusals[0].code == "time_zone_missing"


def test_a_promise_beyond_the_confirmed_days_is_provisional() -> None:
    assert not promise(OFFICE, at("2026-12-30 16:00"), working_days(1)).provisional
    assert promise(OFFICE, at("2026-12-31 16:00"), working_days(1)).provisional


def test_a_date_beyond_the_calendar_is_refused_never_guessed() -> None:
    for limit in (working_days(1000), calendar_days(800), working_days(260)):
        for policy in (DeadlinePolicy(), DAYS):
            with pytest.raises(CalendarExhausted) as refused:
                promise(OFFICE, at("2027-06-01 09:00"), limit, policy)
            assert refused.value.refusals[0].code == "calendar_exhausted"
    with pytest.raises(CalendarExhausted) as before:
        promise(OFFICE, at("2024-12-31 09:00"), working_days(1))
    assert before.value.refusals[0].code == "before_calendar"


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        (0, LimitUnit.WORKING_DAYS, "limit_not_positive"),
        (-3, LimitUnit.WORKING_HOURS, "limit_not_positive"),
        (1001, LimitUnit.WORKING_DAYS, "limit_absurd"),
        (2, LimitUnit.SAME_DAY, "limit_absurd"),
    ],
)
def test_negative_and_absurd_limits_are_refused(value: int, unit: LimitUnit, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Limit(value, unit)
    assert [refusal.code for refusal in refused.value.refusals] == [code]


def test_an_open_wait_leaves_no_due_time_and_freezes_what_is_left() -> None:
    facts = (OFFICE, at("2026-11-23 09:00"), working_days(1), DeadlinePolicy())
    wait = [Suspension(at("2026-11-23 10:00"), None)]
    deadline = current_deadline(*facts, wait)
    assert (deadline.due_at, deadline.suspended_since) == (None, at("2026-11-23 10:00"))
    assert minutes_used(*facts, wait, at=at("2026-11-30 10:00")) == 60
    assert minutes_left(*facts, wait, at=at("2026-11-30 10:00")) == 420


def test_restart_gives_the_whole_limit_again_from_the_resumption() -> None:
    wait = Suspension(at("2026-11-23 10:00"), at("2026-11-25 10:00"), effect=SuspensionEffect.RESTART)
    deadline = current_deadline(OFFICE, at("2026-11-23 09:00"), working_days(1), suspensions=[wait])
    assert (deadline.starts_at, deadline.due_at) == (at("2026-11-25 10:00"), at("2026-11-26 10:00"))


def test_restart_of_calendar_days_runs_from_the_very_instant_of_resumption() -> None:
    received, limit = at("2026-11-16 10:00"), calendar_days(5)
    restart = Suspension(at("2026-11-17 10:00"), at("2026-11-18 18:00"), effect=SuspensionEffect.RESTART)
    pause = Suspension(at("2026-11-18 19:00"), at("2026-11-19 06:00"))
    assert current_deadline(OFFICE, received, limit, suspensions=[restart]).due_at == at("2026-11-25 07:00")
    assert current_deadline(OFFICE, received, limit, suspensions=[restart, pause]).due_at == at("2026-11-25 07:00")
    more = Extension(at("2026-11-16 11:00"), calendar_days(4))
    assert current_deadline(OFFICE, received, limit, suspensions=[restart, pause], extensions=[more]).due_at == at(
        "2026-11-30 07:00"
    )


def test_two_short_waits_after_calendar_days_ran_out_on_a_weekend_do_not_move_the_monday() -> None:
    waits = [
        Suspension(at("2026-11-28 19:27"), at("2026-11-28 19:28")),
        Suspension(at("2026-11-28 21:00"), at("2026-11-28 22:00")),
    ]
    assert current_deadline(OFFICE, at("2026-11-27 15:00"), calendar_days(1), suspensions=waits).due_at == at(
        "2026-11-30 07:00"
    )


def test_a_wait_without_effect_changes_nothing() -> None:
    wait = Suspension(at("2026-11-23 10:00"), at("2026-11-25 10:00"), effect=SuspensionEffect.NONE)
    received, limit = at("2026-11-23 09:00"), working_days(1)
    assert current_deadline(OFFICE, received, limit, suspensions=[wait]) == promise(OFFICE, received, limit)


@pytest.mark.parametrize(
    ("start", "end", "due"),
    [
        ("2026-11-25 10:00", "2026-11-27 10:00", "2026-12-01 17:00"),
        ("2026-11-25 10:00", "2026-11-25 16:00", "2026-11-27 17:00"),
        ("2026-11-25 17:00", "2026-11-26 07:00", "2026-11-27 17:00"),
        ("2026-11-25 16:59", "2026-11-25 17:00", "2026-11-30 17:00"),
        ("2026-11-23 10:00", "2026-11-24 10:00", "2026-11-27 17:00"),
    ],
)
def test_by_day_counting_a_day_counts_when_the_office_closes_with_the_clock_running(
    start: str, end: str, due: str
) -> None:
    received, limit = at("2026-11-23 09:00"), working_days(3)
    assert current_deadline(OFFICE, received, limit, DAYS, [Suspension(at(start), at(end))]).due_at == at(due)


def test_calendar_days_give_a_wait_back_around_the_clock() -> None:
    wait = Suspension(at("2026-11-17 10:00"), at("2026-11-18 12:00"))
    due = current_deadline(OFFICE, at("2026-11-16 10:00"), calendar_days(2), suspensions=[wait]).due_at
    assert due == at("2026-11-19 13:30")


def test_a_limit_of_a_day_that_waits_overnight_is_counted_like_a_receipt_at_resumption() -> None:
    received = at("2026-11-23 09:00")
    for resumed, due in (("2026-11-25 14:00", "2026-11-25 17:00"), ("2026-11-25 15:30", "2026-11-26 17:00")):
        wait = Suspension(at("2026-11-23 10:00"), at(resumed))
        assert current_deadline(OFFICE, received, SAME_DAY, suspensions=[wait]).due_at == at(due)


def test_an_extension_counts_on_from_the_due_time_or_sets_an_appointment() -> None:
    facts = (OFFICE, at("2026-11-23 09:00"), working_days(1), DeadlinePolicy(), ())
    granted = at("2026-11-23 16:00")
    assert current_deadline(*facts, [Extension(granted, working_days(2))]).due_at == at("2026-11-27 09:00")
    sunday = Extension(granted, new_due=at("2026-11-29 10:00"))
    assert current_deadline(*facts, [sunday]).due_at == at("2026-11-30 07:00")
    friday = Extension(granted, new_due=at("2026-11-27 17:00"))
    assert current_deadline(*facts, [friday]).due_at == at("2026-11-27 17:00")


def test_a_wait_after_an_appointment_moves_it_by_its_working_time() -> None:
    facts = (OFFICE, at("2026-11-23 09:00"), working_days(1), DeadlinePolicy())
    wait = Suspension(at("2026-11-26 09:00"), at("2026-11-27 09:00"))
    appointed = Extension(at("2026-11-23 16:00"), new_due=at("2026-11-27 17:00"))
    assert current_deadline(*facts, [wait], [appointed]).due_at == at("2026-11-30 17:00")


def test_extensions_are_refused_after_breach_twice_or_during_a_wait() -> None:
    facts = (OFFICE, at("2026-11-23 09:00"), working_days(1), DeadlinePolicy())
    late = Extension(at("2026-11-25 09:01"), working_days(1))
    good = Extension(at("2026-11-23 10:00"), working_days(1))
    back = Extension(at("2026-11-23 10:00"), new_due=at("2026-11-25 09:00"))
    wait = Suspension(at("2026-11-23 10:00"), at("2026-11-23 11:00"))
    for waits, extensions, codes in (
        ([], [late], ["extension_after_breach"]),
        ([], [back], ["extension_not_later"]),
        ([], [good, good], ["second_extension"]),
        ([wait], [good], ["extension_while_suspended"]),
        ([], [Extension(at("2026-11-20 09:00"))], ["extension_ambiguous", "extension_before_receipt"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            current_deadline(*facts, waits, extensions)
        assert [refusal.code for refusal in refused.value.refusals] == codes


def test_a_later_calendar_does_not_undo_a_lawful_extension() -> None:
    late = Extension(at("2026-11-25 10:00"), working_days(1))
    deadline = current_deadline(OFFICE, at("2026-11-23 09:00"), working_days(1), extensions=[late], recomputing=True)
    assert deadline.due_at == at("2026-11-26 09:00")


def test_inverted_and_overlapping_suspensions_are_refused_all_at_once() -> None:
    waits = [
        Suspension(at("2026-11-23 10:00"), at("2026-11-23 09:30")),
        Suspension(at("2026-11-25 10:00"), at("2026-11-26 10:00")),
        Suspension(at("2026-11-26 09:00"), None),
        Suspension(at("2026-11-20 09:00"), at("2026-11-20 10:00")),
    ]
    with pytest.raises(InvalidInput) as refused:
        current_deadline(OFFICE, at("2026-11-23 09:00"), working_days(9), suspensions=waits)
    assert {(refusal.code, refusal.field) for refusal in refused.value.refusals} == {
        ("suspension_inverted", "suspensions.0"),
        ("suspension_overlap", "suspensions.2"),
        ("suspension_before_receipt", "suspensions.3"),
    }


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("2026-11-25 23:59:59", Outcome.EARLY),
        ("2026-11-26 00:00", Outcome.ON_TIME),
        ("2026-11-26 16:00", Outcome.ON_TIME),
        ("2026-11-26 16:00:01", Outcome.LATE),
        ("2026-11-27 07:00", Outcome.LATE),
    ],
)
def test_early_is_a_day_before_on_time_is_until_the_due_instant(ended: str, outcome: Outcome) -> None:
    due = at("2026-11-26 16:00")
    assert judge(at(ended), due, now=at("2026-12-01 07:00")) is outcome
    assert judge(at(ended).astimezone(dt.UTC), due.astimezone(dt.UTC), now=at("2026-12-01 07:00")) is outcome


def test_a_pending_dossier_is_overdue_only_after_the_due_instant() -> None:
    due = at("2026-11-26 16:00")
    assert judge(None, due, now=due) is Outcome.IN_TIME
    assert judge(None, due, now=due + dt.timedelta(seconds=1)) is Outcome.OVERDUE
    assert judge(None, None, now=due) is Outcome.IN_TIME


def test_a_wait_that_ends_in_the_minute_of_an_extension_is_over_before_it() -> None:
    """Found by a million random cases: the slow model gave the extension first and restarted what was appointed."""
    received, limit = at("2026-11-16 12:10"), calendar_days(1)
    restart = Suspension(at("2026-11-16 15:52"), at("2026-11-16 17:00"), effect=SuspensionEffect.RESTART)
    more = Extension(at("2026-11-16 17:00"), new_due=at("2026-11-18 09:00"))
    assert current_deadline(OFFICE, received, limit, suspensions=[restart]).due_at == at("2026-11-17 17:00")
    facts = (DEFAULT_POLICY, [restart], [more])
    assert current_deadline(OFFICE, received, limit, *facts).due_at == at("2026-11-18 09:00")
    earlier = [Extension(at("2026-11-16 17:00"), new_due=at("2026-11-16 23:27"))]
    kept = current_deadline(OFFICE, received, limit, DEFAULT_POLICY, [restart], earlier, recomputing=True)
    assert kept.due_at == at("2026-11-17 17:00")


def test_a_limit_restarted_within_a_minute_has_all_of_it_left_at_that_minute() -> None:
    """Papers asked for and handed in at once under RESTART; found by a million random cases."""
    received, asked = at("2026-11-16 09:00"), at("2026-11-16 09:30")
    restart = [Suspension(asked, asked, effect=SuspensionEffect.RESTART)]
    assert minutes_left(OFFICE, received, hours(7), DEFAULT_POLICY, restart, at=asked) == 420
    assert minutes_used(OFFICE, received, hours(7), DEFAULT_POLICY, restart, at=asked) == 0
    pause = [Suspension(asked, at("2026-11-16 10:00"))]
    assert minutes_left(OFFICE, received, hours(7), DEFAULT_POLICY, pause, at=asked) == 390
