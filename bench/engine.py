"""The deadline engine alone: computations a second on one core, with ten years of calendar compiled."""

import datetime as dt
import random
import time

from rich.console import Console

from app.domain.calendars import CalendarEntry, DayKind, Session, WeeklyHours, WorkingCalendar, compile_calendar
from app.domain.deadlines import Limit, LimitUnit, Suspension, current_deadline, promise
from app.domain.working_calendar import LOCAL_TIME

_COUNT = 100_000
_SESSIONS = (Session(7 * 60, 11 * 60 + 30), Session(13 * 60 + 30, 17 * 60))


def report(console: Console) -> None:
    """Measure and print: promises, and dates with a wait in them."""
    calendar = _ten_years()
    chance = random.Random(7)  # noqa: S311 - a repeatable sample, no secret
    begin = dt.datetime(2021, 1, 4, 8, tzinfo=LOCAL_TIME)
    starts = [begin + dt.timedelta(minutes=chance.randrange(3 * 365 * 24 * 60)) for _ in range(_COUNT)]
    limits = [Limit(days, LimitUnit.WORKING_DAYS) for days in range(1, 31)]

    started = time.process_time()
    for number, at in enumerate(starts):
        promise(calendar, at, limits[number % 30])
    promised = time.process_time() - started

    waits = [(Suspension(at + dt.timedelta(days=1), at + dt.timedelta(days=4)),) for at in starts]
    started = time.process_time()
    for number, at in enumerate(starts):
        current_deadline(calendar, at, limits[number % 30], suspensions=waits[number])
    waited = time.process_time() - started
    console.print(
        f"engine, ten years compiled: {_COUNT / promised:,.0f} promises a second, "
        f"{_COUNT / waited:,.0f} with a wait (one core)"
    )


def _ten_years() -> WorkingCalendar:
    first, last = dt.date(2020, 1, 1), dt.date(2029, 12, 31)
    holidays = [
        CalendarEntry(dt.date(year, month, day), DayKind.HOLIDAY, "ngày lễ", "BLLĐ 2019")
        for year in range(first.year, last.year + 1)
        for month, day in ((1, 1), (4, 30), (5, 1), (9, 1), (9, 2), (11, 24))
    ]
    weekly = [WeeklyHours(weekday, _SESSIONS, None, None) for weekday in range(5)]
    return compile_calendar(weekly, holidays, first_day=first, last_day=last, known_until=last, version="bench")
