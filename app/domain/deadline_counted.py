"""Lines of what was counted and what was not: half-days, working days, calendar days, and every closed day."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from app.domain.calendar_layers import MINUTES_PER_DAY, CalendarEntry, DayKind, Session
from app.domain.deadline_sentences import (
    AFTERNOON,
    CONFIRMED,
    EVENING,
    MORNING,
    UNCONFIRMED,
    ExplanationLine,
    LineKind,
    Value,
    clock_text,
    line,
    span_of,
)
from app.domain.deadlines import (
    CountMode,
    Deadline,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
    current_deadline,
)
from app.domain.working_calendar import WorkingCalendar, day_number, instant_of, minute_of

_DAY: Final = dt.timedelta(days=1)
_NOON: Final = 12 * 60
_EVENING_BEGINS: Final = 18 * 60


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """The facts of one deadline, to the minute, in order of time, and the date the engine gave."""

    calendar: WorkingCalendar
    received_at: dt.datetime
    limit: Limit
    policy: DeadlinePolicy
    suspensions: Sequence[Suspension]
    extensions: Sequence[Extension]
    deadline: Deadline
    reached: dt.datetime
    """The due time, or the instant at which the clock was stopped."""
    restart: Suspension | None = None
    """The wait after which the count that now runs began."""
    pauses: Sequence[tuple[dt.datetime, dt.datetime]] = ()
    """The waits that stopped the count that now runs."""

    def due_knowing(self, suspensions: Sequence[Suspension], extensions: Sequence[Extension]) -> dt.datetime | None:
        """The due time if these had been all the facts."""
        return current_deadline(
            self.calendar, self.received_at, self.limit, self.policy, suspensions, extensions, recomputing=True
        ).due_at

    def due_before(self, wait: Suspension) -> dt.datetime | None:
        """The due time as it stood when `wait` began; None when it runs on from a wait that had stopped the clock."""
        earlier = [other for other in self.suspensions if other.start < wait.start]
        for other in earlier:
            runs_on = other.end is None or other.end >= wait.start
            if runs_on and other.effect is not SuspensionEffect.NONE and not self.began_after_due(other):
                return None
        return self.due_knowing(earlier, [given for given in self.extensions if given.granted_at <= wait.start])

    def began_after_due(self, wait: Suspension) -> bool:
        due = self.due_before(wait)
        return due is not None and wait.start >= due


def count_lines(case: Case) -> Iterator[ExplanationLine]:
    """From the receipt, or the last restart, to the due time or the instant the clock stopped."""
    unit = case.limit.unit
    if unit is LimitUnit.CALENDAR_DAYS:
        yield from _calendar_days(case)
        return
    as_days = unit is LimitUnit.WORKING_DAYS and case.policy.count_mode is CountMode.DAYS
    indivisible = unit in {LimitUnit.SAME_DAY, LimitUnit.HALF_DAY}
    starts = case.deadline.starts_at
    since = (case.restart and case.restart.end) or case.received_at
    until = _counted_until(case) if as_days else case.reached
    number = 0
    for day in _days(since, until):
        if not case.calendar.is_working_day(day):
            yield from _day_off(case, day)
            continue
        yield from _closures(case, day, starts, until)
        if as_days:
            lines = _working_day(case, day, starts, until, number + 1)
            number += any(found.kind is LineKind.COUNTED for found in lines)
            yield from lines
        elif not indivisible:
            yield from _sessions(case, day, starts, until)


def _counted_until(case: Case) -> dt.datetime:
    """An extension replaces the count of days when it is granted, unless it gives working days like the limit."""
    working_days = LimitUnit.WORKING_DAYS
    granted = [
        given.granted_at
        for given in case.extensions
        if not (given.limit and given.limit.unit is case.limit.unit is working_days)
    ]
    return min([case.reached, *granted])


def _days(start: dt.datetime, end: dt.datetime) -> Iterator[dt.date]:
    day, last = instant_of(minute_of(start)).date(), instant_of(minute_of(end)).date()
    while day <= last:
        yield day
        day += _DAY


def _at(day: dt.date, minute: int) -> dt.datetime:
    return instant_of(day_number(day) * MINUTES_PER_DAY + minute)


def _day_off(case: Case, day: dt.date) -> Iterator[ExplanationLine]:
    start, end = _at(day, 0), _at(day, MINUTES_PER_DAY)
    reason = case.calendar.reason_closed(day)
    if isinstance(reason, CalendarEntry):
        yield line(LineKind.SKIPPED, "skipped_day_off", start, end, {"day": day} | _act(reason))
    else:
        yield line(LineKind.SKIPPED, "skipped_weekly_rest", start, end, {"day": day})


def _act(entry: CalendarEntry) -> dict[str, Value]:
    confidence = CONFIRMED if entry.confidence == "verified" else UNCONFIRMED
    return {"name": entry.name, "source": entry.source, "confidence": confidence, "layer": entry.layer}


def _closures(case: Case, day: dt.date, starts: dt.datetime, until: dt.datetime) -> Iterator[ExplanationLine]:
    for entry in case.calendar.closures.get(day, ()):
        opens, closes = entry.closes_from or 0, entry.closes_to or 0
        if _at(day, opens) < until and starts < _at(day, closes):
            values: dict[str, Value] = {"day": day, "opens": clock_text(opens), "closes": clock_text(closes)}
            values |= _act(entry)
            yield line(LineKind.SKIPPED, "skipped_closure", _at(day, opens), _at(day, closes), values)


def _working_day(
    case: Case, day: dt.date, starts: dt.datetime, until: dt.datetime, number: int
) -> list[ExplanationLine]:
    closing = case.calendar.closing_time(day) or until
    if closing <= starts or closing > until:
        return []
    values: dict[str, Value] = {"day": day}
    kind, code = LineKind.SKIPPED, "first_day_excluded"
    if day != starts.date():
        if any(paused < closing <= resumed for paused, resumed in case.pauses):
            code = "skipped_suspended_day"
        else:
            kind, code = LineKind.COUNTED, "counted_working_day"
            values["number"] = number
    return [line(kind, code, max(starts, _at(day, 0)), closing, values)]


def _sessions(case: Case, day: dt.date, starts: dt.datetime, until: dt.datetime) -> Iterator[ExplanationLine]:
    for session in case.calendar.sessions(day):
        for opens, closes in _running(case, _at(day, session.opens), _at(day, session.closes), starts, until):
            duration = closes - opens
            values: dict[str, Value] = {
                "day": day,
                "half": _half(session),
                "opens": f"{opens:%H:%M}",
                "closes": f"{closes:%H:%M}",
                "duration": duration,
            }
            code, entry = "counted_session", case.calendar.entries.get(day)
            if entry is not None and entry.kind is DayKind.SWAP_WORK:
                code = "counted_swapped_session"
                values |= _act(entry)
            yield line(LineKind.COUNTED, code, opens, closes, values, duration // span_of(1))


def _half(session: Session) -> Value:
    if session.opens < _NOON:
        return MORNING
    return AFTERNOON if session.opens < _EVENING_BEGINS else EVENING


def _running(
    case: Case, opens: dt.datetime, closes: dt.datetime, starts: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The parts of a session in which the clock ran."""
    opens, closes = max(opens, starts), min(closes, until)
    for paused, resumed in case.pauses:
        if paused < closes and opens < resumed:
            if opens < paused:
                yield opens, paused
            opens = resumed
    if opens < closes:
        yield opens, closes


def _calendar_days(case: Case) -> Iterator[ExplanationLine]:
    """24 hours at a time from the start, waits left out; then the closed days the end may have been moved over."""
    begins, until = case.deadline.starts_at, _counted_until(case)
    for number in range(1, case.limit.value + 1):
        ends = _day_later(case, begins)
        if ends > until:
            return
        values: dict[str, Value] = {"number": number, "starts": begins, "ends": ends}
        yield line(LineKind.COUNTED, "counted_calendar_day", begins, ends, values, MINUTES_PER_DAY)
        begins = ends
    if begins < until == case.deadline.due_at:
        for day in _days(begins, until):
            if not case.calendar.is_working_day(day):
                yield from _day_off(case, day)
        yield line(LineKind.SKIPPED, "skipped_closed_time", until, until, {"ends": begins, "opens": until})


def _day_later(case: Case, at: dt.datetime) -> dt.datetime:
    left = _DAY
    for paused, resumed in case.pauses:
        if resumed <= at:
            continue
        if at + left <= paused:
            break
        left -= max(paused - at, span_of(0))
        at = resumed
    return at + left
