"""The office of the test vectors: 7:00–11:30 and 13:30–17:00, Monday to Friday, with the days off of 2025–2027."""

import datetime as dt

from app.domain.calendars import CalendarEntry, DayKind, Session, WeeklyHours, WorkingCalendar, compile_calendar
from app.domain.working_calendar import LOCAL_TIME

MORNING, AFTERNOON = Session(420, 690), Session(810, 1020)
OFFICE_HOURS = tuple(WeeklyHours(weekday, (MORNING, AFTERNOON)) for weekday in range(5))
LABOUR_CODE = "BLLĐ 2019 Điều 112"
CULTURE_DAY = CalendarEntry(dt.date(2026, 11, 24), DayKind.HOLIDAY, "Ngày Văn hóa Việt Nam", "NQ 28/2026/QH16")


def days_off(first: dt.date, last: dt.date, name: str, kind: DayKind = DayKind.HOLIDAY) -> list[CalendarEntry]:
    days = (first + dt.timedelta(n) for n in range((last - first).days + 1))
    return [CalendarEntry(day, kind, name, LABOUR_CODE) for day in days]


ENTRIES = (
    *days_off(dt.date(2025, 1, 1), dt.date(2025, 1, 1), "Tết Dương lịch"),
    *days_off(dt.date(2025, 1, 25), dt.date(2025, 2, 2), "Tết Nguyên đán"),
    *days_off(dt.date(2025, 4, 7), dt.date(2025, 4, 7), "Giỗ Tổ Hùng Vương"),
    *days_off(dt.date(2025, 4, 30), dt.date(2025, 5, 1), "30/4 và 1/5"),
    CalendarEntry(dt.date(2025, 5, 2), DayKind.SWAP_REST, "Nghỉ hoán đổi", "TB 6150/TB-BLĐTBXH"),
    CalendarEntry(
        dt.date(2025, 4, 26), DayKind.SWAP_WORK, "Làm bù", "TB 6150/TB-BLĐTBXH", replaces=dt.date(2025, 5, 2)
    ),
    *days_off(dt.date(2025, 8, 30), dt.date(2025, 9, 2), "Quốc khánh"),
    *days_off(dt.date(2026, 1, 1), dt.date(2026, 1, 1), "Tết Dương lịch"),
    CalendarEntry(dt.date(2026, 1, 2), DayKind.SWAP_REST, "Nghỉ hoán đổi", "Thông báo 25/12/2025"),
    CalendarEntry(dt.date(2026, 1, 10), DayKind.SWAP_WORK, "Làm bù", "Thông báo 25/12/2025"),
    *days_off(dt.date(2026, 2, 14), dt.date(2026, 2, 22), "Tết Nguyên đán"),
    *days_off(dt.date(2026, 4, 27), dt.date(2026, 4, 27), "Nghỉ bù Giỗ Tổ Hùng Vương"),
    *days_off(dt.date(2026, 4, 30), dt.date(2026, 5, 1), "30/4 và 1/5"),
    CalendarEntry(dt.date(2026, 8, 31), DayKind.SWAP_REST, "Nghỉ hoán đổi", "Thông báo 2026"),
    CalendarEntry(dt.date(2026, 8, 22), DayKind.SWAP_WORK, "Làm bù", "Thông báo 2026"),
    *days_off(dt.date(2026, 9, 1), dt.date(2026, 9, 2), "Quốc khánh"),
    CULTURE_DAY,
    *days_off(dt.date(2027, 1, 1), dt.date(2027, 1, 1), "Tết Dương lịch"),
    *days_off(dt.date(2027, 2, 5), dt.date(2027, 2, 11), "Tết Nguyên đán"),
)


def office_calendar(
    *more: CalendarEntry, weekly: tuple[WeeklyHours, ...] = OFFICE_HOURS, without: tuple[CalendarEntry, ...] = ()
) -> WorkingCalendar:
    entries = [entry for entry in ENTRIES if entry not in without]
    return compile_calendar(
        weekly,
        [*entries, *more],
        first_day=dt.date(2025, 1, 1),
        last_day=dt.date(2027, 12, 31),
        known_until=dt.date(2026, 12, 31),
        version="test-1",
    )


OFFICE = office_calendar()


def at(text: str) -> dt.datetime:
    """An instant in Vietnam from "2026-11-23 09:00"."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME)
