"""Calendar layers, their faults, and what a compiled calendar answers."""

import dataclasses
import datetime as dt

import pytest

from app.domain.calendars import (
    CalendarEntry,
    CalendarExhausted,
    DayKind,
    Session,
    WeeklyHours,
    WeeklyRest,
    WorkingCalendar,
    compile_calendar,
)
from app.domain.errors import InvalidInput
from tests.domain.office import AFTERNOON, CULTURE_DAY, MORNING, OFFICE, OFFICE_HOURS, at, office_calendar

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
MONDAY = dt.date(2026, 6, 15)


def compiled(weekly: list[WeeklyHours], entries: list[CalendarEntry], last: dt.date = LAST) -> WorkingCalendar:
    return compile_calendar(weekly, entries, first_day=FIRST, last_day=last, known_until=last, version="v")


def refusals(weekly: list[WeeklyHours], entries: list[CalendarEntry], last: dt.date = LAST) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        compiled(weekly, entries, last)
    return [refusal.code for refusal in refused.value.refusals]


def entry(day: dt.date, kind: DayKind, layer: str = "national", closes: tuple[int, int] | None = None) -> CalendarEntry:
    return CalendarEntry(
        day,
        kind,
        "Tên",
        "QĐ 1/QĐ-UBND",
        closes_from=closes[0] if closes else None,
        closes_to=closes[1] if closes else None,
        layer=layer,
    )


def test_every_fault_of_a_calendar_is_named_at_once() -> None:
    weekly = [
        WeeklyHours(0, (Session(690, 420),)),
        WeeklyHours(1, (Session(420, 690), Session(660, 900))),
        WeeklyHours(7, (Session(-1, 1441),)),
        WeeklyHours(1, (MORNING,)),
        WeeklyHours(2, (MORNING,), dt.date(2026, 5, 1), dt.date(2026, 4, 1), layer="ward"),
    ]
    entries = [
        dataclasses.replace(CULTURE_DAY, source=""),
        entry(dt.date(2027, 1, 1), DayKind.HOLIDAY),
        entry(MONDAY, DayKind.CLOSURE),
        entry(MONDAY, DayKind.CLOSURE, closes=(900, 800)),
        entry(MONDAY, DayKind.HOLIDAY, closes=(800, 900)),
        entry(MONDAY, DayKind.WORK),
        entry(MONDAY, DayKind.WORK, "district"),
    ]
    assert refusals(weekly, entries) == [
        "session_inverted",
        "session_overlap",
        "weekday_invalid",
        "session_outside_day",
        "weekly_hours_duplicate",
        "calendar_layer_unknown",
        "weekly_validity_inverted",
        "calendar_entry_without_source",
        "calendar_entry_out_of_range",
        "closure_times_missing",
        "closure_inverted",
        "closure_times_on_whole_day",
        "calendar_entry_conflict",
        "calendar_layer_unknown",
    ]
    assert refusals([], [], dt.date(2025, 12, 31)) == ["calendar_range_inverted", "weekly_hours_missing"]


def test_a_calendar_without_working_time_for_60_days_is_refused() -> None:
    closed = [entry(dt.date(2026, 3, 1) + dt.timedelta(days=n), DayKind.REST) for n in range(60)]
    everyday = [WeeklyHours(weekday, (MORNING,)) for weekday in range(7)]
    assert refusals(everyday, closed) == ["calendar_without_working_time"]
    assert compiled(everyday, closed[:-1]).next_working_day(dt.date(2026, 2, 28)) == dt.date(2026, 4, 29)
    assert refusals([WeeklyHours(0, ())], [], dt.date(2026, 1, 31)) == ["calendar_without_working_time"]


def test_the_particular_layer_overrides_the_general_one_in_any_order() -> None:
    layers = [
        entry(MONDAY, DayKind.WORK, "unit"),
        entry(MONDAY, DayKind.HOLIDAY),
        entry(MONDAY, DayKind.CLOSURE, "province", (420, 690)),
    ]
    for order in (layers, layers[::-1]):
        calendar = compiled(list(OFFICE_HOURS), order)
        assert calendar.sessions(MONDAY) == (MORNING, AFTERNOON)
    assert compiled(list(OFFICE_HOURS), layers[1:]).sessions(MONDAY) == ()


def test_a_closure_takes_hours_off_the_day_and_is_remembered() -> None:
    storm = entry(MONDAY, DayKind.CLOSURE, "unit", (600, 900))
    calendar = compiled(list(OFFICE_HOURS), [storm])
    assert calendar.sessions(MONDAY) == (Session(420, 600), Session(900, 1020))
    assert calendar.closures[MONDAY] == (storm,)
    assert calendar.reason_closed(MONDAY) is None
    whole = entry(MONDAY, DayKind.CLOSURE, "unit", (0, 1440))
    assert compiled(list(OFFICE_HOURS), [whole]).reason_closed(MONDAY) == whole


def test_seasonal_hours_hold_from_their_first_to_their_last_day() -> None:
    summer = WeeklyHours(0, (Session(390, 660), Session(840, 1050)), dt.date(2026, 4, 15), dt.date(2026, 10, 12))
    calendar = compiled([*OFFICE_HOURS, summer], [])
    assert calendar.sessions(dt.date(2026, 4, 13)) == (MORNING, AFTERNOON)
    assert calendar.sessions(dt.date(2026, 4, 20)) == summer.sessions
    assert calendar.sessions(dt.date(2026, 10, 12)) == summer.sessions
    assert calendar.sessions(dt.date(2026, 10, 19)) == (MORNING, AFTERNOON)


def test_hours_of_a_unit_override_the_national_hours_of_that_weekday() -> None:
    own = WeeklyHours(0, (Session(480, 720), Session(780, 1020)), layer="unit")
    calendar = compiled([own, *OFFICE_HOURS], [])
    assert calendar.sessions(MONDAY) == own.sessions
    assert calendar.sessions(MONDAY + dt.timedelta(days=1)) == (MORNING, AFTERNOON)


def test_a_swapped_saturday_works_the_hours_of_the_day_it_replaces() -> None:
    friday = WeeklyHours(4, (Session(420, 660), Session(780, 960)))
    saturday_reception = WeeklyHours(5, (MORNING,))
    weekly = [*OFFICE_HOURS[:4], friday, saturday_reception]
    saturday = dt.date(2026, 8, 22)
    plain = entry(saturday, DayKind.SWAP_WORK)
    replacing = dataclasses.replace(plain, replaces=dt.date(2026, 8, 28))
    assert compiled(weekly, [plain]).sessions(saturday) == (MORNING, AFTERNOON)
    assert compiled(weekly, [replacing]).sessions(saturday) == friday.sessions
    assert compiled(weekly, []).sessions(saturday) == (MORNING,)


def test_a_closed_day_says_why() -> None:
    assert OFFICE.reason_closed(dt.date(2026, 11, 24)) == CULTURE_DAY
    assert OFFICE.reason_closed(dt.date(2026, 11, 22)) == WeeklyRest(6)
    assert OFFICE.reason_closed(dt.date(2026, 11, 23)) is None


def test_open_closed_and_the_next_opening() -> None:
    assert OFFICE.is_open(at("2026-11-23 07:00"))
    assert not OFFICE.is_open(at("2026-11-23 06:59:59"))
    assert OFFICE.is_open(at("2026-11-23 11:29:59"))
    assert not OFFICE.is_open(at("2026-11-23 11:30"))
    assert OFFICE.next_open(at("2026-11-23 11:30")) == at("2026-11-23 13:30")
    assert OFFICE.next_open(at("2026-11-23 09:10:30")) == at("2026-11-23 09:10")
    assert OFFICE.next_open(at("2026-11-23 17:00")) == at("2026-11-25 07:00")
    assert OFFICE.closing_time(dt.date(2026, 11, 23)) == at("2026-11-23 17:00")
    assert OFFICE.closing_time(dt.date(2026, 11, 24)) is None


def test_working_days_are_counted_both_ways() -> None:
    friday = dt.date(2026, 11, 20)
    assert OFFICE.add_working_days(friday, 3) == dt.date(2026, 11, 26)
    assert OFFICE.add_working_days(dt.date(2026, 11, 26), -3) == friday
    assert OFFICE.add_working_days(dt.date(2026, 11, 21), 0) == dt.date(2026, 11, 23)
    assert OFFICE.add_working_days(dt.date(2026, 11, 21), -1) == friday
    assert OFFICE.is_working_day(dt.date(2026, 8, 22))
    assert not OFFICE.is_working_day(dt.date(2026, 8, 31))


def test_working_minutes_are_added_and_taken_back() -> None:
    assert OFFICE.working_minutes(at("2026-11-20 16:00"), at("2026-11-25 08:00")) == 60 + 480 + 60
    assert OFFICE.add_working_minutes(at("2026-11-23 16:00"), 60) == at("2026-11-23 17:00")
    assert OFFICE.add_working_minutes(at("2026-11-23 16:00"), 61) == at("2026-11-25 07:01")
    assert OFFICE.add_working_minutes(at("2026-11-25 09:00"), -480) == at("2026-11-23 09:00")
    assert OFFICE.add_working_minutes(at("2026-11-24 09:00"), 0) == at("2026-11-25 07:00")


def test_days_that_are_not_eight_hours_are_listed() -> None:
    half_day = entry(MONDAY, DayKind.CLOSURE, "unit", (810, 1020))
    calendar = office_calendar(half_day)
    assert calendar.days_not_lasting(480) == (MONDAY,)


@pytest.mark.parametrize("day", [dt.date(2024, 12, 31), dt.date(2028, 1, 1)])
def test_a_day_outside_the_calendar_is_refused_never_guessed(day: dt.date) -> None:
    noon = dt.datetime.combine(day, dt.time(12), at("2026-01-01 00:00").tzinfo)
    for ask in (
        lambda: OFFICE.is_working_day(day),
        lambda: OFFICE.sessions(day),
        lambda: OFFICE.closing_time(day),
        lambda: OFFICE.reason_closed(day),
        lambda: OFFICE.add_working_days(day, 1),
        lambda: OFFICE.is_open(noon),
        lambda: OFFICE.next_open(noon),
        lambda: OFFICE.working_minutes(noon, noon),
    ):
        with pytest.raises(CalendarExhausted):
            ask()


def test_going_back_before_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarExhausted):
        OFFICE.add_working_minutes(at("2025-01-02 08:00"), -100)
    with pytest.raises(CalendarExhausted):
        OFFICE.add_working_days(dt.date(2025, 1, 2), -1)
