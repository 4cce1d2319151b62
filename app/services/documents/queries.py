"""What is read of contents and documents."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

_HAS_COMPONENT = "select 1 as one from procedure_component where version_id = $1 and code = $2"
_VERSION_OF = """
select d.id, d.version, d.kind, d.component_code, d.published_at,
  (select n.id from document n where n.supersedes_id = d.id) as superseded_by
from document d where d.id = $2 and d.dossier_id = $1
"""

_DOCUMENT = """
select d.*, o.code as dossier_code, r.path as receiving_path, c.path as competent_path,
  t.size_bytes as content_size, t.media_type as content_type, t.withdrawn_at, g.size_bytes as original_size,
  g.media_type as original_type, a.username as added_by_name, p.username as published_by_name,
  (select n.id from document n where n.supersedes_id = d.id) as superseded_by
from document d
join dossier o on o.id = d.dossier_id
join unit r on r.id = o.receiving_unit_id
join unit c on c.id = o.competent_unit_id
join stored_content t on t.sha256 = d.content_sha256
left join stored_content g on g.sha256 = d.original_sha256
left join account a on a.id = d.added_by
left join account p on p.id = d.published_by
"""
_LINKED = """
select d.id, d.unit_id, d.name, d.content_sha256, d.original_sha256, t.size_bytes as content_size,
  t.media_type as content_type, g.size_bytes as original_size, g.media_type as original_type, a.auth_version
from document d
join stored_content t on t.sha256 = d.content_sha256 and t.withdrawn_at is null
left join stored_content g on g.sha256 = d.original_sha256 and g.withdrawn_at is null
join account a on a.id = $2 and a.disabled_at is null
where d.id = $1
"""


async def has_component(connection: AsyncConnection, procedure_version_id: int, code: str) -> bool:
    return await fetch_one(connection, _HAS_COMPONENT, procedure_version_id, code) is not None


async def version_of(connection: AsyncConnection, dossier_id: int, document_id: int | None) -> Any:
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


async def released_contents(connection: AsyncConnection, *, limit: int) -> list[str]:
    """Return the hashes that were let go and not looked at since.

    What a scan batch has still to take a paper out of waits for that: the file's other papers are read from it.
    """
    rows = await fetch_all(
        connection,
        "select distinct r.sha256 from released_content r where r.collected_at is null and not exists ("
        "select from scan_source s join scan_piece i on i.batch_id = s.batch_id "
        "join scan_let_go l on l.piece_id = i.id and l.let_go_at is null and l.due_at <= r.released_at "
        "where s.content_sha256 = r.sha256) order by r.sha256 limit $1",
        limit,
    )
    return [row.sha256 for row in rows]


async def is_withdrawn(connection: AsyncConnection, sha256: str) -> bool:
    found = await fetch_one(
        connection, "select 1 as one from stored_content where sha256 = $1 and withdrawn_at is not null", sha256
    )
    return found is not None


async def one_document(connection: AsyncConnection, document_id: int) -> Any:
    """Return a document with its dossier's code and units, its contents, and what superseded it; or None."""
    return await fetch_one(connection, f"{_DOCUMENT} where d.id = $1", document_id)


async def documents_of(
    connection: AsyncConnection, dossier_id: int, *, superseded: bool, after: int, limit: int
) -> Sequence[Any]:
    """Return documents of a dossier by ascending id, those after `after`."""
    return await fetch_all(
        connection,
        f"{_DOCUMENT} where d.dossier_id = $1 and d.id > $2 "
        "and ($3 or not exists (select from document n where n.supersedes_id = d.id)) order by d.id limit $4",
        dossier_id,
        after,
        superseded,
        limit,
    )


async def linked_document(connection: AsyncConnection, document_id: int, *, account_id: int) -> Any:
    """Return what a link names, with the version of the account it was made for; None if either is gone."""
    return await fetch_one(connection, _LINKED, document_id, account_id)


async def reads_of(connection: AsyncConnection, document_id: int, *, after: int, limit: int) -> Sequence[Any]:
    """Return reads of a document by descending id, those before `after` (0: from the newest)."""
    return await fetch_all(
        connection,
        "select r.id, r.read_at, r.purpose, r.is_original, a.username, a.display_name from document_read r "
        "left join account a on a.id = r.read_by "
        "where r.document_id = $1 and ($2 = 0 or r.id < $2) order by r.id desc limit $3",
        document_id,
        after,
        limit,
    )


async def contents_after(connection: AsyncConnection, after: str, *, limit: int) -> Sequence[Any]:
    """Return hashes of contents in ascending order, those after `after`."""
    return await fetch_all(
        connection,
        "select sha256 from stored_content where doomed_at is null and withdrawn_at is null and sha256 > $1 "
        "order by sha256 limit $2",
        after,
        limit,
    )
