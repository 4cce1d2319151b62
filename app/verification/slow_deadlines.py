"""A second, deliberately slow model of the clock: it paints every minute of the calendar and watches them pass.

It shares no code with the engine it judges, only the names of kinds and units as text; to be read in one sitting.
Minutes are counted from midnight of the calendar's first day; beyond its last day there is an IndexError. What is
given (hours, entries, limits, waits, extensions) is read by attribute, so any record with those names will do.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

DAY = 24 * 60
LOCAL = dt.timezone(dt.timedelta(hours=7))
LAYERS = ("national", "province", "unit", "below")


class SlowCalendar:
    """`half[m]`: 0 while closed, else the number of the half-day of minute `m`. `last[m]`: 1 in a day's last minute."""

    def __init__(self, weekly: Iterable[Any], entries: Iterable[Any], first_day: dt.date, last_day: dt.date) -> None:
        self.weekly, self.entries, self.first_day = list(weekly), list(entries), first_day
        self.half, self.last, day = bytearray(), bytearray(), first_day
        while day <= last_day:
            today = self._paint(day)
            self.half += today
            closing = len(today.rstrip(b"\0"))
            self.last += bytes(minute + 1 == closing for minute in range(DAY))
            day += dt.timedelta(days=1)
        self.always = bytes([1]) * len(self.half)

    def _paint(self, day: dt.date) -> bytearray:
        minutes = self._painted(self._hours(day.weekday(), day))
        for layer in LAYERS:
            here = [entry for entry in self.entries if entry.day == day and entry.layer == layer]
            for entry in here:
                if entry.kind in ("rest", "holiday", "swap_rest"):
                    minutes = bytearray(DAY)
                elif entry.kind in ("work", "swap_work"):
                    minutes = self._painted(self._hours_of_worked_day(entry))
            for entry in here:
                if entry.kind == "closure":
                    minutes[entry.closes_from : entry.closes_to] = bytes(entry.closes_to - entry.closes_from)
        return minutes

    def _painted(self, sessions: Iterable[Any]) -> bytearray:
        minutes = bytearray(DAY)
        for number, session in enumerate(sorted(sessions, key=lambda session: session.opens), start=1):
            minutes[session.opens : session.closes] = bytes([number]) * (session.closes - session.opens)
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
        half = self.half
        while not half[minute]:
            minute += 1
        return minute

    def open_between(self, start: int, end: int) -> int:
        return len(self.half[start:end]) - self.half[start:end].count(0)

    def after(self, minute: int, count: int, marks: Sequence[int]) -> int:
        """The instant right after the `count`-th marked minute from `minute` on."""
        while count:
            count -= 1 if marks[minute] else 0
            minute += 1
        return minute

    def due_place(self, minute: int) -> int:
        """A due time may stand on an open minute or right after one."""
        while not self.half[minute] and not self.half[minute - 1]:
            minute += 1
        return minute


class SlowClock:
    """One dossier's limit, watched minute by minute. `due()` is the due minute, or None if it waits for ever."""

    def __init__(
        self, calendar: SlowCalendar, received: dt.datetime, limit: Any, policy: Any, waits: Any = (), given: Any = ()
    ) -> None:
        self.calendar, self.limit, self.policy = calendar, limit, policy
        self.received, self.waits = received, list(waits)
        self.extensions = sorted(given, key=lambda extension: extension.granted_at)
        self.grants: dict[int, list[Any]] = {}
        for extension in self.extensions:
            self.grants.setdefault(calendar.minute(extension.granted_at), []).append(extension)
        self.stopped, self.restarts, runs_on, self.eventful = set[int](), set[int](), set[int](), set(self.grants)
        self.stands_from: int | None = None
        for wait in self.waits:
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
        self.start = calendar.next_open(calendar.minute(received))
        self.unit, self.left = self._way_of_counting(limit.unit), self._amount(limit)
        self.not_before = self._end_of_moment(self.start) if self.unit == "moment" else 0

    def _way_of_counting(self, unit: str) -> str:
        if unit == "working_hours" or (unit == "working_days" and self.policy.count_mode == "hours"):
            return "minutes"
        return {"working_days": "days", "calendar_days": "calendar"}.get(unit, "moment")

    def _amount(self, limit: Any) -> int:  # of minutes, days' ends, or minutes around the clock
        way = self._way_of_counting(limit.unit)
        if way == "minutes":
            return int(limit.value * (60 if limit.unit == "working_hours" else self.policy.minutes_per_working_day))
        return int({"days": limit.value, "calendar": limit.value * DAY, "moment": 0}[way])

    def _end_of_moment(self, start: int) -> int:
        half, minute = self.calendar.half, start
        if self.limit.unit == "same_day":
            if start % DAY > self.policy.same_day_cutoff:
                minute = self.calendar.next_open(start // DAY * DAY + DAY)
            return self.calendar.after(minute, 1, self.calendar.last)
        same = [m for m in range(start, start // DAY * DAY + DAY) if half[m] == half[start]]
        if same[-1] == start:
            minute = self.calendar.next_open(start + 1)
            same = [m for m in range(minute, minute // DAY * DAY + DAY) if half[m] == half[minute]]
        return same[-1] + 1

    def due(self) -> int | None:
        due = self._reach(self.calendar.minute(self.received))
        while self.grants and due is not None:
            # Granted after the breach: it counts on from the due time, and waits in between changed nothing.
            granted = min(self.grants)
            self.stopped.difference_update(range(due, granted))
            self.restarts.difference_update(range(due, granted + 1))
            self.grants[due] = self.grants.pop(granted)
            self.eventful.add(due)
            due = self._reach(due)
        return due

    def _reach(self, minute: int) -> int | None:
        while True:
            minute = self._watch(minute)
            was_stopped = minute - 1 in self.stopped
            if was_stopped and minute in self.restarts:
                self._restart(minute)  # a wait that began earlier is over before more time is given
            for extension in self.grants.pop(minute, ()):
                self._extend(extension, minute)
            if not was_stopped and self._may_end(minute, was_stopped=False):
                return minute
            if minute == self.stands_from:
                return None
            if minute in self.restarts:
                self._restart(minute)
            if was_stopped and minute not in self.stopped:
                if self.unit == "moment":
                    self.not_before = max(self.not_before, self._end_of_moment(self.calendar.next_open(minute)))
                if self._may_end(minute, was_stopped=True):
                    return minute
            counts, first = self._what_counts()
            if self.left and counts[minute] and minute >= first and minute not in self.stopped:
                self.left -= 1
            minute += 1

    def _watch(self, minute: int) -> int:
        """Let minutes pass up to the next one in which something happens or the due time may stand."""
        (counts, first), half, eventful, left = self._what_counts(), self.calendar.half, self.eventful, self.left
        stopped, earliest = minute in self.stopped, max(self.start, self.not_before)
        while left and minute not in eventful:
            if counts[minute] and minute >= first and not stopped:
                left -= 1
            minute += 1
        self.left = left
        while minute not in eventful and (stopped or minute < earliest or not (half[minute] or half[minute - 1])):
            minute += 1
        return minute

    def _what_counts(self) -> tuple[Sequence[int], int]:
        """The minutes that each take one off the limit, and the first that may."""
        if self.unit == "days":
            return self.calendar.last, self.start // DAY * DAY + DAY
        return (self.calendar.always if self.unit == "calendar" else self.calendar.half), self.start

    def _may_end(self, minute: int, *, was_stopped: bool) -> bool:
        """Nothing is left, and `minute` is open, or the closing instant of a minute that was worked."""
        half, earliest = self.calendar.half, max(self.start, self.not_before)
        return not self.left and minute >= earliest and bool(half[minute] or (half[minute - 1] and not was_stopped))

    def _restart(self, minute: int) -> None:
        start = self.calendar.next_open(minute)
        if self.unit == "minutes":
            fresh = SlowClock(self.calendar, self.calendar.instant(start), self.limit, self.policy).due()
            kept = self.calendar.after(minute, self.left, self.calendar.half)
            self._appoint(minute, max(kept, self.not_before, fresh or 0))
        elif self.unit == "days":
            self.left = max(self.left - (start // DAY > self.start // DAY), self.limit.value)
        elif self.unit == "calendar":
            self.left, start = max(self.left, self.limit.value * DAY), max(minute, self.start)
        else:
            self.not_before = max(self.not_before, self._end_of_moment(start))
        self.restarts.discard(minute)
        self.start = start

    def _appoint(self, minute: int, due: int) -> None:
        """From `minute` on, count the working minutes up to an appointed time."""
        self.unit, self.not_before, self.left = "minutes", due, self.calendar.open_between(minute, due)

    def _extend(self, extension: Any, minute: int) -> None:
        waits = [wait for wait in self.waits if wait.start < extension.granted_at]
        earlier = self.extensions[: self.extensions.index(extension)]
        due = SlowClock(self.calendar, self.received, self.limit, self.policy, waits, earlier).due() or 0
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
            self._appoint(minute, self.calendar.after(due, amount, self.calendar.half))
        else:  # the day of the due time, and `amount` working days after it
            in_its_day = due - 1 if self.calendar.half[due - 1] else due
            self._appoint(minute, self.calendar.after(in_its_day, 1 + amount, self.calendar.last))
