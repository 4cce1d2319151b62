"""A file becomes a document of a dossier: the first version, or one that supersedes another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.documents import DocumentKind
from app.domain.errors import Conflict, InvalidInput, NotFound, Refusal
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor
from app.services.documents import queries, writes
from app.services.documents.presented import refuse_presented_only
from app.services.dossiers.recording.record import record_event


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What is known of a file that is to be a document; its contents have their rows already."""

    kind: DocumentKind
    name: str
    content_sha256: str
    media_type: str = "application/pdf"
    component_code: str | None = None
    original_sha256: str | None = None
    """What was handed in, where the content is a conversion of it."""
    page_count: int | None = None
    changes: Sequence[str] = ()
    virus_checked: bool = False
    supersedes_id: int | None = None
    is_published: bool = False


async def add_document(
    connection: AsyncConnection, actor: Actor, dossier: Any, new: NewDocument, *, now: dt.datetime
) -> Any:
    """Add one version of a document to `dossier` (a row of `seen_dossier` with `lock`) and write it to the log.

    Returns the row. Raises `InvalidInput` for a component that the procedure does not have or that is only presented,
    `NotFound` for a document to supersede that is not the dossier's, `Conflict` for one superseded already, one of
    another kind or component, a published result, or a digitized copy that something else is to take the place of.
    """
    if new.component_code is not None:
        await ensure_component(connection, dossier, new.component_code)
    await refuse_presented_only(
        connection, dossier, kind=new.kind, component_code=new.component_code, name=new.name, now=now
    )
    before = None if new.supersedes_id is None else await _superseded(connection, dossier, new)
    row = await writes.add_document(
        connection,
        {
            "dossier_id": dossier.id,
            "unit_id": dossier.receiving_unit_id,
            "component_code": new.component_code,
            "kind": new.kind.value,
            "name": new.name,
            "media_type": new.media_type,
            "content_sha256": new.content_sha256,
            "original_sha256": new.original_sha256,
            "page_count": new.page_count,
            "changes": list(new.changes),
            "virus_checked": new.virus_checked,
            "version": 1 if before is None else before.version + 1,
            "supersedes_id": new.supersedes_id,
            "published_at": now if new.is_published else None,
            "published_by": actor.account_id if new.is_published else None,
            "added_at": now,
            "added_by": actor.account_id,
        },
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.DOCUMENT_ADDED,
        now=now,
        data={
            "document_id": row.id,
            "kind": row.kind,
            "component_code": row.component_code,
            "version": row.version,
            "supersedes_id": row.supersedes_id,
            "page_count": row.page_count,
            "content_sha256": row.content_sha256,
        },
    )
    return row


async def ensure_component(
    connection: AsyncConnection, dossier: Any, code: str, *, field: str = "component_code"
) -> None:
    """Raise `InvalidInput` of `field` unless the dossier's procedure lists the component."""
    if not await queries.has_component(connection, dossier.procedure_version_id, code):
        raise InvalidInput(Refusal("component_unknown", field, {"component": code}))


async def _superseded(connection: AsyncConnection, dossier: Any, new: NewDocument) -> Any:
    before = await queries.version_of(connection, dossier.id, new.supersedes_id)
    if before is None:
        raise NotFound(Refusal("document_unknown"))
    if before.superseded_by is not None:
        raise Conflict(Refusal("document_superseded", "supersedes", {"by": before.superseded_by}))
    if not _gives_way(before, new.kind):
        raise Conflict(Refusal("document_stands", "supersedes"))
    if (before.kind, before.component_code) != (new.kind, new.component_code):
        raise Conflict(Refusal("document_of_another_place", "supersedes"))
    return before


def _gives_way(before: Any, kind: DocumentKind) -> bool:
    """Tell whether a document may be superseded by one of `kind`.

    A published result is replaced by its own act, and a digitized copy by a copy: neither by a file that is sent.
    """
    if before.kind == DocumentKind.RESULT:
        return before.published_at is None
    return before.kind != DocumentKind.DIGITIZED_COPY or kind is DocumentKind.DIGITIZED_COPY
