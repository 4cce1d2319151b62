"""A compiled calendar: integer minutes of local time, prefix sums and binary search; it never walks over days.

Minutes are counted from 1970-01-01 00:00 in Vietnam (UTC+7, no daylight saving time since 1975). Seconds are cut off,
so a dossier received at 09:00:59 is received at 09:00, as its receipt says. A session is open from its opening minute
up to, not including, its closing instant.
"""

import dataclasses
import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import ClassVar, Final

from app.domain.calendar_layers import MINUTES_PER_DAY, CalendarEntry, Session, WeeklyRest
from app.domain.errors import InvalidInput, Refusal

LOCAL_TIME: Final = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=LOCAL_TIME)
_EPOCH_ORDINAL: Final = dt.date(1970, 1, 1).toordinal()
_MINUTE: Final = dt.timedelta(minutes=1)


class CalendarExhausted(InvalidInput):
    """The calendar has no rows for the time asked about: its years must be loaded first. Never a guessed date."""

    code: ClassVar[str] = "calendar_exhausted"


def minute_of(at: dt.datetime) -> int:
    """The local minute that contains `at`, any time zone; InvalidInput `time_zone_missing` for a naive time."""
    try:
        return (at - _EPOCH) // _MINUTE
    except TypeError:
        raise InvalidInput(Refusal("time_zone_missing")) from None


def instant_of(minute: int) -> dt.datetime:
    """The beginning of a local minute, in Asia/Ho_Chi_Minh."""
    return _EPOCH + minute * _MINUTE


def day_number(day: dt.date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def date_of(number: int) -> dt.date:
    return dt.date.fromordinal(number + _EPOCH_ORDINAL)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """Immutable; made by `app.domain.calendars.compile_calendar`.

    Every method raises CalendarExhausted for time before `first_day` or after `last_day`, whether asked or reached.
    """

    version: str
    first_day: dt.date
    last_day: dt.date
    known_until: dt.date
    """The last day whose holidays are confirmed."""
    opens: tuple[int, ...]
    """Opening minute of each span of working time, ascending."""
    closes: tuple[int, ...]
    worked_before: tuple[int, ...]
    """Working minutes before each span, and, last, of the whole calendar."""
    half_day_ends: tuple[int, ...]
    """Closing instant of the half-day each span belongs to."""
    work_days: tuple[int, ...]
    """Day numbers that have working time, ascending."""
    day_ends: tuple[int, ...]
    """Closing instant of each of `work_days`."""
    entries: Mapping[dt.date, CalendarEntry]
    closures: Mapping[dt.date, tuple[CalendarEntry, ...]]
    begins_at: int
    ends_at: int
    known_until_end: int

    # ---- instants as minutes: what the engine computes with

    def worked_until(self, minute: int) -> int:
        """Working minutes from the calendar's beginning to `minute`."""
        if not self.begins_at <= minute <= self.ends_at:
            raise self._exhausted(minute)
        index = bisect_right(self.opens, minute) - 1
        if index < 0:
            return 0
        closes = self.closes[index]
        return self.worked_before[index] + min(minute, closes) - self.opens[index]

    def minute_when_worked(self, worked: int) -> int:
        """The earliest minute by which `worked` (> 0) minutes were worked; a full session gives its closing instant."""
        index = bisect_left(self.worked_before, worked) - 1
        if index < 0 or index >= len(self.opens):
            raise self._exhausted(self.ends_at)
        return self.opens[index] + worked - self.worked_before[index]

    def span_at_or_after(self, minute: int) -> int:
        """Index of the span open at `minute`, else of the next one."""
        if not self.begins_at <= minute <= self.ends_at:
            raise self._exhausted(minute)
        index = bisect_right(self.closes, minute)
        if index == len(self.closes):
            raise self._exhausted(self.ends_at)
        return index

    def next_open_minute(self, minute: int) -> int:
        """`minute` itself when open, else the next opening."""
        opens = self.opens[self.span_at_or_after(minute)]
        return max(minute, opens)

    def on_working_time(self, minute: int) -> int:
        """`minute` itself when open or a closing instant, else the next opening: where a due time may stand."""
        index = bisect_left(self.closes, minute)
        if index < len(self.closes) and self.opens[index] < minute <= self.closes[index]:
            return minute
        return self.next_open_minute(minute)

    def day_end(self, index: int) -> int:
        """Closing instant of the working day at `index` of `work_days`."""
        if index >= len(self.day_ends):
            raise self._exhausted(self.ends_at)
        return self.day_ends[index]

    # ---- instants as people give them

    def is_open(self, at: dt.datetime) -> bool:
        minute = minute_of(at)
        if not self.begins_at <= minute < self.ends_at:
            raise self._exhausted(minute)
        index = bisect_right(self.opens, minute) - 1
        return index >= 0 and minute < self.closes[index]

    def next_open(self, at: dt.datetime) -> dt.datetime:
        """`at` (to the minute) when open, else the next opening."""
        return instant_of(self.next_open_minute(minute_of(at)))

    def working_minutes(self, start: dt.datetime, end: dt.datetime) -> int:
        """Working minutes from `start` to `end`; negative when `end` is before `start`."""
        return self.worked_until(minute_of(end)) - self.worked_until(minute_of(start))

    def add_working_minutes(self, start: dt.datetime, minutes: int) -> dt.datetime:
        """The earliest instant with `minutes` of working time after `start`; a closing instant stays one.

        0 gives the next open instant; a negative number goes back, to the latest instant with that much before `start`.
        """
        minute = minute_of(start)
        if minutes > 0:
            return instant_of(self.minute_when_worked(self.worked_until(minute) + minutes))
        if minutes == 0:
            return instant_of(self.next_open_minute(minute))
        worked = self.worked_until(minute) + minutes
        index = bisect_right(self.worked_before, worked) - 1
        if index < 0:
            raise self._exhausted(self.begins_at - 1)
        return instant_of(self.opens[index] + worked - self.worked_before[index])

    # ---- days

    def is_working_day(self, day: dt.date) -> bool:
        number = day_number(day)
        self._check_day(number)
        index = bisect_left(self.work_days, number)
        return index < len(self.work_days) and self.work_days[index] == number

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day after `day`."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: dt.date, days: int) -> dt.date:
        """The `days`-th working day after `day` (before it when negative); 0 gives `day`, or the next working day."""
        number = day_number(day)
        self._check_day(number)
        if days > 0:
            index = bisect_right(self.work_days, number) + days - 1
        else:
            index = bisect_left(self.work_days, number) + days
        if not 0 <= index < len(self.work_days):
            raise self._exhausted(self.ends_at if days >= 0 else self.begins_at - 1)
        return date_of(self.work_days[index])

    def sessions(self, day: dt.date) -> tuple[Session, ...]:
        """The spans of working time of `day`, minutes from midnight; a closure may have cut a half-day in two."""
        number = day_number(day)
        self._check_day(number)
        midnight = number * MINUTES_PER_DAY
        first = bisect_left(self.opens, midnight)
        after = bisect_left(self.opens, midnight + MINUTES_PER_DAY)
        return tuple(Session(self.opens[i] - midnight, self.closes[i] - midnight) for i in range(first, after))

    def closing_time(self, day: dt.date) -> dt.datetime | None:
        """The closing instant of `day`, None when it is not a working day."""
        if not self.is_working_day(day):
            return None
        return instant_of(self.day_ends[bisect_left(self.work_days, day_number(day))])

    def reason_closed(self, day: dt.date) -> CalendarEntry | WeeklyRest | None:
        """Why there is no work on `day`: the deciding entry or the weekly rest; None for a working day."""
        if self.is_working_day(day):
            return None
        closures = self.closures.get(day)
        return closures[-1] if closures else self.entries.get(day) or WeeklyRest(day.weekday())

    def days_not_lasting(self, minutes: int) -> tuple[dt.date, ...]:
        """Working days with another amount of working time: "8 hours are one day" is a check, not an assumption."""
        odd: list[dt.date] = []
        before = 0
        for number in self.work_days:
            worked = self.worked_until((number + 1) * MINUTES_PER_DAY)
            if worked - before != minutes:
                odd.append(date_of(number))
            before = worked
        return tuple(odd)

    def _check_day(self, number: int) -> None:
        if not self.begins_at <= number * MINUTES_PER_DAY < self.ends_at:
            raise self._exhausted(number * MINUTES_PER_DAY)

    def _exhausted(self, minute: int) -> CalendarExhausted:
        covered: dict[str, str | int | bool | None] = {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
        }
        code = "calendar_exhausted" if minute >= self.begins_at else "before_calendar"
        return CalendarExhausted(Refusal(code, params=covered))
