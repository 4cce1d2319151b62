"""When somebody must be told about a dossier, and who is told next. Pure; every date is the calendar's.

A dossier's own due time has three rungs that follow one another (`NEAR_DUE`, `DUE_TODAY`, `OVERDUE`); the other kinds
stand for themselves. An alert climbs from its holder to the head of the unit to the province unless it is acknowledged.
"""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from app.domain.deadlines import DEFAULT_POLICY
from app.domain.working_calendar import LOCAL_TIME, WorkingCalendar

_SHORT = 3
"""Of a limit no longer than the warning itself, the last third is near."""
_MINUTES_PER_HOUR = 60


class AlertKind(StrEnum):
    """Why somebody must look at a dossier."""

    NEAR_DUE = "near_due"
    DUE_TODAY = "due_today"
    OVERDUE = "overdue"
    IDLE = "idle"
    ONLINE_REPLY_DUE = "online_reply_due"
    WAITING_AT_SIGNATURE = "waiting_at_signature"
    UNCOLLECTED_RESULT = "uncollected_result"
    UNRETURNED_ORIGINALS = "unreturned_originals"
    SUPPLEMENT_EXPIRING = "supplement_expiring"
    SUPPLEMENT_EXPIRED = "supplement_expired"
    BREACH_WITHOUT_APOLOGY = "breach_without_apology"
    """A fact to be counted, not a task: the due time passed and no apology had been sent."""


DUE_KINDS = (AlertKind.NEAR_DUE, AlertKind.DUE_TODAY, AlertKind.OVERDUE)
"""The rungs of the due time, each taking the place of the one before."""


class AlertLevel(IntEnum):
    """Who is told: the holder of the dossier, then the head of the unit, then the province."""

    HOLDER = 1
    UNIT_HEAD = 2
    PROVINCE = 3

    @property
    def label(self) -> str:
        return self.name.lower()


LEVEL_BY_LABEL = {level.label: level for level in AlertLevel}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertThresholds:
    """How early and how often, in working days and hours of the responsible unit [our reading; configuration]."""

    near_due_days: int = 1
    idle_days: int = 5
    uncollected_days: int = 5
    unreturned_days: int = 3
    signature_hours: int = 8
    climb_hours: int = 4
    supplement_reminder_days: int = 3


@dataclass(frozen=True, slots=True)
class ScanMoment:
    """The days and instants that one look at a unit's dossiers compares with, by its calendar."""

    now: dt.datetime
    today: dt.date
    last_near_day: dt.date
    """Dossiers due until the end of this day may be near their due time."""
    idle_since: dt.date
    """A dossier whose last event was on this day or before is idle."""
    uncollected_since: dt.date
    unreturned_since: dt.date
    """Originals of a dossier that ended on this day or before, and that are still here, should be home."""
    submitted_until: dt.datetime
    """A result submitted for signature at this instant or before has waited too long."""
    last_reminder_day: dt.date
    """Requests for supplement to be answered by the end of this day may have to be reminded of."""
    climbs_from: dt.datetime
    """Alerts at their level since this instant or before climb."""
    breaches_from: dt.date
    """Breaches of dossiers that ended on this day or later are looked for once more."""


def scan_moment(calendar: WorkingCalendar, thresholds: AlertThresholds, now: dt.datetime) -> ScanMoment | None:
    """Return what a look at `now` compares with; None while the unit is closed: nobody is alerted then.

    Raises CalendarExhausted where the calendar has no rows for the days it reaches.
    """
    if not calendar.is_open(now):
        return None
    today = now.astimezone(LOCAL_TIME).date()
    return ScanMoment(
        now=now,
        today=today,
        last_near_day=calendar.add_working_days(today, thresholds.near_due_days),
        idle_since=calendar.add_working_days(today, -thresholds.idle_days),
        uncollected_since=calendar.add_working_days(today, -thresholds.uncollected_days),
        unreturned_since=calendar.add_working_days(today, -thresholds.unreturned_days),
        submitted_until=calendar.add_working_minutes(now, -thresholds.signature_hours * _MINUTES_PER_HOUR),
        last_reminder_day=calendar.add_working_days(today, thresholds.supplement_reminder_days + 1),
        climbs_from=calendar.add_working_minutes(now, -thresholds.climb_hours * _MINUTES_PER_HOUR),
        breaches_from=calendar.add_working_days(today, -thresholds.idle_days),
    )


def due_rung(
    calendar: WorkingCalendar,
    thresholds: AlertThresholds,
    now: dt.datetime,
    *,
    accepted_at: dt.datetime,
    promised_due_at: dt.datetime,
    due_at: dt.datetime,
) -> AlertKind | None:
    """Return the rung of the due time at which a dossier with a running clock stands at `now`; None: far from it.

    Near: from the opening of the `near_due_days`-th working day before the due day; of a limit not longer than that,
    its last third. Due today: told on the day, unless the dossier came in on that very day.
    """
    if now > due_at:
        return AlertKind.OVERDUE
    today = now.astimezone(LOCAL_TIME).date()
    due_day = due_at.astimezone(LOCAL_TIME).date()
    if due_day == today and accepted_at.astimezone(LOCAL_TIME).date() < today:
        return AlertKind.DUE_TODAY
    whole = calendar.working_minutes(accepted_at, promised_due_at)
    if whole <= thresholds.near_due_days * DEFAULT_POLICY.minutes_per_working_day:
        near = _in_last_third(calendar, now, due_at, whole)
    else:
        near = calendar.add_working_days(due_day, -thresholds.near_due_days) <= today
    return AlertKind.NEAR_DUE if near else None


def reply_due(
    calendar: WorkingCalendar, now: dt.datetime, *, asked_at: dt.datetime, reply_hours: int
) -> tuple[dt.datetime, bool]:
    """Return when an online submission must be answered, and whether the last third of that time has begun."""
    whole = reply_hours * _MINUTES_PER_HOUR
    due_at = calendar.add_working_minutes(asked_at, whole)
    return due_at, _in_last_third(calendar, now, due_at, whole)


def reminder_is_due(
    calendar: WorkingCalendar, thresholds: AlertThresholds, now: dt.datetime, *, answer_due_at: dt.datetime
) -> bool:
    """Tell whether an unanswered request for supplement is to be reminded of."""
    answer_day = answer_due_at.astimezone(LOCAL_TIME).date()
    return (
        calendar.add_working_days(answer_day, -thresholds.supplement_reminder_days) <= now.astimezone(LOCAL_TIME).date()
    )


def expiry_stops(now: dt.datetime, *, answer_due_at: dt.datetime, reminded_at: dt.datetime | None) -> bool:
    """Tell whether a dossier is stopped for want of its supplement: the time is over, a reminder went before today."""
    if reminded_at is None or now <= answer_due_at:
        return False
    return reminded_at.astimezone(LOCAL_TIME).date() < now.astimezone(LOCAL_TIME).date()


def _in_last_third(calendar: WorkingCalendar, now: dt.datetime, due_at: dt.datetime, whole: int) -> bool:
    return calendar.working_minutes(now, due_at) * _SHORT <= whole
