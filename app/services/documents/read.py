"""Documents as people look for them, and who read which."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.documents import DocumentKind
from app.domain.errors import Conflict, Forbidden, NotFound, Refusal
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.services.documents import queries, writes
from app.services.dossiers.access import may_see
from app.services.dossiers.recording.record import record_event, seen_dossier


async def documents_of(
    connection: AsyncConnection, actor: Actor, dossier_code: str, *, superseded: bool, after: int, limit: int
) -> Sequence[Any]:
    """Return documents of a dossier in the order they were added, only the newest versions unless `superseded`."""
    dossier = await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_READ)
    return await queries.documents_of(connection, dossier.id, superseded=superseded, after=after, limit=limit)


async def seen_document(
    connection: AsyncConnection, actor: Actor, document_id: int, permission: Permission = Permission.DOCUMENTS_READ
) -> Any:
    """Return one document; raise `NotFound` outside the actor's sight, `Forbidden` where `permission` is not theirs."""
    row = await queries.one_document(connection, document_id)
    if row is None or not may_see(actor, row.receiving_path, row.competent_path):
        raise NotFound(Refusal("document_unknown"))
    scope = actor.scope(permission)
    if not (scope.covers(row.receiving_path) or scope.covers(row.competent_path)):
        raise Forbidden(Refusal("out_of_scope", params={"side": "either"}))
    return row


async def reads_of(
    connection: AsyncConnection, actor: Actor, document_id: int, *, after: int, limit: int
) -> Sequence[Any]:
    """Return who read a document, the newest first; `after` is the last id seen, 0 at the start."""
    await seen_document(connection, actor, document_id)
    return await queries.reads_of(connection, document_id, after=after, limit=limit)


async def publish_document(connection: AsyncConnection, actor: Actor, document_id: int, *, now: dt.datetime) -> Any:
    """Make a draft the published version, once and for ever; the dossier's log tells of it.

    Raises `Conflict` for one that is published or superseded, and for a result: results are published signed, by their
    own act (docs/results.md).
    """
    row = await seen_document(connection, actor, document_id, Permission.RESULTS_PUBLISH)
    dossier = await seen_dossier(connection, actor, row.dossier_code, Permission.RESULTS_PUBLISH, lock=True)
    row = await queries.one_document(connection, document_id)
    if row.kind == DocumentKind.RESULT:
        raise Conflict(Refusal("document_is_result"))
    if row.superseded_by is not None:
        raise Conflict(Refusal("document_superseded", params={"by": row.superseded_by}))
    if not await writes.publish(connection, document_id, by=actor.account_id, now=now):
        raise Conflict(Refusal("document_published"))
    await record_event(
        connection,
        actor,
        dossier,
        EventType.DOCUMENT_PUBLISHED,
        now=now,
        data={
            "document_id": row.id,
            "kind": row.kind,
            "component_code": row.component_code,
            "version": row.version,
            "content_sha256": row.content_sha256,
        },
    )
    return await queries.one_document(connection, document_id)
