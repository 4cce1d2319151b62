"""The work that falls due: one statement for the place asked about, one for everything shown."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one
from app.services.deadlines.queries import calendar_version_of
from app.services.identity.queries import AUTH_VERSION_OF
from app.services.identity.scope import unit_in_scope

# Asked for a unit: its calendar; otherwise that of the first unit in reach, the highest of them.
_PLACE = f"""
select {AUTH_VERSION_OF.format(account="$1")} as auth_version, place.id, {calendar_version_of("place.path")} as version
from (select 1) one left join lateral (
  select u.id, u.path from unit u
  where {unit_in_scope("u.path", "$2", "$3")} and ($4::text is null or u.code = $4)
  order by length(u.path), u.id limit 1
) place on true
"""

_RUNNING = "d.ended_at is null and d.accepted_at is not null and d.suspended_since is null"
_TO_COME = f"{_RUNNING} and d.current_due_at >= $4::timestamptz and d.current_due_at < $5::timestamptz"
_OVERDUE = f"{_RUNNING} and d.current_due_at < $13::timestamptz"
_COLUMNS = "d.id, d.current_due_at as due_at, d.assignee_id, d.competent_unit_id"

_ITEM = """json_build_object('code', d.code, 'state', d.state, 'due_at', d.current_due_at,
  'due_provisional', d.due_provisional, 'procedure_code', p.code, 'procedure_name', v.name,
  'receiving_unit', r.code, 'receiving_name', r.name, 'competent_unit', c.code, 'competent_name', c.name,
  'assignee', w.username, 'applicant_name', a.full_name, 'id', d.id)"""

_SECTION = f"""(
  select json_agg({_ITEM} order by d.current_due_at {{order}}, d.id {{order}})
  from (
    select o.id from {{rows}}
      and ($6::text is null or ($6 = '{{name}}' and (o.due_at, o.id) {{beyond}} ($7::timestamptz, $8::bigint)))
    order by o.due_at {{order}}, o.id {{order}} limit $9
  ) wanted join dossier d on d.id = wanted.id
  join procedure_version v on v.id = d.procedure_version_id join procedure p on p.id = d.procedure_id
  join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
  left join account w on w.id = d.assignee_id
  left join dossier_party a on a.dossier_id = d.id and a.role = 'applicant'
) as {{name}}"""
_RISING = {"beyond": ">", "order": "asc"}
_FALLING = {"beyond": "<", "order": "desc"}

_DUE = f"""
with units as (select u.id from unit u where {{units}}),
open_due as materialized ({{to_come}}),
per_day as (
  select o.competent_unit_id, coalesce(o.assignee_id, 0) as officer,
    (o.due_at at time zone 'Asia/Ho_Chi_Minh')::date as day, count(*) as dossiers
  from open_due o
  where (o.due_at at time zone 'Asia/Ho_Chi_Minh')::date = any ($14::date[])
    and ($6::text is null
      or ($6 = 'load' and (o.competent_unit_id, coalesce(o.assignee_id, 0)) > ($15::int, $8::bigint)))
  group by 1, 2, 3
),
per_officer as (
  select competent_unit_id, officer, sum(dossiers) as total, json_object_agg(day, dossiers) as days
  from per_day group by competent_unit_id, officer order by competent_unit_id, officer limit $9
)
select
  {_SECTION.format(name="today", rows="open_due o where o.due_at >= $10 and o.due_at < $11", **_RISING)},
  {_SECTION.format(name="soon", rows="open_due o where o.due_at >= $10 and o.due_at <= $12", **_RISING)},
  {_SECTION.format(name="overdue", rows="({overdue}) o where true", **_FALLING)},
  (select json_agg(json_build_object('unit_id', x.competent_unit_id, 'officer', x.officer, 'unit', c.code,
      'unit_name', c.name, 'assignee', w.username, 'total', x.total, 'days', x.days)
      order by x.competent_unit_id, x.officer)
    from per_officer x join unit c on c.id = x.competent_unit_id left join account w on w.id = x.officer) as load
"""


async def place_of(
    connection: AsyncConnection, *, account_id: int, everything: bool, patterns: list[str], unit: str | None
) -> Any:
    """Return `auth_version`, and `id` and calendar `version` of the unit asked for, None if it is not in scope."""
    return await fetch_one(connection, _PLACE, account_id, everything, patterns, unit)


async def due_work(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    since: dt.datetime,
    known_until: dt.datetime,
    section: str | None,
    after: tuple[dt.datetime | int, int] | None,
    limit: int,
    now: dt.datetime,
    end_of_today: dt.datetime,
    soon_until: dt.datetime,
    days: list[dt.date],
) -> Any:
    """Return one row of JSON: `today`, `soon`, `overdue` (latest first) and `load`, each of at most `limit` lines.

    `load` counts what is due from `since` on, though its hour may have passed. With `section` only that one goes on,
    after its line `after`; the others are empty.
    """
    if everything and unit is None:
        units = "$1::boolean and $2::text[] is not null and $3::text is null and false"
        to_come, overdue = (f"select {_COLUMNS} from dossier d where {wanted}" for wanted in (_TO_COME, _OVERDUE))
    else:
        units = f"{unit_in_scope('u.path', '$1', '$2')} and ($3::text is null or u.path like "
        units += "(select f.path || '%' from unit f where f.code = $3))"
        to_come, overdue = _of_units(_TO_COME), _of_units(_OVERDUE)
    place = after[0] if after is not None else None
    return await fetch_one(
        connection,
        _DUE.format(units=units, to_come=to_come, overdue=overdue),
        everything,
        patterns,
        unit,
        since,
        known_until,
        section,
        place if isinstance(place, dt.datetime) else None,
        None if after is None else after[1],
        limit,
        now,
        end_of_today,
        soon_until,
        now,
        days,
        place if isinstance(place, int) else None,
    )


def _of_units(wanted: str) -> str:
    """Return the dossiers that a unit of `units` decides or received, each once."""
    sides = (f"join dossier d on d.{side}_unit_id = units.id" for side in ("competent", "receiving"))
    return " union ".join(f"select {_COLUMNS} from units {side} and {wanted}" for side in sides)
