"""Results as the staff in scope read them, and the signatures of a file judged on request."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.documents.contents import read_bytes
from app.services.dossiers.recording.record import seen_dossier
from app.services.identity.scope import scope_parameters
from app.services.ports import BlobStore, SignatureReport, Signer, SigningFailed
from app.services.results import queries, writes
from app.services.results.access import seen_result

__all__ = ["checked_signatures", "content_to_check", "draft_to_read", "results_of_dossier", "seen_result"]


async def results_of_dossier(connection: AsyncConnection, actor: Actor, code: str) -> Sequence[Any]:
    """Return the results of a dossier in scope, the newest first; `NotFound` if there is no such dossier."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    rows = await queries.results_of(connection, code, everything=everything, patterns=patterns)
    if not rows:
        await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    return rows


async def draft_to_read(connection: AsyncConnection, actor: Actor, result_id: int, *, now: dt.datetime) -> Any:
    """Return the result whose draft is about to be read, and record the reading of a draft that was uploaded.

    Raises `NotFound`, and `Forbidden` without the right to read papers of this very dossier.
    """
    row = await seen_result(connection, actor, result_id)
    await seen_dossier(connection, actor, row.dossier_code, Permission.DOCUMENTS_READ)
    await writes.record_draft_read(connection, row, account_id=actor.account_id, now=now)
    return row


async def content_to_check(connection: AsyncConnection, actor: Actor, code: str, sha256: str) -> None:
    """Raise `NotFound` unless the content is that of a current document of a dossier in scope."""
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_READ)
    if await queries.held_content(connection, dossier.id, sha256) is None:
        raise NotFound(Refusal("content_not_of_dossier", "content_sha256"))


async def checked_signatures(storage: BlobStore, signer: Signer, sha256: str, *, now: dt.datetime) -> SignatureReport:
    """Return what the signatures of a stored PDF are worth. Raises `InvalidInput` (pdf_unreadable)."""
    try:
        return await signer.validate_pdf(await read_bytes(storage, sha256), at=now)
    except SigningFailed as error:
        raise InvalidInput(Refusal(error.code, "content_sha256")) from error
