"""What is published of a dossier's documents: drafts once, results by their own act."""

from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from tests.factories.dossiers import Desk, codes
from tests.factories.files import pdf_of
from tests.factories.results import ResultDesk


@pytest.fixture
async def code(desk: Desk) -> str:
    return str((await desk.register())["code"])


async def send(desk: Desk, code: str, content: bytes, **fields: str) -> httpx.Response:
    path, files = f"/api/v1/dossiers/{code}/documents", {"file": ("ket-qua.pdf", content)}
    return await desk.client.post(path, files=files, data=fields, headers=desk.clerk)


async def sent(desk: Desk, code: str, content: bytes, **fields: str) -> dict[str, Any]:
    answer = await send(desk, code, content, **fields)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_published_result_gives_way_to_no_file_that_is_sent(desk: Desk, application: Application) -> None:
    office = ResultDesk(application, desk)
    code = await office.processing()
    await office.published(code)
    (result,) = (await desk.get(f"/dossiers/{code}/documents"))["items"]
    for kind in ("result", "attachment"):
        refused = await send(desk, code, pdf_of(text=f"false {kind}"), kind=kind, supersedes=str(result["id"]))
        assert (refused.status_code, codes(refused.json())) == (409, ["document_stands"])
    assert (await desk.get(f"/dossiers/{code}/digitization"))["indicator_4_2"]["result_file"]


async def test_a_file_that_was_sent_as_a_result_is_not_published_as_one(desk: Desk, code: str) -> None:
    draft = await sent(desk, code, pdf_of(text="unsigned"), kind="result")
    refused = await desk.post(f"/documents/{draft['id']}/publication", {}, by=desk.leader)
    assert (refused.status_code, codes(refused.json())) == (409, ["document_is_result"])
    assert not (await desk.get(f"/dossiers/{code}/digitization"))["indicator_4_2"]["result_file"]


async def test_a_draft_is_published_once_by_who_may(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_of(text="draft"), kind="internal")
    path = f"/documents/{document['id']}/publication"
    assert (await desk.post(path, {})).status_code == 403
    published = await desk.post(path, {}, by=desk.leader)
    assert published.status_code == 200
    assert published.json()["published_at"] is not None
    again = await desk.post(path, {}, by=desk.leader)
    assert (again.status_code, codes(again.json())) == (409, ["document_published"])


async def test_publishing_is_a_line_of_the_log(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_of(text="told"), kind="internal")
    await desk.post(f"/documents/{document['id']}/publication", {}, by=desk.leader)
    await desk.post(f"/documents/{document['id']}/publication", {}, by=desk.leader)
    entries = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert [entry["type"] for entry in entries].count("document_published") == 1
    assert "Công bố tài liệu, bản 1" in str(entries[-1])
    assert document["name"] not in str(entries[-1])
