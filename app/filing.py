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
from typing import Any, Protocol

import structlog

from app.bootstrap import Application
from app.core.security import random_secret
from app.domain.errors import Conflict, DomainError, InvalidInput, NotFound, Refusal, Unavailable
from app.domain.permissions import Actor, Permission
from app.services.documents.collect import PART_PREFIX, QUARANTINE_PREFIX
from app.services.documents.contents import refuse_withdrawn
from app.services.documents.limits import limits_of
from app.services.documents.links import OpenedContent, open_link
from app.services.documents.queries import one_document
from app.services.documents.take_in import (
    Filing,
    HandedIn,
    Prepared,
    VirusFound,
    ensure_fits,
    ensure_kept,
    file_away,
    prepare,
)
from app.services.documents.uploads import carry, queries, writes
from app.services.documents.uploads.carry import UploadState, filing_of, values_of
from app.services.documents.workplace import open_workplace
from app.services.dossiers.recording.queries import dossier_by_id, dossier_id_of
from app.services.dossiers.recording.record import seen_dossier

CLAIM = dt.timedelta(minutes=5)
"""How long whoever looks at a complete upload has it for himself; a killed program's claim ends so."""
_KEY_BYTES = 9
_PIECE = 4 * 1024 * 1024
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
    async with application.database.read() as connection:
        dossier = await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_ADD)
        await ensure_fits(connection, dossier, filing, now=application.clock.now())
        await refuse_withdrawn(connection, file.sha256)
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


class Checksum(Protocol):
    """What a piece must hash to by the client's word; `verify` raises if it does not."""

    def update(self, content: bytes, /) -> None: ...
    def verify(self) -> None: ...


class PieceTaker:
    """Takes the bytes of one request of an upload: into the store some megabytes a time, then into the rows.

    Without a checksum everything that is in the store counts at once, so that a broken line costs little. With one,
    nothing counts before all of it came and was verified.
    """

    def __init__(self, application: Application, upload: Any, *, checksum: Checksum | None) -> None:
        self._application = application
        self._upload = upload
        self._checksum = checksum
        self._waiting = bytearray()
        self._put: list[tuple[int, int, str]] = []
        self._put_until: int = upload.received_bytes
        self._state = UploadState(upload.state)
        self.received: int = upload.received_bytes
        self.expires_at: dt.datetime = upload.expires_at

    async def take(self, content: bytes) -> None:
        """Raise `InvalidInput` for bytes beyond the announced length, and `Conflict` if another request was faster."""
        self._waiting += content
        if self._put_until + len(self._waiting) > self._upload.length_bytes:
            self._waiting.clear()
            await self.break_off()
            raise InvalidInput(Refusal("upload_too_long", params={"length": self._upload.length_bytes}))
        if len(self._waiting) >= _PIECE:
            await self._put_waiting()
            if self._checksum is None:
                await self._count()

    async def end(self) -> UploadState:
        """Count what is left; return the upload's state now. Raises what a wrong checksum raises: nothing counts."""
        await self._put_waiting()
        if self._checksum is not None:
            try:
                self._checksum.verify()
            except Exception:
                await self.break_off()
                raise
        await self._count()
        return self._state

    async def break_off(self) -> None:
        """The line broke: what came counts, unless a checksum over all of it was promised."""
        if self._checksum is None:
            await self._put_waiting()
            await self._count()
        else:
            await drop_pieces(self._application, [key for _start, _size, key in self._put])
            self._put.clear()

    async def _put_waiting(self) -> None:
        if not self._waiting:
            return
        content = bytes(self._waiting)
        self._waiting.clear()
        if self._checksum is not None:
            await asyncio.to_thread(self._checksum.update, content)
        key = f"{PART_PREFIX}/{self._upload.id}/{self._put_until:015d}-{random_secret(_KEY_BYTES)}"
        await self._application.storage.put(key, content)
        self._put.append((self._put_until, len(content), key))
        self._put_until += len(content)

    async def _count(self) -> None:
        if not self._put:
            return
        pieces, self._put = self._put, []
        application = self._application
        expires_at = application.clock.now() + dt.timedelta(hours=application.settings.upload_expire_hours)
        async with application.database.write() as connection:
            row = await writes.append_parts(
                connection, self._upload.id, pieces, starts_at=self.received, expires_at=expires_at
            )
        if row is None:
            await drop_pieces(application, [key for _start, _size, key in pieces])
            raise Conflict(Refusal("upload_moved"))
        self.received, self.expires_at, self._state = row.received_bytes, expires_at, UploadState(row.state)


async def drop_pieces(application: Application, keys: Sequence[str]) -> None:
    """Remove pieces that no row counts; the collector takes what is left when this is interrupted."""
    for key in keys:
        await application.storage.remove(key)


async def ensure_may_add(application: Application, actor: Actor, dossier_code: str) -> None:
    """Raise what `seen_dossier` raises for somebody who may not add documents to the dossier."""
    async with application.database.read() as connection:
        await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_ADD)


async def own_upload(application: Application, actor: Actor, upload_id: str) -> Any:
    """Return an upload as `carry.own_upload` does."""
    async with application.database.read() as connection:
        return await carry.own_upload(connection, actor, upload_id)


async def open_linked(application: Application, token: str) -> OpenedContent:
    """Return what a link opens; that it was read is committed before the first byte leaves."""
    async with application.database.write() as connection:
        return await open_link(connection, application.signer, token, now=application.clock.now())


async def filed_document(application: Application, filed: Filed) -> Any:
    """Return the row of a document as `documents.queries.one_document` gives it."""
    async with application.database.read() as connection:
        return await one_document(connection, filed.document_id)


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
        async with application.database.read() as connection:
            await refuse_withdrawn(connection, file.sha256)
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
        application.inspection,
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
            quarantine_key = await put_aside(application, file)
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
    key = await put_aside(application, file)
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


async def put_aside(application: Application, file: HandedIn) -> str:
    """Put a file that may not be opened where no route reaches; return its key."""
    key = f"{QUARANTINE_PREFIX}/{file.sha256}-{random_secret(_KEY_BYTES)}"
    await application.storage.put(key, file.path)
    return key


def _faults(error: DomainError) -> list[dict[str, Any]]:
    return [
        {"code": refusal.code, "field": refusal.field, "params": dict(refusal.params)} for refusal in error.refusals
    ]
