"""What a calendar is made of (weekly hours and exceptional days, in layers), checked and laid over one another."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from app.domain.errors import InvalidInput, Refusal

MINUTES_PER_DAY: Final = 1440
LAYERS: Final = ("national", "province", "unit")
"""From the most general to the most particular; the particular one decides."""

_MONDAY: Final = 0
_SATURDAY: Final = 5
_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)")


class DayKind(StrEnum):
    """What an exceptional day is (BLLĐ 2019 Điều 112 and the yearly decisions on swapped days)."""

    WORK = "work"
    REST = "rest"
    HOLIDAY = "holiday"
    SWAP_WORK = "swap_work"
    """A rest day worked in exchange for another (làm bù)."""
    SWAP_REST = "swap_rest"
    """The working day given in exchange (nghỉ hoán đổi)."""
    CLOSURE = "closure"
    """Part of a day closed (storm, power cut): `closes_from` to `closes_to`."""


DAYS_OFF: Final = frozenset({DayKind.REST, DayKind.HOLIDAY, DayKind.SWAP_REST})


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A half-day (buổi) from `opens` to `closes`, minutes from midnight; open at `opens`, no longer at `closes`."""

    opens: int
    closes: int


@dataclasses.dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The sessions of one weekday (0 = Monday), in force on the days `valid_from`..`valid_to`, both included.

    Where several cover a day, the particular layer beats the general one and, within a layer, the later listed beats
    the earlier (list standing hours first, seasonal hours after them). No sessions means: no work on that weekday.
    """

    weekday: int
    sessions: tuple[Session, ...]
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    layer: str = "national"

    def covers(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclasses.dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One exceptional day with its legal act (`source`). `closes_from`/`closes_to`: minutes, for CLOSURE only.

    `replaces` is the day a SWAP_WORK day stands in for; its weekday then gives the hours.
    """

    day: dt.date
    kind: DayKind
    name: str
    source: str
    confidence: str = "verified"
    closes_from: int | None = None
    closes_to: int | None = None
    layer: str = "national"
    replaces: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class WeeklyRest:
    """Marks a day that is closed because its weekday has no hours (nghỉ hằng tuần)."""

    weekday: int


@dataclasses.dataclass(frozen=True, slots=True)
class OpenSpan:
    """A stretch of uninterrupted working time; a closure may cut one `half_day` (its number) into several."""

    opens: int
    closes: int
    half_day: int


@dataclasses.dataclass(frozen=True, slots=True)
class DayPlan:
    """One day after all layers: what is open, which entry made it a day on or off, which closures cut into it."""

    spans: tuple[OpenSpan, ...]
    entry: CalendarEntry | None
    closures: tuple[CalendarEntry, ...]


def clock_minutes(text: str) -> int:
    """Minutes from midnight of "07:30" (450, never 7.30 hours) up to "24:00"; InvalidInput `clock_time_invalid`."""
    found = _CLOCK.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minutes <= MINUTES_PER_DAY:
        raise InvalidInput(Refusal("clock_time_invalid", params={"value": text[:20]}))
    return minutes


def layer_faults(
    weekly: Sequence[WeeklyHours], entries: Sequence[CalendarEntry], first_day: dt.date, last_day: dt.date
) -> list[Refusal]:
    """Every fault of the raw layers, in the order listed."""
    faults: list[Refusal] = []
    seen_hours: set[tuple[object, ...]] = set()
    for index, hours in enumerate(weekly):
        faults += _hours_faults(hours, f"weekly.{index}")
        identity = (hours.layer, hours.weekday, hours.valid_from, hours.valid_to)
        if identity in seen_hours:
            faults.append(Refusal("weekly_hours_duplicate", f"weekly.{index}", {"weekday": hours.weekday}))
        seen_hours.add(identity)
    decided: dict[tuple[dt.date, str], DayKind] = {}
    for index, entry in enumerate(entries):
        faults += _entry_faults(entry, f"entries.{index}", first_day, last_day)
        known = (
            decided.setdefault((entry.day, entry.layer), entry.kind) if entry.kind != DayKind.CLOSURE else entry.kind
        )
        if known != entry.kind:
            faults.append(Refusal("calendar_entry_conflict", f"entries.{index}", {"day": entry.day.isoformat()}))
    return faults


def _hours_faults(hours: WeeklyHours, field: str) -> list[Refusal]:
    faults: list[Refusal] = []
    if not 0 <= hours.weekday <= 6:  # noqa: PLR2004 - seven weekdays
        faults.append(Refusal("weekday_invalid", f"{field}.weekday", {"weekday": hours.weekday}))
    if hours.layer not in LAYERS:
        faults.append(Refusal("calendar_layer_unknown", f"{field}.layer", {"layer": hours.layer}))
    if hours.valid_from and hours.valid_to and hours.valid_to < hours.valid_from:
        faults.append(Refusal("weekly_validity_inverted", f"{field}.valid_to"))
    for index, session in enumerate(hours.sessions):
        where = f"{field}.sessions.{index}"
        if session.opens < 0 or session.closes > MINUTES_PER_DAY:
            faults.append(Refusal("session_outside_day", where))
        if session.opens >= session.closes:
            faults.append(Refusal("session_inverted", where))
    ordered = sorted(hours.sessions, key=lambda session: session.opens)
    if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
        faults.append(Refusal("session_overlap", f"{field}.sessions", {"weekday": hours.weekday}))
    return faults


def _entry_faults(entry: CalendarEntry, field: str, first_day: dt.date, last_day: dt.date) -> list[Refusal]:
    faults: list[Refusal] = []
    day = {"day": entry.day.isoformat()}
    if not entry.source.strip():
        faults.append(Refusal("calendar_entry_without_source", f"{field}.source", day))
    if not first_day <= entry.day <= last_day:
        faults.append(Refusal("calendar_entry_out_of_range", f"{field}.day", day))
    if entry.layer not in LAYERS:
        faults.append(Refusal("calendar_layer_unknown", f"{field}.layer", {"layer": entry.layer}))
    if entry.kind != DayKind.CLOSURE:
        if entry.closes_from is not None or entry.closes_to is not None:
            faults.append(Refusal("closure_times_on_whole_day", field, day))
    elif entry.closes_from is None or entry.closes_to is None:
        faults.append(Refusal("closure_times_missing", field, day))
    elif not 0 <= entry.closes_from < entry.closes_to <= MINUTES_PER_DAY:
        faults.append(Refusal("closure_inverted", field, day))
    return faults


class Layers:
    """Sorted layers that can say what any day is. Built from checked input only."""

    def __init__(self, weekly: Iterable[WeeklyHours], entries: Iterable[CalendarEntry]) -> None:
        self._weekly: dict[int, list[WeeklyHours]] = {}
        for hours in sorted(weekly, key=lambda hours: LAYERS.index(hours.layer)):
            self._weekly.setdefault(hours.weekday, []).insert(0, hours)
        self._entries: dict[dt.date, list[CalendarEntry]] = {}
        for entry in sorted(entries, key=lambda entry: (LAYERS.index(entry.layer), entry.kind == DayKind.CLOSURE)):
            self._entries.setdefault(entry.day, []).append(entry)

    def plan(self, day: dt.date) -> DayPlan:
        """Weekly hours first, then each layer's whole-day decision, then the same layer's closures."""
        spans = _as_spans(self._template(day.weekday(), day))
        decisive: CalendarEntry | None = None
        closures: list[CalendarEntry] = []
        for entry in self._entries.get(day, ()):
            if entry.kind == DayKind.CLOSURE:
                left = _without(spans, entry.closes_from or 0, entry.closes_to or 0)
                closures += [entry] if left != spans else []
                spans = left
                continue
            decisive, closures = entry, []
            spans = () if entry.kind in DAYS_OFF else _as_spans(self._hours_worked(entry))
        return DayPlan(spans, decisive, tuple(closures))

    def _template(self, weekday: int, day: dt.date) -> tuple[Session, ...]:
        for hours in self._weekly.get(weekday, ()):
            if hours.covers(day):
                return tuple(sorted(hours.sessions, key=lambda session: session.opens))
        return ()

    def _hours_worked(self, entry: CalendarEntry) -> tuple[Session, ...]:
        """A swapped Saturday or Sunday works the hours of the weekday it replaces, else Monday's."""
        own = self._template(entry.day.weekday(), entry.day)
        monday = self._template(_MONDAY, entry.day)
        if entry.replaces is not None:
            return self._template(entry.replaces.weekday(), entry.day) or monday
        if entry.kind == DayKind.SWAP_WORK and entry.day.weekday() >= _SATURDAY:
            return monday or own
        return own or monday


def _as_spans(sessions: Iterable[Session]) -> tuple[OpenSpan, ...]:
    return tuple(OpenSpan(session.opens, session.closes, number) for number, session in enumerate(sessions))


def _without(spans: Iterable[OpenSpan], start: int, end: int) -> tuple[OpenSpan, ...]:
    left: list[OpenSpan] = []
    for span in spans:
        pieces = ((span.opens, min(span.closes, start)), (max(span.opens, end), span.closes))
        left += [OpenSpan(opens, closes, span.half_day) for opens, closes in pieces if opens < closes]
    return tuple(left)
