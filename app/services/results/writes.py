"""Writes of results, requests to sign and delegations. One statement each; the dossier's row is locked before."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json

_DRAFT = """
insert into result (dossier_id, unit_id, number, title, result_type, legal_basis, effective_from, effective_to, status,
  token, content, draft_sha256, signatures, replaces_id, reason_code, drafted_at, drafted_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10::jsonb, $11, '[]', $12, $13, $14, $15)
returning id
"""


async def insert_draft(connection: AsyncConnection, values: Mapping[str, Any], *, now: dt.datetime) -> int:
    row: Any = await fetch_one(
        connection,
        _DRAFT,
        values["dossier_id"],
        values["unit_id"],
        values["number"],
        values["title"],
        values["result_type"],
        values["legal_basis"],
        values["effective_from"],
        values["effective_to"],
        values["token"],
        None if values["content"] is None else to_json(values["content"]),
        values["draft_sha256"],
        values["replaces_id"],
        values["reason_code"],
        now,
        values["drafted_by"],
    )
    return int(row.id)


async def set_status(connection: AsyncConnection, result_id: int, status: str) -> None:
    await execute(connection, "update result set status = $2 where id = $1", result_id, status)


async def insert_request(
    connection: AsyncConnection, result: Any, *, signer_id: int | None, account_id: int | None, now: dt.datetime
) -> int:
    row: Any = await fetch_one(
        connection,
        "insert into signature_request (result_id, dossier_id, unit_id, content_sha256, signer_id, state, "
        "submitted_at, submitted_by) values ($1, $2, $3, $4, $5, 'waiting', $6, $7) returning id",
        result.id,
        result.dossier_id,
        result.unit_id,
        result.draft_sha256,
        signer_id,
        now,
        account_id,
    )
    return int(row.id)


async def decide_request(
    connection: AsyncConnection,
    request_id: int,
    state: str,
    *,
    account_id: int | None,
    delegation_id: int | None = None,
    reason: str | None = None,
    now: dt.datetime,
) -> None:
    await execute(
        connection,
        "update signature_request set state = $2, decided_at = $3, decided_by = $4, delegation_id = $5, reason = $6 "
        "where id = $1",
        request_id,
        state,
        now,
        account_id,
        delegation_id,
        reason,
    )


async def mark_signed(
    connection: AsyncConnection,
    result_id: int,
    *,
    sha256: str,
    document_id: int,
    signatures: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> None:
    await execute(
        connection,
        "update result set status = 'signed', signed_sha256 = $2, document_id = $3, signatures = $4::jsonb, "
        "signed_at = $5 where id = $1",
        result_id,
        sha256,
        document_id,
        to_json(list(signatures)),
        now,
    )


async def mark_published(
    connection: AsyncConnection, result_id: int, *, paper_id: int, account_id: int | None, now: dt.datetime
) -> None:
    await execute(
        connection,
        "with published as (update result set status = 'published', paper_id = $2, published_at = $3, "
        "published_by = $4 where id = $1 returning document_id) "
        "update document i set published_at = $3, published_by = $4 from published p "
        "where i.id = p.document_id and i.published_at is null",
        result_id,
        paper_id,
        now,
        account_id,
    )


async def mark_ended(
    connection: AsyncConnection,
    result_id: int,
    status: str,
    *,
    reason_code: str,
    reason: str | None,
    account_id: int | None,
    now: dt.datetime,
) -> None:
    """Write that the result was `replaced` or `revoked`."""
    await execute(
        connection,
        "update result set status = $2, ended_at = $3, ended_by = $4, end_reason_code = $5, end_reason = $6 "
        "where id = $1",
        result_id,
        status,
        now,
        account_id,
        reason_code,
        reason,
    )


async def insert_delegation(
    connection: AsyncConnection,
    *,
    unit_id: int,
    delegate_id: int,
    valid_from: dt.datetime,
    valid_to: dt.datetime,
    reason: str,
    account_id: int,
    now: dt.datetime,
) -> int:
    row: Any = await fetch_one(
        connection,
        "insert into signing_delegation (unit_id, delegate_id, valid_from, valid_to, reason, granted_at, granted_by) "
        "values ($1, $2, $3, $4, $5, $6, $7) returning id",
        unit_id,
        delegate_id,
        valid_from,
        valid_to,
        reason,
        now,
        account_id,
    )
    return int(row.id)


async def revoke_delegation(
    connection: AsyncConnection, delegation_id: int, *, account_id: int | None, now: dt.datetime
) -> None:
    await execute(
        connection,
        "update signing_delegation set revoked_at = $2, revoked_by = $3 where id = $1 and revoked_at is null",
        delegation_id,
        now,
        account_id,
    )


async def record_read(connection: AsyncConnection, original: Any, *, now: dt.datetime) -> None:
    """Record that the citizen fetched the electronic original."""
    await execute(
        connection,
        "insert into document_read (document_id, unit_id, read_at, purpose, is_original) "
        "values ($1, $2, $3, 'citizen', false)",
        original.document_id,
        original.document_unit_id,
        now,
    )


async def record_draft_read(
    connection: AsyncConnection, result: Any, *, account_id: int | None, now: dt.datetime
) -> None:
    """Record that a draft was looked at which is a document of the dossier; one that the house printed is none."""
    await execute(
        connection,
        "insert into document_read (document_id, unit_id, read_at, read_by, purpose, is_original) "
        "select i.id, i.unit_id, $3, $4, 'checking', false from document i "
        "where i.dossier_id = $1 and i.content_sha256 = $2 order by i.id desc limit 1",
        result.dossier_id,
        result.draft_sha256,
        now,
        account_id,
    )


async def one_number_at_a_time(connection: AsyncConnection, unit_id: int) -> None:
    """Let one result of the unit be numbered at a time, until the transaction ends."""
    await fetch_one(connection, "select pg_advisory_xact_lock(hashtext('result numbers'), $1::int)::text", unit_id)


async def discard(connection: AsyncConnection, result_id: int, *, reason: str | None) -> None:
    await execute(
        connection, "update result set status = 'discarded', end_reason = $2 where id = $1", result_id, reason
    )
