"""Reads one page of dossiers in scope, in one statement. `$1`… are the driver's own placeholders."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.identity.queries import AUTH_VERSION_OF
from app.services.identity.scope import unit_in_scope


@dataclass(frozen=True, slots=True)
class Order:
    """An instant column of the dossier to sort by (ties: by id), and which dossiers have a place in this order."""

    column: str
    descending: bool
    only: str | None = None
    """A key of `CONDITIONS` that takes no value."""


# Instants as text with Vietnam's own offset: the driver takes as long to make objects of a page's three hundred as the
# database takes to find the page.
_INSTANTS = ", ".join(
    f"(d.{column} at time zone interval '7 hours')::text as {column}"
    for column in ("registered_at", "accepted_at", "promised_due_at", "current_due_at", "resolved_at", "returned_at")
)
_RUNNING = "d.ended_at is null and d.accepted_at is not null"
_OVERDUE = f"{_RUNNING} and d.suspended_since is null and d.current_due_at < {{value}}::timestamptz"
_LIST_ITEM = f"""
  d.code, d.state, d.version, d.channel, {_INSTANTS}, d.due_provisional, d.suspended_since is not null as suspended,
  {_OVERDUE} as overdue, p.code as procedure_code, v.name as procedure_name, r.code as receiving_code,
  r.name as receiving_name, c.code as competent_code, c.name as competent_name, w.username as assignee,
  a.full_name as applicant_name, d.id
"""

# Written into the statement and rounded up to one of these: of a parameter the planner knows nothing, expects
# thousands of rows and reads the catalogue, the units and the accounts whole to join them.
_SIZES = (51, 201)
# Per unit and side one short walk along an index that already has the wanted order, then a merge of few rows:
# `receiving = any (…) or competent = any (…)` would sort everything the unit ever had.
_LIST = """
with units as (select u.id from unit u where {units}),
wanted as ({branches} order by {sort} {direction}, id {direction} limit {limit}),
items as (
  select wanted.{sort} as place, {item}
  from wanted join dossier d on d.id = wanted.id
  join procedure_version v on v.id = d.procedure_version_id join procedure p on p.id = d.procedure_id
  join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
  left join account w on w.id = d.assignee_id
  left join dossier_party a on a.dossier_id = d.id and a.role = 'applicant'
)
select {auth} as auth_version, items.*
from (select 1) one left join items on true
order by items.place {direction}, items.id {direction}
"""
_BRANCH_OF_SIDE = """
  (select found.id, found.{sort} from units cross join lateral (
    select d.id, d.{sort} from dossier d where d.{side}_unit_id = units.id {conditions}
    order by d.{sort} {direction}, d.id {direction} limit {limit}) found)"""
# `distinct on` sorts the few rows that both sides may name; plain `union` hashed them, in a table made for the hundred
# thousand that a plan for any scope expects, and cost as much as all the rest of the statement.
_BRANCHES_OF_SIDES = "select distinct on ({sort}, id) id, {sort} from ({sides}) sides"
# PostgreSQL refuses a second ORDER BY around a lone ordered branch; the statement around it orders and limits already.
_BRANCH_OF_ALL = "select d.id, d.{sort} from dossier d where true {conditions}"
_NAME_MATCHES = """d.id in (select n.dossier_id from dossier_party n
  where to_tsvector('simple', n.name_search) @@ to_tsquery('simple', {value}))"""
CONDITIONS = {
    "state": "d.state = any ({value}::smallint[])",
    "procedure": "d.procedure_id = (select q.id from procedure q where q.code = {value})",
    "running": _RUNNING,
    "not_running": "(d.ended_at is not null or d.accepted_at is null)",
    "due_before": f"{_RUNNING} and d.current_due_at < {{value}}::timestamptz",
    "overdue_at": _OVERDUE,
    "in_time_at": f"{_RUNNING} and (d.suspended_since is not null or d.current_due_at >= {{value}}::timestamptz)",
    "assignee": "d.assignee_id = (select w.id from account w where w.username = {value})",
    "number": """d.id = any (array(
      select n.dossier_id from dossier_party n where n.identity_number
        in (upper({value}), regexp_replace({value}, '^([0-9]{{10}})([0-9]{{3}})$', '\\1-\\2'))
      union all select f.id from dossier f where f.code in ({value}, upper({value}))
      union all select f.dossier_id from dossier_alias f where upper(f.code) = upper({value})))""",
    # The ends that codes can have (day and number), after each identifier; or the whole of an outside code.
    "called": """d.id = any (array(
      select f.id from agency_identifier i
      cross join unnest({value}::text[]) as called (ending) join dossier f on f.code = i.code || called.ending
      union all select f.dossier_id from dossier_alias f where f.code = any ({value}::text[])))""",
    "name": _NAME_MATCHES,
}


async def list_page(
    connection: AsyncConnection,
    *,
    account_id: int,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    conditions: Mapping[str, object],
    order: Order,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    now: dt.datetime,
) -> list[Any]:
    """Return up to `limit` rows in scope after the one at `after`; a row always, with `id` None if nothing was found.

    `conditions` are keys of `CONDITIONS` with their values. A row's instant in this order is its `place`; its others
    are text at +07:00 that does not say so.
    """
    parameters: list[object] = [account_id]

    def placeholder(value: object) -> str:
        parameters.append(value)
        return f"${len(parameters)}"

    parts = [CONDITIONS[name].format(value=placeholder(value)) for name, value in conditions.items()]
    if order.only is not None:
        parts.append(CONDITIONS[order.only])
    if after is not None:
        sign = "<" if order.descending else ">"
        instant, tie = placeholder(after[0]), placeholder(after[1])
        parts.append(f"(d.{order.column}, d.id) {sign} ({instant}::timestamptz, {tie}::bigint)")
    shape = {
        "sort": order.column,
        "direction": "desc" if order.descending else "asc",
        "limit": min(size for size in _SIZES if size >= limit),
        "conditions": "".join(f" and {part}" for part in parts),
    }
    if everything and unit is None:
        units, branches = "false", _BRANCH_OF_ALL.format(**shape)
    else:
        units = unit_in_scope("u.path", placeholder(everything), placeholder(patterns))
        if unit is not None:
            units += f" and u.path like (select f.path || '%' from unit f where f.code = {placeholder(unit)})"
        sides = " union all ".join(_BRANCH_OF_SIDE.format(side=side, **shape) for side in ("receiving", "competent"))
        branches = _BRANCHES_OF_SIDES.format(sides=sides, sort=order.column)
    item = _LIST_ITEM.format(value=placeholder(now))
    sql = _LIST.format(units=units, branches=branches, item=item, auth=AUTH_VERSION_OF.format(account="$1"), **shape)
    return list(await fetch_all(connection, sql, *parameters))[:limit]


_KNOWN = """
select $1::text is null or exists (select from unit where code = $1::text) as unit,
  $2::text is null or exists (select from procedure where code = $2::text) as procedure
"""


async def known_filters(connection: AsyncConnection, *, unit: str | None, procedure: str | None) -> Any:
    """Tell of each whether it exists; what is not asked for does."""
    return await fetch_one(connection, _KNOWN, unit, procedure)
