"""A layer with changes laid over it, in memory: what a preview shows and a publication writes are the same thing."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.core.db import from_json
from app.domain.calendar_layers import layer_faults
from app.domain.calendars import CalendarEntry, DayKind, Session, WeeklyHours, clock_minutes
from app.domain.errors import Refusal
from app.services.deadlines.inputs import ChangesInput, DayInput, PeriodInput, WeekdayInput
from app.services.deadlines.layers import FIRST_DAY, last_day
from app.services.deadlines.queries import Purpose

NATIONAL: Final = "national"
"""Stands for the nation where a unit's code is asked for."""

_SWAPS: Final = frozenset({DayKind.SWAP_WORK, DayKind.SWAP_REST})
_DAY_COLUMNS: Final = (
    *("kind", "name", "source", "confidence", "decided_on", "decided_by", "effective_at", "closes_from", "closes_to"),
    "replaces",
)

DatedDay = tuple[dt.date, DayInput]


@dataclass(frozen=True, slots=True)
class CalendarName:
    """Which layer: a unit's code or `national`, and its purpose."""

    code: str
    purpose: Purpose = "deadline"


@dataclass(frozen=True, slots=True)
class CalendarRows:
    """What `queries.layers_and_hours` answers, with a draft in it: ready to be compiled."""

    version: str
    layers: Sequence[Mapping[str, Any]]
    hours: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Draft:
    """One layer's days and hours as JSON rows; rows with an `id` are stored already."""

    name: CalendarName
    depth: int
    known_until: dt.date | None
    days: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    national_last_day: dt.date
    """The last day of the last year that the nation has days for, as stored."""
    removed: list[dict[str, Any]] = field(default_factory=list)
    """Stored days that the changes take away."""
    hours_replaced: bool = False

    @property
    def content(self) -> dict[str, Any]:
        """What a publication keeps of the layer."""
        days = [{"day": row["day"]} | {column: row.get(column) for column in _DAY_COLUMNS} for row in self.days]
        hours = ("weekday", "opens", "closes", "valid_from", "valid_to", "source", "confidence")
        return {
            "known_until": None if self.known_until is None else self.known_until.isoformat(),
            "days": sorted(days, key=lambda row: (row["day"], row["closes_from"] or -1)),
            "hours": [{column: row[column] for column in hours} for row in self.hours],
        }

    @property
    def added(self) -> list[dict[str, Any]]:
        return [row for row in self.days if "id" not in row]

    def within(self, row: Any) -> CalendarRows:
        """Return `row` (of this unit or one below it) with this draft in the place of the stored layer."""
        name = (self.name.code, self.name.purpose)
        known = None if self.known_until is None else self.known_until.isoformat()
        own = {
            "code": name[0],
            "purpose": name[1],
            "depth": self.depth,
            "known_until": known,
            "days": self.days,
        }
        layers = [layer for layer in from_json(row.layers) or () if (layer["code"], layer["purpose"]) != name]
        hours = [hour for hour in from_json(row.hours) or () if (hour["code"], hour["purpose"]) != name]
        return CalendarRows(row.version or "", [*layers, own], [*hours, *self.hours])


def draft_of(name: CalendarName, path: str, row: Any) -> Draft:
    """Return the stored layer as a draft; `row` is `queries.layers_and_hours` of its own unit, `path` that unit's."""
    layers = from_json(row.layers) or ()
    own = [layer for layer in layers if (layer["code"], layer["purpose"]) == (name.code, name.purpose)]
    known_until = own[0]["known_until"] if own else None
    return Draft(
        name=name,
        depth=len([part for part in path.split("/") if part]),
        known_until=None if known_until is None else dt.date.fromisoformat(known_until),
        days=[dict(day) for layer in own for day in layer["days"]],
        hours=[dict(r) for r in from_json(row.hours) or () if (r["code"], r["purpose"]) == (name.code, name.purpose)],
        national_last_day=last_day(layers),
    )


def lay_over(draft: Draft, changes: ChangesInput) -> list[Refusal]:
    """Lay `changes` over `draft`: what is removed goes first; return every fault."""
    faults: list[Refusal] = []
    for index, day in enumerate(changes.removed_days):
        if not remove_days(draft, {day}):
            faults.append(Refusal("calendar_day_unknown", f"removed_days.{index}", {"day": day.isoformat()}))
    if changes.removed_days and changes.source is None:
        faults.append(Refusal("removal_without_source", "source"))
    faults += set_days(draft, [(given.day, given) for given in changes.days])
    if changes.hours is not None:
        faults += set_hours(draft, changes.hours.periods, "hours.")
    if changes.known_until is not None:
        faults += set_known_until(draft, changes.known_until.known_until, "known_until.known_until")
    if not (changes.removed_days or changes.days or changes.hours or changes.known_until):
        faults.append(Refusal("calendar_change_empty"))
    return faults


def remove_days(draft: Draft, days: Iterable[dt.date]) -> list[dict[str, Any]]:
    """Take away everything the layer says of `days`, closures too; return what it was."""
    gone = {day.isoformat() for day in days}
    found = [row for row in draft.days if row["day"] in gone]
    _take_away(draft, found)
    return found


def set_days(draft: Draft, given: Sequence[DatedDay], place: str | None = None) -> list[Refusal]:
    """Put each day in the place of what was said of it, or of the closure that begins at the same time.

    `place`: the field at which one single day was given.
    """
    faults = _day_faults(draft, given, place)
    if faults:
        return faults
    rows = [_row(day, said) for day, said in given]
    for row in rows:
        closes = row["kind"] == DayKind.CLOSURE
        _take_away(
            draft,
            [
                stored
                for stored in draft.days
                if stored["day"] == row["day"]
                and closes == (stored["kind"] == DayKind.CLOSURE)
                and (not closes or stored["closes_from"] == row["closes_from"])
            ],
        )
        draft.days.append(row)
    return []


def set_hours(draft: Draft, periods: Sequence[PeriodInput], prefix: str = "") -> list[Refusal]:
    """Put `periods` in the place of all hours of the layer."""
    faults = [Refusal(fault.code, f"{prefix}{fault.field}", fault.params) for fault in _hours_faults(periods)]
    if faults:
        return faults
    draft.hours = [
        {
            "code": draft.name.code,
            "purpose": draft.name.purpose,
            "depth": draft.depth,
            "weekday": weekday.weekday,
            "opens": session.opens,
            "closes": session.closes,
            "valid_from": _iso(period.valid_from),
            "valid_to": _iso(period.valid_to),
            "source": period.source,
            "confidence": period.confidence,
        }
        for period in periods
        for weekday in period.week
        for session in _sessions(weekday)
    ]
    draft.hours_replaced = True
    return []


def set_known_until(draft: Draft, known_until: dt.date | None, place: str = "known_until") -> list[Refusal]:
    """Say until when the days off are confirmed; None: as the layers below say."""
    national = draft.name == CalendarName(NATIONAL)
    if known_until is None and national:
        return [Refusal("known_until_required", place)]
    days = [dt.date.fromisoformat(row["day"]) for row in draft.days] if national else []
    last = max([draft.national_last_day, *days]).replace(month=12, day=31)
    if known_until is not None and known_until > last:
        return [Refusal("known_until_without_days", place, {"last_day": last.isoformat()})]
    draft.known_until = known_until
    return []


def _take_away(draft: Draft, found: Sequence[Mapping[str, Any]]) -> None:
    draft.removed += [dict(row) for row in found if "id" in row]
    draft.days = [row for row in draft.days if row not in found]


def _row(day: dt.date, said: DayInput) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "kind": said.kind.value,
        "name": said.name,
        "source": said.source,
        "confidence": said.confidence,
        "decided_on": _iso(said.decided_on),
        "decided_by": said.decided_by or "",
        "effective_at": None if said.effective_at is None else said.effective_at.isoformat(),
        "closes_from": None if said.closes_from is None else clock_minutes(said.closes_from),
        "closes_to": None if said.closes_to is None else clock_minutes(said.closes_to),
        "replaces": _iso(said.replaces),
    }


def _day_faults(draft: Draft, given: Sequence[DatedDay], place: str | None) -> list[Refusal]:
    """The faults of the days. The nation's calendar may grow by one year at a time, a unit's stays within it."""
    grows = draft.name == CalendarName(NATIONAL)
    last = dt.date(draft.national_last_day.year + grows, 12, 31)
    rows = [_row(day, said) for day, said in given]
    entries = [
        CalendarEntry(
            *(day, said.kind, said.name, said.source),
            closes_from=row["closes_from"],
            closes_to=row["closes_to"],
        )
        for (day, said), row in zip(given, rows, strict=True)
    ]
    faults = []
    for fault in layer_faults([], entries, FIRST_DAY, last):
        _, at, *rest = (fault.field or "").split(".")
        column = ".".join(rest) or "kind"
        faults.append(Refusal(fault.code, f"days.{at}.{column}" if place is None else place + column, fault.params))
    seen: set[tuple[dt.date, int | None]] = set()
    for index, ((day, said), row) in enumerate(zip(given, rows, strict=True)):
        prefix = f"days.{index}." if place is None else place
        if said.replaces is not None and said.kind not in _SWAPS:
            faults.append(Refusal("replaces_without_swap", f"{prefix}replaces"))
        if (day, row["closes_from"]) in seen:
            faults.append(Refusal("calendar_entry_repeated", f"{prefix}day", {"day": day.isoformat()}))
        seen.add((day, row["closes_from"]))
    return faults


def _hours_faults(periods: Sequence[PeriodInput]) -> list[Refusal]:
    """The engine's faults of the weeks, each at the place where the sender wrote it."""
    weekly: list[WeeklyHours] = []
    places: dict[str, tuple[int, int]] = {}
    for number, period in enumerate(periods):
        for index, weekday in enumerate(period.week):
            places[f"weekly.{len(weekly)}"] = (number, index)
            weekly.append(WeeklyHours(weekday.weekday, _sessions(weekday), period.valid_from, period.valid_to))
    faults = [_placed(fault, places) for fault in layer_faults(weekly, [], FIRST_DAY, FIRST_DAY)]
    return [fault for index, fault in enumerate(faults) if fault not in faults[:index]]


def _placed(fault: Refusal, places: Mapping[str, tuple[int, int]]) -> Refusal:
    head, _, rest = (fault.field or "").removeprefix("weekly.").partition(".")
    number, index = places[f"weekly.{head}"]
    if rest == "valid_to":
        return Refusal(fault.code, f"periods.{number}.valid_to", fault.params)
    return Refusal(fault.code, f"periods.{number}.week.{index}" + (f".{rest}" if rest else ""), fault.params)


def _sessions(weekday: WeekdayInput) -> tuple[Session, ...]:
    return tuple(Session(clock_minutes(given.opens), clock_minutes(given.closes)) for given in weekday.sessions)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
