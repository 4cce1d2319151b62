"""SQL of calendars and clock policies as the engine needs them."""

import datetime as dt
from typing import Any, Literal, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one

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


def policy_in_force_on(day: str) -> str:
    """Return the SQL expression of the clock policy in force on `day` (an SQL date), as text for `read_policy`."""
    return _POLICY.format(condition=f"policy.valid_from <= {day} order by policy.valid_from desc")


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
     'id', layer.id, 'purpose', layer.purpose, 'known_until', layer.known_until,
     'depth', coalesce(array_position(place.units, layer.unit_id), 0),
     'days', (select coalesce(jsonb_agg(to_jsonb(entry) order by entry.day, entry.closes_from), '[]')
              from calendar_day entry where entry.calendar_id = layer.id)))::text
   from calendar layer
   where layer.purpose in {purposes} and (layer.unit_id is null or layer.unit_id = any (place.units))) as layers,
  (select jsonb_agg(jsonb_build_object(
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
