"""Writes of the register. Each function is one statement and so one round trip."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, to_json

# A block of numbers is taken under the lock of the book's row, so the lines of one dossier follow each other.
_ENTER = """
with numbered as (
  insert into certification_number (unit_id, book, year, last)
  select $2, $3, $4, jsonb_array_length($7::jsonb)
  on conflict (unit_id, book, year) do update set last = certification_number.last + excluded.last
  returning last - jsonb_array_length($7::jsonb) as before
)
insert into certification_entry (dossier_id, unit_id, book, year, number, paper, pages, copies, fee_vnd, signer_id,
  certified_at)
select $1, $2, $3, $4, numbered.before + x.line, x.paper, x.pages, x.copies, x.fee_vnd, $5, $6
from numbered, jsonb_to_recordset($7::jsonb) as x(line int, paper text, pages int, copies int, fee_vnd bigint)
order by x.line
returning number, paper, pages, copies, fee_vnd
"""


async def enter(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    unit_id: int,
    book: str,
    year: int,
    signer_id: int,
    now: dt.datetime,
    lines: Sequence[Mapping[str, Any]],
) -> Sequence[Any]:
    """Enter lines (`line` from 1, `paper`, `pages`, `copies`, `fee_vnd`) in a register; return them numbered."""
    return await fetch_all(
        connection, _ENTER, dossier_id, unit_id, book, year, signer_id, now, to_json([dict(line) for line in lines])
    )


async def insert_book(connection: AsyncConnection, row: Mapping[str, str]) -> int:
    return await execute(
        connection,
        "insert into certification_book (code, name, suffix, numbered_by, legal_basis, confidence) "
        "values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        *(row[name] for name in ("code", "name", "suffix", "numbered_by", "legal_basis", "confidence")),
    )


async def allow_shipped(connection: AsyncConnection, row: Mapping[str, str]) -> int:
    """Let a procedure into the fast lane unless something is recorded of it already."""
    return await execute(
        connection,
        "insert into certification_procedure (procedure_id, book, confidence) "
        "select p.id, $2, $3 from procedure p where p.code = $1 on conflict do nothing",
        *(row[name] for name in ("procedure_code", "book", "confidence")),
    )


async def set_book(connection: AsyncConnection, procedure_id: int, book: str | None) -> None:
    """Let a procedure into the fast lane with `book`, or take it out."""
    if book is None:
        await execute(connection, "delete from certification_procedure where procedure_id = $1", procedure_id)
        return
    await execute(
        connection,
        "insert into certification_procedure (procedure_id, book, confidence) values ($1, $2, 'verified') "
        "on conflict (procedure_id) do update set book = excluded.book, confidence = excluded.confidence",
        procedure_id,
        book,
    )
