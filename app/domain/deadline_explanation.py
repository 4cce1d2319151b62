"""Why a date is what it is, line by line: every half-day counted, every day skipped with its legal act, every wait.

It asks the engine for the dates and the calendar for the days, and adds nothing of its own: what is counted here must
sum to the limit, to the minute, or one of the two is wrong.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from app.domain.calendar_layers import MINUTES_PER_DAY
from app.domain.deadline_counted import Case, count_lines
from app.domain.deadline_sentences import ExplanationLine, LineKind, Value, cause_term, clock_text, line, span_of
from app.domain.deadlines import (
    DEFAULT_POLICY,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
    current_deadline,
    minutes_left,
    minutes_used,
    promise,
)
from app.domain.working_calendar import WorkingCalendar, instant_of, minute_of

__all__ = ["ExplanationLine", "LineKind", "explain"]


def explain(
    calendar: WorkingCalendar,
    received_at: dt.datetime,
    limit: Limit,
    policy: DeadlinePolicy = DEFAULT_POLICY,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    *,
    recomputing: bool = False,
) -> tuple[ExplanationLine, ...]:
    """The lines, in order of time, of what `current_deadline` answers for the same facts; raises what it raises."""
    deadline = current_deadline(calendar, received_at, limit, policy, suspensions, extensions, recomputing=recomputing)
    waits = [
        dataclasses.replace(wait, start=_cut(wait.start), end=None if wait.end is None else _cut(wait.end))
        for wait in suspensions
    ]
    case = Case(
        calendar,
        _cut(received_at),
        limit,
        policy,
        sorted(waits, key=lambda wait: (wait.start, wait.end is None, wait.end or wait.start)),
        sorted(
            (dataclasses.replace(given, granted_at=_cut(given.granted_at)) for given in extensions),
            key=lambda given: given.granted_at,
        ),
        deadline,
        reached=deadline.due_at or deadline.suspended_since or deadline.starts_at,
    )
    case = _with_waits(case)
    middle = [*_facts(case), *count_lines(case)]
    middle.sort(key=lambda found: (found.start, found.end))
    return (_start(case), *middle, _due(case))


def _cut(at: dt.datetime) -> dt.datetime:
    return instant_of(minute_of(at))


def _with_waits(case: Case) -> Case:
    """The case knowing which waits stopped the count that now runs, and which one restarted it."""
    starts = case.deadline.starts_at
    effective = [
        wait for wait in case.suspensions if wait.effect is not SuspensionEffect.NONE and not case.began_after_due(wait)
    ]
    restarts = [
        wait for wait in effective if wait.effect is SuspensionEffect.RESTART and wait.end and wait.end <= starts
    ]
    restart = restarts[-1] if restarts else None
    since = effective.index(restart) + 1 if restart else 0
    pauses = [(wait.start, wait.end or case.reached) for wait in effective[since:] if wait.start < case.reached]
    return dataclasses.replace(case, restart=restart, pauses=pauses)


def _start(case: Case) -> ExplanationLine:
    received = case.received_at
    starts = promise(case.calendar, case.received_at, case.limit, case.policy).starts_at
    cutoff = case.policy.same_day_cutoff
    code = "start_at_receipt" if starts == received else "start_at_opening"
    if case.limit.unit is LimitUnit.SAME_DAY and minute_of(starts) % MINUTES_PER_DAY > cutoff:
        code = "start_after_cutoff"
    values: dict[str, Value] = {"received": received, "starts": starts, "cutoff": clock_text(cutoff)}
    return line(LineKind.START, code, received, starts, values)


def _due(case: Case) -> ExplanationLine:
    deadline = case.deadline
    if deadline.due_at is None:
        since = case.reached
        left = minutes_left(
            case.calendar, case.received_at, case.limit, case.policy, case.suspensions, case.extensions, at=since
        )
        return line(LineKind.DUE, "due_suspended", since, since, {"since": since, "duration": span_of(left)})
    code = "due_provisional" if deadline.provisional else "due"
    values: dict[str, Value] = {"due": deadline.due_at, "known_until": case.calendar.known_until}
    return line(LineKind.DUE, code, deadline.due_at, deadline.due_at, values)


# ---- what happened: waits, restarts, extensions


def _facts(case: Case) -> Iterator[ExplanationLine]:
    for wait in case.suspensions:
        yield _wait(case, wait)
    restart = case.restart
    if restart and restart.end:
        starts = case.deadline.starts_at
        void = minutes_used(
            case.calendar,
            case.received_at,
            case.limit,
            case.policy,
            case.suspensions,
            case.extensions,
            at=restart.start,
        )
        yield line(LineKind.RESTARTED, "restarted", restart.end, starts, {"starts": starts, "duration": span_of(void)})
    for index, extension in enumerate(case.extensions):
        known = [wait for wait in case.suspensions if wait.start < extension.granted_at]
        before = case.due_knowing(known, case.extensions[:index])
        after = case.due_knowing(known, case.extensions[: index + 1])
        if before and after:
            values: dict[str, Value] = {"granted": extension.granted_at, "before": before, "after": after}
            values["basis"] = extension.basis
            yield line(LineKind.EXTENDED, "extended", extension.granted_at, extension.granted_at, values)


def _wait(case: Case, wait: Suspension) -> ExplanationLine:
    values: dict[str, Value] = {"starts": wait.start, "cause": cause_term(wait.cause)}
    code, minutes, due = "suspended", 0, case.due_before(wait)
    if wait.effect is SuspensionEffect.NONE:
        code = "suspended_without_effect"
    elif due is not None and wait.start >= due:
        code = "suspended_after_due"
        values["due"] = due
    elif wait.end is None:
        code = "suspended_still"
    else:
        minutes = case.calendar.working_minutes(wait.start, wait.end)
        if case.limit.unit is LimitUnit.CALENDAR_DAYS:
            minutes = minute_of(wait.end) - minute_of(wait.start)
        values |= {"ends": wait.end, "duration": span_of(minutes)}
    return line(LineKind.SUSPENDED, code, wait.start, wait.end or wait.start, values, minutes)
