"""SQL of ratings: the capability and its dossier under lock, the answer with its event."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one, to_json

_CAPABILITY = """
select d.id, d.code, d.version, d.state, d.resolved_at, d.receiving_unit_id, d.procedure_version_id, t.voided_at,
  exists (select from rating g where g.dossier_id = d.id) as rated
from receipt t join dossier d on d.id = t.dossier_id
where t.rating_token = $1
"""

_LOCK = """
select d.id from dossier d where d.id = (select t.dossier_id from receipt t where t.rating_token = $1) for update
"""

_RATE = """
with rated as (
  insert into rating (dossier_id, level, reasons, comment, channel, assisted, rated_at)
  values ($1, $2, $3::jsonb, $4, $5, $6, $7) on conflict do nothing returning dossier_id
),
d as (update dossier set version = version + 1 from rated where dossier.id = rated.dossier_id
  returning dossier.id, dossier.version, dossier.state, dossier.receiving_unit_id)
insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
select d.id, d.version, 'rated', d.state, null, d.receiving_unit_id, $7, $8::jsonb from d
returning seq
"""


async def capability(connection: AsyncConnection, token: str, *, lock: bool) -> Any | None:
    """Return the dossier a rating token belongs to; locked if it is about to be rated.

    Locked first and read after: a correction that we had to wait for may have voided the token meanwhile.
    """
    if lock:
        await fetch_one(connection, _LOCK, token)
    return await fetch_one(connection, _CAPABILITY, token)


async def write_rating(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    level: int,
    reasons: list[str],
    comment: str | None,
    channel: str,
    assisted: bool,
    now: dt.datetime,
) -> bool:
    """Write the rating and its event; return False if the dossier is rated already."""
    row = await fetch_one(
        connection,
        _RATE,
        dossier_id,
        level,
        to_json(reasons),
        comment,
        channel,
        assisted,
        now,
        to_json({"level": level, "channel": channel, "assisted": assisted}),
    )
    return row is not None
