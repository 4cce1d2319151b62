"""Batches and pieces as people look for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import PieceState
from app.domain.errors import Forbidden, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.digitization import queries, writes
from app.services.digitization.process import CONTENT_WITHDRAWN
from app.services.documents.links import OpenedContent
from app.services.identity.scope import scope_parameters


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with its pages and pieces; no text and no value of any of them."""

    row: Any
    pages: Sequence[Any]
    pieces: Sequence[Any]


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece with its texts and values, for those who may read papers."""

    row: Any
    texts: Sequence[Any]
    fields: Sequence[Any]


async def batches_of(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    states: Sequence[str],
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` batches of units where the actor may scan, the newest first."""
    everything, patterns = scope_parameters(actor, Permission.DOCUMENTS_ADD)
    return await queries.batches_page(
        connection,
        everything=everything,
        patterns=patterns,
        unit=unit,
        states=list(states) or None,
        after=after,
        limit=limit,
    )


async def seen_batch(connection: AsyncConnection, actor: Actor, batch_id: int) -> BatchView:
    row = await queries.batch_view(connection, batch_id)
    if row is None or not actor.scope(Permission.DOCUMENTS_ADD).covers(row.unit_path):
        raise NotFound(Refusal("scan_batch_unknown"))
    return BatchView(
        row,
        await queries.pages_of_batch(connection, batch_id),
        await queries.pieces_of_batch(connection, batch_id),
    )


async def seen_piece(connection: AsyncConnection, actor: Actor, piece_id: int, *permissions: Permission) -> Any:
    """Return a piece of a unit in scope; raise `NotFound` outside it, `Forbidden` without all `permissions` there."""
    row = await queries.piece_view(connection, piece_id)
    seen = row is not None and any(
        actor.scope(known).covers(row.unit_path) for known in (Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD)
    )
    if row is None or not seen:
        raise NotFound(Refusal("scan_piece_unknown"))
    for permission in permissions:
        if not actor.scope(permission).covers(row.unit_path):
            raise Forbidden(Refusal("permission_missing", params={"permission": permission.value}))
    return row


async def read_piece(connection: AsyncConnection, actor: Actor, piece_id: int, *, now: dt.datetime) -> PieceView:
    """Return what was read of a piece; who asked for it is written down."""
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_READ)
    await writes.record_scan_read(connection, piece_id, by=actor.account_id, now=now)
    return PieceView(
        row,
        await queries.texts_of_piece(connection, piece_id),
        await queries.fields_of_piece(connection, piece_id),
    )


async def open_picture(connection: AsyncConnection, actor: Actor, piece_id: int, *, now: dt.datetime) -> OpenedContent:
    """Return what to show of a piece, searchable if it was read; who opened it is written down.

    Raises `NotFound` for one without a picture: there is none yet, or it was removed and there will be none.
    """
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_READ)
    found = await queries.picture_of_piece(connection, piece_id)
    is_gone = found is None and (row.state == PieceState.DISCARDED or row.reason == CONTENT_WITHDRAWN)
    if is_gone or (found is not None and found.withdrawn_at is not None):
        raise NotFound(Refusal("scan_piece_picture_removed"))
    if found is None:
        raise NotFound(Refusal("scan_piece_without_picture"))
    await writes.record_scan_read(connection, piece_id, by=actor.account_id, now=now)
    return OpenedContent(found.sha256, found.size_bytes, found.media_type, f"scan-{piece_id}.pdf")
