"""What is written of contents and documents."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one, to_json

if TYPE_CHECKING:
    from app.services.documents.contents import Content

# `on conflict` waits for whoever writes the same row now, then the second part sees what they left.
_RECORD_CONTENT = """
insert into stored_content (sha256, size_bytes, media_type, stored_at) values ($1, $2, $3, $4)
on conflict (sha256) do nothing
returning sha256
"""
_IS_STANDING = "select 1 as one from stored_content where sha256 = $1 and doomed_at is null"

_ADD = """
insert into document (dossier_id, unit_id, component_code, kind, name, media_type, content_sha256, original_sha256,
  page_count, changes, virus_checked, version, supersedes_id, published_at, published_by, added_at, added_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15, $16, $17)
returning *
"""


async def record_content(connection: AsyncConnection, content: "Content", *, now: dt.datetime) -> bool:
    """Write the content's row unless it is there; False if the row that is there is doomed."""
    made = await fetch_one(connection, _RECORD_CONTENT, content.sha256, content.size_bytes, content.media_type, now)
    return made is not None or await fetch_one(connection, _IS_STANDING, content.sha256) is not None


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
