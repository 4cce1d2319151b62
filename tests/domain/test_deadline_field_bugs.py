"""Every way in which deployed systems get the date wrong, once each, as what ours must do."""

import datetime as dt

import pytest

from app.domain.calendars import (
    CalendarEntry,
    CalendarExhausted,
    DayKind,
    Session,
    WeeklyHours,
    clock_minutes,
    compile_calendar,
)
from app.domain.deadline_explanation import LineKind, explain
from app.domain.deadlines import (
    Limit,
    LimitUnit,
    Outcome,
    Suspension,
    current_deadline,
    judge,
    minutes_left,
    promise,
)
from app.domain.errors import InvalidInput
from tests.domain.office import CULTURE_DAY, OFFICE, OFFICE_HOURS, at, days_off, office_calendar

THREE_DAYS = Limit(3, LimitUnit.WORKING_DAYS)
SAME_DAY = Limit(1, LimitUnit.SAME_DAY)


def hours(value: int) -> Limit:
    return Limit(value, LimitUnit.WORKING_HOURS)


def due(received: str, limit: Limit, *waits: Suspension) -> dt.datetime | None:
    return current_deadline(OFFICE, at(received), limit, suspensions=waits).due_at


def test_a_pause_is_measured_in_working_time_not_around_the_clock() -> None:
    wait = Suspension(at("2026-12-02 10:00"), at("2026-12-03 10:00"))
    assert due("2026-12-01 08:00", THREE_DAYS) == at("2026-12-04 08:00")
    assert due("2026-12-01 08:00", THREE_DAYS, wait) == at("2026-12-07 08:00")


def test_a_hold_over_a_night_or_a_weekend_gives_back_only_the_working_time_in_it() -> None:
    night = Suspension(at("2026-12-02 16:30"), at("2026-12-03 07:30"))
    weekend = Suspension(at("2026-12-04 16:00"), at("2026-12-07 08:00"))
    assert due("2026-12-02 08:00", THREE_DAYS, night) == at("2026-12-07 09:00")
    assert due("2026-12-02 08:00", THREE_DAYS, weekend) == at("2026-12-07 10:00")
    assert due("2026-12-02 08:00", THREE_DAYS, Suspension(at("2026-12-02 17:00"), at("2026-12-03 07:00"))) == at(
        "2026-12-07 08:00"
    )


def test_the_due_time_is_computed_again_when_the_wait_ends() -> None:
    waiting = Suspension(at("2026-12-02 10:00"), None)
    ended = Suspension(at("2026-12-02 10:00"), at("2026-12-09 10:00"))
    assert due("2026-12-01 08:00", THREE_DAYS, waiting) is None
    assert due("2026-12-01 08:00", THREE_DAYS, ended) == at("2026-12-11 08:00")


def test_a_limit_longer_than_24_8_days_is_exact() -> None:
    assert due("2025-06-02 07:30", Limit(180, LimitUnit.WORKING_DAYS)) == at("2026-02-12 07:30")
    assert due("2025-06-02 07:30", Limit(365, LimitUnit.CALENDAR_DAYS)) == at("2026-06-02 07:30")
    assert due("2025-06-02 07:00", hours(1440)) == at("2026-02-11 17:00")


@pytest.mark.parametrize(("text", "minutes"), [("07:30", 450), ("7:30", 450), ("00:00", 0), ("24:00", 1440)])
def test_07_30_is_seven_hours_and_thirty_minutes(text: str, minutes: int) -> None:
    assert clock_minutes(text) == minutes


@pytest.mark.parametrize("text", ["7.30", "24:01", "07:60", "7", "", "07:30:00", "-1:00"])
def test_a_clock_time_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clock_minutes(text)
    assert refused.value.refusals[0].code == "clock_time_invalid"


def test_the_search_for_a_working_day_passes_a_closure_of_more_than_15_days() -> None:
    calendar = office_calendar(*days_off(dt.date(2026, 2, 23), dt.date(2026, 3, 8), "Nghỉ bù"))
    assert promise(calendar, at("2026-02-13 16:00"), Limit(1, LimitUnit.WORKING_DAYS)).due_at == at("2026-03-09 16:00")
    assert calendar.next_working_day(dt.date(2026, 2, 13)) == dt.date(2026, 3, 9)


def test_a_file_that_crosses_new_year_knows_next_years_holidays() -> None:
    assert due("2026-12-31 16:00", Limit(1, LimitUnit.WORKING_DAYS)) == at("2027-01-04 16:00")
    assert due("2025-12-31 16:00", Limit(2, LimitUnit.WORKING_DAYS)) == at("2026-01-06 16:00")


def test_a_file_that_leaves_the_loaded_years_is_refused_by_name() -> None:
    with pytest.raises(CalendarExhausted) as refused:
        promise(OFFICE, at("2027-12-31 16:00"), THREE_DAYS)
    assert refused.value.code == "calendar_exhausted"
    assert refused.value.refusals[0].params["last_day"] == "2027-12-31"


def test_a_swapped_saturday_is_worked_with_the_hours_of_a_weekday() -> None:
    assert due("2026-01-09 16:00", Limit(1, LimitUnit.WORKING_DAYS)) == at("2026-01-10 16:00")
    assert due("2026-01-10 15:30", SAME_DAY) == at("2026-01-12 17:00")
    assert due("2025-04-26 09:00", SAME_DAY) == at("2025-04-26 17:00")


def test_an_office_open_until_midnight_loses_no_minute() -> None:
    around = [WeeklyHours(weekday, (Session(0, 1440),)) for weekday in range(7)]
    year = {"first_day": dt.date(2026, 1, 1), "last_day": dt.date(2026, 12, 31), "known_until": dt.date(2026, 12, 31)}
    calendar = compile_calendar(around, [], version="24h", **year)
    assert calendar.working_minutes(at("2026-03-01 00:00"), at("2026-03-03 00:00")) == 2 * 1440
    assert calendar.is_open(at("2026-03-01 23:59"))
    assert promise(calendar, at("2026-03-01 23:00"), hours(2)).due_at == at("2026-03-02 01:00")


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param("2026-11-25 11:30", "2026-11-25 14:30", id="at-lunch"),
        pytest.param("2026-11-25 12:15", "2026-11-25 14:30", id="during-lunch"),
        pytest.param("2026-11-25 17:00", "2026-11-26 08:00", id="at-closing"),
        pytest.param("2026-11-25 19:40", "2026-11-26 08:00", id="after-closing"),
        pytest.param("2026-11-24 09:00", "2026-11-25 08:00", id="on-a-holiday"),
        pytest.param("2026-11-25 16:59", "2026-11-26 07:59", id="on-the-last-minute"),
        pytest.param("2026-11-25 06:00", "2026-11-25 08:00", id="before-opening"),
    ],
)
def test_received_at_an_odd_time(received: str, expected: str) -> None:
    assert due(received, hours(1)) == at(expected)


def test_no_due_time_falls_to_midnight() -> None:
    for unit in LimitUnit:
        for hour in range(24):
            answer = promise(OFFICE, at(f"2026-11-20 {hour:02}:00"), Limit(1, unit)).due_at
            assert answer is not None
            assert 7 <= answer.hour <= 17


def test_several_supplements_in_a_row_are_each_given_back_once() -> None:
    waits = [
        Suspension(at("2026-12-01 10:00"), at("2026-12-01 14:00")),
        Suspension(at("2026-12-01 14:00"), at("2026-12-02 08:00")),
        Suspension(at("2026-12-03 08:00"), at("2026-12-03 09:00")),
    ]
    credit = sum(OFFICE.working_minutes(wait.start, wait.end) for wait in waits if wait.end)
    assert credit == 120 + 240 + 60
    assert due("2026-12-01 08:00", THREE_DAYS, *waits) == OFFICE.add_working_minutes(at("2026-12-04 08:00"), credit)


def test_a_limit_in_days_is_never_taken_for_minutes() -> None:
    assert due("2026-12-01 08:00", Limit(30, LimitUnit.WORKING_DAYS)) == at("2027-01-13 08:00")
    facts = (OFFICE, at("2026-12-01 08:00"), Limit(30, LimitUnit.WORKING_DAYS))
    assert minutes_left(*facts, at=at("2026-12-01 08:30")) == 30 * 480 - 30


def test_on_time_is_not_decided_by_equality_of_timestamps() -> None:
    promised = at("2026-12-04 08:00")
    assert judge(at("2026-12-04 07:59:59.999999"), promised, promised) is Outcome.ON_TIME
    assert judge(promised, promised, promised) is Outcome.ON_TIME
    assert judge(at("2026-12-04 08:00:00.000001"), promised, promised) is Outcome.LATE


def test_early_ends_where_the_due_date_begins_in_vietnam() -> None:
    promised = at("2026-12-04 08:00")
    last_evening = dt.datetime(2026, 12, 3, 16, 59, 59, tzinfo=dt.UTC)
    assert judge(last_evening, promised, promised) is Outcome.EARLY
    assert judge(last_evening + dt.timedelta(seconds=1), promised, promised) is Outcome.ON_TIME


def test_a_calendar_with_faults_is_refused_not_taken_for_no_deadline() -> None:
    bad = CalendarEntry(dt.date(2026, 11, 24), DayKind.HOLIDAY, "Ngày Văn hóa Việt Nam", " ")
    with pytest.raises(InvalidInput) as refused:
        office_calendar(bad)
    assert [refusal.code for refusal in refused.value.refusals] == ["calendar_entry_without_source"]


def test_merging_units_does_not_touch_a_running_clock() -> None:
    """The clock knows receipt, limit, calendar and waits, and no unit: compiled anew, the same facts give the same."""
    wait = Suspension(at("2026-12-01 10:00"), at("2026-12-02 10:00"))
    facts = (at("2026-11-30 08:00"), THREE_DAYS)
    merged = office_calendar(weekly=tuple(reversed(OFFICE_HOURS)))
    before = current_deadline(OFFICE, *facts, suspensions=[wait])
    assert current_deadline(merged, *facts, suspensions=[wait]) == before


def test_removing_and_adding_back_24_11_returns_the_date_to_the_minute() -> None:
    without = office_calendar(without=(CULTURE_DAY,))
    again = office_calendar(CULTURE_DAY, without=(CULTURE_DAY,))
    received = at("2026-11-20 16:00")
    assert promise(without, received, THREE_DAYS).due_at == at("2026-11-25 16:00")
    assert promise(again, received, THREE_DAYS) == promise(OFFICE, received, THREE_DAYS)


def test_the_explanation_names_the_act_that_closed_the_day() -> None:
    lines = explain(OFFICE, at("2026-11-23 11:45"), hours(4))
    assert [(line.kind, line.minutes, line.vi) for line in lines] == [
        (
            LineKind.START,
            0,
            "Tiếp nhận Thứ Hai 23/11/2026 11:45, ngoài giờ làm việc: tính từ Thứ Hai 23/11/2026 13:30.",
        ),
        (LineKind.COUNTED, 210, "Thứ Hai 23/11/2026 chiều 13:30–17:00: tính 3 giờ 30 phút"),
        (LineKind.SKIPPED, 0, "Thứ Ba 24/11/2026: nghỉ (Ngày Văn hóa Việt Nam – NQ 28/2026/QH16)"),
        (LineKind.COUNTED, 30, "Thứ Tư 25/11/2026 sáng 07:00–07:30: tính 30 phút"),
        (LineKind.DUE, 0, "Hạn trả kết quả: Thứ Tư 25/11/2026 07:30."),
    ]
    assert lines[2].en == "Tuesday 24/11/2026: closed (Ngày Văn hóa Việt Nam – NQ 28/2026/QH16)"
