"""A second, deliberately slow model of the clock: it paints every minute of the calendar and watches them pass.

It shares no code with the engine it judges, only the names of kinds and units as text, and is meant to be read in one
sitting. Minutes are counted from midnight of the calendar's first day. What is given (hours, entries, limits, waits,
extensions) is read by attribute, so any record with those names will do.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

DAY = 24 * 60
LOCAL = dt.timezone(dt.timedelta(hours=7))
LAYERS = ("national", "province", "unit")


class SlowCalendar:
    """`half[m]` is 0 while the office is closed, else the number (1, 2 …) of the half-day minute `m` belongs to."""

    def __init__(self, weekly: Iterable[Any], entries: Iterable[Any], first_day: dt.date, last_day: dt.date) -> None:
        self.weekly, self.entries, self.first_day = list(weekly), list(entries), first_day
        self.half: list[int] = []
        day = first_day
        while day <= last_day:
            self.half += self._paint(day)
            day += dt.timedelta(days=1)

    def _paint(self, day: dt.date) -> list[int]:
        minutes = self._painted(self._hours(day.weekday(), day))
        for layer in LAYERS:
            here = [entry for entry in self.entries if entry.day == day and entry.layer == layer]
            for entry in here:
                if entry.kind in ("rest", "holiday", "swap_rest"):
                    minutes = [0] * DAY
                elif entry.kind in ("work", "swap_work"):
                    minutes = self._painted(self._hours_of_worked_day(entry))
            for entry in here:
                if entry.kind == "closure":
                    for minute in range(entry.closes_from, entry.closes_to):
                        minutes[minute] = 0
        return minutes

    def _painted(self, sessions: Iterable[Any]) -> list[int]:
        minutes = [0] * DAY
        for number, session in enumerate(sorted(sessions, key=lambda session: session.opens), start=1):
            for minute in range(session.opens, session.closes):
                minutes[minute] = number
        return minutes

    def _hours(self, weekday: int, day: dt.date) -> Any:
        found: Any = ()
        for layer in LAYERS:
            for hours in (hours for hours in self.weekly if hours.layer == layer and hours.weekday == weekday):
                if (hours.valid_from or day) <= day <= (hours.valid_to or day):
                    found = hours.sessions
        return found

    def _hours_of_worked_day(self, entry: Any) -> Any:
        monday, own = self._hours(0, entry.day), self._hours(entry.day.weekday(), entry.day)
        if entry.replaces is not None:
            return self._hours(entry.replaces.weekday(), entry.day) or monday
        if entry.kind == "swap_work" and entry.day.weekday() in (5, 6):
            return monday or own
        return own or monday

    def minute(self, at: dt.datetime) -> int:
        local = at.astimezone(LOCAL)
        return (local.date() - self.first_day).days * DAY + local.hour * 60 + local.minute

    def instant(self, minute: int) -> dt.datetime:
        return dt.datetime.combine(self.first_day, dt.time(), LOCAL) + dt.timedelta(minutes=minute)

    def next_open(self, minute: int) -> int:
        while not self.half[minute]:
            minute += 1
        return minute

    def open_between(self, start: int, end: int) -> int:
        return sum(1 for minute in range(start, end) if self.half[minute])

    def after_open(self, minute: int, count: int) -> int:
        while count:
            count -= 1 if self.half[minute] else 0
            minute += 1
        return minute

    def is_last_of_day(self, minute: int) -> bool:
        return bool(self.half[minute]) and not any(self.half[minute + 1 : minute // DAY * DAY + DAY])

    def due_place(self, minute: int) -> int:
        """A due time may stand on an open minute or right after one."""
        while not self.half[minute] and not self.half[minute - 1]:
            minute += 1
        return minute


class SlowClock:
    """One dossier's limit, watched minute by minute. `due()` is the due minute, or None if it waits for ever."""

    def __init__(
        self,
        calendar: SlowCalendar,
        received_at: dt.datetime,
        limit: Any,
        policy: Any,
        suspensions: Iterable[Any] = (),
        extensions: Iterable[Any] = (),
    ) -> None:
        self.calendar, self.limit, self.policy = calendar, limit, policy
        self.received_at, self.suspensions = received_at, list(suspensions)
        self.grants = {calendar.minute(given.granted_at): [given] for given in extensions}
        self.stopped, self.restarts, runs_on, self.eventful = set[int](), set[int](), set[int](), set(self.grants)
        self.stands_from: int | None = None
        for wait in self.suspensions:
            begins = calendar.minute(wait.start)
            if wait.effect == "none":
                continue
            self.eventful.add(begins)
            if wait.end is None:
                self.stands_from = begins
                continue
            ends = calendar.minute(wait.end)
            self.eventful.add(ends)
            self.stopped.update(range(begins, ends))
            if wait.effect == "restart":
                self.restarts.add(ends)
                runs_on.update({begins} - {ends})
        self.restarts -= runs_on
        self.start = calendar.next_open(calendar.minute(received_at))
        self.unit, self.left = self._way_of_counting(limit.unit), self._amount(limit)
        self.not_before = self._end_of_moment(self.start) if self.unit == "moment" else 0

    def _way_of_counting(self, unit: str) -> str:
        if unit == "working_hours" or (unit == "working_days" and self.policy.count_mode == "hours"):
            return "minutes"
        return {"working_days": "days", "calendar_days": "calendar"}.get(unit, "moment")

    def _amount(self, limit: Any) -> int:
        """Of minutes, days' ends, or minutes around the clock."""
        way = self._way_of_counting(limit.unit)
        if way == "minutes":
            return int(limit.value * (60 if limit.unit == "working_hours" else self.policy.minutes_per_working_day))
        return int({"days": limit.value, "calendar": limit.value * DAY, "moment": 0}[way])

    def _end_of_moment(self, start: int) -> int:
        half, minute = self.calendar.half, start
        if self.limit.unit == "same_day":
            if start % DAY > self.policy.same_day_cutoff:
                minute = self.calendar.next_open(start // DAY * DAY + DAY)
            while not self.calendar.is_last_of_day(minute):
                minute += 1
            return minute + 1
        same = [m for m in range(start, start // DAY * DAY + DAY) if half[m] == half[start]]
        if same[-1] == start:
            minute = self.calendar.next_open(start + 1)
            same = [m for m in range(minute, minute // DAY * DAY + DAY) if half[m] == half[minute]]
        return same[-1] + 1

    def due(self) -> int | None:
        minute = self.calendar.minute(self.received_at)
        while True:
            while self.left and minute not in self.eventful:
                if minute not in self.stopped:
                    self._pass(minute)
                minute += 1
            for extension in self.grants.get(minute, ()):
                self._extend(extension, minute)
            was_stopped = minute - 1 in self.stopped
            if not self.left and not was_stopped and self._reached(minute, was_stopped=False):
                return minute
            if minute == self.stands_from:
                return None
            if minute in self.restarts:
                self._restart(minute)
            if was_stopped and minute not in self.stopped:
                if self.unit == "moment":
                    self.not_before = max(self.not_before, self._end_of_moment(self.calendar.next_open(minute)))
                if self._reached(minute, was_stopped=True):
                    return minute
            if minute not in self.stopped:
                self._pass(minute)
            minute += 1

    def _pass(self, minute: int) -> None:
        """What one minute with the clock running takes off the limit."""
        if minute < self.start or not self.left:
            return
        if self.unit == "days":
            if minute // DAY > self.start // DAY and self.calendar.is_last_of_day(minute):
                self.left -= 1
        elif self.unit == "calendar" or self.calendar.half[minute]:
            self.left -= 1

    def _reached(self, minute: int, *, was_stopped: bool) -> bool:
        """Nothing is left, and `minute` is open, or the closing instant of a minute that was worked."""
        place = self.calendar.half[minute] or (self.calendar.half[minute - 1] and not was_stopped)
        return minute >= max(self.start, self.not_before) and not self.left and bool(place)

    def _plain(self, start: int) -> int:
        """The due minute of the limit alone, received at `start`."""
        due = SlowClock(self.calendar, self.calendar.instant(start), self.limit, self.policy).due()
        assert due is not None
        return due

    def _restart(self, minute: int) -> None:
        start = self.calendar.next_open(minute)
        if self.unit == "minutes":
            kept = self.calendar.after_open(minute, self.left)
            self._appoint(minute, max(kept, self.not_before, self._plain(start)))
        elif self.unit == "days":
            self.left = max(self.left - (start // DAY > self.start // DAY), self.limit.value)
        elif self.unit == "calendar":
            self.left, start = max(self.left, self.limit.value * DAY), max(minute, self.start)
        else:
            self.not_before = max(self.not_before, self._end_of_moment(start))
        self.start = start

    def _appoint(self, minute: int, due: int) -> None:
        """From `minute` on, count the working minutes up to an appointed time."""
        self.unit, self.not_before = "minutes", due
        self.left = self.calendar.open_between(minute, due)

    def _extend(self, extension: Any, minute: int) -> None:
        known = [wait for wait in self.suspensions if wait.start < extension.granted_at]
        due = SlowClock(self.calendar, self.received_at, self.limit, self.policy, known).due()
        assert due is not None
        if extension.limit is None:
            self._appoint(minute, max(due, self.calendar.due_place(self.calendar.minute(extension.new_due))))
            return
        way, amount = self._way_of_counting(extension.limit.unit), self._amount(extension.limit)
        if way == self.unit == "calendar":
            self.left = due + amount - max(minute, self.start)
        elif way == self.unit == "days":
            self.left += amount
        elif way == "calendar":
            self._appoint(minute, self.calendar.due_place(due + amount))
        elif way == "minutes":
            self._appoint(minute, self.calendar.after_open(due, amount))
        else:
            self._appoint(minute, self._closing_after(due, amount))

    def _closing_after(self, due: int, days: int) -> int:
        """The closing instant of the `days`-th working day after the day of `due`."""
        minute = due - 1 if self.calendar.half[due - 1] else self.calendar.next_open(due)
        while not self.calendar.is_last_of_day(minute):
            minute += 1
        while days:
            minute += 1
            days -= self.calendar.is_last_of_day(minute)
        return minute + 1
