"""Writes of alerts: claimed once, climbing level by level, closed when their reason is gone. One statement each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, fetch_one, to_json
from app.domain.alerts import DUE_KINDS
from app.services.alerts.queries import CLOCK_STANDS, OPEN, POLICY, SIGNABLE

_DUE_KINDS = [kind.value for kind in DUE_KINDS]

# A later rung of the same due time goes on where the unacknowledged one before it stands, since when it stands there.
# What another worker has claimed is found before (no number is spent) or met as a conflict; all claim in one order.
_RAISE = """
with wanted as (
  select w.* from jsonb_to_recordset($1::jsonb) as w(dossier_id bigint, unit_id int, kind text, occurrence text,
    due_at timestamptz, assignee_id int)
),
claimed as (
  insert into alert (dossier_id, unit_id, kind, occurrence, due_at, raised_at, level, reached_at, closed_at)
  select w.dossier_id, w.unit_id, w.kind, w.occurrence, w.due_at, $2::timestamptz,
    coalesce(ladder.level, 1), coalesce(ladder.reached_at, $2::timestamptz),
    case when w.kind = 'breach_without_apology' then $2::timestamptz end
  from wanted w left join lateral (
    select before.level, before.reached_at from alert before
    where before.dossier_id = w.dossier_id and before.due_at = w.due_at and before.kind = any ($3::text[])
      and before.closed_at is null and before.acknowledged_at is null
    order by before.level desc, before.reached_at limit 1
  ) ladder on w.kind = any ($3::text[])
  where not exists (select from alert a
    where a.dossier_id = w.dossier_id and a.kind = w.kind and a.occurrence = w.occurrence)
  order by w.dossier_id, w.kind, w.occurrence
  on conflict (dossier_id, kind, occurrence) do nothing
  returning id, dossier_id, kind, occurrence, level, reached_at
),
steps as (
  insert into alert_step (alert_id, level, reached_at, assignee_id)
  select c.id, c.level, c.reached_at, case when c.level = 1 then w.assignee_id end
  from claimed c join wanted w using (dossier_id, kind, occurrence)
)
select id, dossier_id, kind, level from claimed
"""

_CLOSE = f"""
update alert a set closed_at = $2::timestamptz
from dossier d {POLICY}
where d.id = a.dossier_id and a.unit_id = any ($1::int[]) and a.closed_at is null
  and not case
    when a.kind = any ($3::text[]) then {OPEN} and not {CLOCK_STANDS} and d.current_due_at = a.due_at
      and not exists (select from alert later where later.dossier_id = a.dossier_id and later.id > a.id
        and later.kind = any ($3::text[]) and later.closed_at is null)
    when a.kind = 'idle' then d.ended_at is null and d.version::text = a.occurrence
    when a.kind = 'online_reply_due' then d.state = 1
    when a.kind = 'uncollected_result' then d.state = 9
    when a.kind = 'unreturned_originals' then exists (select from original o
      where o.dossier_id = d.id and o.returned_at is null and o.to_be_returned)
    when a.kind = 'waiting_at_signature' then d.state in {SIGNABLE} and exists (select from signature_request q
      where q.dossier_id = d.id and q.id::text = split_part(a.occurrence, '/', 1) and q.state = 'waiting')
    else d.state in (5, 8)
      and (d.state = 5 or a.kind = 'supplement_expired')
      and (a.kind = 'supplement_expired' or a.due_at >= $2::timestamptz)
      and (a.kind = 'supplement_expiring' or a.acknowledged_at is null)
      and exists (select from supplement_request s
        where s.dossier_id = d.id and s.seq::text = a.occurrence and s.received_at is null)
  end
"""

_CLIMB = """
with waiting as (
  select a.id from alert a
  where a.unit_id = any ($1::int[]) and a.closed_at is null and a.acknowledged_at is null and a.level < 3
    and a.reached_at <= $2::timestamptz
  order by a.id for update skip locked
),
climbed as (
  update alert a set level = a.level + 1, reached_at = $3::timestamptz from waiting where a.id = waiting.id
  returning a.id, a.level
),
steps as (
  insert into alert_step (alert_id, level, reached_at) select id, level, $3::timestamptz from climbed
)
select count(*) as climbed from climbed
"""


async def raise_alerts(connection: AsyncConnection, wanted: Sequence[dict[str, Any]], *, now: dt.datetime) -> list[Any]:
    """Raise those of `wanted` that nobody has raised yet; return them: `id, dossier_id, kind, level`."""
    if not wanted:
        return []
    return list(await fetch_all(connection, _RAISE, to_json(list(wanted)), now, _DUE_KINDS))


async def close_alerts(connection: AsyncConnection, units: Sequence[int], *, now: dt.datetime) -> int:
    """Close the units' alerts whose reason is gone, or whose place a later rung has taken; return how many."""
    return await execute(connection, _CLOSE, units, now, _DUE_KINDS)


async def climb_alerts(
    connection: AsyncConnection, units: Sequence[int], *, reached_until: dt.datetime, now: dt.datetime
) -> int:
    """Tell the next level of unacknowledged alerts that stand at theirs since `reached_until`; return how many."""
    row: Any = await fetch_one(connection, _CLIMB, units, reached_until, now)
    return int(row.climbed)


async def write_acknowledgement(
    connection: AsyncConnection, alert_id: int, *, account_id: int | None, note: str, now: dt.datetime
) -> None:
    await execute(
        connection,
        "update alert set acknowledged_at = $2, acknowledged_by = $3, acknowledged_note = $4 where id = $1",
        alert_id,
        now,
        account_id,
        note,
    )
