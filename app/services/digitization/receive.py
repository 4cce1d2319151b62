"""A batch comes in: its files are in the store already; the rows and the job are written together."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import BatchState
from app.domain.documents import FileType
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.digitization import queries, writes
from app.services.digitization.inputs import NewBatch
from app.services.digitization.process import ask_for_digitization
from app.services.documents.contents import record_content
from app.services.documents.read import seen_document
from app.services.documents.take_in import Prepared
from app.services.dossiers.recording.record import seen_dossier


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a batch belongs, and what it is made of if no files came with it."""

    unit_id: int
    dossier_id: int | None
    document: Any | None


async def place_of_batch(connection: AsyncConnection, actor: Actor, new: NewBatch) -> BatchPlace:
    """Return where the batch belongs; raise what keeps the actor from scanning there, before anything is kept."""
    unit = await queries.unit_with_code(connection, new.unit)
    if unit is None:
        raise InvalidInput(Refusal("unit_unknown", "unit", {"code": new.unit}))
    if not actor.scope(Permission.DOCUMENTS_ADD).covers(unit.path):
        raise Forbidden(Refusal("out_of_scope", "unit", {"side": "either"}))
    dossier_id, document = None, None
    if new.dossier is not None:
        dossier = await seen_dossier(connection, actor, new.dossier, Permission.DOCUMENTS_ADD)
        dossier_id = dossier.id
    if new.document_id is not None:
        document = await seen_document(connection, actor, new.document_id, Permission.DOCUMENTS_ADD)
        if document.dossier_id != dossier_id:
            raise NotFound(Refusal("document_unknown", "document"))
        if document.withdrawn_at is not None:
            raise NotFound(Refusal("document_withdrawn"))
        if document.media_type != FileType.PDF.value:
            raise InvalidInput(Refusal("file_has_no_pages", "document"))
    return BatchPlace(unit.id, dossier_id, document)


async def batch_of_files(
    connection: AsyncConnection, new: NewBatch, place: BatchPlace, hashes: Sequence[str]
) -> int | None:
    """Return the batch that these very files (SHA-256), kept as they came, were before; None if there is none."""
    return await queries.batch_with_fingerprint(connection, place.unit_id, _fingerprint(new, hashes))


async def receive_batch(
    connection: AsyncConnection,
    actor: Actor,
    new: NewBatch,
    place: BatchPlace,
    files: Sequence[Prepared],
    *,
    now: dt.datetime,
) -> tuple[int, bool]:
    """Write the batch and ask for its digitization; return its id and whether it is new.

    The same files from the same unit for the same dossier again are the same batch: a repeated request makes no second
    one, and starts nothing.
    """
    sources = _sources(files) if place.document is None else [_source_of(place.document)]
    fingerprint = _fingerprint(new, [source["content_sha256"] for source in sources])
    same = await queries.batch_with_fingerprint(connection, place.unit_id, fingerprint)
    if same is not None:  # what was let go of it since does not come back
        return same, False
    for prepared in files:
        for content in (prepared.content, prepared.original):
            if content is not None:
                await record_content(connection, content, now=now)
    batch_id = await writes.receive_batch(
        connection,
        unit_id=place.unit_id,
        dossier_id=place.dossier_id,
        fingerprint=fingerprint,
        cut=new.cut.value,
        scanned_at=new.scanned_at,
        device=new.device,
        received_by=actor.account_id,
        sources=sources,
        now=now,
    )
    if batch_id is None:
        same = await queries.batch_with_fingerprint(connection, place.unit_id, fingerprint)
        if same is None:
            raise Conflict(Refusal("scan_batch_arriving"))
        return same, False
    await ask_for_digitization(connection, batch_id)
    return batch_id, True


async def quarantine_batch(
    connection: AsyncConnection,
    actor: Actor,
    new: NewBatch,
    place: BatchPlace,
    *,
    sha256: str,
    virus: str,
    virus_file: int,
    quarantine_key: str,
    now: dt.datetime,
) -> bool:
    """Write that `virus` was found in a file of a batch, for the clerk to see; False if that very file was before.

    `virus_file`: which of the files sent, the first is 1.
    """
    return await writes.quarantine_batch(
        connection,
        unit_id=place.unit_id,
        dossier_id=place.dossier_id,
        fingerprint=hashlib.sha256(f"{new.dossier or ''}\nquarantine\n{sha256}".encode()).hexdigest(),
        cut=new.cut.value,
        virus=virus,
        virus_file=virus_file,
        quarantine_key=quarantine_key,
        scanned_at=new.scanned_at,
        device=new.device,
        received_by=actor.account_id,
        now=now,
    )


async def retry_batch(connection: AsyncConnection, actor: Actor, batch_id: int) -> None:
    """Let what failed or was not read be tried once more; raises `Conflict` while there is nothing to be tried."""
    row = await queries.lock_batch(connection, batch_id)
    if row is None or not actor.scope(Permission.DOCUMENTS_ADD).covers(row.unit_path):
        raise NotFound(Refusal("scan_batch_unknown"))
    if not BatchState(row.state).is_retryable:
        raise Conflict(Refusal("scan_batch_not_retryable", params={"state": row.state}))
    await writes.retry_batch(connection, batch_id)
    await ask_for_digitization(connection, batch_id)


def _sources(files: Sequence[Prepared]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "content_sha256": prepared.content.sha256,
            "original_sha256": None if prepared.original is None else prepared.original.sha256,
            "page_count": prepared.page_count or 0,
        }
        for position, prepared in enumerate(files, 1)
    ]


def _source_of(document: Any) -> dict[str, Any]:
    return {
        "position": 1,
        "content_sha256": document.content_sha256,
        "original_sha256": document.original_sha256,
        "page_count": document.page_count or 0,
    }


def _fingerprint(new: NewBatch, hashes: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([new.dossier or "", new.cut.value, *hashes]).encode()).hexdigest()
