"""The store of contents over obstore: a directory by default, any S3-compatible store by URL, memory for tests."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from app.domain.errors import Refusal, Unavailable
from app.services.ports import BlobMissing, BlobStore, StoredBlob

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import S3Config

# Two pieces of 8 MiB under way at most: flat memory however large the file.
_PIECE = 8 * 1024 * 1024
_AT_ONCE = 2
_READ_PIECE = 1024 * 1024
_REQUEST_TIMEOUT = timedelta(seconds=60)
_CONNECT_TIMEOUT = timedelta(seconds=5)
_RETRY_TIMEOUT = timedelta(seconds=20)
_MAX_RETRIES = 3
_PROBE = "probe"


@dataclass(frozen=True, slots=True)
class StoreCredentials:
    """How an S3-compatible store is reached; empty fields are left to the environment of the machine."""

    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""


def open_store(url: str, *, directory: Path, credentials: StoreCredentials) -> BlobStore:
    """Return the store that `url` names; empty: `directory`, made if need be. Raises ValueError for another scheme."""
    if not url:
        return DirectoryStore(directory)
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return ObjectStore(MemoryStore())
    if parts.scheme == "s3" and parts.netloc:
        return ObjectStore(_s3(parts.netloc, parts.path.strip("/"), credentials))
    raise ValueError("MOTCUA_STORAGE_URL must be s3://bucket/prefix, memory:/// or empty")


def _s3(bucket: str, prefix: str, credentials: StoreCredentials) -> S3Store:
    config: S3Config = {}
    if credentials.endpoint:
        config["endpoint"] = credentials.endpoint
    if credentials.region:
        config["region"] = credentials.region
    if credentials.access_key:
        config["access_key_id"] = credentials.access_key
        config["secret_access_key"] = credentials.secret_key
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": credentials.endpoint.startswith("http://"),
            "timeout": _REQUEST_TIMEOUT,
            "connect_timeout": _CONNECT_TIMEOUT,
        },
        retry_config={"max_retries": _MAX_RETRIES, "retry_timeout": _RETRY_TIMEOUT},
    )


class ObjectStore:
    """`BlobStore` over one of obstore's stores."""

    def __init__(self, store: LocalStore | MemoryStore | S3Store) -> None:
        self._store = store

    async def put(self, key: str, content: bytes | Path) -> None:
        with _failures():
            await obstore.put_async(self._store, key, content, chunk_size=_PIECE, max_concurrency=_AT_ONCE)

    async def get(self, key: str) -> bytes:
        with _failures():
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())

    async def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        with _failures():
            if end is not None and end <= start:
                return
            options: GetOptions = {}
            if end is not None:
                options = {"range": (start, end)}
            elif start:
                options = {"range": {"offset": start}}
            found = await obstore.get_async(self._store, key, options=options)
            async for piece in found.stream(min_chunk_size=_READ_PIECE):
                yield bytes(piece)

    async def find(self, key: str) -> StoredBlob | None:
        with _failures():
            try:
                found = await obstore.head_async(self._store, key)
            except FileNotFoundError:
                return None
        return StoredBlob(key=key, size_bytes=found["size"], stored_at=found["last_modified"])

    async def remove(self, key: str) -> None:
        with _failures():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    async def each(self, prefix: str) -> AsyncIterator[StoredBlob]:
        with _failures():
            async for batch in obstore.list(self._store, prefix):
                for found in batch:
                    yield StoredBlob(key=found["path"], size_bytes=found["size"], stored_at=found["last_modified"])

    async def check(self) -> None:
        """Ask for a key that need not be there: a store that says so is reached and lets us in."""
        await self.find(_PROBE)


class DirectoryStore(ObjectStore):
    """A directory of this machine: what `put` returned from survives a power cut."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        super().__init__(LocalStore(directory, mkdir=True))

    async def put(self, key: str, content: bytes | Path) -> None:
        await super().put(key, content)
        with _failures():
            await asyncio.to_thread(self._sync, key)

    def _sync(self, key: str) -> None:
        """Push the file, and the names that lead to it, down to the disk."""
        path = self._directory / key
        for place in (path, *path.parents):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if place == self._directory:
                break

    async def check(self) -> None:
        """A directory that may be written, which a full or read-only disk is not."""
        with _failures():
            await obstore.put_async(self._store, _PROBE, b"")


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BlobMissing from error
    except (BaseError, OSError) as error:
        raise Unavailable(Refusal("storage_unavailable")) from error
