"""Contents by their SHA-256: one copy each, bytes first and the row after, verified when read.

The order is what makes a crash harmless: bytes without a row are an orphan that the collector removes; a row without
bytes cannot come about. Content that has a row need not be written again; who counts on the row locks it, because a
content that was let go by all that spoke of it is removed with its row.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import Conflict, Refusal, Unavailable
from app.services.documents import queries, writes
from app.services.ports import BlobMissing, BlobStore

CONTENT_PREFIX = "content"


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that lie in the store already, not yet spoken of by any row."""

    sha256: str
    size_bytes: int
    media_type: str


def content_key(sha256: str) -> str:
    """Return the key of a content in the store: two levels, so that no directory grows without bound."""
    return f"{CONTENT_PREFIX}/{sha256[:2]}/{sha256}"


async def put_content(storage: BlobStore, content: bytes, *, media_type: str) -> Content:
    """Write bytes to the store, outside any transaction; `record_content` follows in one."""
    sha256 = hashlib.sha256(content).hexdigest()
    await storage.put(content_key(sha256), content)
    return Content(sha256=sha256, size_bytes=len(content), media_type=media_type)


async def put_file(storage: BlobStore, path: Path, *, sha256: str, size_bytes: int, media_type: str) -> Content:
    """Stream a file whose hash is known to the store, outside any transaction; `record_content` follows in one."""
    await storage.put(content_key(sha256), path)
    return Content(sha256=sha256, size_bytes=size_bytes, media_type=media_type)


async def record_content(connection: AsyncConnection, content: Content, *, now: dt.datetime) -> str:
    """Write the row of a content whose bytes are in the store; return its SHA-256.

    Raises `Conflict` in the rare moment when the collector is removing these very bytes: putting them again succeeds;
    and what `refuse_withdrawn` raises.
    """
    if not await writes.record_content(connection, content, now=now):
        await refuse_withdrawn(connection, content.sha256)
        raise Conflict(Refusal("content_being_collected"))
    return content.sha256


async def refuse_withdrawn(connection: AsyncConnection, sha256: str) -> None:
    """Raise `Conflict` for a content that was withdrawn, because it is a paper that is never kept."""
    if await queries.is_withdrawn(connection, sha256):
        raise Conflict(Refusal("content_withdrawn"))


async def keep_bytes(
    connection: AsyncConnection, storage: BlobStore, content: bytes, *, media_type: str, now: dt.datetime
) -> str:
    """Keep small bytes the program made itself (a slip) within the caller's transaction; return their SHA-256.

    Bytes that are held already cost one query. For what people send, and wherever the bytes are there before the
    transaction, `put_content` and then `record_content` keep the store out of it.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if not await writes.lock_standing(connection, sha256):
        await record_content(connection, await put_content(storage, content, media_type=media_type), now=now)
    return sha256


async def keep_stream(
    connection: AsyncConnection, storage: BlobStore, path: Path, *, media_type: str, now: dt.datetime
) -> str:
    """Like `keep_bytes` for a file, read in pieces."""
    sha256, size_bytes = await asyncio.to_thread(hash_file, path)
    if not await writes.lock_standing(connection, sha256):
        content = await put_file(storage, path, sha256=sha256, size_bytes=size_bytes, media_type=media_type)
        await record_content(connection, content, now=now)
    return sha256


async def keep_file(storage: BlobStore, path: Path, *, media_type: str) -> Content:
    """Hash a file and stream it to the store, outside any transaction; `record_content` follows in one."""
    sha256, size_bytes = await asyncio.to_thread(hash_file, path)
    return await put_file(storage, path, sha256=sha256, size_bytes=size_bytes, media_type=media_type)


async def fetch_file(storage: BlobStore, sha256: str, target: Path) -> None:
    """Write a content to a file; raise what `open_stream` raises."""
    with target.open("wb") as file:
        async for piece in open_stream(storage, sha256):
            await asyncio.to_thread(file.write, piece)


async def read_bytes(storage: BlobStore, sha256: str) -> bytes:
    """Return a content whole; raise `Unavailable` if the store lost it or holds other bytes under its name."""
    try:
        content = await storage.get(content_key(sha256))
    except BlobMissing as error:
        raise Unavailable(Refusal("content_missing")) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Unavailable(Refusal("content_damaged"))
    return content


async def open_stream(
    storage: BlobStore, sha256: str, *, start: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """Yield a content, or its bytes from `start` up to `end`, in pieces.

    A whole content is verified on its way: raises `Unavailable` before the last piece is given if the bytes are not
    those of the hash, so that whoever counts them never has a full, false file.
    """
    whole = start == 0 and end is None
    digest = hashlib.sha256()
    held: bytes | None = None
    try:
        async for piece in storage.stream(content_key(sha256), start=start, end=end):
            if held is not None:
                yield held
            if whole:
                digest.update(piece)
            held = piece
    except BlobMissing as error:
        raise Unavailable(Refusal("content_missing")) from error
    if whole and digest.hexdigest() != sha256:
        raise Unavailable(Refusal("content_damaged"))
    if held is not None:
        yield held


def hash_file(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a file. Blocking."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()
