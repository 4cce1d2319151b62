"""What is read of uploads."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

_UPLOAD = """
select u.*, d.code as dossier_code, r.path as receiving_path, c.path as competent_path
from upload u
join dossier d on d.id = u.dossier_id
join unit r on r.id = d.receiving_unit_id
join unit c on c.id = d.competent_unit_id
"""


async def one_upload(connection: AsyncConnection, upload_id: str) -> Any:
    """Return an upload with the code and the units' paths of its dossier, or None."""
    return await fetch_one(connection, f"{_UPLOAD} where u.id = $1", upload_id)


async def uploads_of(connection: AsyncConnection, dossier_id: int, *, limit: int) -> Sequence[Any]:
    """Return the newest uploads of a dossier."""
    return await fetch_all(
        connection, f"{_UPLOAD} where u.dossier_id = $1 order by u.created_at desc, u.id limit $2", dossier_id, limit
    )


async def open_uploads_of(connection: AsyncConnection, account_id: int) -> int:
    """Count what an account has begun and not finished."""
    row = await fetch_one(
        connection, "select count(*) as open from upload where account_id = $1 and state = 'receiving'", account_id
    )
    return 0 if row is None else int(row.open)


async def parts_of(connection: AsyncConnection, upload_id: str) -> Sequence[Any]:
    """Return the pieces of an upload in their order."""
    return await fetch_all(
        connection,
        "select starts_at, size_bytes, blob_key from upload_part where upload_id = $1 order by starts_at",
        upload_id,
    )


async def unfinished(connection: AsyncConnection, *, now: dt.datetime, limit: int) -> Sequence[Any]:
    """Return the ids of complete uploads that nobody looks at now, the oldest first."""
    return await fetch_all(
        connection,
        "select id from upload where state = 'received' and (claimed_until is null or claimed_until < $1) "
        "order by created_at limit $2",
        now,
        limit,
    )


async def expired(connection: AsyncConnection, *, now: dt.datetime, ended_before: dt.datetime) -> Sequence[Any]:
    """Return `id` and `quarantine_key` of uploads left unfinished past their time, and of old outcomes."""
    return await fetch_all(
        connection,
        "select id, quarantine_key from upload "
        "where (state = 'receiving' and expires_at < $1) or (ended_at < $2) order by id limit 1000",
        now,
        ended_before,
    )


async def known_keys(connection: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that a piece or a file in quarantine is stored under."""
    rows = await fetch_all(
        connection,
        "select blob_key as key from upload_part where blob_key = any ($1::text[]) "
        "union all select quarantine_key from upload where quarantine_key = any ($1::text[]) "
        "union all select quarantine_key from scan_batch where quarantine_key = any ($1::text[])",
        list(keys),
    )
    return {row.key for row in rows}
