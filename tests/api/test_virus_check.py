"""With a virus check nothing is kept that was not found clean; what was found lies in quarantine, seen by the clerk."""

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from app.adapters.clamd import ClamdScanner
from app.api.app import serve_opened
from app.bootstrap import Application
from app.collecting import collect_orphans
from app.core.clock import FixedClock
from app.filing import finish_waiting
from tests.api.test_uploads import opened
from tests.factories.dossiers import Desk, codes, desk_of
from tests.factories.files import pdf_of
from tests.factories.people import COMMUNE
from tests.services.documents.clamd_of_the_suite import EICAR, Clamd, running_clamd

SICK = pdf_of(text="sick") + EICAR


@pytest.fixture
async def clamd() -> AsyncIterator[Clamd]:
    async with running_clamd() as found:
        yield found


@pytest.fixture
def checked(application: Application, clamd: Clamd) -> Application:
    return dataclasses.replace(application, virus_scanner=ClamdScanner(clamd.address))


@pytest.fixture
async def checked_desk(checked: Application) -> AsyncIterator[Desk]:
    transport = httpx.ASGITransport(app=serve_opened(checked), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        desk = await desk_of(checked, client)
        client.event_hooks = {"request": [], "response": []}
        yield desk


async def _send(desk: Desk, code: str, content: bytes) -> httpx.Response:
    path = f"/api/v1/dossiers/{code}/documents"
    return await desk.client.post(path, files={"file": ("a.pdf", content)}, headers=desk.clerk)


async def test_a_clean_file_says_that_it_was_checked(checked_desk: Desk) -> None:
    code = (await checked_desk.register())["code"]
    assert (await _send(checked_desk, code, pdf_of())).json()["virus_checked"] is True
    assert (await checked_desk.get("/documents/limits"))["virus_checked"] is True


async def test_no_file_is_taken_that_the_check_would_not_look_through(checked: Application) -> None:
    settings = checked.settings.model_copy(update={"clamd_address": "127.0.0.1:9", "clamd_max_bytes": 2048})
    transport = httpx.ASGITransport(app=serve_opened(dataclasses.replace(checked, settings=settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        desk = await desk_of(checked, client)
        client.event_hooks = {"request": [], "response": []}
        code = (await desk.register())["code"]
        assert (await desk.get("/documents/limits"))["max_bytes"] == 2048
        assert (await client.options("/api/v1/uploads")).headers["Tus-Max-Size"] == "2048"
        large = pdf_of() + bytes(4096)
        assert codes((await _send(desk, code, large)).json()) == ["file_too_large"]
        path, fields = "/api/v1/scan-batches", {"unit": COMMUNE, "dossier": code}
        refused = await client.post(path, data=fields, files={"file": ("a.pdf", large)}, headers=desk.clerk)
        assert codes(refused.json()) == ["file_too_large"]


async def test_a_virus_is_put_into_quarantine_where_the_clerk_sees_it(checked_desk: Desk, checked: Application) -> None:
    code = (await checked_desk.register())["code"]
    refused = await _send(checked_desk, code, SICK)
    assert (refused.status_code, codes(refused.json())) == (422, ["virus_found"])
    assert "Eicar-Test-Signature" in refused.json()["detail"]
    (upload,) = (await checked_desk.get(f"/dossiers/{code}/uploads"))["items"]
    assert (upload["state"], upload["errors"][0]["params"]) == ("quarantined", {"signature": "Eicar-Test-Signature"})
    assert (await checked_desk.get(f"/dossiers/{code}/documents"))["items"] == []
    keys = [blob.key async for blob in checked.storage.each("")]
    assert [key.partition("/")[0] for key in keys] == ["quarantine"]


async def test_a_virus_in_pieces_is_found_when_they_are_together(checked_desk: Desk, checked: Application) -> None:
    code = (await checked_desk.register())["code"]
    tus = await opened(checked_desk, code, len(SICK))
    await tus.patch(SICK[:-20], 0)
    refused = await tus.patch(SICK[-20:], len(SICK) - 20)
    assert (refused.status_code, codes(refused.json())) == (422, ["virus_found"])
    assert (await tus.outcome())["state"] == "quarantined"
    assert [blob.key.partition("/")[0] async for blob in checked.storage.each("")] == ["quarantine"]


async def test_a_virus_in_a_scan_batch_lies_in_quarantine_where_the_clerk_sees_it(
    checked_desk: Desk, checked: Application, clock: FixedClock
) -> None:
    for _ in range(2):
        refused = await checked_desk.client.post(
            "/api/v1/scan-batches",
            data={"unit": COMMUNE},
            files=[("file", ("1", pdf_of())), ("file", ("2", SICK))],
            headers=checked_desk.clerk,
        )
        assert (refused.status_code, codes(refused.json())) == (422, ["virus_found"])
    (batch,) = (await checked_desk.get("/scan-batches", state="quarantined"))["items"]
    assert (batch["virus"], batch["reason"]["code"], batch["pages"]) == ("Eicar-Test-Signature", "virus_found", 0)
    assert batch["virus_file"] == 2
    assert "Eicar-Test-Signature" in batch["reason"]["vi"]
    again = await checked_desk.post(f"/scan-batches/{batch['id']}/retry", {})
    assert (again.status_code, codes(again.json())) == (409, ["scan_batch_not_retryable"])
    quarantined = [blob.key async for blob in checked.storage.each("quarantine")]
    assert len(quarantined) == 1
    now = clock.now()
    clock.move_to(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    await collect_orphans(checked)
    clock.move_to(now)
    assert [blob.key async for blob in checked.storage.each("quarantine")] == []
    assert len((await checked_desk.get("/scan-batches", state="quarantined"))["items"]) == 1


async def test_nothing_passes_while_the_check_is_silent(checked_desk: Desk, checked: Application, clamd: Clamd) -> None:
    code = (await checked_desk.register())["code"]
    clamd.says = b"busy ERROR\x00"
    refused = await _send(checked_desk, code, pdf_of())
    assert (refused.status_code, codes(refused.json())) == (503, ["virus_check_unavailable"])
    assert [blob.key async for blob in checked.storage.each("")] == []
    ready = (await checked_desk.client.get("/health/ready")).json()
    assert "virus_check_unavailable" in [warning["code"] for warning in ready["warnings"]]


async def test_an_upload_waits_for_the_check_and_goes_on_by_itself(
    checked_desk: Desk, checked: Application, clamd: Clamd
) -> None:
    code = (await checked_desk.register())["code"]
    content = pdf_of(text="waits for the check")
    tus = await opened(checked_desk, code, len(content))
    clamd.says = b"busy ERROR\x00"
    assert (await tus.patch(content, 0)).status_code == 503
    waiting = await tus.outcome()
    assert (waiting["state"], waiting["waits_for"]) == ("received", "virus_check_unavailable")
    assert await finish_waiting(checked) == 0
    clamd.says = None
    assert await finish_waiting(checked) == 1
    assert (await tus.outcome())["state"] == "stored"
