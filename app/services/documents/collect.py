"""What nobody speaks of any more is removed: old uploads, pieces without a row, contents without a row.

A content is marked first, in a transaction of its own: whoever writes its row meanwhile meets the mark, and whoever
wrote it before is met by the mark. Only then are the bytes removed, if they are still the old ones.
"""

import datetime as dt
from collections.abc import AsyncIterator, Sequence

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import transaction
from app.services.documents import queries, writes
from app.services.documents.contents import CONTENT_PREFIX, content_key
from app.services.documents.uploads import queries as upload_queries
from app.services.ports import BlobStore

PART_PREFIX = "uploads"
QUARANTINE_PREFIX = "quarantine"
_AT_ONCE = 500


async def old_blobs(storage: BlobStore, prefix: str, *, before: dt.datetime) -> AsyncIterator[list[str]]:
    """Yield keys below `prefix` that were last written before `before`, in groups."""
    group: list[str] = []
    async for blob in storage.each(prefix):
        if blob.stored_at < before:
            group.append(blob.key)
        if len(group) == _AT_ONCE:
            yield group
            group = []
    if group:
        yield group


async def unknown_pieces(connection: AsyncConnection, keys: Sequence[str]) -> list[str]:
    """Return those of the keys that no piece of an upload, and no file in quarantine, has."""
    known = await upload_queries.known_keys(connection, keys)
    return [key for key in keys if key not in known]


async def doom(connection: AsyncConnection, keys: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Mark those contents of the keys that have no row; return their SHA-256, the ones marked before included."""
    return await writes.doom_contents(connection, [_sha256_of(key) for key in keys], now=now)


async def remove_doomed(storage: BlobStore, sha256: str, *, before: dt.datetime) -> bool:
    """Remove the bytes of a marked content unless somebody wrote them anew since; tell whether they are gone."""
    found = await storage.find(content_key(sha256))
    if found is not None and found.stored_at >= before:
        return False
    await storage.remove(content_key(sha256))
    return found is not None


async def doom_released(connection: AsyncConnection, sha256: str, *, now: dt.datetime) -> bool:
    """Mark a content that was let go, whose row stands; False if something else speaks of it still.

    One that was withdrawn keeps its row, and its bytes go whatever speaks of it.

    Waits for whoever is writing of it now. That it stays where it is needed, the foreign keys see to.
    """
    if await queries.is_withdrawn(connection, sha256):
        return True
    try:
        async with transaction(connection):
            await writes.doom_released(connection, sha256, now=now)
    except asyncpg.ForeignKeyViolationError:
        await writes.note_released(connection, sha256, outcome="in_use", now=now)
        return False
    return True


async def forget_released(connection: AsyncConnection, sha256: str, *, now: dt.datetime) -> None:
    """Write that the bytes of a released content are gone, and take the mark away."""
    await writes.forget_doomed(connection, [sha256])
    await writes.note_released(connection, sha256, outcome="removed", now=now)


async def released_before(connection: AsyncConnection) -> list[str]:
    """Return what was let go and is still to be looked at."""
    return await queries.released_contents(connection, limit=_AT_ONCE)


async def forget_marks(connection: AsyncConnection, hashes: Sequence[str]) -> None:
    await writes.forget_doomed(connection, hashes)


async def doomed_before(connection: AsyncConnection) -> list[str]:
    """Return what a collector that was killed left marked."""
    return await queries.doomed_contents(connection)


def _sha256_of(key: str) -> str:
    return key.removeprefix(f"{CONTENT_PREFIX}/").rpartition("/")[2]
