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

_OPEN = """d.ended_at is null and d.accepted_at is not null and d.suspended_since is null
  and d.current_due_at >= $4::timestamptz and d.current_due_at < $5::timestamptz"""
_OF_SIDE = f"""
  select d.id, d.current_due_at as due_at, d.assignee_id, d.competent_unit_id from units
  join dossier d on d.{{side}}_unit_id = units.id and {_OPEN}"""
_OF_ALL = f"select d.id, d.current_due_at as due_at, d.assignee_id, d.competent_unit_id from dossier d where {_OPEN}"

_ITEM = """json_build_object('code', d.code, 'state', d.state, 'due_at', d.current_due_at,
  'due_provisional', d.due_provisional, 'procedure_code', p.code, 'procedure_name', v.name,
  'receiving_unit', r.code, 'receiving_name', r.name, 'competent_unit', c.code, 'competent_name', c.name,
  'assignee', w.username, 'applicant_name', a.full_name, 'id', d.id)"""

_SECTION = f"""(
  select json_agg({_ITEM} order by d.current_due_at, d.id)
  from (
    select o.id from open_due o
    where o.due_at >= {{first}}::timestamptz and o.due_at {{until}}::timestamptz
      and ($6::text is null or ($6 = '{{name}}' and (o.due_at, o.id) > ($7::timestamptz, $8::bigint)))
    order by o.due_at, o.id limit $9
  ) wanted join dossier d on d.id = wanted.id
  join procedure_version v on v.id = d.procedure_version_id join procedure p on p.id = d.procedure_id
  join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
  left join account w on w.id = d.assignee_id
  left join dossier_party a on a.dossier_id = d.id and a.role = 'applicant'
) as {{name}}"""

_DUE = f"""
with units as (select u.id from unit u where {{units}}),
open_due as materialized ({{open_due}}),
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
  {_SECTION.format(name="today", first="$10", until="< $11")},
  {_SECTION.format(name="soon", first="$10", until="<= $12")},
  {_SECTION.format(name="overdue", first="$4", until="< $13")},
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
    overdue_from: dt.datetime,
    known_until: dt.datetime,
    section: str | None,
    after: tuple[dt.datetime | int, int] | None,
    limit: int,
    now: dt.datetime,
    end_of_today: dt.datetime,
    soon_until: dt.datetime,
    days: list[dt.date],
) -> Any:
    """Return one row of JSON: `today`, `soon`, `overdue` and `load`, each of at most `limit` lines.

    With `section` only that one goes on, after its line `after`; the others are empty.
    """
    if everything and unit is None:
        units, open_due = "$1::boolean and $2::text[] is not null and $3::text is null and false", _OF_ALL
    else:
        units = f"{unit_in_scope('u.path', '$1', '$2')} and ($3::text is null or u.path like "
        units += "(select f.path || '%' from unit f where f.code = $3))"
        open_due = " union ".join(_OF_SIDE.format(side=side) for side in ("competent", "receiving"))
    place = after[0] if after is not None else None
    return await fetch_one(
        connection,
        _DUE.format(units=units, open_due=open_due),
        everything,
        patterns,
        unit,
        overdue_from,
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
