"""The arithmetic of one running limit, in integer minutes: begin, pause, restart, extend.

A *run* is a limit being consumed. What a pause does depends on how the run counts:

* MINUTES (giờ; ngày làm việc as hours; anything after an appointment given as a date): the working minutes that were
  left when the wait began are left when it ends.
* DAYS (ngày làm việc as days): a working day counts when the office closes on it with the clock running, that is, when
  its last working minute is not suspended.
* CALENDAR (ngày): the limit runs around the clock, so the wait is given back around the clock. Where the limit ends on
  closed or suspended time, the due time is the next open instant.
* MOMENT (trong ngày, trong buổi): cannot be divided. The end of the wait is treated like a receipt.

RESTART gives the whole limit again from the end of the wait, which is treated like a receipt (CALENDAR: from that very
instant, as it runs around the clock). No wait ever makes a due time earlier, and a wait that begins when the due time
has passed changes nothing: a breach is a fact.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from enum import Enum, auto
from typing import Final, NamedTuple

from app.domain.calendar_layers import MINUTES_PER_DAY
from app.domain.deadline_terms import CountMode, DeadlinePolicy, Limit, LimitUnit, SuspensionEffect
from app.domain.errors import Refusal
from app.domain.working_calendar import WorkingCalendar

MINUTES_PER_HOUR: Final = 60

# Members bound once: looking them up in their class costs a tenth of a promise.
_WORKING_DAYS: Final = LimitUnit.WORKING_DAYS
_WORKING_HOURS: Final = LimitUnit.WORKING_HOURS
_CALENDAR_DAYS: Final = LimitUnit.CALENDAR_DAYS
_SAME_DAY: Final = LimitUnit.SAME_DAY
_DAYS: Final = CountMode.DAYS


class Counting(Enum):
    MINUTES = auto()
    DAYS = auto()
    CALENDAR = auto()
    MOMENT = auto()


class Run(NamedTuple):
    """`target` is the due day's index in `work_days` (DAYS) or the undeferred due minute (CALENDAR).

    `total` is what is counted in all, in working minutes, where the limit is made of minutes.
    """

    counting: Counting
    start: int
    due: int
    target: int = 0
    total: int | None = None


class Wait(NamedTuple):
    start: int
    end: int | None
    effect: SuspensionEffect


class Grant(NamedTuple):
    at: int
    limit: Limit | None
    new_due: int | None
    field: str


class Course(NamedTuple):
    """Where a limit stands after all facts: `stopped_at` is set while it waits (`run.due` is then the due before)."""

    run: Run
    stopped_at: int | None
    pauses: tuple[Wait, ...]
    """The pauses inside the present run, ascending."""
    faults: tuple[Refusal, ...]
    """What makes an extension unlawful; the caller decides whether to refuse."""


def begin(calendar: WorkingCalendar, limit: Limit, policy: DeadlinePolicy, start: int) -> Run:
    """The run of `limit` from the open instant `start`."""
    unit = limit.unit
    if unit is _WORKING_DAYS and policy.count_mode is _DAYS:
        target = bisect_right(calendar.day_ends, start) + limit.value
        return Run(Counting.DAYS, start, calendar.day_end(target), target)
    if unit is _WORKING_DAYS or unit is _WORKING_HOURS:
        total = limit.value * (policy.minutes_per_working_day if unit is _WORKING_DAYS else MINUTES_PER_HOUR)
        due = calendar.minute_when_worked(calendar.worked_until(start) + total)
        return Run(Counting.MINUTES, start, due, 0, total)
    if unit is _CALENDAR_DAYS:
        target = start + limit.value * MINUTES_PER_DAY
        return Run(Counting.CALENDAR, start, calendar.on_working_time(target), target)
    if unit is _SAME_DAY:
        late = start % MINUTES_PER_DAY > policy.same_day_cutoff
        return Run(Counting.MOMENT, start, calendar.day_end(bisect_right(calendar.day_ends, start) + late))
    return Run(Counting.MOMENT, start, _half_day_end(calendar, start))


def _half_day_end(calendar: WorkingCalendar, start: int) -> int:
    """End of the half-day open at `start`; in its last minute nothing can be done any more, so the next one's."""
    end = calendar.half_day_ends[calendar.span_at_or_after(start)]
    if end - start > 1:
        return end
    return calendar.half_day_ends[calendar.span_at_or_after(end)]


def paused(calendar: WorkingCalendar, run: Run, start: int, end: int, limit: Limit, policy: DeadlinePolicy) -> Run:
    """The run after a wait from `start` (before its due time) to `end`."""
    if run.counting is Counting.MINUTES:
        left = calendar.worked_until(run.due) - calendar.worked_until(start)
        resumed = calendar.minute_when_worked(calendar.worked_until(end) + left) if left else 0
        return run._replace(due=max(run.due, resumed or calendar.next_open_minute(end)))
    if run.counting is Counting.DAYS:
        first = bisect_right(calendar.day_ends, run.start) + 1
        not_counted = max(bisect_right(calendar.day_ends, end), first) - max(
            bisect_right(calendar.day_ends, start), first
        )
        target = run.target + not_counted
        return run._replace(due=calendar.day_end(target), target=target)
    if run.counting is Counting.CALENDAR:
        if start >= run.target:
            return run._replace(due=max(run.due, calendar.next_open_minute(end)))
        target = run.target + max(0, end - max(start, run.start))
        return run._replace(due=calendar.on_working_time(target), target=target)
    return run._replace(due=max(run.due, begin(calendar, limit, policy, calendar.next_open_minute(end)).due))


def restarted(calendar: WorkingCalendar, run: Run, start: int, end: int, limit: Limit, policy: DeadlinePolicy) -> Run:
    """The run after a wait that gives the whole limit again; time left by an extension beyond it is kept."""
    kept = paused(calendar, run, start, end, limit, policy)
    if run.counting is Counting.CALENDAR:
        resumed = max(run.start, end)
        target = max(kept.target, resumed + limit.value * MINUTES_PER_DAY)
        return Run(Counting.CALENDAR, resumed, max(kept.due, calendar.on_working_time(target)), target)
    fresh = begin(calendar, limit, policy, calendar.next_open_minute(end))
    if run.counting is Counting.MINUTES:
        due = max(kept.due, fresh.due)
        total = None if run.total is None else calendar.worked_until(due) - calendar.worked_until(fresh.start)
        return Run(Counting.MINUTES, fresh.start, due, 0, total)
    target = max(kept.target, fresh.target)
    return Run(run.counting, fresh.start, max(kept.due, fresh.due), target)


def extended(calendar: WorkingCalendar, run: Run, grant: Grant, policy: DeadlinePolicy) -> Run:
    """The run with more time. A date, or time in another unit than the run counts, makes it a run of minutes."""
    if grant.limit is None:
        due = max(run.due, calendar.on_working_time(grant.new_due or run.due))
        return _appointed(calendar, run, due)
    unit = grant.limit.unit
    if unit is LimitUnit.WORKING_DAYS and policy.count_mode is CountMode.DAYS:
        day = run.target if run.counting is Counting.DAYS else bisect_left(calendar.day_ends, run.due)
        target = day + grant.limit.value
        more = Run(Counting.DAYS, run.start, calendar.day_end(target), target)
    elif unit is LimitUnit.CALENDAR_DAYS:
        target = run.due + grant.limit.value * MINUTES_PER_DAY
        more = Run(Counting.CALENDAR, run.start, calendar.on_working_time(target), target)
    else:
        return _appointed(calendar, run, begin(calendar, grant.limit, policy, run.due).due)
    return more if more.counting is run.counting else _appointed(calendar, run, more.due)


def _appointed(calendar: WorkingCalendar, run: Run, due: int) -> Run:
    total = None
    if run.total is not None:
        total = run.total + calendar.worked_until(due) - calendar.worked_until(run.due)
    return Run(Counting.MINUTES, run.start, due, 0, total)


def follow(
    calendar: WorkingCalendar,
    limit: Limit,
    policy: DeadlinePolicy,
    received: int,
    waits: Iterable[Wait],
    grants: Iterable[Grant],
) -> Course:
    """The course of a limit through all its facts, in the order of time. `waits` do not overlap."""
    run = begin(calendar, limit, policy, calendar.next_open_minute(received))
    pauses: list[Wait] = []
    faults: list[Refusal] = []
    facts: list[Wait | Grant] = [*grants, *waits]
    for fact in sorted(facts, key=lambda fact: fact[0]):
        if isinstance(fact, Grant):
            if fact.at > run.due:
                faults.append(Refusal("extension_after_breach", fact.field))
            if fact.new_due is not None and fact.new_due <= run.due:
                faults.append(Refusal("extension_not_later", f"{fact.field}.new_due"))
            run = extended(calendar, run, fact, policy)
        elif fact.start >= run.due or fact.effect is SuspensionEffect.NONE:
            continue
        elif fact.end is None:
            return Course(run, fact.start, tuple(pauses), tuple(faults))
        elif fact.effect is SuspensionEffect.PAUSE:
            run = paused(calendar, run, fact.start, fact.end, limit, policy)
            pauses.append(fact)
        else:
            run = restarted(calendar, run, fact.start, fact.end, limit, policy)
            pauses.clear()
    return Course(run, None, tuple(pauses), tuple(faults))
