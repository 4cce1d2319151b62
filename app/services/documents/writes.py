"""What is written of contents and documents."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, fetch_one, to_json

if TYPE_CHECKING:
    from app.services.documents.contents import Content

# `on conflict` waits for whoever writes the same row now, then the second part sees what they left.
_RECORD_CONTENT = """
insert into stored_content (sha256, size_bytes, media_type, stored_at) values ($1, $2, $3, $4)
on conflict (sha256) do nothing
returning sha256
"""
# Locked, because the collector may remove a row that nothing speaks of any more.
_STANDING = """
select 1 as one from stored_content where sha256 = $1 and doomed_at is null and withdrawn_at is null for key share
"""

_DOOM = """
with doomed as (
  insert into stored_content (sha256, size_bytes, media_type, stored_at, doomed_at)
  select h.sha256, 0, '', $2, $2 from unnest($1::text[]) as h (sha256) where h.sha256 ~ '^[0-9a-f]{64}$'
  on conflict (sha256) do nothing
  returning sha256
)
select sha256 from doomed
union
select c.sha256 from stored_content c where c.sha256 = any ($1::text[])
  and (c.doomed_at is not null or c.withdrawn_at is not null)
"""

_ADD = """
insert into document (dossier_id, unit_id, component_code, kind, name, media_type, content_sha256, original_sha256,
  page_count, changes, virus_checked, version, supersedes_id, published_at, published_by, added_at, added_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15, $16, $17)
returning *
"""


async def record_content(connection: AsyncConnection, content: "Content", *, now: dt.datetime) -> bool:
    """Write the content's row unless it is there; False if the row that is there is doomed."""
    made = await fetch_one(connection, _RECORD_CONTENT, content.sha256, content.size_bytes, content.media_type, now)
    return made is not None or await lock_standing(connection, content.sha256)


async def lock_standing(connection: AsyncConnection, sha256: str) -> bool:
    """Tell whether the content has its row, and therefore its bytes; it keeps both while this transaction lasts."""
    return await fetch_one(connection, _STANDING, sha256) is not None


async def add_document(connection: AsyncConnection, values: dict[str, Any]) -> Any:
    """Insert one version of a document and return its row."""
    return await fetch_one(
        connection,
        _ADD,
        values["dossier_id"],
        values["unit_id"],
        values["component_code"],
        values["kind"],
        values["name"],
        values["media_type"],
        values["content_sha256"],
        values["original_sha256"],
        values["page_count"],
        to_json(values["changes"]),
        values["virus_checked"],
        values["version"],
        values["supersedes_id"],
        values["published_at"],
        values["published_by"],
        values["added_at"],
        values["added_by"],
    )


async def doom_contents(connection: AsyncConnection, hashes: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Mark contents that have no row, by a row that says so; return those marked, now or before, and those withdrawn.

    Waits for a transaction that is writing the row of one of them.
    """
    rows = await fetch_all(connection, _DOOM, sorted(hashes), now)
    return [row.sha256 for row in rows]


async def forget_doomed(connection: AsyncConnection, hashes: Sequence[str]) -> None:
    await execute(
        connection,
        "delete from stored_content where sha256 = any ($1::text[]) and doomed_at is not null",
        list(hashes),
    )


async def doom_released(connection: AsyncConnection, sha256: str, *, now: dt.datetime) -> None:
    """Put the collector's mark in the place of a released content's row; what still speaks of it forbids that."""
    await execute(connection, "delete from stored_content where sha256 = $1", sha256)
    await execute(
        connection,
        "insert into stored_content (sha256, size_bytes, media_type, stored_at, doomed_at) values ($1, 0, '', $2, $2)",
        sha256,
        now,
    )


async def note_released(connection: AsyncConnection, sha256: str, *, outcome: str, now: dt.datetime) -> None:
    await execute(
        connection,
        "update released_content set collected_at = $2, outcome = $3 where sha256 = $1 and collected_at is null",
        sha256,
        now,
        outcome,
    )


async def publish(connection: AsyncConnection, document_id: int, *, by: int | None, now: dt.datetime) -> bool:
    """Write when and by whom a draft was published; False if it was before."""
    changed = await execute(
        connection,
        "update document set published_at = $2, published_by = $3 where id = $1 and published_at is null",
        document_id,
        now,
        by,
    )
    return changed > 0


async def record_read(
    connection: AsyncConnection,
    *,
    document_id: int,
    unit_id: int,
    read_by: int | None,
    purpose: str,
    is_original: bool,
    now: dt.datetime,
) -> None:
    await execute(
        connection,
        "insert into document_read (document_id, unit_id, read_at, read_by, purpose, is_original) "
        "values ($1, $2, $3, $4, $5, $6)",
        document_id,
        unit_id,
        now,
        read_by,
        purpose,
        is_original,
    )
