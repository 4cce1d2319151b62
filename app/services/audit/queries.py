"""SQL of idempotency keys and of the audit of administration."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, from_json, to_json


async def claim_key(
    connection: AsyncConnection, *, scope: str, key: str, request_hash: bytes, now: dt.datetime
) -> dict[str, Any] | None:
    """Insert the key; return None if that worked, else the stored answer (waiting for a concurrent one)."""
    claimed = await fetch_one(
        connection,
        "insert into idempotency_key (scope, key, request_hash, status, headers, body, created_at) "
        "values ($1, $2, $3, 0, '{}', '', $4) on conflict do nothing returning 1 as claimed",
        scope,
        key,
        request_hash,
        now,
    )
    if claimed is not None:
        return None
    row: Any = await fetch_one(
        connection,
        "select request_hash, status, headers::text as headers, body from idempotency_key "
        "where scope = $1 and key = $2",
        scope,
        key,
    )
    return {
        "request_hash": bytes(row.request_hash),
        "status": row.status,
        "headers": from_json(row.headers),
        "body": row.body,
    }


async def store_answer(
    connection: AsyncConnection, *, scope: str, key: str, status: int, headers: dict[str, str], body: str
) -> None:
    await execute(
        connection,
        "update idempotency_key set status = $3, headers = $4::jsonb, body = $5 where scope = $1 and key = $2",
        scope,
        key,
        status,
        to_json(headers),
        body,
    )


async def forget_answers(connection: AsyncConnection, *, before: dt.datetime) -> int:
    """Delete keys older than `before`; return how many."""
    return await execute(connection, "delete from idempotency_key where created_at < $1", before)


async def write_audit_entry(
    connection: AsyncConnection,
    *,
    at: dt.datetime,
    account_id: int | None,
    action: str,
    subject: str,
    data: dict[str, Any],
) -> None:
    """Record an act of administration; `data` holds no personal data and no secret."""
    await execute(
        connection,
        "insert into audit_entry (at, account_id, action, subject, data) values ($1, $2, $3, $4, $5::jsonb)",
        at,
        account_id,
        action,
        subject,
        to_json(data),
    )
