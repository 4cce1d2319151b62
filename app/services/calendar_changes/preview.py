"""What a change of a calendar would move, before anybody publishes it: nothing is stored."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.calendars import WorkingCalendar
from app.domain.errors import InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor
from app.services.calendar_changes import queries
from app.services.calendar_changes.reached import Redated, redated
from app.services.calendar_changes.recompute import BATCH, policies_of
from app.services.deadlines import queries as calendars
from app.services.deadlines.changes import place_of, prove
from app.services.deadlines.draft import NATIONAL, CalendarName, Draft, draft_of, lay_over
from app.services.deadlines.inputs import ChangesInput
from app.services.deadlines.layers import compile_rows, known_until, ordered_layers
from app.services.deadlines.queries import Purpose

_NO_VERSION: Final = ""


@dataclass(slots=True)
class UnitEffect:
    """What would happen to the open dossiers of a unit."""

    code: str
    name: str
    open: int = 0
    moved: int = 0
    earlier: int = 0
    later: int = 0
    untold: int = 0
    """Whose date the calendar could not tell: they would keep the one they have."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`units` has those with dossiers that would move or could not be dated, on the first page only.

    `next_id` continues the list of dossiers; None: there are no more.
    """

    code: str
    purpose: Purpose
    known_until: dt.date
    examined: int | None
    moved: int | None
    units: Sequence[UnitEffect] | None
    items: Sequence[Redated]
    unit_codes: Mapping[int, str]
    next_id: int | None


@dataclass(slots=True)
class _Found:
    """What the walk over open dossiers gathers."""

    units: dict[int, UnitEffect]
    items: list[Redated] = field(default_factory=list)
    examined: int = 0
    moved: int = 0


async def preview(
    connection: AsyncConnection, actor: Actor, name: CalendarName, changes: ChangesInput, *, after_id: int, limit: int
) -> Preview:
    """Return what publishing `changes` would do: counts over everything with `after_id` 0, and a page of dossiers.

    Raises what `publish_changes` would raise. A calendar of reception dates no dossier.
    """
    unit_id, path = await place_of(connection, actor, name)
    row = await calendars.layers_and_hours(connection, unit_id, name.purpose)
    if row.version is None:
        raise NotFound(Refusal("calendar_missing"))
    draft = draft_of(name, path, row)
    refuse_all(InvalidInput, lay_over(draft, changes))
    await prove(connection, draft, unit_id, path, row)
    units = await queries.unit_versions(connection, path) if name.purpose == "deadline" else ()
    found = _Found({unit.id: UnitEffect(unit.code, unit.name) for unit in units})
    reached = await _calendars(connection, draft, units)
    first = after_id == 0
    while len(found.items) <= limit or first:
        rows = await queries.open_facts(connection, list(reached), after_id=after_id, limit=BATCH)
        if not rows:
            break
        after_id = rows[-1].id
        policies = await policies_of(connection, rows)
        await asyncio.to_thread(_examine, rows, reached, policies, found, limit)
    page = found.items[:limit]
    return Preview(
        code=name.code,
        purpose=name.purpose,
        known_until=known_until(ordered_layers(draft.within(row))),
        examined=found.examined if first else None,
        moved=found.moved if first else None,
        units=[unit for unit in found.units.values() if unit.moved or unit.untold] if first else None,
        items=page,
        unit_codes={unit.id: unit.code for unit in units},
        next_id=page[-1].id if len(found.items) > limit else None,
    )


def _examine(
    rows: Sequence[Any],
    reached: Mapping[int, tuple[WorkingCalendar, str]],
    policies: Mapping[int, Any],
    found: _Found,
    limit: int,
) -> None:
    dated, _ = redated(rows, reached, policies)
    found.examined += len(rows)
    told = {one.id for one in dated}
    for row in rows:
        unit = found.units[row.competent_unit_id]
        unit.open += 1
        unit.untold += row.id not in told
    for one in dated:
        if not one.is_moved:
            continue
        unit = found.units[one.unit_id]
        found.moved += 1
        unit.moved += 1
        unit.earlier += one.after_due < one.before_due
        unit.later += one.after_due > one.before_due
        if len(found.items) <= limit:
            found.items.append(one)


async def _calendars(
    connection: AsyncConnection, draft: Draft, units: Sequence[Any]
) -> dict[int, tuple[WorkingCalendar, str]]:
    """Return the calendar of each unit as it would be; units with the same layers share one."""
    compiled: dict[str, tuple[WorkingCalendar, str]] = {}
    for unit in units:
        if unit.version is not None and unit.version not in compiled:
            row = await calendars.layers_and_hours(connection, unit.id, draft.name.purpose)
            compiled[unit.version] = (await asyncio.to_thread(compile_rows, draft.within(row)), _NO_VERSION)
    return {unit.id: compiled[unit.version] for unit in units if unit.version is not None}


async def publications_of(
    connection: AsyncConnection, name: CalendarName, *, before_id: int | None, limit: int
) -> Sequence[Any]:
    """Return the versions of a layer, the newest first. Raises NotFound `calendar_unknown`."""
    unit: Any = None if name.code == NATIONAL else await calendars.unit_of(connection, name.code)
    if unit is None and name.code != NATIONAL:
        raise NotFound(Refusal("calendar_unknown"))
    return await queries.publications_page(
        connection, unit.id if unit else None, name.purpose, before_id=before_id, limit=limit
    )
