"""However large a file is, little of it is in memory: pieces of some megabytes, and files by their path."""

import asyncio
import dataclasses
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.api.app import serve_opened
from app.bootstrap import Application
from app.services.ports import BlobStore
from tests.api.test_uploads import PIECE, TUS, metadata
from tests.factories.dossiers import Desk, desk_of
from tests.factories.files import large_pdf
from tests.factories.served import StallingStore

MEGABYTE = 1024 * 1024
CONTENT = large_pdf(40 * MEGABYTE)
CHUNK = 64 * 1024


class MeasuringStore(StallingStore):
    """A store that notes what it is given in memory, and how much, and drops nothing."""

    def __init__(self, store: BlobStore) -> None:
        super().__init__(store)
        self.in_memory: list[int] = []
        self.by_path: list[int] = []

    async def put(self, key: str, content: bytes | Path) -> None:
        if isinstance(content, Path):
            self.by_path.append((await asyncio.to_thread(content.stat)).st_size)
        else:
            self.in_memory.append(len(content))
        await self._store.put(key, content)


@pytest.fixture
def store(application: Application) -> MeasuringStore:
    return MeasuringStore(application.storage)


@pytest.fixture
async def measured(application: Application, store: MeasuringStore) -> AsyncIterator[Desk]:
    measured = dataclasses.replace(application, storage=store)
    transport = httpx.ASGITransport(app=serve_opened(measured), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        desk = await desk_of(measured, client)
        client.event_hooks = {"request": [], "response": []}
        yield desk


async def _chunks(*, before: bytes = b"", after: bytes = b"") -> AsyncIterator[bytes]:
    yield before
    for at in range(0, len(CONTENT), CHUNK):
        yield CONTENT[at : at + CHUNK]
    yield after


async def test_pieces_of_an_upload_are_small_and_the_file_goes_by_its_path(
    measured: Desk, store: MeasuringStore
) -> None:
    code = (await measured.register())["code"]
    fields = metadata(dossier=code, filename="lớn.pdf")
    headers = {**measured.clerk, **TUS, "Upload-Length": str(len(CONTENT)), "Upload-Metadata": fields}
    path = (await measured.client.post("/api/v1/uploads", headers=headers)).headers["location"]
    headers = {**measured.clerk, **TUS, **PIECE, "Upload-Offset": "0"}
    answer = await measured.client.patch(path, content=_chunks(), headers=headers)
    assert answer.status_code == 204, answer.text
    assert sum(store.in_memory) == len(CONTENT)
    assert max(store.in_memory) <= 4 * MEGABYTE + CHUNK
    assert store.by_path == [len(CONTENT)]


async def test_a_form_is_written_to_disk_as_it_comes(measured: Desk, store: MeasuringStore) -> None:
    code = (await measured.register())["code"]
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    headers = {**measured.clerk, "Content-Type": "multipart/form-data; boundary=x"}
    path = f"/api/v1/dossiers/{code}/documents"
    tracemalloc.start()
    try:
        body = _chunks(before=form, after=b"\r\n--x--\r\n")
        answer = await measured.client.post(path, content=body, headers=headers)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 201, answer.text
    assert store.in_memory == []
    assert store.by_path == [len(CONTENT)]
    assert most < len(CONTENT) // 2
