"""Documents sent in one request: kept by content, told what was done to them, read only by links that end."""

import hashlib
import io
from typing import Any

import httpx
import pikepdf
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_all, fetch_one
from app.core.security import TokenSigner
from app.domain.permissions import Permission, Role
from app.services.documents.contents import content_key
from tests.factories.dossiers import Desk, codes, go_to
from tests.factories.files import image_file, office_file, pdf_locked, pdf_of, pdf_with_scripts
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in, signed_in_machine


@pytest.fixture
async def code(desk: Desk) -> str:
    return str((await desk.register())["code"])


async def send(
    desk: Desk, code: str, content: bytes, *, name: str = "to-khai.pdf", by: Any = None, **fields: str
) -> httpx.Response:
    return await desk.client.post(
        f"/api/v1/dossiers/{code}/documents", files={"file": (name, content)}, data=fields, headers=by or desk.clerk
    )


async def sent(desk: Desk, code: str, content: bytes, **options: Any) -> dict[str, Any]:
    answer = await send(desk, code, content, **options)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def read_by_link(desk: Desk, document_id: int, **body: Any) -> httpx.Response:
    answer = await desk.post(f"/documents/{document_id}/links", {"purpose": "processing", **body})
    assert answer.status_code == 201, answer.text
    return await _raw(desk).get(answer.json()["url"])


def _raw(desk: Desk) -> httpx.AsyncClient:
    """The same service without the contract's hook: contents are not JSON."""
    return httpx.AsyncClient(transport=desk.client._transport, base_url="http://motcua.test")  # noqa: SLF001 - the service of the test


async def test_a_paper_of_the_checklist_is_kept_and_told(desk: Desk, code: str, application: Application) -> None:
    content = pdf_of(2, text="kept")
    document = await sent(desk, code, content, component="TP01")
    assert document["kind"] == "component"
    assert document["component_code"] == "TP01"
    assert (document["page_count"], document["version"], document["changes"]) == (2, 1, [])
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert document["original"] is None
    assert document["published_at"] is None
    assert await application.storage.get(content_key(document["sha256"])) == content


async def test_the_log_tells_of_the_document_and_of_nobody(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_of(text="log"), component="TP01")
    timeline = await desk.get(f"/dossiers/{code}/timeline")
    last = timeline["entries"][-1]
    assert last["type"] == "document_added"
    assert document["name"] not in str(last)


async def test_one_content_is_kept_once_however_often_it_is_sent(
    desk: Desk, code: str, application: Application
) -> None:
    other = str((await desk.register())["code"])
    first = await sent(desk, code, pdf_of(text="twice"))
    second = await sent(desk, other, pdf_of(text="twice"))
    assert first["id"] != second["id"]
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as n from stored_content where sha256 = $1", first["sha256"])
    assert row is not None
    assert row.n == 1


async def test_a_request_sent_again_makes_no_second_document(desk: Desk, code: str) -> None:
    first = await sent(desk, code, image_file("PNG"), name="anh.png")
    again = await send(desk, code, image_file("PNG"), name="anh.png")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])


async def test_an_image_becomes_a_pdf_and_the_original_stays(desk: Desk, code: str) -> None:
    photo = image_file("JPEG")
    document = await sent(desk, code, photo, name="ảnh chụp.jpg", component="TP01")
    assert document["media_type"] == "application/pdf"
    assert [change["code"] for change in document["changes"]] == ["converted_to_pdf"]
    assert document["original"]["sha256"] == hashlib.sha256(photo).hexdigest()
    converted = await read_by_link(desk, document["id"])
    assert converted.content.startswith(b"%PDF-")
    assert "%E1%BA%A3nh%20ch%E1%BB%A5p.pdf" in converted.headers["content-disposition"]
    original = await read_by_link(desk, document["id"], original=True)
    assert (original.content, original.headers["content-type"]) == (photo, "image/jpeg")


async def test_scripts_are_taken_out_and_the_clerk_is_told(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_with_scripts())
    assert [change["code"] for change in document["changes"]] == ["active_content_removed"]
    assert document["original"]["sha256"] == hashlib.sha256(pdf_with_scripts()).hexdigest()
    with pikepdf.open(io.BytesIO((await read_by_link(desk, document["id"])).content)) as pdf:
        assert "/OpenAction" not in pdf.Root


async def test_what_the_client_declares_is_compared_with_what_arrived(
    desk: Desk, code: str, application: Application
) -> None:
    content = pdf_of(text="declared")
    right = hashlib.sha256(content).hexdigest()
    refused = await send(desk, code, content, sha256="0" * 64)
    assert (refused.status_code, codes(refused.json())) == (422, ["checksum_wrong"])
    assert await application.storage.find(content_key(right)) is None
    assert (await send(desk, code, content, sha256=right.upper())).status_code == 201


@pytest.mark.parametrize(
    ("name", "code_of_fault"),
    [
        ("../../etc/passwd", "file_name_is_path"),
        ("C:\\giay to\\khai sinh.pdf", "file_name_is_path"),
        ("khai\x07sinh.pdf", "file_name_control_characters"),
        ("khai\u202efdp.exe", "file_name_control_characters"),
        ("..", "file_name_is_path"),
        ("x" * 201, "file_name_too_long"),
    ],
)
async def test_a_name_is_one_printable_segment(desk: Desk, code: str, name: str, code_of_fault: str) -> None:
    refused = await desk.client.post(
        f"/api/v1/dossiers/{code}/documents",
        files={"file": ("plain.pdf", pdf_of())},
        data={"name": name},
        headers=desk.clerk,
    )
    assert (refused.status_code, codes(refused.json())) == (422, [code_of_fault])


async def test_every_fault_of_the_fields_is_told_at_once(desk: Desk, code: str) -> None:
    refused = await send(desk, code, pdf_of(), kind="treasure", sha256="abc", supersedes="x")
    assert sorted(codes(refused.json())) == ["checksum_malformed", "document_kind_unknown", "document_unknown"]


@pytest.mark.parametrize(
    ("content", "fields", "fault"),
    [
        (pdf_locked(), {}, "file_encrypted"),
        (b"plain text", {}, "file_type_not_accepted"),
        (b"", {}, "file_empty"),
        (office_file(), {"component": "TP01"}, "file_has_no_pages"),
        (pdf_of(), {"component": "TP99"}, "component_unknown"),
        (pdf_of(), {"kind": "component"}, "component_expected"),
    ],
)
async def test_what_is_refused_leaves_no_row(
    desk: Desk, code: str, application: Application, content: bytes, fields: dict[str, str], fault: str
) -> None:
    refused = await send(desk, code, content, **fields)
    assert (refused.status_code, codes(refused.json())) == (422, [fault])
    async with application.database.read() as connection:
        assert await fetch_all(connection, "select 1 as one from document") == []


async def test_office_files_are_attachments(desk: Desk, code: str) -> None:
    document = await sent(desk, code, office_file(), name="don.docx")
    assert (document["kind"], document["page_count"]) == ("attachment", None)


@pytest.mark.parametrize(
    ("headers", "content", "status", "fault"),
    [
        ({"content-type": "application/json"}, b"{}", 415, "form_expected"),
        ({"content-type": "multipart/form-data"}, b"", 415, "form_expected"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nrubbish", 422, "form_malformed"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--\r\n", 422, "missing"),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 cut off',
            422,
            "form_malformed",
        ),
    ],
)
async def test_a_form_that_is_none_is_refused(
    desk: Desk, code: str, headers: dict[str, str], content: bytes, status: int, fault: str
) -> None:
    refused = await desk.client.post(
        f"/api/v1/dossiers/{code}/documents", content=content, headers={**desk.clerk, **headers}
    )
    assert (refused.status_code, codes(refused.json())) == (status, [fault])


async def test_a_file_in_a_field_that_takes_none_is_told_by_the_name_of_its_field(desk: Desk, code: str) -> None:
    for path in (f"/api/v1/dossiers/{code}/documents", "/api/v1/scan-batches"):
        answer = await desk.client.post(path, headers=desk.clerk, files={"files": ("a.pdf", bytes(5000))})
        assert (answer.status_code, codes(answer.json())) == (422, ["extra_forbidden"])
        assert answer.json()["errors"][0]["field"] == "files"


async def test_two_files_in_one_form_are_refused(desk: Desk, code: str) -> None:
    refused = await desk.client.post(
        f"/api/v1/dossiers/{code}/documents",
        files=[("file", ("a.pdf", pdf_of())), ("file", ("b.pdf", pdf_of()))],
        headers=desk.clerk,
    )
    assert codes(refused.json()) == ["one_file_expected"]


async def test_a_stranger_may_neither_add_nor_know(desk: Desk, code: str, application: Application) -> None:
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    document = await sent(desk, code, pdf_of())
    assert (await send(desk, code, pdf_of(), by=stranger)).status_code == 404
    for method, path in (
        ("GET", f"/dossiers/{code}/documents"),
        ("GET", f"/documents/{document['id']}"),
        ("GET", f"/documents/{document['id']}/reads"),
        ("GET", f"/dossiers/{code}/uploads"),
    ):
        assert (await desk.client.request(method, f"/api/v1{path}", headers=stranger)).status_code == 404
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"}, by=stranger)
    assert link.status_code == 404


async def test_a_machine_adds_but_does_not_read(desk: Desk, code: str, application: Application) -> None:
    machine = await signed_in_machine(application, {Permission.DOCUMENTS_ADD, Permission.DOSSIERS_READ}, COMMUNE)
    document = await sent(desk, code, pdf_of(), by=machine)
    refused = await desk.client.get(f"/api/v1/documents/{document['id']}", headers=machine)
    assert refused.status_code == 403


async def test_a_newer_version_supersedes_and_the_older_one_stays(desk: Desk, code: str) -> None:
    first = await sent(desk, code, pdf_of(text="first"), component="TP01")
    second = await sent(desk, code, pdf_of(text="second"), component="TP01", supersedes=str(first["id"]))
    assert (second["version"], second["supersedes"]) == (2, first["id"])
    listed = await desk.get(f"/dossiers/{code}/documents")
    assert [document["id"] for document in listed["items"]] == [second["id"]]
    whole = await desk.get(f"/dossiers/{code}/documents", superseded=True)
    assert [document["superseded_by"] for document in whole["items"]] == [second["id"], None]
    assert (await read_by_link(desk, first["id"])).content == pdf_of(text="first")
    again = await send(desk, code, pdf_of(text="third"), supersedes=str(first["id"]))
    assert (again.status_code, codes(again.json())) == (409, ["document_superseded"])


async def test_a_document_of_another_dossier_is_not_superseded(desk: Desk, code: str) -> None:
    other = str((await desk.register())["code"])
    foreign = await sent(desk, other, pdf_of(text="foreign"))
    refused = await send(desk, code, pdf_of(text="mine"), supersedes=str(foreign["id"]))
    assert (refused.status_code, codes(refused.json())) == (404, ["document_unknown"])


async def test_a_document_gives_way_to_one_for_the_same_place_only(desk: Desk, code: str) -> None:
    attachment = await sent(desk, code, pdf_of(text="attachment"), kind="attachment")
    paper = await sent(desk, code, pdf_of(text="paper"), component="TP01")
    for before, place in ((attachment, {"component": "TP01"}), (paper, {"component": "TP02"})):
        refused = await send(desk, code, pdf_of(text=f"other {place}"), supersedes=str(before["id"]), **place)
        assert (refused.status_code, codes(refused.json())) == (409, ["document_of_another_place"])


async def test_documents_are_listed_page_by_page(desk: Desk, code: str) -> None:
    made = [(await sent(desk, code, pdf_of(text=f"page {number}")))["id"] for number in range(3)]
    first = await desk.get(f"/dossiers/{code}/documents", limit=2)
    rest = await desk.get(f"/dossiers/{code}/documents", limit=2, cursor=first["next_cursor"])
    assert [document["id"] for document in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("fields", "status", "code_of", "field"),
    [
        ({"component": "TP99"}, 422, "component_unknown", "component"),
        ({"supersedes": "999999"}, 404, "document_unknown", "supersedes"),
        ({"name": "cccd.pdf"}, 422, "paper_presented_only", "name"),
        ({"name": "a/b.pdf"}, 422, "file_name_is_path", "name"),
    ],
)
async def test_a_file_without_its_place_is_refused_before_anything_of_it_is_kept(
    desk: Desk, code: str, application: Application, fields: dict[str, str], status: int, code_of: str, field: str
) -> None:
    answer = await desk.client.post(
        f"/api/v1/dossiers/{code}/documents", headers=desk.clerk, data=fields, files={"file": ("a.pdf", pdf_of())}
    )
    assert (answer.status_code, codes(answer.json())) == (status, [code_of])
    assert answer.json()["errors"][0]["field"] == field
    assert [blob.key async for blob in application.storage.each("")] == []


async def test_a_link_gives_the_bytes_with_headers_that_keep_them_private(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_of(text="private"), name='giấy "lạ"; x.pdf')
    answer = await read_by_link(desk, document["id"])
    assert answer.content == pdf_of(text="private")
    headers = answer.headers
    assert document["name"] == 'giấy "lạ"; x.pdf'
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''gi%E1%BA%A5y%20%22")
    assert headers["x-content-type-options"] == "nosniff"
    assert "no-store" in headers["cache-control"]
    assert headers["content-length"] == str(len(answer.content))


async def test_a_range_of_a_content_is_answered_alone(desk: Desk, code: str) -> None:
    content = pdf_of(text="range")
    document = await sent(desk, code, content)
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "checking"})
    url, raw = link.json()["url"], _raw(desk)
    part = await raw.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, content[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(content)}"
    assert (await raw.get(url, headers={"Range": "bytes=-4"})).content == content[-4:]
    assert (await raw.get(url, headers={"Range": f"bytes={len(content) - 3}-"})).content == content[-3:]
    assert (await raw.get(url, headers={"Range": "lines=1-2"})).status_code == 200
    beyond = await raw.get(url, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, codes(beyond.json())) == (416, ["range_not_satisfiable"])


async def test_every_read_is_recorded_with_who_and_why(desk: Desk, code: str, clock: FixedClock) -> None:
    document = await sent(desk, code, pdf_of(text="recorded"))
    assert (await desk.get(f"/documents/{document['id']}/reads"))["items"] == []
    await read_by_link(desk, document["id"], purpose="inspection")
    go_to(clock, "2026-11-23 09:05")
    await read_by_link(desk, document["id"])
    reads = (await desk.get(f"/documents/{document['id']}/reads"))["items"]
    assert [read["purpose"] for read in reads] == ["processing", "inspection"]
    assert reads[0]["read_at"] == "2026-11-23T09:05:00+07:00"
    assert reads[0]["username"]


async def test_links_that_are_over_altered_or_foreign_are_refused_alike(
    desk: Desk, code: str, application: Application, clock: FixedClock
) -> None:
    document = await sent(desk, code, pdf_of(text="refused"))
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    url = link.json()["url"]
    token = url.rpartition("/")[2]
    claims = application.signer.read(token)
    foreign = TokenSigner("the key of another installation").sign(claims, expires_at=clock.now().replace(year=2030))
    of_staff = desk.clerk["Authorization"].removeprefix("Bearer ")
    answers = [await desk.client.get(f"/api/v1/content/{other}") for other in (token[:-4] + "AAAA", foreign, of_staff)]
    go_to(clock, "2026-11-23 09:11")
    answers.append(await desk.client.get(url))
    assert {(answer.status_code, *codes(answer.json())) for answer in answers} == {(404, "link_invalid")}


async def test_a_link_ends_with_the_rights_of_who_asked_for_it(desk: Desk, code: str, application: Application) -> None:
    document = await sent(desk, code, pdf_of(text="rights"))
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    account = application.signer.read(link.json()["url"].rpartition("/")[2])["account"]
    async with application.database.write() as connection:
        await fetch_one(connection, "update account set auth_version = auth_version + 1 where id = $1", account)
    refused = await desk.client.get(link.json()["url"])
    assert (refused.status_code, codes(refused.json())) == (404, ["link_invalid"])


async def test_a_link_is_no_key_to_anything_else(desk: Desk, code: str) -> None:
    document = await sent(desk, code, pdf_of(text="key"))
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    token = link.json()["url"].rpartition("/")[2]
    refused = await desk.client.get("/api/v1/dossiers", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401


async def test_a_content_lost_from_the_store_is_said_before_the_first_byte(
    desk: Desk, code: str, application: Application
) -> None:
    document = await sent(desk, code, pdf_of(text="lost"))
    await application.storage.remove(content_key(document["sha256"]))
    link = await desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    answer = await _raw(desk).get(link.json()["url"])
    assert (answer.status_code, codes(answer.json())) == (503, ["content_missing"])


async def test_limits_are_public_and_seen_before_anything_is_sent(client: httpx.AsyncClient) -> None:
    limits = (await client.get("/api/v1/documents/limits")).json()
    assert limits["max_bytes"] == 536_870_912
    assert {entry["media_type"] for entry in limits["types"]} >= {"application/pdf", "image/heic"}
    assert limits["virus_checked"] is False
