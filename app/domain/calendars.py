"""Calendars in layers, compiled once into what the deadline engine computes with."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from app.domain.calendar_layers import (
    MINUTES_PER_DAY,
    CalendarEntry,
    DayKind,
    DayPlan,
    Layers,
    Session,
    WeeklyHours,
    WeeklyRest,
    clock_minutes,
    layer_faults,
)
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.working_calendar import (
    LOCAL_TIME,
    CalendarExhausted,
    WorkingCalendar,
    date_of,
    day_number,
    instant_of,
    minute_of,
)

__all__ = [
    "LOCAL_TIME",
    "CalendarEntry",
    "CalendarExhausted",
    "DayKind",
    "Session",
    "WeeklyHours",
    "WeeklyRest",
    "WorkingCalendar",
    "clock_minutes",
    "compile_calendar",
    "instant_of",
    "minute_of",
]

LONGEST_CLOSED_DAYS: Final = 60
"""A calendar with no working time in this many days in a row is a mistake, not a calendar."""


def compile_calendar(
    weekly: Sequence[WeeklyHours],
    entries: Sequence[CalendarEntry],
    *,
    first_day: dt.date,
    last_day: dt.date,
    known_until: dt.date,
    version: str,
) -> WorkingCalendar:
    """Lay the layers over one another for `first_day`..`last_day` (both included) and compile them.

    A particular layer (unit) overrides a general one (province, national); within a layer, closures are taken off what
    the layer's whole-day entry left. The order in which entries are given does not matter.

    Raises InvalidInput with every fault found: `calendar_range_inverted`, `weekly_hours_missing`,
    `weekly_hours_duplicate`, `weekday_invalid`, `weekly_validity_inverted`, `session_outside_day`, `session_inverted`,
    `session_overlap`, `calendar_layer_unknown`, `calendar_entry_without_source`, `calendar_entry_out_of_range`,
    `calendar_entry_conflict`, `closure_times_missing`, `closure_times_on_whole_day`, `closure_inverted`; then
    `working_day_without_hours` and `calendar_without_working_time`.
    """
    faults = layer_faults(weekly, entries, first_day, last_day)
    if last_day < first_day:
        faults.append(Refusal("calendar_range_inverted", "last_day"))
    if not weekly:
        faults.append(Refusal("weekly_hours_missing", "weekly"))
    refuse_all(InvalidInput, faults)
    layers = Layers(weekly, entries)
    first, last = day_number(first_day), day_number(last_day)
    plans = {number: layers.plan(date_of(number)) for number in range(first, last + 1)}
    refuse_all(InvalidInput, _compiled_faults(plans))
    return _compiled(plans, first_day, last_day, known_until, version)


def _compiled(
    plans: dict[int, DayPlan], first_day: dt.date, last_day: dt.date, known_until: dt.date, version: str
) -> WorkingCalendar:
    opens: list[int] = []
    closes: list[int] = []
    worked = [0]
    half_day_ends: list[int] = []
    work_days: list[int] = []
    day_ends: list[int] = []
    for number, plan in plans.items():
        if not plan.spans:
            continue
        midnight = number * MINUTES_PER_DAY
        ends = {span.half_day: midnight + span.closes for span in plan.spans}
        for span in plan.spans:
            opens.append(midnight + span.opens)
            closes.append(midnight + span.closes)
            worked.append(worked[-1] + span.closes - span.opens)
            half_day_ends.append(ends[span.half_day])
        work_days.append(number)
        day_ends.append(closes[-1])
    return WorkingCalendar(
        version=version,
        first_day=first_day,
        last_day=last_day,
        known_until=known_until,
        opens=tuple(opens),
        closes=tuple(closes),
        worked_before=tuple(worked),
        half_day_ends=tuple(half_day_ends),
        work_days=tuple(work_days),
        day_ends=tuple(day_ends),
        entries=MappingProxyType({date_of(number): plan.entry for number, plan in plans.items() if plan.entry}),
        closures=MappingProxyType({date_of(number): plan.closures for number, plan in plans.items() if plan.closures}),
        begins_at=day_number(first_day) * MINUTES_PER_DAY,
        ends_at=(day_number(last_day) + 1) * MINUTES_PER_DAY,
        known_until_end=(day_number(known_until) + 1) * MINUTES_PER_DAY,
    )


def _compiled_faults(plans: dict[int, DayPlan]) -> list[Refusal]:
    faults = [
        Refusal("working_day_without_hours", "entries", {"day": date_of(number).isoformat()})
        for number, plan in plans.items()
        if plan.entry and plan.entry.kind in {DayKind.WORK, DayKind.SWAP_WORK} and not plan.spans and not plan.closures
    ]
    worked = [number for number, plan in plans.items() if plan.spans]
    edges = [min(plans) - 1, *worked, max(plans) + 1]
    for before, after in pairwise(edges):
        if after - before > LONGEST_CLOSED_DAYS or not worked:
            span = {"from": date_of(before + 1).isoformat(), "to": date_of(after - 1).isoformat()}
            faults.append(Refusal("calendar_without_working_time", "entries", span))
    return faults
