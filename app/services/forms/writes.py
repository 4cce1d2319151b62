"""Writes of issued papers, slips and their numbers. Must agree with `app.models.forms`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json


async def insert_paper(
    connection: AsyncConnection,
    *,
    token: str,
    kind: str,
    dossier_id: int,
    unit_id: int,
    form_code: str | None,
    number: str,
    content_sha256: str,
    issued_by: int | None,
    now: dt.datetime,
) -> int:
    row = await fetch_one(
        connection,
        """insert into issued_paper (token, kind, dossier_id, unit_id, form_code, number, content_sha256, issued_at,
          issued_by, status, status_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'valid', $8) returning id""",
        token,
        kind,
        dossier_id,
        unit_id,
        form_code,
        number,
        content_sha256,
        now,
        issued_by,
    )
    if row is None:
        raise AssertionError("an insert returns its row")
    return int(row.id)


async def update_status(
    connection: AsyncConnection,
    paper_id: int,
    *,
    status: str,
    reason: str | None,
    replaced_by: int | None,
    now: dt.datetime,
) -> bool:
    """Set how the paper stands; return whether there is such a paper."""
    row = await fetch_one(
        connection,
        "update issued_paper set status = $2, status_reason = $3, replaced_by = $4, status_at = $5 where id = $1 "
        "returning id",
        paper_id,
        status,
        reason,
        replaced_by,
        now,
    )
    return row is not None


async def insert_stamped_copy(
    connection: AsyncConnection, paper_id: int, *, mark: str, content_sha256: str, now: dt.datetime
) -> None:
    """Keep a marked copy; where another request was faster its bytes are the same."""
    await execute(
        connection,
        "insert into stamped_copy (paper_id, mark, content_sha256, made_at) values ($1, $2, $3, $4) "
        "on conflict (paper_id, mark) do nothing",
        paper_id,
        mark,
        content_sha256,
        now,
    )


async def insert_slip(
    connection: AsyncConnection,
    *,
    paper_id: int,
    dossier_id: int,
    event_id: int,
    receipt_id: int | None,
    form_code: str,
    variant: str,
    edition: int,
    data: Mapping[str, Any],
    issued_seq: int,
) -> int:
    row = await fetch_one(
        connection,
        """insert into slip (paper_id, dossier_id, event_id, receipt_id, form_code, variant, edition, data, issued_seq)
        values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9) returning id""",
        paper_id,
        dossier_id,
        event_id,
        receipt_id,
        form_code,
        variant,
        edition,
        to_json(dict(data)),
        issued_seq,
    )
    if row is None:
        raise AssertionError("an insert returns its row")
    return int(row.id)


async def take_number(connection: AsyncConnection, *, unit_id: int, form_code: str, year: int) -> int:
    """Return the next number; its row stays locked until the transaction ends, so a rolled-back one is given again."""
    row = await fetch_one(
        connection,
        """insert into slip_number (unit_id, form_code, year, last) values ($1, $2, $3, 1)
        on conflict (unit_id, form_code, year) do update set last = slip_number.last + 1 returning last""",
        unit_id,
        form_code,
        year,
    )
    if row is None:
        raise AssertionError("an upsert returns its row")
    return int(row.last)
