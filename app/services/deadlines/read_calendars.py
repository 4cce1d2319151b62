"""Calendars as people read them: their layers, one calendar with its reasons, warnings, proposals for a year."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.calendar_layers import DAYS_OFF
from app.domain.deadline_sentences import clock_text
from app.domain.errors import NotFound, Refusal
from app.services.deadlines import queries
from app.services.deadlines.changes import NATIONAL, CalendarName
from app.services.deadlines.inputs import YearInput
from app.services.deadlines.layers import known_until, last_day, nearest_hours, ordered_layers
from app.services.deadlines.queries import Purpose
from app.services.ports import HolidayProposals, ProposedDay


@dataclass(frozen=True, slots=True)
class CalendarWarning:
    """The days off of a calendar are confirmed for a short time only, or no longer.

    `code`: `calendar_known_until_near` or `calendar_known_until_passed`; `days_left` is negative then.
    """

    code: str
    calendar: str
    purpose: Purpose
    known_until: dt.date
    days_left: int


@dataclass(frozen=True, slots=True)
class LayerListed:
    """A layer in the list. `known_until` None: as the layers below say."""

    id: int
    code: str
    name: str | None
    purpose: Purpose
    version: int
    known_until: dt.date | None
    days: int
    has_hours: bool
    warning: CalendarWarning | None


@dataclass(frozen=True, slots=True)
class DayListed:
    """What a layer (`calendar`) says of a day; of one day the later in the list counts, closures are added."""

    day: dt.date
    kind: str
    name: str
    source: str
    confidence: str
    decided_on: dt.date | None
    decided_by: str
    effective_at: dt.datetime | None
    publication: int | None
    closes_from: str | None
    closes_to: str | None
    replaces: dt.date | None
    calendar: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class SessionListed:
    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class PeriodListed:
    """A week of hours; without dates the standing one."""

    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str
    confidence: str
    sessions: Sequence[SessionListed]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The calendar a unit counts with, all layers together. `hours_of` is the layer whose hours apply."""

    code: str
    name: str | None
    purpose: Purpose
    version: str
    known_until: dt.date
    last_day: dt.date
    warning: CalendarWarning | None
    year: int
    hours_of: str | None
    hours: Sequence[PeriodListed]
    days: Sequence[DayListed]


@dataclass(frozen=True, slots=True)
class ProposalListed:
    """A proposed day beside what the nation's calendar says of it now (None: nothing)."""

    day: dt.date
    kind: str
    name: str
    confidence: str
    present_kind: str | None


async def calendar_warnings(connection: AsyncConnection, now: dt.datetime, days: int) -> Sequence[CalendarWarning]:
    """Return a warning for every layer that is known for fewer than `days` days from `now`, the most urgent first."""
    today = local_date(now)
    rows = await queries.layers_known_before(connection, today + dt.timedelta(days=days))
    return [_warning(row.code, row.purpose, row.known_until, today) for row in rows]


async def list_layers(
    connection: AsyncConnection, *, after_id: int, limit: int, now: dt.datetime, warning_days: int
) -> Sequence[LayerListed]:
    """Return up to `limit` layers in the order of their making."""
    today = local_date(now)
    return [
        LayerListed(
            id=row.id,
            code=row.code,
            name=row.name,
            purpose=row.purpose,
            version=row.version,
            known_until=row.known_until,
            days=row.days,
            has_hours=row.has_hours,
            warning=_warning_within(row.code, row.purpose, row.known_until, today, warning_days),
        )
        for row in await queries.layers_page(connection, after_id=after_id, limit=limit)
    ]


async def view_calendar(
    connection: AsyncConnection, name: CalendarName, *, year: int | None, now: dt.datetime, warning_days: int
) -> CalendarView:
    """Return the calendar of a unit, or of the nation, with the days of `year` (default: the present year).

    Raises NotFound `calendar_unknown` or `calendar_missing`.
    """
    unit: Any = None if name.code == NATIONAL else await queries.unit_of(connection, name.code)
    if unit is None and name.code != NATIONAL:
        raise NotFound(Refusal("calendar_unknown"))
    row = await queries.layers_and_hours(connection, unit.id if unit else None, name.purpose)
    if row.version is None:
        raise NotFound(Refusal("calendar_missing"))
    today = local_date(now)
    wanted = today.year if year is None else year
    layers = ordered_layers(row)
    hours = nearest_hours(from_json(row.hours) or ())
    known = known_until(layers)
    return CalendarView(
        code=name.code,
        name=unit.name if unit else None,
        purpose=name.purpose,
        version=row.version,
        known_until=known,
        last_day=last_day(layers),
        warning=_warning_within(name.code, name.purpose, known, today, warning_days),
        year=wanted,
        hours_of=hours[0]["code"] if hours else None,
        hours=_periods(hours),
        days=_days(layers, wanted),
    )


async def proposed_days(connection: AsyncConnection, year: int, propose: HolidayProposals) -> Sequence[ProposalListed]:
    """Return what `propose` says of `year`, for an administrator to confirm or to correct."""
    present = await queries.national_kinds(connection, year)
    return [
        ProposalListed(found.day, found.kind.value, found.name, found.confidence, present.get(found.day))
        for found in propose(year)
    ]


def year_beside_proposals(given: YearInput, proposed: Iterable[ProposedDay]) -> tuple[list[dt.date], list[dt.date]]:
    """Return the proposed days off that the year does not have, and its days off that nobody proposed."""
    off = {said.day for said in given.days if said.kind in DAYS_OFF}
    expected = {found.day for found in proposed if found.kind in DAYS_OFF}
    return sorted(expected - off), sorted(off - expected)


def _warning(code: str, purpose: Purpose, known: dt.date, today: dt.date) -> CalendarWarning:
    left = (known - today).days
    kind = "calendar_known_until_near" if left >= 0 else "calendar_known_until_passed"
    return CalendarWarning(kind, code, purpose, known, left)


def _warning_within(
    code: str, purpose: Purpose, known: dt.date | None, today: dt.date, days: int
) -> CalendarWarning | None:
    if known is None or (known - today).days >= days:
        return None
    return _warning(code, purpose, known, today)


def _days(layers: Iterable[Mapping[str, Any]], year: int) -> list[DayListed]:
    found = [
        DayListed(
            day=dt.date.fromisoformat(day["day"]),
            kind=day["kind"],
            name=day["name"],
            source=day["source"],
            confidence=day["confidence"],
            decided_on=_date(day["decided_on"]),
            decided_by=day["decided_by"],
            effective_at=None if day["effective_at"] is None else dt.datetime.fromisoformat(day["effective_at"]),
            publication=day["publication_id"],
            closes_from=_clock(day["closes_from"]),
            closes_to=_clock(day["closes_to"]),
            replaces=_date(day["replaces"]),
            calendar=layer["code"],
            purpose=layer["purpose"],
        )
        for layer in layers
        for day in layer["days"]
        if day["day"].startswith(f"{year:04}-")
    ]
    return sorted(found, key=lambda entry: entry.day)


def _periods(rows: Iterable[Mapping[str, Any]]) -> list[PeriodListed]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["valid_from"] or "", row["valid_to"] or ""), []).append(row)
    return [
        PeriodListed(
            valid_from=_date(valid_from or None),
            valid_to=_date(valid_to or None),
            source=sessions[0]["source"],
            confidence=sessions[0]["confidence"],
            sessions=[
                SessionListed(row["weekday"], _clock(row["opens"]) or "", _clock(row["closes"]) or "")
                for row in sorted(sessions, key=lambda row: (row["weekday"], row["opens"]))
            ],
        )
        for (valid_from, valid_to), sessions in sorted(found.items())
    ]


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _clock(minutes: int | None) -> str | None:
    return None if minutes is None else clock_text(minutes)
