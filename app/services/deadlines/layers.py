"""From rows to a calendar: the layers of a unit's path laid over one another, and the office hours nearest to it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.core.db import from_json
from app.domain.calendars import (
    CalendarEntry,
    DayKind,
    Session,
    WeeklyHours,
    WorkingCalendar,
    compile_calendar,
)

FIRST_DAY: Final = dt.date(2015, 1, 1)
"""Where calendars begin. Before the first year with rows only the weekly hours are known, no holiday."""

_PROVINCE_DEPTH: Final = 1


def compile_rows(row: Any) -> WorkingCalendar:
    """Compile the calendar of `queries.layers_and_hours`; raises what `compile_calendar` raises.

    It covers 2015 up to the end of the last year for which the nation has days or is known: beyond it there is no date
    to promise. It is known until the earliest `known_until` that a layer states.
    """
    layers = ordered_layers(row)
    return compile_calendar(
        weekly_hours(from_json(row.hours) or ()),
        entries(layers),
        first_day=FIRST_DAY,
        last_day=last_day(layers),
        known_until=known_until(layers),
        version=row.version or "",
    )


def ordered_layers(row: Any) -> Sequence[Mapping[str, Any]]:
    """The layers of `queries.layers_and_hours`, from the general to the particular."""
    return sorted(from_json(row.layers) or (), key=lambda layer: (layer["depth"], layer["purpose"]))


def known_until(layers: Iterable[Mapping[str, Any]]) -> dt.date:
    """The earliest last confirmed day that one of `layers` states."""
    stated = [dt.date.fromisoformat(layer["known_until"]) for layer in layers if layer["known_until"]]
    return min(stated, default=FIRST_DAY)


def last_day(layers: Iterable[Mapping[str, Any]]) -> dt.date:
    """The end of the last year for which the nation's deadline layer has days or is known."""
    national = [layer for layer in layers if layer["depth"] == 0 and layer["purpose"] == "deadline"]
    days = [day["day"] for layer in national for day in layer["days"]]
    known = [layer["known_until"] for layer in national]
    return dt.date.fromisoformat(max((*days, *known), default=FIRST_DAY.isoformat())).replace(month=12, day=31)


def entries(layers: Iterable[Mapping[str, Any]]) -> list[CalendarEntry]:
    """The entries of `layers`, given from the general to the particular.

    The engine knows one layer below the province. What lies deeper (a historic district and its communes, reception
    over deadline days) is laid together here by its own rule: a whole-day decision replaces what is below it, a closure
    is added.
    """
    found: dict[tuple[str, dt.date], list[CalendarEntry]] = {}
    for layer in layers:
        decided = [_entry(day, _layer_name(layer["depth"])) for day in layer["days"]]
        found.update({(entry.layer, entry.day): [] for entry in decided if entry.kind != DayKind.CLOSURE})
        for entry in decided:
            found.setdefault((entry.layer, entry.day), []).append(entry)
    return [entry for day_entries in found.values() for entry in day_entries]


def weekly_hours(rows: Iterable[Mapping[str, Any]]) -> list[WeeklyHours]:
    """The weeks of the nearest unit that has hours: its reception hours, where they are asked for, before the others.

    Standing hours come first, then the periods by their beginning (of two that begin together the shorter last), as
    the engine lets the later listed win. Each period is a whole week.
    """
    nearest = nearest_hours(rows)
    periods = {(_date(row["valid_from"]), _date(row["valid_to"])) for row in nearest}
    ordered = sorted(periods, key=lambda period: (period[0] or dt.date.min, -(period[1] or dt.date.max).toordinal()))
    return [
        WeeklyHours(weekday, _sessions(nearest, weekday, period), valid_from=period[0], valid_to=period[1])
        for period in ordered
        for weekday in range(7)
    ]


def nearest_hours(rows: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The rows of the one unit and purpose whose hours apply."""
    ranked: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        ranked.setdefault((row["depth"], row["purpose"]), []).append(row)
    return ranked[max(ranked)] if ranked else ()  # "reception" is after "deadline" in the alphabet too


def _sessions(
    rows: Iterable[Mapping[str, Any]], weekday: int, period: tuple[dt.date | None, dt.date | None]
) -> tuple[Session, ...]:
    sessions = [
        Session(row["opens"], row["closes"])
        for row in rows
        if row["weekday"] == weekday and (_date(row["valid_from"]), _date(row["valid_to"])) == period
    ]
    return tuple(sorted(sessions, key=lambda session: session.opens))


def _layer_name(depth: int) -> str:
    if depth == 0:
        return "national"
    return "province" if depth == _PROVINCE_DEPTH else "unit"


def _entry(row: Mapping[str, Any], layer: str) -> CalendarEntry:
    return CalendarEntry(
        day=dt.date.fromisoformat(row["day"]),
        kind=DayKind(row["kind"]),
        name=row["name"],
        source=row["source"],
        confidence=row["confidence"],
        closes_from=row["closes_from"],
        closes_to=row["closes_to"],
        layer=layer,
        replaces=_date(row["replaces"]),
    )


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
