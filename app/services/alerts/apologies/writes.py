"""Writes of apologies."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, to_json
from app.services.alerts.queries import CLOCK_STANDS, POLICY

_OPEN_DRAFT = "(dossier_id) where sent_at is null and dropped_at is null"

# A draft made for an earlier date is brought up to date; what somebody wrote into it stays.
_DRAFT = f"""
insert into apology (dossier_id, unit_id, due_at, explanation, new_due_at, responsible_id, drafted_at)
select w.dossier_id, w.unit_id, w.due_at, '', w.new_due_at, w.responsible_id, $2::timestamptz
from jsonb_to_recordset($1::jsonb) as w(dossier_id bigint, unit_id int, due_at timestamptz, new_due_at timestamptz,
  responsible_id int)
order by w.dossier_id
on conflict {_OPEN_DRAFT} do update set due_at = excluded.due_at,
  new_due_at = case when apology.edited_at is null then excluded.new_due_at else apology.new_due_at end,
  responsible_id = coalesce(apology.responsible_id, excluded.responsible_id)
returning 1 as written
"""


async def write_drafts(connection: AsyncConnection, drafts: Sequence[dict[str, Any]], *, now: dt.datetime) -> int:
    """Write the drafts, or renew the open ones of the same dossiers; return how many."""
    return len(await fetch_all(connection, _DRAFT, to_json(list(drafts)), now)) if drafts else 0


async def drop_drafts(connection: AsyncConnection, units: Sequence[int], *, now: dt.datetime) -> int:
    """Drop drafts that can no longer be sent: the dossier is done, extended, or past its due time."""
    return await execute(
        connection,
        f"update apology q set dropped_at = $2::timestamptz from dossier d {POLICY} "
        "where d.id = q.dossier_id and q.unit_id = any ($1::int[]) and q.sent_at is null and q.dropped_at is null "
        "and (d.ended_at is not null or d.extension_count >= coalesce(p.extensions_allowed, 0) "
        f"or (d.current_due_at < $2::timestamptz and not {CLOCK_STANDS}))",
        units,
        now,
    )


async def write_edited(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    unit_id: int,
    due_at: dt.datetime,
    cause_code: str,
    explanation: str,
    new_due_at: dt.datetime,
    responsible_id: int | None,
    account_id: int | None,
    now: dt.datetime,
) -> None:
    """Write the content of the dossier's open draft; begin one if there is none."""
    await execute(
        connection,
        f"""insert into apology (dossier_id, unit_id, due_at, cause_code, explanation, new_due_at, responsible_id,
          drafted_at, edited_at, edited_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
        on conflict {_OPEN_DRAFT} do update set due_at = excluded.due_at, cause_code = excluded.cause_code,
          explanation = excluded.explanation, new_due_at = excluded.new_due_at,
          responsible_id = excluded.responsible_id, edited_at = excluded.edited_at, edited_by = excluded.edited_by""",
        dossier_id,
        unit_id,
        due_at,
        cause_code,
        explanation,
        new_due_at,
        responsible_id,
        now,
        account_id,
    )


async def mark_sent(
    connection: AsyncConnection,
    apology_id: int,
    *,
    cause_code: str,
    explanation: str,
    new_due_at: dt.datetime,
    account_id: int | None,
    seq: int,
    now: dt.datetime,
) -> None:
    """Record what was sent, by whom, with which event."""
    await execute(
        connection,
        "update apology set cause_code = $2, explanation = $3, new_due_at = $4, sent_by = $5, sent_seq = $6, "
        "sent_at = $7 where id = $1",
        apology_id,
        cause_code,
        explanation,
        new_due_at,
        account_id,
        seq,
        now,
    )
