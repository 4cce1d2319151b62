"""What every store of contents keeps to, the same over memory, a directory and an S3 server."""

import hashlib
import os
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from app.adapters.blob_store import StoreCredentials, open_store
from app.domain.errors import Unavailable
from app.services.documents.contents import content_key, open_stream, put_content, read_bytes
from app.services.ports import BlobMissing, BlobStore

NOBODY = StoreCredentials()


@pytest.fixture(params=["memory", "directory", "s3", "s3_with_prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "memory":
        return open_store("memory:///", directory=tmp_path, credentials=NOBODY)
    if request.param == "directory":
        return open_store("", directory=tmp_path / "blobs", credentials=NOBODY)
    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = f"papers-{uuid4().hex[:8]}"
    httpx.put(f"{endpoint}/{bucket}").raise_for_status()
    credentials = StoreCredentials(
        endpoint=endpoint, region="us-east-1", access_key="of-the-suite", secret_key="of-the-suite"
    )
    prefix = "/a/prefix" if request.param == "s3_with_prefix" else ""
    return open_store(f"s3://{bucket}{prefix}", directory=tmp_path, credentials=credentials)


async def _all(store: BlobStore, key: str, *, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.stream(key, start=start, end=end)])


async def test_what_was_put_is_read_back(store: BlobStore) -> None:
    await store.put("content/ab/cd", b"papers")
    assert await store.get("content/ab/cd") == b"papers"
    assert await _all(store, "content/ab/cd") == b"papers"


async def test_a_file_larger_than_one_piece_is_streamed_both_ways(store: BlobStore, tmp_path: Path) -> None:
    content = os.urandom(19 * 1024 * 1024 + 1)
    path = tmp_path / "large"
    path.write_bytes(content)
    await store.put("content/large", path)
    found = await store.find("content/large")
    assert found is not None
    assert found.size_bytes == len(content)
    pieces = [piece async for piece in store.stream("content/large")]
    assert hashlib.sha256(b"".join(pieces)).digest() == hashlib.sha256(content).digest()


async def test_a_part_of_a_blob_is_read_alone(store: BlobStore) -> None:
    await store.put("content/digits", b"0123456789")
    assert await _all(store, "content/digits", start=3, end=7) == b"3456"
    assert await _all(store, "content/digits", start=8) == b"89"
    assert await _all(store, "content/digits", start=4, end=4) == b""


async def test_an_empty_blob_is_a_blob(store: BlobStore) -> None:
    await store.put("content/empty", b"")
    assert await store.get("content/empty") == b""
    assert await _all(store, "content/empty") == b""


async def test_a_blob_put_again_is_the_new_one(store: BlobStore) -> None:
    await store.put("uploads/part", b"first")
    await store.put("uploads/part", b"second")
    assert await store.get("uploads/part") == b"second"


async def test_what_is_not_there_is_missing_not_empty(store: BlobStore) -> None:
    assert await store.find("content/nothing") is None
    with pytest.raises(BlobMissing):
        await store.get("content/nothing")
    with pytest.raises(BlobMissing):
        await _all(store, "content/nothing")


async def test_removing_twice_is_no_fault(store: BlobStore) -> None:
    await store.put("uploads/part", b"x")
    await store.remove("uploads/part")
    await store.remove("uploads/part")
    assert await store.find("uploads/part") is None


async def test_each_blob_below_a_prefix_is_met_once(store: BlobStore) -> None:
    for key in ("content/aa/1", "content/bb/2", "uploads/3"):
        await store.put(key, key.encode())
    found = [blob async for blob in store.each("content")]
    assert sorted(blob.key for blob in found) == ["content/aa/1", "content/bb/2"]
    assert {blob.size_bytes for blob in found} == {len("content/aa/1")}


async def test_a_store_that_answers_passes_the_check(store: BlobStore) -> None:
    await store.check()


async def test_a_content_that_was_changed_in_the_store_is_never_given_whole(store: BlobStore) -> None:
    content = await put_content(store, b"what the citizen handed in", media_type="application/pdf")
    assert await read_bytes(store, content.sha256) == b"what the citizen handed in"
    await store.put(content_key(content.sha256), b"what somebody put instead!")
    with pytest.raises(Unavailable) as refused:
        await read_bytes(store, content.sha256)
    assert refused.value.refusals[0].code == "content_damaged"
    with pytest.raises(Unavailable):
        _ = [piece async for piece in open_stream(store, content.sha256)]


async def test_a_content_that_is_gone_is_told_apart_from_an_empty_one(store: BlobStore) -> None:
    with pytest.raises(Unavailable) as refused:
        await read_bytes(store, hashlib.sha256(b"never kept").hexdigest())
    assert refused.value.refusals[0].code == "content_missing"


async def test_a_store_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    credentials = StoreCredentials(
        endpoint="http://127.0.0.1:9", region="us-east-1", access_key="of-the-suite", secret_key="of-the-suite"
    )
    store = open_store("s3://papers", directory=tmp_path, credentials=credentials)
    with pytest.raises(Unavailable) as refused:
        await store.check()
    assert refused.value.refusals[0].code == "storage_unavailable"


def test_another_scheme_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="MOTCUA_STORAGE_URL"):
        open_store("ftp://papers", directory=tmp_path, credentials=NOBODY)


async def test_only_the_owner_enters_the_directory_of_contents(tmp_path: Path) -> None:
    open_store("", directory=tmp_path / "blobs", credentials=NOBODY)
    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0
