"""Removes what nobody speaks of any more, and holds every content against its hash: for the worker and the command."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from app.bootstrap import Application
from app.domain.errors import Unavailable
from app.services.digitization.queries import old_quarantined
from app.services.digitization.writes import forget_quarantined
from app.services.documents import queries
from app.services.documents.collect import (
    PART_PREFIX,
    QUARANTINE_PREFIX,
    doom,
    doom_released,
    doomed_before,
    forget_marks,
    forget_released,
    old_blobs,
    released_before,
    remove_doomed,
    unknown_pieces,
)
from app.services.documents.contents import CONTENT_PREFIX, open_stream
from app.services.documents.uploads import queries as upload_queries
from app.services.documents.uploads import writes as upload_writes
from app.services.documents.workplace import sweep_workplaces

_ROWS_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """How much was removed of each kind."""

    uploads: int
    pieces: int
    contents: int
    workplaces: int


async def collect_orphans(application: Application) -> Collected:
    """Forget expired uploads and old outcomes; remove pieces and contents without a row that are old enough.

    May run anywhere, beside everything and itself, and be killed at any point: what is left is met the next time.
    """
    now, settings = application.clock.now(), application.settings
    before = now - dt.timedelta(hours=settings.orphan_grace_hours)
    uploads = await _forget_uploads(application, now=now)
    await _forget_quarantined_batches(application, now=now)
    pieces = 0
    for prefix in (PART_PREFIX, QUARANTINE_PREFIX):
        async for keys in old_blobs(application.storage, prefix, before=before):
            async with application.database.read() as connection:
                unknown = await unknown_pieces(connection, keys)
            for key in unknown:
                await application.storage.remove(key)
            pieces += len(unknown)
    contents = await _remove_contents(application, before=before, now=now)
    swept = sweep_workplaces(settings.data_dir, before=before)
    collected = Collected(uploads=uploads, pieces=pieces, contents=contents, workplaces=swept)
    log.info("orphans_collected", uploads=uploads, pieces=pieces, contents=contents, workplaces=swept)
    return collected


async def collect_released(application: Application) -> int:
    """Remove contents that were let go and that nothing else speaks of, at once; return how many.

    May be killed at any point: what is marked is carried on by the next look, here or in `collect_orphans`.
    """
    removed = 0
    async with application.database.read() as connection:
        waiting = await released_before(connection)
    for sha256 in waiting:
        now = application.clock.now()
        async with application.database.write() as connection:
            is_doomed = await doom_released(connection, sha256, now=now)
        if not is_doomed:
            continue
        removed += await remove_doomed(application.storage, sha256, before=now)
        async with application.database.write() as connection:
            await forget_released(connection, sha256, now=now)
    return removed


async def _forget_uploads(application: Application, *, now: dt.datetime) -> int:
    """Delete the rows first: what is left in the store without them is an orphan like any other."""
    ended_before = now - dt.timedelta(days=application.settings.upload_keep_days)
    async with application.database.read() as connection:
        found = await upload_queries.expired(connection, now=now, ended_before=ended_before)
    forgotten = 0
    for row in found:
        async with application.database.write() as connection:
            parts = await upload_queries.parts_of(connection, row.id)
            is_over = await upload_writes.forget_expired(connection, row.id, now=now, ended_before=ended_before)
        if not is_over:
            continue
        forgotten += 1
        for key in (*(part.blob_key for part in parts), row.quarantine_key):
            if key is not None:
                await application.storage.remove(key)
    return forgotten


async def _forget_quarantined_batches(application: Application, *, now: dt.datetime) -> None:
    """The batch stays in the list; its file goes when outcomes of uploads go."""
    before = now - dt.timedelta(days=application.settings.upload_keep_days)
    async with application.database.read() as connection:
        found = await old_quarantined(connection, before=before)
    for row in found:
        async with application.database.write() as connection:
            await forget_quarantined(connection, row.id)
        await application.storage.remove(row.quarantine_key)


async def _remove_contents(application: Application, *, before: dt.datetime, now: dt.datetime) -> int:
    async with application.database.read() as connection:
        left_marked = await doomed_before(connection)
    removed = await _remove_marked(application, left_marked, before=before)
    async for keys in old_blobs(application.storage, CONTENT_PREFIX, before=before):
        async with application.database.write() as connection:
            marked = await doom(connection, keys, now=now)
        removed += await _remove_marked(application, marked, before=before)
    return removed


async def _remove_marked(application: Application, hashes: list[str], *, before: dt.datetime) -> int:
    removed = 0
    for sha256 in hashes:
        removed += await remove_doomed(application.storage, sha256, before=before)
    if hashes:
        async with application.database.write() as connection:
            await forget_marks(connection, hashes)
    return removed


@dataclass(frozen=True, slots=True)
class BadContent:
    """A content that is not in the store, or not as its hash says. `code`: `content_missing`, `content_damaged`."""

    sha256: str
    code: str


async def verify_contents(application: Application) -> AsyncIterator[BadContent | None]:
    """Read every content that has a row and yield what is wrong with it, None if nothing; after a restore, say."""
    after = ""
    while True:
        async with application.database.read() as connection:
            rows = await queries.contents_after(connection, after, limit=_ROWS_AT_ONCE)
        for row in rows:
            after = row.sha256
            yield await _fault_of(application, row.sha256)
        if not rows:
            return


async def _fault_of(application: Application, sha256: str) -> BadContent | None:
    try:
        async for _piece in open_stream(application.storage, sha256):
            pass
    except Unavailable as error:
        code = error.refusals[0].code
        if code not in ("content_missing", "content_damaged"):
            raise
        return BadContent(sha256, code)
    return None
