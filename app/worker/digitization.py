"""Digitizes scan batches: a transaction a page and a piece, none while anything is looked at, read or stored."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import structlog

from app.bootstrap import Application
from app.services.digitization import process
from app.services.digitization.process import PieceToRead, Source, Work
from app.services.digitization.writes import fail_batch
from app.services.documents.contents import Content, fetch_file, hash_file, put_file, record_content
from app.services.documents.queries import is_withdrawn
from app.services.documents.workplace import open_workplace
from app.services.ports import RecognitionFailed

_PDF = "application/pdf"

log = structlog.get_logger(__name__)


async def digitize_batch(application: Application, batch_id: int) -> None:
    """Do what is left to do of the batch; raises `Unavailable` where the store does not answer, to be tried again."""
    async with application.database.write() as connection:
        work = await process.take_up(connection, batch_id, now=application.clock.now())
    if work is None:
        return
    with open_workplace(application.settings.data_dir) as workplace:
        files = {source.position: workplace / f"source-{source.position}.pdf" for source in work.sources}
        for source in work.sources:
            await fetch_file(application.storage, source.sha256, files[source.position])
        for source in work.sources:
            await _look(application, work, source, files[source.position])
        async with application.database.write() as connection:
            await process.cut_batch(connection, work)
        async with application.database.read() as connection:
            pieces = await process.pieces_to_read(connection, work)
        for piece in pieces:
            await _read(application, piece, files, workplace)
    async with application.database.write() as connection:
        await process.finish(connection, work, now=application.clock.now())


async def resume_forsaken(application: Application) -> int:
    """Ask again for batches whose job is gone (a worker was stopped over it); return how many there were."""
    async with application.database.write() as connection:
        return await process.resume_forsaken(connection)


async def give_up(application: Application, batch_id: int) -> None:
    """Write that the batch failed: the job was tried as often as it may be. Somebody may ask for another try."""
    async with application.database.write() as connection:
        await fail_batch(connection, batch_id, reason="processing_failed", now=application.clock.now())


async def _look(application: Application, work: Work, source: Source, file: Path) -> None:
    """Look at the pages that nobody has looked at yet; each is written as soon as it is known."""
    wanted = sorted(number - source.before for number in source.numbers if number in work.to_look_at)
    if not wanted:
        return
    async with aclosing(application.pages.look(file, first=wanted[0])) as seen_pages:
        async for seen in seen_pages:
            if seen.number in wanted:
                async with application.database.write() as connection:
                    await process.store_page(connection, work, source, seen)
            if seen.number >= wanted[-1]:
                return


async def _read(application: Application, piece: PieceToRead, files: dict[int, Path], workplace: Path) -> None:
    """Cut the piece out, read it, keep both; what fails is written with its reason and ends nothing else."""
    if not piece.pages:
        async with application.database.write() as connection:
            reason = piece.failed_reason or "page_unreadable"
            await process.store_unread(connection, piece, reason=reason, picture_sha256=None)
        return
    picture, searchable = workplace / f"piece-{piece.position}.pdf", workplace / f"read-{piece.position}.pdf"
    kept: Content | None = None
    try:
        await application.pages.cut_out([(files[source], page) for source, page, _ in piece.pages], picture)
        kept = await _kept(application, picture)
        read = await application.recognition.recognize(picture, searchable)
        content = await _kept(application, searchable)
    except RecognitionFailed as failure:
        async with application.database.write() as connection:
            if kept is not None:
                await record_content(connection, kept, now=application.clock.now())
            await process.store_unread(
                connection, piece, reason=failure.code, picture_sha256=None if kept is None else kept.sha256
            )
        return
    async with application.database.write() as connection:
        for stored in (kept, content):
            await record_content(connection, stored, now=application.clock.now())
        await process.store_read(connection, piece, read, picture_sha256=kept.sha256, content_sha256=content.sha256)


async def _kept(application: Application, made: Path) -> Content:
    """Keep a file of a piece; raises `RecognitionFailed` (`content_withdrawn`) for a paper that is never kept."""
    sha256, size_bytes = await asyncio.to_thread(hash_file, made)
    async with application.database.read() as connection:
        if await is_withdrawn(connection, sha256):
            raise RecognitionFailed("content_withdrawn")
    return await put_file(application.storage, made, sha256=sha256, size_bytes=size_bytes, media_type=_PDF)
