"""The deadline engine: the only place where working time is added.

Every date is computed from the facts (receipt, limit, policy, calendar, waits, extensions), never from a stored date,
so the same facts give the same date whatever the order in which they were recorded. The clock starts at the receipt
when the office is open, else at the next opening (after closing: the next working day; at lunch: the afternoon). In day
counting it is the day of this start that is excluded. A due time never stands on closed time; one that falls on a
closing instant stays there. Seconds are cut off (see `app.domain.working_calendar`).
"""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.deadline_runs import Course, Grant, Wait, begin, follow
from app.domain.deadline_terms import (
    DEFAULT_POLICY,
    CountMode,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
)
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.working_calendar import LOCAL_TIME, WorkingCalendar, instant_of, minute_of

__all__ = [
    "DEFAULT_POLICY",
    "CountMode",
    "Deadline",
    "DeadlinePolicy",
    "Extension",
    "Limit",
    "LimitUnit",
    "Outcome",
    "Suspension",
    "SuspensionEffect",
    "current_deadline",
    "judge",
    "minutes_left",
    "minutes_used",
    "promise",
    "recorded_facts",
]


_PAUSE_INTO_RESTART: Final = (SuspensionEffect.PAUSE, SuspensionEffect.RESTART)


class Deadline(NamedTuple):
    """A due time and what is known about it. (A tuple, for a hundred thousand of them a second.)"""

    due_at: dt.datetime | None
    """None while the clock stands still."""
    starts_at: dt.datetime
    """When the count that now runs began: after the receipt, or after the last restart."""
    provisional: bool
    """The count reaches days whose holidays are not confirmed yet."""
    calendar_version: str
    total_minutes: int | None = None
    """Working minutes of the limit and its extension, where they are counted in minutes."""
    suspended_since: dt.datetime | None = None


class Outcome(StrEnum):
    """domain: trước hạn, đúng hạn, quá hạn for finished dossiers; trong hạn, quá hạn for pending ones."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    IN_TIME = "in_time"
    OVERDUE = "overdue"


def promise(
    calendar: WorkingCalendar, received_at: dt.datetime, limit: Limit, policy: DeadlinePolicy = DEFAULT_POLICY
) -> Deadline:
    """The due time to print on the receipt. Raises CalendarExhausted beyond the calendar's days."""
    run = begin(calendar, limit, policy, calendar.next_open_minute(minute_of(received_at)))
    return Deadline(
        instant_of(run.due), instant_of(run.start), run.due > calendar.known_until_end, calendar.version, run.total
    )


def current_deadline(
    calendar: WorkingCalendar,
    received_at: dt.datetime,
    limit: Limit,
    policy: DeadlinePolicy = DEFAULT_POLICY,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    *,
    recomputing: bool = False,
) -> Deadline:
    """The due time after every wait and extension, given in any order.

    Raises InvalidInput with every fault: `suspension_inverted`, `suspension_before_receipt`, `suspension_overlap`,
    `extension_ambiguous`, `extension_unit_unsupported`, `extension_before_receipt`, `extension_while_suspended`,
    `second_extension`; and, unless `recomputing` facts that were lawful when recorded (a later calendar may not undo
    them), `extension_after_breach` and `extension_not_later`.
    """
    received = minute_of(received_at)
    waits, grants = recorded_facts(received, policy, suspensions, extensions)
    course = follow(calendar, limit, policy, received, waits, grants)
    if not recomputing:
        refuse_all(InvalidInput, course.faults)
    return _deadline(calendar, course)


def _deadline(calendar: WorkingCalendar, course: Course) -> Deadline:
    run, stopped_at, _, _ = course
    reached = run.due if stopped_at is None else max(stopped_at, run.start)
    return Deadline(
        due_at=instant_of(run.due) if stopped_at is None else None,
        starts_at=instant_of(run.start),
        provisional=reached > calendar.known_until_end,
        calendar_version=calendar.version,
        total_minutes=run.total,
        suspended_since=None if stopped_at is None else instant_of(stopped_at),
    )


def minutes_used(
    calendar: WorkingCalendar,
    received_at: dt.datetime,
    limit: Limit,
    policy: DeadlinePolicy = DEFAULT_POLICY,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    *,
    at: dt.datetime,
) -> int:
    """Working minutes consumed by `at`, of the count then running, at most until the due time known at `at`."""
    course = _course_as_of(calendar, received_at, limit, policy, suspensions, extensions, at)
    run = course.run
    end = min(minute_of(at), run.due, run.due if course.stopped_at is None else course.stopped_at)
    if end <= run.start:
        return 0
    used = calendar.worked_until(end) - calendar.worked_until(run.start)
    for wait in course.pauses:
        resumed = end if wait.end is None else min(wait.end, end)
        began = max(wait.start, run.start)
        if began < resumed:
            used -= calendar.worked_until(resumed) - calendar.worked_until(began)
    return used


def minutes_left(
    calendar: WorkingCalendar,
    received_at: dt.datetime,
    limit: Limit,
    policy: DeadlinePolicy = DEFAULT_POLICY,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    *,
    at: dt.datetime,
) -> int:
    """Working minutes from `at` to the due time known at `at`; 0 once it has passed, frozen during a wait."""
    course = _course_as_of(calendar, received_at, limit, policy, suspensions, extensions, at)
    since = minute_of(at) if course.stopped_at is None else course.stopped_at
    since = max(since, course.run.start)
    return max(0, calendar.worked_until(course.run.due) - calendar.worked_until(since))


def _course_as_of(
    calendar: WorkingCalendar,
    received_at: dt.datetime,
    limit: Limit,
    policy: DeadlinePolicy,
    suspensions: Sequence[Suspension],
    extensions: Sequence[Extension],
    at: dt.datetime,
) -> Course:
    """The course as it stood at `at`: later facts unknown, a wait still running has no end."""
    received, now = minute_of(received_at), minute_of(at)
    waits, grants = recorded_facts(received, policy, suspensions, extensions)
    # A wait that begins at `now` has changed nothing yet; one that began and ended in that minute may have restarted.
    known = [
        wait if wait.end is not None and wait.end <= now else wait._replace(end=None)
        for wait in waits
        if wait.start < now or wait.end == now
    ]
    return follow(calendar, limit, policy, received, known, [grant for grant in grants if grant.at <= now])


def recorded_facts(
    received: int, policy: DeadlinePolicy, suspensions: Sequence[Suspension], extensions: Sequence[Extension]
) -> tuple[list[Wait], list[Grant]]:
    """Waits and extensions in minutes, in order, checked.

    Touching waits of one effect are one wait; so is a pause that runs on into a wait that restarts. An empty pause is
    none.
    """
    faults: list[Refusal] = []
    spans: list[tuple[int, int | None, SuspensionEffect, str]] = []
    for index, suspension in enumerate(suspensions):
        field = f"suspensions.{index}"
        start = minute_of(suspension.start)
        end = None if suspension.end is None else minute_of(suspension.end)
        if suspension.end is not None and suspension.end < suspension.start:
            faults.append(Refusal("suspension_inverted", field))
        if start < received:
            faults.append(Refusal("suspension_before_receipt", field))
        if start != end or suspension.effect is SuspensionEffect.RESTART:
            spans.append((start, end, suspension.effect, field))
    spans.sort(key=lambda span: (span[0], span[1] is None, span[1] or 0))
    waits: list[Wait] = []
    for start, end, effect, field in spans:
        last = waits[-1] if waits else None
        if last and (last.end is None or start < last.end):
            faults.append(Refusal("suspension_overlap", field))
        if last and last.end == start and (last.effect is effect or (last.effect, effect) == _PAUSE_INTO_RESTART):
            waits[-1] = Wait(last.start, end, effect)
        else:
            waits.append(Wait(start, end, effect))
    grants = [_grant(index, extension, received, waits, faults) for index, extension in enumerate(extensions)]
    if len(grants) > policy.extensions_allowed:
        allowed = policy.extensions_allowed
        faults.append(Refusal("second_extension", f"extensions.{allowed}", {"allowed": allowed}))
    refuse_all(InvalidInput, faults)
    return waits, sorted(grants, key=lambda grant: grant.at)


def _grant(index: int, extension: Extension, received: int, waits: Sequence[Wait], faults: list[Refusal]) -> Grant:
    field = f"extensions.{index}"
    at = minute_of(extension.granted_at)
    if (extension.limit is None) == (extension.new_due is None):
        faults.append(Refusal("extension_ambiguous", field))
    if extension.limit and extension.limit.unit in {LimitUnit.SAME_DAY, LimitUnit.HALF_DAY}:
        faults.append(Refusal("extension_unit_unsupported", f"{field}.limit.unit"))
    if at < received:
        faults.append(Refusal("extension_before_receipt", field))
    stopping = [wait for wait in waits if wait.effect is not SuspensionEffect.NONE]
    if any(wait.start <= at and (wait.end is None or at < wait.end) for wait in stopping):
        faults.append(Refusal("extension_while_suspended", field))
    new_due = None if extension.new_due is None else minute_of(extension.new_due)
    return Grant(at, extension.limit, new_due, field)


def judge(ended_at: dt.datetime | None, due_at: dt.datetime | None, now: dt.datetime) -> Outcome:
    """How a promise was or is being kept, to the second.

    Finished: EARLY on an earlier local date than the due date, ON_TIME on the due date up to the due instant, LATE
    after it. Pending: OVERDUE once `now` is after the due instant, else IN_TIME. While the clock stands (`due_at` None)
    nothing is late: finished is ON_TIME (a dossier withdrawn or stopped during a wait), pending is IN_TIME.
    """
    if due_at is None:
        return Outcome.IN_TIME if ended_at is None else Outcome.ON_TIME
    if ended_at is None:
        return Outcome.OVERDUE if now > due_at else Outcome.IN_TIME
    if ended_at > due_at:
        return Outcome.LATE
    if ended_at.astimezone(LOCAL_TIME).date() < due_at.astimezone(LOCAL_TIME).date():
        return Outcome.EARLY
    return Outcome.ON_TIME
