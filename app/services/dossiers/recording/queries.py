"""The row lock, the dossier as facts beside the state need it, and their line of the log."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, to_json
from app.services.dossiers.queries import DOSSIER_ID_OF

_FIND = f"select d.id from dossier d where d.id = {DOSSIER_ID_OF.format(code='$1')}"

_SEEN = """
select d.id, d.code, d.state, d.version, d.channel, d.registered_at, d.accepted_at, d.resolved_at, d.ended_at,
  d.returned_at, d.current_due_at, d.procedure_id, d.procedure_version_id, d.case_variant, d.assignee_id,
  d.receiving_unit_id, r.path as receiving_path, r.code as receiving_code, r.name as receiving_name,
  d.competent_unit_id, c.path as competent_path, c.code as competent_code, c.name as competent_name
from dossier d
join unit r on r.id = d.receiving_unit_id
join unit c on c.id = d.competent_unit_id
where d.id = $1
"""

# One statement: the version moves and the line with that number is written, or neither.
_RECORD = """
with d as (
  update dossier set version = version + 1 where id = $1
  returning id, version, state
)
insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
select d.id, d.version, $2, d.state, $3, $4,
  greatest($5, (select e.occurred_at from dossier_event e where e.dossier_id = d.id and e.seq = d.version - 1)),
  $6::jsonb
from d returning id, seq
"""


# The same for many dossiers at once; they are locked in one order, so that batches never stand crosswise.
_RECORD_MANY = """
with wanted as (
  select x.* from jsonb_to_recordset($4::jsonb) as x(dossier_id bigint, unit_id int, data jsonb)
),
locked as materialized (
  select d.id from dossier d where d.id in (select dossier_id from wanted) order by d.id for update
),
d as (
  update dossier set version = version + 1 from locked where dossier.id = locked.id
  returning dossier.id, dossier.version, dossier.state
)
insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
select d.id, d.version, $1, d.state, $2, w.unit_id,
  greatest($3, (select e.occurred_at from dossier_event e where e.dossier_id = d.id and e.seq = d.version - 1)),
  w.data
from d join wanted w on w.dossier_id = d.id
returning id, seq
"""


async def dossier_id_of(connection: AsyncConnection, code: str, *, lock: bool) -> int | None:
    """Return the id behind a dossier's code or alias; with `lock` its row is locked until the transaction ends."""
    row = await fetch_one(connection, _FIND + (" for update" if lock else ""), code)
    return None if row is None else int(row.id)


async def dossier_by_id(connection: AsyncConnection, dossier_id: int) -> Any:
    return await fetch_one(connection, _SEEN, dossier_id)


async def write_event(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    event_type: str,
    actor_id: int | None,
    unit_id: int,
    now: dt.datetime,
    data: Mapping[str, Any],
) -> Any:
    """Append the event and return its `id` and `seq`; the caller holds the row's lock or takes it here."""
    return await fetch_one(connection, _RECORD, dossier_id, event_type, actor_id, unit_id, now, to_json(dict(data)))


async def write_events(
    connection: AsyncConnection,
    rows: Sequence[Mapping[str, Any]],
    *,
    event_type: str,
    actor_id: int | None,
    now: dt.datetime,
) -> int:
    """Append one event to each dossier of `rows` (`dossier_id`, `unit_id`, `data`); return how many."""
    written = await fetch_all(connection, _RECORD_MANY, event_type, actor_id, now, to_json([dict(row) for row in rows]))
    return len(written)
