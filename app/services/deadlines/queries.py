"""SQL of calendars and clock policies as the engine needs them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

Purpose: TypeAlias = Literal["deadline", "reception"]

# The purposes whose layers make up a calendar: reception is the deadline calendar with layers of its own over it.
_LAYERS_OF: dict[Purpose, str] = {"deadline": "('deadline')", "reception": "('deadline', 'reception')"}

_UNITS_OF = "string_to_array(trim(both '/' from {path}), '/')::int[]"

_VERSION_OF = """(
  select string_agg(
    case when layer.purpose = 'reception' then 'r' else '' end
    || case when layer.unit_id is null then 'n' else 'u' || layer.unit_id || 'v' end || layer.version,
    '.' order by layer.unit_id nulls first, layer.purpose)
  from calendar layer
  where layer.purpose in {purposes}
    and (layer.unit_id is null or layer.unit_id = any ({units})))"""

_POLICY = "(select to_jsonb(policy)::text from clock_policy policy where {condition} limit 1)"


def calendar_version_of(path: str, purpose: Purpose = "deadline") -> str:
    """Return the SQL expression of the present calendar version ("n3.u7v12") of the unit whose path is `path`.

    `path` is an SQL expression inside the surrounding statement (`competent.path`); the empty path is the nation.
    """
    return _VERSION_OF.format(purposes=_LAYERS_OF[purpose], units=_UNITS_OF.format(path=path))


def policy_in_force_on(day: str, field: str = "null") -> str:
    """Return the SQL expression of the clock policy in force on `day` (an SQL date), as text for `read_policy`.

    `field` is an SQL expression of the procedure's field: rules for that field alone go before the general ones.
    """
    return _POLICY.format(
        condition=f"policy.valid_from <= {day} and (policy.field is null or policy.field = {field}) "
        "order by policy.field is null, policy.valid_from desc"
    )


def policy_with_id(policy_id: str) -> str:
    """Return the SQL expression of the clock policy pinned as `policy_id`, as text for `read_policy`."""
    return _POLICY.format(condition=f"policy.id = {policy_id}")


async def present_version(connection: AsyncConnection, unit_id: int | None, purpose: Purpose) -> str | None:
    """Return the present calendar version of the unit (None: the nation); None if the unit or any calendar is missing.

    An unknown unit has a version too, the nation's: references guard against it.
    """
    version = calendar_version_of("coalesce((select path from unit where id = $1), '')", purpose)
    row: Any = await fetch_one(connection, f"select {version} as version", unit_id)
    return None if row is None else row.version


async def layers_and_hours(connection: AsyncConnection, unit_id: int | None, purpose: Purpose) -> Any:
    """Return one row: `version`, `layers` (with their days) and `hours`, as one snapshot knows them.

    `depth` is 0 for the nation, 1 for the root unit (the province), 2 and more below it.
    """
    purposes = _LAYERS_OF[purpose]
    row: Any = await fetch_one(
        connection,
        f"""
with place as (
  select found.path, {_UNITS_OF.format(path="found.path")} as units
  from (select coalesce((select path from unit where id = $1), '') as path) found)
select
  {calendar_version_of("place.path", purpose)} as version,
  (select jsonb_agg(jsonb_build_object(
     'code', coalesce((select code from unit where id = layer.unit_id), 'national'),
     'purpose', layer.purpose, 'known_until', layer.known_until,
     'depth', coalesce(array_position(place.units, layer.unit_id), 0),
     'days', (select coalesce(jsonb_agg(to_jsonb(entry) order by entry.day, entry.closes_from), '[]')
              from calendar_day entry where entry.calendar_id = layer.id)))::text
   from calendar layer
   where layer.purpose in {purposes} and (layer.unit_id is null or layer.unit_id = any (place.units))) as layers,
  (select jsonb_agg(jsonb_build_object(
     'code', coalesce((select code from unit where id = hours.unit_id), 'national'),
     'purpose', hours.purpose, 'depth', coalesce(array_position(place.units, hours.unit_id), 0),
     'weekday', hours.weekday, 'opens', hours.opens, 'closes', hours.closes,
     'valid_from', hours.valid_from, 'valid_to', hours.valid_to,
     'source', hours.source, 'confidence', hours.confidence))::text
   from office_hours hours
   where hours.purpose in {purposes} and (hours.unit_id is null or hours.unit_id = any (place.units))) as hours
from place""",
        unit_id,
    )
    return row


async def policy_text_on(connection: AsyncConnection, day: dt.date) -> str | None:
    row: Any = await fetch_one(connection, f"select {policy_in_force_on('$1::date')} as policy", day)
    return None if row is None else row.policy


async def policy_text_of(connection: AsyncConnection, policy_id: int) -> str | None:
    row: Any = await fetch_one(connection, f"select {policy_with_id('$1')} as policy", policy_id)
    return None if row is None else row.policy


async def basis_of(connection: AsyncConnection, unit_code: str | None, day: dt.date) -> Any:
    """Return one row: `unit_id` (None: no such unit, or none asked for), calendar `version` and `policy` on `day`."""
    version = calendar_version_of("coalesce(unit.path, '')")
    row: Any = await fetch_one(
        connection,
        f"select unit.id as unit_id, {version} as version, {policy_in_force_on('$2::date')} as policy "
        "from (select 1) as always left join unit on unit.code = $1",
        unit_code,
        day,
    )
    return row


async def unit_of(connection: AsyncConnection, code: str) -> Any | None:
    """Return `id`, `name` and `path` of the unit, None if there is none."""
    return await fetch_one(connection, "select id, name, path from unit where code = $1", code)


async def layers_page(connection: AsyncConnection, *, after_id: int, limit: int) -> Sequence[Any]:
    """Return the layers with an id above `after_id`: whose they are, how many days they have, until when known."""
    return await fetch_all(
        connection,
        "select layer.id, coalesce(unit.code, 'national') as code, unit.name, layer.purpose, layer.version, "
        "layer.known_until, (select count(*) from calendar_day entry where entry.calendar_id = layer.id) as days, "
        "exists (select from office_hours hours where hours.purpose = layer.purpose "
        "and hours.unit_id is not distinct from layer.unit_id) as has_hours "
        "from calendar layer left join unit on unit.id = layer.unit_id where layer.id > $1 order by layer.id limit $2",
        after_id,
        limit,
    )


async def layers_known_before(connection: AsyncConnection, day: dt.date) -> Sequence[Any]:
    """Return the layers that say they are known until a day before `day`."""
    return await fetch_all(
        connection,
        "select coalesce(unit.code, 'national') as code, layer.purpose, layer.known_until "
        "from calendar layer left join unit on unit.id = layer.unit_id "
        "where layer.known_until < $1 order by layer.known_until, layer.id",
        day,
    )


async def units_with_layers_below(connection: AsyncConnection, path: str, purpose: Purpose) -> Sequence[Any]:
    """Return `id` and `code` of the units below `path` (empty: all units) that have days or hours of their own."""
    return await fetch_all(
        connection,
        "select unit.id, unit.code from unit where starts_with(unit.path, $1) and unit.path <> $1 and ("
        f"exists (select from calendar layer where layer.unit_id = unit.id and layer.purpose in {_LAYERS_OF[purpose]}) "
        "or exists (select from office_hours hours where hours.unit_id = unit.id "
        f"and hours.purpose in {_LAYERS_OF[purpose]})) order by unit.id",
        path,
    )


async def last_national_day(connection: AsyncConnection) -> dt.date | None:
    """Return the last day that the nation's deadline calendar has a row for, or is known until."""
    row: Any = await fetch_one(
        connection,
        "select greatest(layer.known_until, (select max(day) from calendar_day entry where entry.calendar_id = layer.id"
        ")) as day from calendar layer where layer.purpose = 'deadline' and layer.unit_id is null",
    )
    return None if row is None else row.day


async def national_kinds(connection: AsyncConnection, year: int) -> dict[dt.date, str]:
    """Return the kind of every whole day of `year` in the nation's deadline calendar."""
    rows = await fetch_all(
        connection,
        "select entry.day, entry.kind from calendar_day entry join calendar layer on layer.id = entry.calendar_id "
        "where layer.purpose = 'deadline' and layer.unit_id is null and entry.kind <> 'closure' "
        "and entry.day between $1 and $2",
        dt.date(year, 1, 1),
        dt.date(year, 12, 31),
    )
    return {row.day: row.kind for row in rows}
