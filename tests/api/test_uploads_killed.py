"""`kill -9` during an upload, and between storage and commit: no lost paper, no dangling row, the upload goes on.

No process of the killed service stays behind either.
"""

import asyncio
import dataclasses
import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.bootstrap import Application, open_storage
from app.core.clock import FixedClock
from app.core.db import fetch_all
from app.domain.permissions import Role
from app.filing import finish_waiting
from app.services.documents.contents import content_key, read_bytes
from tests.api.test_uploads import PIECE, TUS, metadata
from tests.factories.api_over import api_over
from tests.factories.dossiers import registration
from tests.factories.files import large_pdf
from tests.factories.people import COMMUNE, signed_in
from tests.factories.served import Served

PART = 4 * 1024 * 1024


@pytest.fixture
def on_disk(own_application: Application) -> Application:
    """The suite's application over the directory that the killed service used."""
    settings = own_application.settings.model_copy(update={"storage_url": ""})
    return dataclasses.replace(own_application, settings=settings, storage=open_storage(settings))


Start = Callable[..., Served]


@pytest.fixture
async def start(on_disk: Application) -> AsyncIterator[Start]:
    started: list[Served] = []

    def begin(*, stall: bool = False) -> Served:
        started.append(Served(on_disk, stall=stall))
        return started[-1]

    yield begin
    for served in started:
        served.kill()


async def _opened(served: Served, clerk: dict[str, str], content: bytes) -> tuple[str, str]:
    """Register a dossier and open an upload into it; return the upload's path and the dossier's code."""
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
        registered = await client.post("/api/v1/dossiers", json=registration(), headers=clerk)
        assert registered.status_code == 201, registered.text
        code = str(registered.json()["code"])
        fields = {"dossier": code, "filename": "quét.pdf", "sha256": hashlib.sha256(content).hexdigest()}
        headers = {**clerk, **TUS, "Upload-Length": str(len(content)), "Upload-Metadata": metadata(**fields)}
        answer = await client.post("/api/v1/uploads", headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"]), code


async def _offset(served: Served, clerk: dict[str, str], path: str) -> int:
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
        answer = await client.head(path, headers={**clerk, **TUS})
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


async def _patch(served: Served, clerk: dict[str, str], path: str, content: Any, offset: int) -> httpx.Response:
    headers = {**clerk, **TUS, **PIECE, "Upload-Offset": str(offset)}
    async with httpx.AsyncClient(base_url=served.url, timeout=120) as client:
        return await client.patch(path, content=content, headers=headers)


async def test_an_upload_survives_the_death_of_the_service(on_disk: Application, start: Start) -> None:
    clerk = await signed_in(on_disk, Role.RECEPTION_CLERK, COMMUNE)
    content = large_pdf(3 * PART)
    first = start()
    await first.answer()
    path, code = await _opened(first, clerk, content)
    half_sent = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield content[: 2 * PART + 1000]
        half_sent.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(_patch(first, clerk, path, pieces(), 0))
    await half_sent.wait()
    while await _offset(first, clerk, path) < PART:  # noqa: ASYNC110 - another process can only be asked
        await asyncio.sleep(0.05)
    first.kill()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)

    async with again(on_disk) as client:
        offset = int((await client.head(path, headers={**clerk, **TUS})).headers["upload-offset"])
        assert PART <= offset < len(content)
        headers = {**clerk, **TUS, **PIECE, "Upload-Offset": str(offset)}
        answer = await client.patch(path, content=content[offset:], headers=headers)
    assert answer.status_code == 204, answer.text
    sha256 = hashlib.sha256(content).hexdigest()
    assert await read_bytes(on_disk.storage, sha256) == content
    assert await _documents(on_disk) == [(code, sha256)]


async def test_death_between_storage_and_commit_leaves_no_row_and_the_upload_is_finished_later(
    on_disk: Application, start: Start, clock: FixedClock
) -> None:
    clerk = await signed_in(on_disk, Role.RECEPTION_CLERK, COMMUNE)
    content = large_pdf(1000)
    sha256 = hashlib.sha256(content).hexdigest()
    served = start(stall=True)
    await served.answer()
    path, code = await _opened(served, clerk, content)
    sending = asyncio.create_task(_patch(served, clerk, path, content, 0))
    assert await served.says() == "stored"
    (inspector,) = _children(served.process.pid)
    served.kill()
    await asyncio.gather(sending, return_exceptions=True)
    while _is_alive(inspector):  # noqa: ASYNC110 - another process can only be asked
        await asyncio.sleep(0.01)

    assert await on_disk.storage.find(content_key(sha256)) is not None
    assert await _documents(on_disk) == []
    clock.move_to(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert await finish_waiting(on_disk) == 1
    assert await _documents(on_disk) == [(code, sha256)]
    assert [blob.key async for blob in on_disk.storage.each("uploads")] == []
    assert await finish_waiting(on_disk) == 0


async def test_death_between_storage_and_commit_of_one_request_leaves_nothing_but_an_orphan(
    on_disk: Application, start: Start
) -> None:
    clerk = await signed_in(on_disk, Role.RECEPTION_CLERK, COMMUNE)
    content = large_pdf(2000)
    served = start(stall=True)
    await served.answer()
    async with httpx.AsyncClient(base_url=served.url, timeout=60) as client:
        code = (await client.post("/api/v1/dossiers", json=registration(), headers=clerk)).json()["code"]
        files = {"file": ("quét.pdf", content)}
        path = f"/api/v1/dossiers/{code}/documents"
        sending = asyncio.create_task(client.post(path, files=files, headers=clerk))
        assert await served.says() == "stored"
        served.kill()
        await asyncio.gather(sending, return_exceptions=True)
    assert await _documents(on_disk) == []

    async with again(on_disk) as client:
        answer = await client.post(path, files=files, headers=clerk)
    assert answer.status_code == 201, answer.text
    assert await _documents(on_disk) == [(code, hashlib.sha256(content).hexdigest())]


def again(application: Application) -> httpx.AsyncClient:
    """The service once more, over the directory and the database that the killed one used."""
    transport = httpx.ASGITransport(app=api_over(application), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://motcua.test")


async def _documents(application: Application) -> list[tuple[str, str]]:
    """Return dossier and content of every document, each content with its row and its bytes."""
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select o.code, d.content_sha256 from document d join dossier o on o.id = d.dossier_id "
            "join stored_content c on c.sha256 = d.content_sha256 order by d.id",
        )
    for row in rows:
        assert await application.storage.find(content_key(row.content_sha256)) is not None
    return [(row.code, row.content_sha256) for row in rows]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
