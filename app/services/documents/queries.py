"""What is read of contents and documents."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one

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
