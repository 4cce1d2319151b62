"""Uploads over tus 1.0: what was told to be safe is safe, what is not the announced file is refused."""

import base64
import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.api.app import serve_opened
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import execute, fetch_all
from app.domain.permissions import Role
from app.filing import finish_waiting
from app.services.documents.contents import content_key
from app.services.documents.uploads import writes
from tests.factories.dossiers import Desk, codes, go_to
from tests.factories.files import image_file, pdf_locked, pdf_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, account_of, headers_of, signed_in

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
async def code(desk: Desk) -> str:
    # Answers of the protocol have no body: the contract of JSON says nothing of them.
    desk.client.event_hooks = {"request": [], "response": []}
    return str((await desk.register())["code"])


def metadata(**fields: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in fields.items())


class Tus:
    """A client of the protocol for one upload, as small as its pages describe it."""

    def __init__(self, desk: Desk, *, by: dict[str, str] | None = None) -> None:
        self.client = desk.client
        self.headers = {**(by or desk.clerk), **TUS}
        self.url = ""

    async def create(self, length: int, **fields: str) -> httpx.Response:
        fields.setdefault("filename", "tài liệu.pdf")
        headers = {**self.headers, "Upload-Length": str(length), "Upload-Metadata": metadata(**fields)}
        answer = await self.client.post("/api/v1/uploads", headers=headers)
        self.url = answer.headers.get("location", "")
        return answer

    async def patch(self, content: bytes, offset: int, **headers: str) -> httpx.Response:
        sent = {**self.headers, **PIECE, "Upload-Offset": str(offset), **headers}
        return await self.client.patch(self.url, content=content, headers=sent)

    async def head(self) -> httpx.Response:
        return await self.client.head(self.url, headers=self.headers)

    async def offset(self) -> int:
        answer = await self.head()
        assert answer.status_code == 200, answer.text
        return int(answer.headers["upload-offset"])

    async def outcome(self) -> dict[str, Any]:
        answer = await self.client.get(self.url, headers=self.headers)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document


async def opened(desk: Desk, code: str, length: int, **fields: str) -> Tus:
    tus = Tus(desk)
    answer = await tus.create(length, dossier=code, **fields)
    assert answer.status_code == 201, answer.text
    return tus


async def test_a_server_says_what_it_can(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    assert set(answer.headers["tus-checksum-algorithm"].split(",")) == {"sha1", "sha256"}
    assert int(answer.headers["tus-max-size"]) == 536_870_912


async def test_a_file_in_pieces_becomes_a_document(desk: Desk, code: str, application: Application) -> None:
    content = pdf_of(3, text="in pieces")
    digest = hashlib.sha256(content).hexdigest()
    tus = await opened(desk, code, len(content), component="TP01", sha256=digest)
    assert await tus.offset() == 0
    first = await tus.patch(content[:400], 0)
    assert (first.status_code, first.headers["upload-offset"], first.headers["tus-resumable"]) == (204, "400", "1.0.0")
    assert "upload-expires" in first.headers
    assert await tus.offset() == 400
    last = await tus.patch(content[400:], 400)
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
    document = await desk.get(last.headers["content-location"].removeprefix("/api/v1"))
    assert (document["sha256"], document["component_code"], document["page_count"]) == (digest, "TP01", 3)
    outcome = await tus.outcome()
    assert (outcome["state"], outcome["document_id"]) == ("stored", document["id"])
    assert [blob.key async for blob in application.storage.each("uploads")] == []


async def test_one_piece_is_enough(desk: Desk, code: str) -> None:
    content = image_file("JPEG")
    tus = await opened(desk, code, len(content), filename="ảnh.jpg")
    answer = await tus.patch(content, 0)
    document = await desk.get(answer.headers["content-location"].removeprefix("/api/v1"))
    assert [change["code"] for change in document["changes"]] == ["converted_to_pdf"]


async def test_metadata_comes_back_to_who_resumes(desk: Desk, code: str) -> None:
    tus = await opened(desk, code, 100, filename="giấy.pdf")
    answer = await tus.head()
    assert answer.headers["upload-metadata"] == metadata(dossier=code, filename="giấy.pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["upload-length"] == "100"


@pytest.mark.parametrize("offset", [0, 300, 500])
async def test_a_piece_for_another_place_is_refused(desk: Desk, code: str, offset: int) -> None:
    content = pdf_of(text="place")
    tus = await opened(desk, code, len(content))
    await tus.patch(content[:400], 0)
    refused = await tus.patch(content[offset:], offset)
    assert (refused.status_code, codes(refused.json())) == (409, ["upload_offset_wrong"])
    assert await tus.offset() == 400


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_piece_with_a_wrong_checksum_does_not_count(
    desk: Desk, code: str, application: Application, algorithm: str
) -> None:
    content = pdf_of(text=algorithm)
    tus = await opened(desk, code, len(content))

    def checksum(of: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, of).digest()).decode()}"

    wrong = await tus.patch(content[:200] + b"x", 0, **{"Upload-Checksum": checksum(content[:201])})
    assert (wrong.status_code, codes(wrong.json())) == (460, ["checksum_wrong"])
    assert await tus.offset() == 0
    assert [blob.key async for blob in application.storage.each("uploads")] == []
    right = await tus.patch(content, 0, **{"Upload-Checksum": checksum(content)})
    assert right.status_code == 204


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256", "sha256 ***", ""])
async def test_a_checksum_that_is_none_is_refused(desk: Desk, code: str, header: str) -> None:
    tus = await opened(desk, code, 100)
    refused = await tus.patch(b"x", 0, **{"Upload-Checksum": header})
    assert (refused.status_code, codes(refused.json())) == (400, ["checksum_unsupported"])


async def test_an_upload_resumed_with_another_file_is_refused_whole(
    desk: Desk, code: str, application: Application
) -> None:
    content, other = pdf_of(text="this one"), pdf_of(text="that one")
    assert len(content) == len(other)
    tus = await opened(desk, code, len(content), sha256=hashlib.sha256(content).hexdigest())
    await tus.patch(content[:300], 0)
    refused = await tus.patch(other[300:], 300)
    assert (refused.status_code, codes(refused.json())) == (422, ["checksum_wrong"])
    outcome = await tus.outcome()
    assert (outcome["state"], [fault["code"] for fault in outcome["errors"]]) == ("refused", ["checksum_wrong"])
    assert (await tus.head()).status_code == 410
    assert [blob.key async for blob in application.storage.each("")] == []


async def test_a_refused_file_says_why_and_leaves_nothing(desk: Desk, code: str, application: Application) -> None:
    content = pdf_locked()
    tus = await opened(desk, code, len(content))
    refused = await tus.patch(content, 0)
    assert (refused.status_code, codes(refused.json())) == (422, ["file_encrypted"])
    assert refused.headers["tus-resumable"] == "1.0.0"
    listed = await desk.get(f"/dossiers/{code}/uploads")
    assert [(upload["state"], upload["errors"][0]["code"]) for upload in listed["items"]] == [
        ("refused", "file_encrypted")
    ]
    assert [blob.key async for blob in application.storage.each("")] == []


async def test_more_than_was_announced_is_refused(desk: Desk, code: str) -> None:
    tus = await opened(desk, code, 100)
    refused = await tus.patch(b"x" * 101, 0)
    assert (refused.status_code, codes(refused.json())) == (422, ["upload_too_long"])
    assert await tus.offset() == 0


async def test_a_request_of_another_version_is_told_which_is_spoken(desk: Desk, code: str) -> None:
    tus = await opened(desk, code, 100)
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        refused = await desk.client.head(tus.url, headers={**desk.clerk, **version})
        assert (refused.status_code, refused.headers["tus-version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("headers", "status", "fault"),
    [
        ({}, 400, "upload_length_missing"),
        ({"Upload-Length": "-1"}, 400, "header_malformed"),
        ({"Upload-Length": "many"}, 400, "header_malformed"),
        ({"Upload-Length": "536870913"}, 413, "file_too_large"),
        ({"Upload-Length": "5"}, 422, "upload_dossier_missing"),
        ({"Upload-Length": "5", "Upload-Metadata": "filename ***"}, 422, "upload_metadata_malformed"),
        ({"Upload-Length": "5", "Upload-Metadata": "secret eA=="}, 422, "upload_metadata_malformed"),
    ],
)
async def test_an_upload_that_cannot_be_is_refused_at_once(
    desk: Desk, code: str, headers: dict[str, str], status: int, fault: str
) -> None:
    assert code
    refused = await desk.client.post("/api/v1/uploads", headers={**desk.clerk, **TUS, **headers})
    assert (refused.status_code, codes(refused.json())) == (status, [fault])


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"filename": "../x.pdf"}, "file_name_is_path"),
        ({"filename": "a\x00b.pdf"}, "file_name_control_characters"),
        ({"component": "TP99"}, "component_unknown"),
        ({"supersedes": "9" * 5_000}, "document_unknown"),
        ({"supersedes": "999999"}, "document_unknown"),
        ({"dossier": "H42.101-261123-9999"}, "dossier_unknown"),
    ],
)
async def test_where_a_file_belongs_is_judged_before_a_byte_is_sent(
    desk: Desk, code: str, fields: dict[str, str], fault: str
) -> None:
    refused = await Tus(desk).create(100, **{"dossier": code, **fields})
    assert codes(refused.json()) == [fault]


async def test_an_empty_file_is_refused_at_once(desk: Desk, code: str) -> None:
    assert codes((await Tus(desk).create(0, dossier=code)).json()) == ["file_empty"]


async def test_a_piece_has_its_own_type(desk: Desk, code: str) -> None:
    tus = await opened(desk, code, 100)
    refused = await tus.patch(b"x", 0, **{"Content-Type": "application/octet-stream"})
    assert (refused.status_code, codes(refused.json())) == (415, ["piece_expected"])


async def test_nobody_carries_on_what_another_began(desk: Desk, code: str, application: Application) -> None:
    tus = await opened(desk, code, 100)
    for other in (
        await signed_in(application, Role.RECEPTION_CLERK, COMMUNE),
        await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE),
    ):
        headers = {**other, **TUS}
        assert (await desk.client.head(tus.url, headers=headers)).status_code == 404
        foreign = Tus(desk, by=other)
        foreign.url = tus.url
        assert (await foreign.patch(b"x", 0)).status_code == 404
        assert (await desk.client.delete(tus.url, headers=headers)).status_code == 404
    assert await tus.offset() == 0


async def test_an_upload_given_up_is_gone(desk: Desk, code: str) -> None:
    tus = await opened(desk, code, 100)
    await tus.patch(b"x" * 50, 0)
    assert (await desk.client.delete(tus.url, headers=tus.headers)).status_code == 204
    assert (await tus.head()).status_code == 404


async def test_an_upload_that_moved_on_meanwhile_is_neither_collected_nor_given_up(
    desk: Desk, code: str, application: Application
) -> None:
    """The collector had found it expired, its sender had asked to give it up: then the last piece came."""
    tus = await opened(desk, code, 100)
    upload_id = tus.url.rpartition("/")[2]
    now = application.clock.now()
    async with application.database.write() as connection:
        assert not await writes.forget_expired(connection, upload_id, now=now, ended_before=now)
        await execute(connection, "update upload set state = 'received', received_bytes = 100 where id = $1", upload_id)
        assert not await writes.forget_expired(
            connection, upload_id, now=now + dt.timedelta(days=9), ended_before=now + dt.timedelta(days=9)
        )
        assert not await writes.forget_upload(connection, upload_id)
    assert (await tus.outcome())["state"] == "received"


async def test_who_may_not_add_to_the_dossier_learns_nothing_of_its_uploads(
    desk: Desk, code: str, application: Application
) -> None:
    """A cashier of this commune who adds papers in another one: the two rights do not join."""
    tus = await opened(desk, code, 100)
    cashier = await account_of(application, Role.CASHIER, COMMUNE)
    clerk = await account_of(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    both = headers_of(application, replace(cashier, grants=(*cashier.grants, *clerk.grants)))
    assert (await desk.client.get(tus.url, headers=both)).status_code == 404


async def test_what_became_a_document_cannot_be_given_up(desk: Desk, code: str) -> None:
    content = pdf_of(text="kept for ever")
    tus = await opened(desk, code, len(content))
    await tus.patch(content, 0)
    refused = await desk.client.delete(tus.url, headers=tus.headers)
    assert (refused.status_code, codes(refused.json())) == (409, ["upload_ended"])
    assert await tus.offset() == len(content)


async def test_an_upload_expires_a_day_after_its_last_piece(desk: Desk, code: str, clock: FixedClock) -> None:
    tus = await opened(desk, code, 100)
    go_to(clock, "2026-11-24 08:59")
    await tus.patch(b"x" * 50, 0)
    go_to(clock, "2026-11-25 08:58")
    assert await tus.offset() == 50
    go_to(clock, "2026-11-25 09:00")
    refused = await tus.patch(b"x", 50)
    assert (refused.status_code, codes(refused.json())) == (410, ["upload_expired"])


async def test_a_client_that_goes_away_keeps_what_arrived(desk: Desk, code: str, application: Application) -> None:
    content = pdf_of(text="broken line")
    tus = await opened(desk, code, len(content))
    await _sent_by_a_line_that_breaks(application, tus, content[:500])
    assert await tus.offset() == 500
    assert (await tus.patch(content[500:], 500)).status_code == 204
    assert (await tus.outcome())["state"] == "stored"


async def test_a_checked_piece_that_breaks_off_does_not_count(desk: Desk, code: str, application: Application) -> None:
    content = pdf_of(text="checked and broken")
    tus = await opened(desk, code, len(content))
    await _sent_by_a_line_that_breaks(application, tus, content[:500], **{"upload-checksum": "sha1 AAAA"})
    assert await tus.offset() == 0


async def test_a_document_is_made_once_though_two_requests_end_an_upload(
    desk: Desk, code: str, application: Application
) -> None:
    content = pdf_of(text="ended twice")
    tus = await opened(desk, code, len(content))
    await tus.patch(content, 0)
    again = await tus.patch(b"", len(content))
    assert (again.status_code, codes(again.json())) == (409, ["upload_ended"])
    assert await finish_waiting(application) == 0
    async with application.database.read() as connection:
        assert len(await fetch_all(connection, "select 1 as one from document")) == 1


async def test_a_store_that_fails_lets_the_upload_wait_and_the_worker_finishes_it(
    desk: Desk, code: str, application: Application
) -> None:
    content = pdf_of(text="waits")
    tus = await opened(desk, code, len(content))
    await tus.patch(content[:500], 0)
    (piece,) = [blob.key async for blob in application.storage.each("uploads")]
    kept = await application.storage.get(piece)
    await application.storage.put(piece, kept[:-1])
    refused = await tus.patch(content[500:], 500)
    assert refused.status_code == 503
    waiting = await tus.outcome()
    assert (waiting["state"], waiting["waits_for"]) == ("received", "content_damaged")
    await application.storage.put(piece, kept)
    assert await finish_waiting(application) == 1
    assert (await tus.outcome())["state"] == "stored"
    assert await application.storage.find(content_key(hashlib.sha256(content).hexdigest())) is not None


async def _sent_by_a_line_that_breaks(application: Application, tus: Tus, content: bytes, **headers: str) -> None:
    """Call the service as a server does whose client disconnects in the middle of a body."""
    messages = [{"type": "http.request", "body": content, "more_body": True}, {"type": "http.disconnect"}]
    named = {**tus.headers, **PIECE, "Upload-Offset": "0", "Content-Length": "100000", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "path": tus.url,
        "raw_path": tus.url.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("motcua.test", 80),
        "scheme": "http",
    }

    async def receive() -> Any:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(_message: Any) -> None:
        """Nobody listens any more."""

    await serve_opened(application)(scope, receive, send)
