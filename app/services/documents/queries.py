"""What is read of contents and documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

_RECORDED = "select 1 as one from stored_content where sha256 = $1 and doomed_at is null"
_HAS_COMPONENT = "select 1 as one from procedure_component where version_id = $1 and code = $2"
_VERSION_OF = """
select d.id, d.version, (select n.id from document n where n.supersedes_id = d.id) as superseded_by
from document d where d.id = $2 and d.dossier_id = $1
"""


async def is_recorded(connection: AsyncConnection, sha256: str) -> bool:
    """Tell whether the content has its row, and therefore its bytes."""
    return await fetch_one(connection, _RECORDED, sha256) is not None


async def has_component(connection: AsyncConnection, procedure_version_id: int, code: str) -> bool:
    return await fetch_one(connection, _HAS_COMPONENT, procedure_version_id, code) is not None


async def version_of(connection: AsyncConnection, dossier_id: int, document_id: int) -> Any:
    """Return a document of the dossier with what superseded it, or None."""
    return await fetch_one(connection, _VERSION_OF, dossier_id, document_id)


async def same_document(
    connection: AsyncConnection, dossier_id: int, *, sha256: str, kind: str, component_code: str | None
) -> Any:
    """Return the current document of the dossier that was handed in with these bytes for the same place, or None."""
    return await fetch_one(
        connection,
        "select d.* from document d where d.dossier_id = $1 and coalesce(d.original_sha256, d.content_sha256) = $2 "
        "and d.kind = $3 and d.component_code is not distinct from $4 "
        "and not exists (select from document n where n.supersedes_id = d.id) order by d.id limit 1",
        dossier_id,
        sha256,
        kind,
        component_code,
    )


async def doomed_contents(connection: AsyncConnection) -> list[str]:
    """Return the hashes that are marked for removal."""
    rows = await fetch_all(connection, "select sha256 from stored_content where doomed_at is not null limit 10000")
    return [row.sha256 for row in rows]
