"""Files from outside, on their way between the store and the database: the same for requests, jobs and commands.

Each act is several short transactions with the store's work between them, and none open while the store, the
inspection or the virus check is at it. Whatever is interrupted is carried on by `finish_waiting`, or collected.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from app.bootstrap import Application
from app.core.security import random_secret
from app.domain.errors import Conflict, DomainError, InvalidInput, NotFound, Refusal, Unavailable
from app.domain.permissions import Actor, Permission
from app.services.documents.collect import PART_PREFIX, QUARANTINE_PREFIX
from app.services.documents.limits import limits_of
from app.services.documents.take_in import Filing, HandedIn, Prepared, VirusFound, ensure_kept, file_away, prepare
from app.services.documents.uploads import queries, writes
from app.services.documents.uploads.carry import UploadState, filing_of, values_of
from app.services.documents.workplace import open_workplace
from app.services.dossiers.recording.queries import dossier_by_id, dossier_id_of
from app.services.dossiers.recording.record import seen_dossier

CLAIM = dt.timedelta(minutes=5)
"""How long whoever looks at a complete upload has it for himself; a killed program's claim ends so."""
_KEY_BYTES = 9
_AT_ONCE = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Filed:
    """A document that now lies in its dossier. `is_new` False: it lay there already."""

    document_id: int
    is_new: bool


async def file_handed_in(
    application: Application, actor: Actor, dossier_code: str, file: HandedIn, filing: Filing, *, workplace: Path
) -> Filed:
    """Make a whole file a document of a dossier; raise what `prepare` and `add_document` raise.

    A file with a virus goes into quarantine, where the clerk sees it among the dossier's uploads.
    """
    try:
        prepared = await _prepare(application, file, filing, workplace)
    except VirusFound as found:
        await _quarantine_handed_in(application, actor, dossier_code, file, filing, found)
        raise
    now = application.clock.now()
    async with application.database.write() as connection:
        dossier = await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_ADD, lock=True)
        row, is_new = await file_away(connection, actor, dossier, prepared, filing, now=now)
    await ensure_kept(application.storage, prepared)
    return Filed(row.id, is_new)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of an upload that lie in the store under `key`, not yet counted."""

    starts_at: int
    size_bytes: int
    key: str


async def put_piece(application: Application, upload_id: str, content: bytes, *, starts_at: int) -> Piece:
    key = f"{PART_PREFIX}/{upload_id}/{starts_at:015d}-{random_secret(_KEY_BYTES)}"
    await application.storage.put(key, content)
    return Piece(starts_at, len(content), key)


async def count_pieces(application: Application, upload_id: str, pieces: Sequence[Piece]) -> UploadState:
    """Count pieces that follow what was received; return the upload's state then.

    Raises `Conflict` if another request moved the upload meanwhile; nothing of these pieces is kept then.
    """
    settings = application.settings
    expires_at = application.clock.now() + dt.timedelta(hours=settings.upload_expire_hours)
    async with application.database.write() as connection:
        row = await writes.append_parts(
            connection,
            upload_id,
            [(piece.starts_at, piece.size_bytes, piece.key) for piece in pieces],
            starts_at=pieces[0].starts_at,
            expires_at=expires_at,
        )
    if row is None:
        await drop_pieces(application, [piece.key for piece in pieces])
        raise Conflict(Refusal("upload_moved"))
    return UploadState(row.state)


async def drop_pieces(application: Application, keys: Sequence[str]) -> None:
    """Remove pieces that no row counts; the collector takes what is left when this is interrupted."""
    for key in keys:
        await application.storage.remove(key)


async def finish_upload(application: Application, upload_id: str) -> Filed | None:
    """Make a complete upload a document; None if somebody else is at it or it is decided already.

    Raises `InvalidInput` when the file is refused, which is then written down and final, and `Unavailable` when the
    virus check or the store does not answer: the upload waits and is tried again by `finish_waiting`.
    """
    now = application.clock.now()
    async with application.database.write() as connection:
        claimed = await writes.claim(connection, upload_id, now=now, until=now + CLAIM)
    if not claimed:
        return None
    try:
        return await _finish_claimed(application, upload_id)
    except VirusFound as found:
        await _end_badly(application, upload_id, found, UploadState.QUARANTINED)
        raise
    except (InvalidInput, NotFound) as refused:
        await _end_badly(application, upload_id, refused, UploadState.REFUSED)
        raise
    except (Unavailable, Conflict) as error:
        if isinstance(error, Conflict) and error.refusals[0].code != "content_being_collected":
            await _end_badly(application, upload_id, error, UploadState.REFUSED)
            raise
        async with application.database.write() as connection:
            await writes.release(connection, upload_id, waits_for=error.refusals[0].code)
        raise


async def finish_waiting(application: Application) -> int:
    """Carry on every complete upload that nobody looks at; return how many were decided."""
    async with application.database.read() as connection:
        waiting = await queries.unfinished(connection, now=application.clock.now(), limit=_AT_ONCE)
    decided = 0
    for row in waiting:
        try:
            await finish_upload(application, row.id)
        except Unavailable as error:
            log.warning("upload_waits", reasons=[refusal.code for refusal in error.refusals])
            continue
        except DomainError as error:
            log.info("upload_refused", reasons=[refusal.code for refusal in error.refusals])
        decided += 1
    return decided


async def _finish_claimed(application: Application, upload_id: str) -> Filed | None:
    async with application.database.read() as connection:
        upload = await queries.one_upload(connection, upload_id)
        parts = await queries.parts_of(connection, upload_id)
    if upload is None:
        return None
    filing = filing_of(upload)
    with open_workplace(application.settings.data_dir) as workplace:
        file = await _assemble(application, [part.blob_key for part in parts], workplace / "handed-in")
        if file.size_bytes != upload.length_bytes:
            raise Unavailable(Refusal("content_damaged"))
        prepared = await _prepare(application, file, filing, workplace)
        filed = await _file_upload(application, upload, prepared, filing)
        await ensure_kept(application.storage, prepared)
    await drop_pieces(application, [part.blob_key for part in parts])
    return filed


async def _file_upload(application: Application, upload: Any, prepared: Prepared, filing: Filing) -> Filed | None:
    now = application.clock.now()
    # Who opened the upload might add to the dossier then, and each time a piece came; nothing more is asked here.
    actor = Actor(account_id=upload.account_id, kind="staff", auth_version=0, grants=())
    async with application.database.write() as connection:
        await dossier_id_of(connection, upload.dossier_code, lock=True)
        dossier = await dossier_by_id(connection, upload.dossier_id)
        row, is_new = await file_away(connection, actor, dossier, prepared, filing, now=now)
        ended = await writes.end(connection, upload.id, state=UploadState.STORED.value, document_id=row.id, now=now)
        if not ended and is_new:
            raise Conflict(Refusal("upload_ended"))
        await writes.forget_parts(connection, upload.id)
    return Filed(row.id, is_new)


async def _prepare(application: Application, file: HandedIn, filing: Filing, workplace: Path) -> Prepared:
    return await prepare(
        application.storage,
        application.virus_scanner,
        limits_of(application.settings),
        file,
        filing,
        workplace=workplace,
    )


async def _assemble(application: Application, keys: Sequence[str], target: Path) -> HandedIn:
    """Write the pieces one after the other into a file, a piece in memory at a time, and hash what was written."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        for key in keys:
            async for content in application.storage.stream(key):
                await asyncio.to_thread(file.write, content)
                await asyncio.to_thread(digest.update, content)
                size += len(content)
    return HandedIn(path=target, sha256=digest.hexdigest(), size_bytes=size)


async def _end_badly(application: Application, upload_id: str, error: DomainError, state: UploadState) -> None:
    """Write down why an upload became no document; what a virus was found in is moved out of everybody's reach."""
    async with application.database.read() as connection:
        keys = [part.blob_key for part in await queries.parts_of(connection, upload_id)]
    quarantine_key = None
    if state is UploadState.QUARANTINED:
        with open_workplace(application.settings.data_dir) as workplace:
            file = await _assemble(application, keys, workplace / "handed-in")
            quarantine_key = await _put_aside(application, file)
    async with application.database.write() as connection:
        ended = await writes.end(
            connection,
            upload_id,
            state=state.value,
            now=application.clock.now(),
            faults=_faults(error),
            quarantine_key=quarantine_key,
        )
        if ended:
            await writes.forget_parts(connection, upload_id)
    if ended:
        await drop_pieces(application, keys)


async def _quarantine_handed_in(
    application: Application, actor: Actor, dossier_code: str, file: HandedIn, filing: Filing, found: VirusFound
) -> None:
    """Note a file that came in one request as an upload that ended in quarantine."""
    key = await _put_aside(application, file)
    now = application.clock.now()
    async with application.database.write() as connection:
        dossier = await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_ADD)
        values = {
            **values_of(actor, dossier, filing, now=now),
            "id": random_secret(24),
            "length_bytes": file.size_bytes,
            "received_bytes": file.size_bytes,
            "state": UploadState.QUARANTINED.value,
            "faults": _faults(found),
            "quarantine_key": key,
            "expires_at": now,
            "ended_at": now,
        }
        await writes.open_upload(connection, values)


async def _put_aside(application: Application, file: HandedIn) -> str:
    key = f"{QUARANTINE_PREFIX}/{file.sha256}-{random_secret(_KEY_BYTES)}"
    await application.storage.put(key, file.path)
    return key


def _faults(error: DomainError) -> list[dict[str, Any]]:
    return [
        {"code": refusal.code, "field": refusal.field, "params": dict(refusal.params)} for refusal in error.refusals
    ]
