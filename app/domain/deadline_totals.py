"""Where the time of a dossier went: handling, waiting for the citizen, waiting for payment; together all of it.

Counted twice, in working minutes and around the clock. Both are differences of one running count between the instants
at which waits begin and end, so the parts sum to the total whatever the calendar.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.deadline_terms import Suspension
from app.domain.working_calendar import WorkingCalendar, minute_of

PAYMENT: Final = "payment"
"""The cause of a wait for payment; every other wait is for the citizen."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A length of time in working minutes and in minutes around the clock."""

    working_minutes: int = 0
    clock_minutes: int = 0


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """`total` is `handling` + `waiting_for_citizen` + `waiting_for_payment`, always."""

    handling: Elapsed
    waiting_for_citizen: Elapsed
    waiting_for_payment: Elapsed
    total: Elapsed


def time_spent(
    calendar: WorkingCalendar, accepted_at: dt.datetime, until: dt.datetime, suspensions: Iterable[Suspension]
) -> TimeSpent:
    """Return where the time from acceptance to `until` went. Waits do not overlap; what lies outside is cut off.

    Raises CalendarExhausted for time that the calendar does not cover.
    """
    start, end = minute_of(accepted_at), max(minute_of(accepted_at), minute_of(until))
    citizen, payment, handling = [Elapsed()], [Elapsed()], [Elapsed()]
    handled_since = start
    for wait in sorted(suspensions, key=lambda wait: wait.start):
        began = min(max(minute_of(wait.start), handled_since), end)
        ended = end if wait.end is None else min(max(minute_of(wait.end), began), end)
        handling.append(_between(calendar, handled_since, began))
        (payment if wait.cause == PAYMENT else citizen).append(_between(calendar, began, ended))
        handled_since = ended
    handling.append(_between(calendar, handled_since, end))
    return TimeSpent(_sum(handling), _sum(citizen), _sum(payment), _between(calendar, start, end))


def _between(calendar: WorkingCalendar, start: int, end: int) -> Elapsed:
    if start == end:
        return Elapsed()
    return Elapsed(calendar.worked_until(end) - calendar.worked_until(start), end - start)


def _sum(parts: Iterable[Elapsed]) -> Elapsed:
    found = list(parts)
    return Elapsed(sum(part.working_minutes for part in found), sum(part.clock_minutes for part in found))
