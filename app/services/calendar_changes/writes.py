"""Hot writes of published calendars: one statement a batch."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one
from app.domain.lifecycle import EventType
from app.services.calendar_changes.reached import Redated

# Every dossier gets its new calendar; only those whose date moves get a line in the ledger and one in the log. The
# log's order is the lock's order, so what is written now has not happened before the dossier's last event.
_REDATE = """
with moved as (
  select * from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::boolean[], $5::text[], $6::integer[],
      $7::text[], $8::integer[], $9::boolean[], $12::integer[])
    as m(id, before_due, after_due, provisional, calendar_version, publication_id, legal_basis, actor_id, is_moved,
      version)
),
d as (
  update dossier set current_due_at = m.after_due, due_provisional = m.provisional,
    calendar_version = m.calendar_version, version = dossier.version + m.is_moved::int
  from moved m where dossier.id = m.id and dossier.version = m.version and dossier.ended_at is null
  returning dossier.id, dossier.version, dossier.state, dossier.competent_unit_id, m.before_due, m.after_due,
    m.calendar_version, m.publication_id, m.legal_basis, m.actor_id, m.is_moved,
    (extract(epoch from m.after_due - m.before_due) / 60)::int as minutes
),
told as (
  select d.*, greatest($10::timestamptz, (
    select e.occurred_at from dossier_event e where e.dossier_id = d.id and e.seq = d.version - 1)) as at
  from d where d.is_moved
),
lines as (
  insert into deadline_adjustment (dossier_id, seq, cause, effect, from_at, minutes, before_due, after_due, reason,
    legal_basis, recorded_at, recorded_by, publication_id)
  select told.id, told.version, 'calendar_change', 'none', told.at, told.minutes, told.before_due, told.after_due,
    told.calendar_version, told.legal_basis, told.at, told.actor_id, told.publication_id from told
),
events as (
insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
select told.id, told.version, $11::text, told.state, told.actor_id, told.competent_unit_id, told.at,
  jsonb_build_object('cause', 'calendar_change', 'minutes', told.minutes, 'before_due', told.before_due,
    'after_due', told.after_due, 'calendar_version', told.calendar_version, 'publication', told.publication_id,
    'legal_basis', told.legal_basis)
from told
)
select count(*) as written, count(*) filter (where d.is_moved) as moved from d
"""


async def redate(connection: AsyncConnection, found: Sequence[Redated], *, now: dt.datetime) -> tuple[int, int]:
    """Give these dossiers the dates of their present calendars; return how many were written and how many moved.

    A dossier on which somebody has acted since it was read is left for the next pass.
    """
    row: Any = await fetch_one(
        connection,
        _REDATE,
        [one.id for one in found],
        [one.before_due for one in found],
        [one.after_due for one in found],
        [one.provisional for one in found],
        [one.calendar_version for one in found],
        [one.cause.publication_id for one in found],
        [one.cause.legal_basis for one in found],
        [one.cause.published_by for one in found],
        [one.is_moved for one in found],
        now,
        EventType.DEADLINE_MOVED.value,
        [one.version for one in found],
    )
    return row.written, row.moved


async def move_on(
    connection: AsyncConnection,
    publication_id: int,
    *,
    last_dossier_id: int,
    examined: int,
    moved: int,
    left_alone: int,
    skipped: int,
) -> None:
    """Record how far the publication has come; in the transaction of what it did."""
    await execute(
        connection,
        "update calendar_publication set last_dossier_id = $2, examined = examined + $3, moved = moved + $4, "
        "left_alone = left_alone + $5, skipped = skipped + $6 where id = $1",
        publication_id,
        last_dossier_id,
        examined,
        moved,
        left_alone,
        skipped,
    )


async def begin_pass(connection: AsyncConnection, publication_id: int) -> None:
    await execute(
        connection,
        "update calendar_publication set last_dossier_id = 0, left_alone = 0, skipped = 0 where id = $1",
        publication_id,
    )


async def finish(connection: AsyncConnection, publication_id: int, *, now: dt.datetime) -> None:
    await execute(connection, "update calendar_publication set finished_at = $2 where id = $1", publication_id, now)
