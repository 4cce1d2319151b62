"""Scans from outside on their way between the store and the database: no transaction is open while files are looked at.

What is interrupted leaves nothing but bytes that the collector removes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import structlog

from app.bootstrap import Application
from app.collecting import collect_released
from app.domain.documents import DocumentKind, FileType
from app.domain.errors import ActionRefused, Conflict, InvalidInput, Refusal, Unavailable
from app.domain.permissions import Actor
from app.filing import put_aside
from app.services.digitization import sign
from app.services.digitization.discards.let_go import DiscardedPapers, discarded_papers, files_with, write_let_go
from app.services.digitization.inputs import NewBatch, SignPiece, batch_from
from app.services.digitization.queries import batch_view
from app.services.digitization.read import open_picture
from app.services.digitization.receive import (
    BatchPlace,
    batch_of_files,
    place_of_batch,
    quarantine_batch,
    receive_batch,
)
from app.services.digitization.sign import SealedCopy
from app.services.documents.contents import content_key, fetch_file, keep_file, refuse_withdrawn
from app.services.documents.limits import limits_of
from app.services.documents.links import OpenedContent
from app.services.documents.queries import is_withdrawn
from app.services.documents.take_in import Filing, HandedIn, Prepared, VirusFound, ensure_kept, prepare
from app.services.documents.workplace import open_workplace
from app.services.ports import RecognitionFailed

log = structlog.get_logger(__name__)


async def batch_handed_in(
    application: Application, actor: Actor, fields: Mapping[str, str], files: Sequence[HandedIn], *, workplace: Path
) -> tuple[Any, bool]:
    """Keep the files of a batch and ask for its digitization; return the batch as it is shown and whether it is new.

    Raises `InvalidInput` for every reason why a file is not accepted, and what `place_of_batch` raises. A file with a
    virus goes into quarantine, where the clerk sees it as a batch of its own.
    """
    new = batch_from(fields)
    if bool(files) == (new.document_id is not None):
        raise InvalidInput(Refusal("scan_files_or_document", "file"))
    async with application.database.read() as connection:
        place = await place_of_batch(connection, actor, new)
        same = await batch_of_files(connection, new, place, [file.sha256 for file in files]) if files else None
        if same is not None:  # nothing of it is stored: what was let go since does not come back
            return await batch_view(connection, same), False
        for file in files:
            await refuse_withdrawn(connection, file.sha256)
    prepared = []
    for index, file in enumerate(files):
        try:
            prepared.append(await _prepared(application, file, Path(mkdtemp(dir=workplace))))
        except VirusFound as found:
            await _quarantine(application, actor, new, place, file, found, position=index + 1)
            raise VirusFound(*_of_file(index, found)) from found
        except InvalidInput as refused:
            raise InvalidInput(*_of_file(index, refused)) from refused
    pages = sum(one.page_count or 0 for one in prepared)
    most = application.settings.scan_batch_max_pages
    if pages > most:
        raise InvalidInput(Refusal("too_many_pages", "file", {"max": most}))
    async with application.database.write() as connection:
        batch_id, is_new = await receive_batch(connection, actor, new, place, prepared, now=application.clock.now())
        row = await batch_view(connection, batch_id)
    for one in prepared:
        await ensure_kept(application.storage, one)
    return row, is_new


async def opened_picture(application: Application, actor: Actor, piece_id: int) -> OpenedContent:
    """Return what to show of a piece; that it was opened is committed before the first byte leaves."""
    async with application.database.write() as connection:
        return await open_picture(connection, actor, piece_id, now=application.clock.now())


async def sealed_copy(application: Application, actor: Actor, piece_id: int, body: SignPiece) -> SealedCopy:
    """Put the unit's seal on the copy of a confirmed piece; `sign.write_sealed` writes it down.

    Raises what `sign.seal_copy` raises; that the piece cannot be signed now is kept for the writing, where a repeated
    request is answered first.
    """
    async with application.database.read() as connection:
        try:
            row = await sign.copy_in_hand(connection, actor, piece_id)
        except ActionRefused as refused:
            return SealedCopy(piece_id, None, None, refused.refusals)
    return await sign.seal_copy(application.storage, application.signing, row, body, now=application.clock.now())


async def let_go_discarded(application: Application) -> int:
    """Take the pages of discarded papers out of the files of their batches, and their contents out of the store.

    Returns how many papers were let go. What is interrupted is met again; a file that cannot be read is told.
    """
    now = application.clock.now()
    async with application.database.read() as connection:
        due = await discarded_papers(connection, now=now)
    done = 0
    for papers in due:
        try:
            with open_workplace(application.settings.data_dir) as workplace:
                await _let_go(application, papers, workplace)
        except (Unavailable, Conflict, RecognitionFailed) as error:
            log.error("discarded_paper_stays", batch=papers.batch_id, kind=error.code)  # noqa: TRY400 - told by its code
            continue
        done += len(papers.piece_ids)
    await collect_released(application)
    return done


async def _let_go(application: Application, papers: DiscardedPapers, workplace: Path) -> None:
    now, made = application.clock.now(), {}
    async with application.database.read() as connection:
        files = await files_with(connection, papers)
    for position, sha256 in files.items():
        whole, left = workplace / f"source-{position}.pdf", workplace / f"left-{position}.pdf"
        if await _is_gone(application, sha256):
            continue
        await fetch_file(application.storage, sha256, whole)
        await application.pages.blank_out(whole, papers.pages[position], left)
        made[position] = (sha256, await keep_file(application.storage, left, media_type=FileType.PDF.value))
    async with application.database.write() as connection:
        await write_let_go(connection, papers, made, now=now)


async def _is_gone(application: Application, sha256: str) -> bool:
    """Tell whether a file was withdrawn and its bytes have left the store: no page is left in it."""
    async with application.database.read() as connection:
        withdrawn = await is_withdrawn(connection, sha256)
    return withdrawn and await application.storage.find(content_key(sha256)) is None


def _of_file(index: int, refused: InvalidInput) -> list[Refusal]:
    """Return the faults of one of several files; files count from 0, as everything in a list of inputs."""
    return [replace(refusal, field=f"file.{index}") for refusal in refused.refusals]


async def _quarantine(
    application: Application, actor: Actor, new: NewBatch, place: BatchPlace, file: HandedIn, found: VirusFound, *,
    position: int,
) -> None:  # fmt: skip
    key = await put_aside(application, file)
    async with application.database.write() as connection:
        is_new = await quarantine_batch(
            connection,
            actor,
            new,
            place,
            sha256=file.sha256,
            virus=str(found.refusals[0].params["signature"]),
            virus_file=position,
            quarantine_key=key,
            now=application.clock.now(),
        )
    if not is_new:
        await application.storage.remove(key)


async def _prepared(application: Application, file: HandedIn, workplace: Path) -> Prepared:
    """Look at one file as at every file from outside; nothing but pages is accepted."""
    return await prepare(
        application.storage,
        application.virus_scanner,
        application.inspection,
        limits_of(application.settings),
        file,
        Filing(kind=DocumentKind.COMPONENT, name=file.path.name),
        workplace=workplace,
    )
