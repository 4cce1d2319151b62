"""What is written of uploads. Every change says which state it starts from, so that two never both succeed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json

_OPEN = """
insert into upload (id, dossier_id, unit_id, account_id, component_code, kind, name, supersedes_id, declared_sha256,
  metadata_header, length_bytes, received_bytes, state, faults, quarantine_key, created_at, expires_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15, $16, $17, $18)
"""

# The pieces count only if nobody was faster: the first writer moves the offset, the second finds it moved.
_APPEND = """
with moved as (
  update upload set received_bytes = $2 + $3, expires_at = $6,
    state = case when $2 + $3 = length_bytes then 'received' else state end
  where id = $1 and state = 'receiving' and received_bytes = $2 and $2 + $3 <= length_bytes
  returning id, received_bytes, state
), kept as (
  insert into upload_part (upload_id, starts_at, size_bytes, blob_key)
  select m.id, p.starts_at, p.size_bytes, p.blob_key
  from moved m, unnest($4::bigint[], $5::bigint[], $7::text[]) as p (starts_at, size_bytes, blob_key)
)
select received_bytes, state from moved
"""

_CLAIM = """
update upload set claimed_until = $3
where id = $1 and state = 'received' and (claimed_until is null or claimed_until < $2)
returning id
"""
_RELEASE = "update upload set claimed_until = null, waits_for = $2 where id = $1 and state = 'received'"
_END = """
update upload set state = $2, document_id = $3, faults = $4::jsonb, quarantine_key = $5, ended_at = $6,
  claimed_until = null, waits_for = null
where id = $1 and state = 'received'
returning id
"""


async def open_upload(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await execute(
        connection,
        _OPEN,
        values["id"],
        values["dossier_id"],
        values["unit_id"],
        values["account_id"],
        values["component_code"],
        values["kind"],
        values["name"],
        values["supersedes_id"],
        values["declared_sha256"],
        values["metadata_header"],
        values["length_bytes"],
        values["received_bytes"],
        values["state"],
        to_json(values["faults"]),
        values["quarantine_key"],
        values["created_at"],
        values["expires_at"],
        values["ended_at"],
    )


async def append_parts(
    connection: AsyncConnection,
    upload_id: str,
    parts: Sequence[tuple[int, int, str]],
    *,
    starts_at: int,
    expires_at: dt.datetime,
) -> Any:
    """Add pieces `(starts_at, size, key)` that begin where the upload stands; None if it does not stand there."""
    return await fetch_one(
        connection,
        _APPEND,
        upload_id,
        starts_at,
        sum(size for _start, size, _key in parts),
        [start for start, _size, _key in parts],
        [size for _start, size, _key in parts],
        expires_at,
        [key for _start, _size, key in parts],
    )


async def claim(connection: AsyncConnection, upload_id: str, *, now: dt.datetime, until: dt.datetime) -> bool:
    """Take a complete upload upon oneself; False if somebody has it or it is decided."""
    return await fetch_one(connection, _CLAIM, upload_id, now, until) is not None


async def release(connection: AsyncConnection, upload_id: str, *, waits_for: str | None) -> None:
    await execute(connection, _RELEASE, upload_id, waits_for)


async def end(
    connection: AsyncConnection,
    upload_id: str,
    *,
    state: str,
    now: dt.datetime,
    document_id: int | None = None,
    faults: Sequence[dict[str, Any]] = (),
    quarantine_key: str | None = None,
) -> bool:
    """Write what became of a complete upload; False if somebody else did so before."""
    row = await fetch_one(connection, _END, upload_id, state, document_id, to_json(list(faults)), quarantine_key, now)
    return row is not None


async def forget_parts(connection: AsyncConnection, upload_id: str) -> None:
    await execute(connection, "delete from upload_part where upload_id = $1", upload_id)


async def forget_upload(connection: AsyncConnection, upload_id: str) -> bool:
    """Delete an upload on its way, its pieces' rows with it; False once it is complete."""
    return await execute(connection, "delete from upload where id = $1 and state = 'receiving'", upload_id) > 0


async def forget_expired(
    connection: AsyncConnection, upload_id: str, *, now: dt.datetime, ended_before: dt.datetime
) -> bool:
    """Delete an upload whose time is over, or whose outcome is old; False for one that moved on meanwhile."""
    return (
        await execute(
            connection,
            "delete from upload where id = $1 and ((state = 'receiving' and expires_at < $2) or ended_at < $3)",
            upload_id,
            now,
            ended_before,
        )
        > 0
    )
