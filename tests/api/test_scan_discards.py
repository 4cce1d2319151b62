"""A discarded paper leaves the store, and nothing else does; its batch stands as the papers that are left say."""

import datetime as dt
import io
import zipfile
from typing import Any

import httpx
import pikepdf
import pytest

from app.bootstrap import Application
from app.collecting import verify_contents
from app.core.clock import FixedClock
from app.core.db import fetch_all
from app.domain.permissions import Role
from app.scanning import let_go_discarded
from app.services.documents.contents import content_key, read_bytes
from tests.factories.desk_of_scans import Station, without_programs
from tests.factories.dossiers import codes, desk_of
from tests.factories.people import COMMUNE, signed_in
from tests.factories.scans import BIRTH_CERTIFICATE, DECLARATION, blank, cropped, printed, scan_of

CERTIFICATE = cropped(printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE))
FORM = cropped(printed("TỜ KHAI ĐĂNG KÝ KHAI SINH", DECLARATION))
TWO_PAPERS = scan_of([FORM, blank(0.3), CERTIFICATE])
# Blobs carry the machine's own time: they are collected long after.
LATER = dt.datetime.fromtimestamp(4_000_000_000, dt.UTC)


@pytest.fixture
async def station(application: Application, client: httpx.AsyncClient) -> Station:
    return Station(await desk_of(application, client), without_programs(application))


async def stored(application: Application) -> set[str]:
    return {blob.key.rpartition("/")[2] async for blob in application.storage.each("content")}


async def let_go(application: Application, clock: FixedClock, *, days: int = 0) -> int:
    now = clock.now()
    clock.move_to(LATER + dt.timedelta(days=days))
    try:
        return await let_go_discarded(application)
    finally:
        clock.move_to(now)


async def rows(application: Application, statement: str) -> list[tuple[Any, ...]]:
    async with application.database.read() as connection:
        return [tuple(row) for row in await fetch_all(connection, statement)]


async def test_the_pages_of_a_paper_that_may_not_be_kept_leave_the_store_and_the_others_stay(
    station: Station, application: Application, clock: FixedClock
) -> None:
    batch = await station.digitized((await station.send(TWO_PAPERS))["id"])
    kept, identity_card = batch["piece_list"]
    before = await stored(application)
    ((source,),) = await rows(application, "select content_sha256 from scan_source")
    await station.act(identity_card["id"], "discard", reason="presented_only")
    assert await let_go(application, clock) == 1

    ((left,),) = await rows(application, "select content_sha256 from scan_source")
    assert {source} < before - await stored(application)
    with pikepdf.open(io.BytesIO(await read_bytes(application.storage, left))) as pdf:
        assert [len(page.get_images()) for page in pdf.pages] == [1, 1, 0]
    picture = f"/api/v1/scan-pieces/{kept['id']}/file"
    assert (await station.desk.client.get(picture, headers=station.desk.clerk)).status_code == 200
    released = await rows(application, "select piece_id, outcome from released_content order by id")
    assert released == [(identity_card["id"], "removed")] * 2
    assert await rows(application, "select 1 from stored_content where doomed_at is not null") == []
    assert await let_go(application, clock) == 0


async def test_what_was_let_go_does_not_come_back_with_the_same_file(
    station: Station, application: Application, clock: FixedClock
) -> None:
    batch = await station.send(TWO_PAPERS)
    digitized = await station.digitized(batch["id"])
    await station.act(digitized["piece_list"][1]["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    speaking = await rows(application, "select sha256 from stored_content order by 1")
    again = await station.send(TWO_PAPERS, expect=200)
    assert again["id"] == batch["id"]
    assert await rows(application, "select sha256 from stored_content order by 1") == speaking
    retried = await station.desk.post(f"/scan-batches/{batch['id']}/retry", {})
    assert retried.status_code == 202
    states = [piece["state"] for piece in (await station.digitized(batch["id"]))["piece_list"]]
    assert states == ["open", "discarded"]


async def test_a_content_that_something_else_speaks_of_stays(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    added = await station.desk.client.post(
        f"/api/v1/dossiers/{code}/documents",
        headers=station.desk.clerk,
        data={"component": "TP02"},
        files={"file": ("giay.pdf", scan_of([CERTIFICATE]))},
    )
    batch = await station.send(fields={"dossier": code, "document": str(added.json()["id"])})
    piece = (await station.digitized(batch["id"]))["piece_list"][0]
    await station.act(piece["id"], "discard", reason="not_a_paper")
    await let_go(application, clock, days=application.settings.upload_keep_days)
    outcomes = await rows(application, "select sha256, outcome from released_content")
    assert (added.json()["sha256"], "in_use") in outcomes
    assert await application.storage.find(content_key(added.json()["sha256"])) is not None


async def test_an_identity_card_that_was_confirmed_leaves_the_store_and_the_record_tells_that_it_did(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    batch = await station.digitized(await station.send_sheets([CERTIFICATE], dossier=code))
    (piece,) = batch["piece_list"]
    await station.reads(piece | {"batch_id": batch["id"]}, "GIẤY TỜ")
    await station.act(piece["id"], "assign", component_code="TP02")
    await station.act(piece["id"], "confirm", values=[])
    signed = await station.act(piece["id"], "sign")
    refused = await station.act(piece["id"], "discard", expect=409, reason="illegible")
    assert codes(refused) == ["scan_piece_closed"]
    discarded = await station.act(piece["id"], "discard", reason="presented_only")
    assert (discarded["state"], discarded["recognition"], discarded["document_id"]) == ("discarded", "removed", None)

    document = await station.desk.get(f"/documents/{signed['document_id']}")
    assert document["withdrawn_at"] is not None
    link = await station.desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    assert (link.status_code, codes(link.json())) == (404, ["document_withdrawn"])
    assert (await station.desk.get(f"/verify/{signed['verify_token']}"))["status"] == "revoked"
    assert await rows(application, "select distinct status from held_paper") == [("revoked",)]
    timeline = (await station.desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert timeline[-1]["vi"].startswith("Bỏ bản lưu giấy tờ chỉ xuất trình ở thành phần Giấy chứng sinh")

    await let_go(application, clock)
    gone = {document["sha256"], document["original"]["sha256"]}
    assert gone & await stored(application) == set()
    outcomes = await rows(application, "select distinct sha256, outcome from released_content")
    assert {(sha256, "removed") for sha256 in gone} <= set(outcomes)
    assert [bad async for bad in verify_contents(application) if bad] == []


async def test_the_document_that_an_identity_card_was_cut_from_goes_with_it_and_its_bytes_do_not_come_back(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    paper = scan_of([CERTIFICATE])
    document = (await _send(station, code, paper)).json()
    batch = await station.send(fields={"dossier": code, "document": str(document["id"])})
    piece = (await station.digitized(batch["id"]))["piece_list"][0]
    await station.act(piece["id"], "discard", reason="presented_only")
    assert (await station.desk.get(f"/documents/{document['id']}"))["withdrawn_at"] is not None
    link = await station.desk.post(f"/documents/{document['id']}/links", {"purpose": "processing"})
    assert codes(link.json()) == ["document_withdrawn"]
    assert (await station.desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]["type"] == "document_withdrawn"
    await let_go(application, clock)
    assert document["sha256"] not in await stored(application)

    refused = await _send(station, code, paper)
    assert (refused.status_code, codes(refused.json())) == (409, ["content_withdrawn"])
    scanned_again = await station.send(paper, expect=409)
    assert codes(scanned_again) == ["content_withdrawn"]
    assert document["sha256"] not in await stored(application)


async def test_a_file_with_a_paper_that_is_never_kept_is_not_taken_in_again_and_nothing_of_it_is_stored(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    batch = await station.digitized((await station.send(TWO_PAPERS, fields={"dossier": code}))["id"])
    kept, card = batch["piece_list"]
    await station.act(card["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    left = await stored(application)

    again = await station.send(TWO_PAPERS, fields={"dossier": code}, expect=200)
    assert again["id"] == batch["id"]
    for fields in ({"dossier": code, "cut": "nowhere"}, {}):
        assert codes(await station.send(TWO_PAPERS, fields=fields, expect=409)) == ["content_withdrawn"]
    refused = await _send(station, code, TWO_PAPERS)
    assert (refused.status_code, codes(refused.json())) == (409, ["content_withdrawn"])
    assert await stored(application) == left
    await station.act(kept["id"], "assign", component_code="TP01")
    await station.act(kept["id"], "confirm", values=[])
    await station.send_sheets([FORM], dossier=code)


async def test_another_batch_of_the_same_file_keeps_its_other_papers_and_loses_the_one_that_is_never_kept(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    document = (await _send(station, code, TWO_PAPERS)).json()
    made_of = {"dossier": code, "document": str(document["id"])}
    first = await station.digitized((await station.send(fields=made_of))["id"])
    second = await station.send(fields=made_of | {"cut": "nowhere"})
    await station.act(first["piece_list"][1]["id"], "discard", reason="presented_only")
    assert await let_go(application, clock) == 1
    assert document["sha256"] not in await stored(application)

    (whole,) = (await station.digitized(second["id"]))["piece_list"]
    assert (whole["recognition"], len(whole["pages"])) == ("unavailable", 1)
    await station.act(whole["id"], "discard", reason="presented_only")
    assert await let_go(application, clock) == 1
    refused = await station.send(fields=made_of | {"cut": "separators"}, expect=404)
    assert codes(refused) == ["document_withdrawn"]


async def test_a_file_that_is_another_dossiers_document_stays_with_it_and_with_the_batch_made_of_it(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    first = await station.digitized((await station.send(TWO_PAPERS))["id"])
    document = (await _send(station, code, TWO_PAPERS)).json()
    made_of = {"dossier": code, "document": str(document["id"])}
    second = await station.digitized((await station.send(fields=made_of))["id"])
    await station.act(first["piece_list"][1]["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    assert (await station.desk.get(f"/documents/{document['id']}"))["withdrawn_at"] is None
    await station.act(second["piece_list"][1]["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    assert (await station.desk.get(f"/documents/{document['id']}"))["withdrawn_at"] is not None
    assert document["sha256"] not in await stored(application)


async def test_the_picture_of_an_unconfirmed_card_is_gone_from_other_batches_too(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    (card,) = (await station.digitized(await station.send_sheets([CERTIFICATE])))["piece_list"]
    beside = (await station.digitized((await station.send(TWO_PAPERS, fields={"dossier": code}))["id"]))["piece_list"]
    await station.act(card["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    same = beside[1]["id"]
    await station.act(same, "assign", component_code="TP02")
    assert codes(await station.act(same, "confirm", expect=409, values=[])) == ["content_withdrawn"]
    for piece_id in (card["id"], same):
        answer = await station.desk.client.get(f"/api/v1/scan-pieces/{piece_id}/file", headers=station.desk.clerk)
        assert (answer.status_code, codes(answer.json())) == (404, ["scan_piece_picture_removed"])


async def test_a_withdrawn_paper_in_another_batch_is_not_kept_and_the_papers_beside_it_are_read(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code, other = await station.dossier(), await station.dossier()
    batch = await station.digitized(await station.send_sheets([CERTIFICATE], dossier=code))
    (card,) = batch["piece_list"]
    await station.act(card["id"], "assign", component_code="TP02")
    await station.act(card["id"], "confirm", values=[])
    await station.act(card["id"], "discard", reason="presented_only")
    await let_go(application, clock)
    before = await stored(application)

    again = await station.digitized((await station.send(TWO_PAPERS, fields={"dossier": other}))["id"])
    assert again["state"] == "partly_failed"
    beside, same = again["piece_list"]
    assert (beside["recognition"], same["recognition"]) == ("unavailable", "failed")
    assert same["reason"]["code"] == "content_withdrawn"
    added = await stored(application) - before
    assert len(added) == 2, "the batch's file and the picture of the other paper"
    await station.act(same["id"], "assign", component_code="TP02")
    refused = await station.act(same["id"], "confirm", expect=409, values=[])
    assert codes(refused) == ["content_withdrawn"]
    await station.act(same["id"], "discard", reason="presented_only")
    assert (await station.desk.get(f"/scan-batches/{again['id']}"))["state"] == "not_digitized"


async def _send(station: Station, code: str, content: bytes) -> httpx.Response:
    path, files = f"/api/v1/dossiers/{code}/documents", {"file": ("giay.pdf", content)}
    return await station.desk.client.post(path, headers=station.desk.clerk, data={"component": "TP02"}, files=files)


async def test_a_package_that_holds_a_withdrawn_paper_is_withdrawn_and_a_new_one_can_be_made(
    station: Station, application: Application, clock: FixedClock
) -> None:
    code = await station.dossier()
    document = (await _send(station, code, scan_of([CERTIFICATE]))).json()
    batch = await station.send(fields={"dossier": code, "document": str(document["id"])})
    piece = (await station.digitized(batch["id"]))["piece_list"][0]
    await station.desk.act(code, "withdraw", explanation="Người nộp rút hồ sơ")
    officer = await signed_in(application, Role.RECORDS_OFFICER, COMMUNE)
    package = (await station.desk.post(f"/dossiers/{code}/archive", {}, by=officer)).json()
    assert package["withdrawn_at"] is None

    await station.act(piece["id"], "discard", reason="presented_only")
    (listed,) = (await station.desk.get(f"/dossiers/{code}/archive"))["items"]
    assert listed["withdrawn_at"] is not None
    path = f"/api/v1/dossiers/{code}/archive/1/package"
    refused = await station.desk.client.get(path, headers=officer)
    assert (refused.status_code, codes(refused.json())) == (404, ["archive_package_withdrawn"])
    verified = await station.desk.get(f"/verify/{package['token']}")
    assert verified["status"] == "revoked"
    last = (await station.desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert last["vi"].endswith("cùng gói tin lưu trữ số 1")
    await let_go(application, clock)
    assert package["content_sha256"] not in await stored(application)

    again = await station.desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert (again.status_code, again.json()["number"], again.json()["withdrawn_at"]) == (201, 2, None)
    content = (await station.desk.client.get(f"/api/v1/dossiers/{code}/archive/2/package", headers=officer)).content
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        assert [name for name in container.namelist() if "/documents/" in name or "/originals/" in name] == []


async def test_papers_discarded_for_another_reason_are_kept_for_a_while(
    station: Station, application: Application, clock: FixedClock
) -> None:
    piece = (await station.digitized(await station.send_sheets([CERTIFICATE])))["piece_list"][0]
    await station.act(piece["id"], "discard", reason="scanned_twice")
    assert await let_go_discarded(application) == 0
    path = f"/api/v1/scan-pieces/{piece['id']}/file"
    assert (await station.desk.client.get(path, headers=station.desk.clerk)).status_code == 200
    assert await let_go(application, clock, days=application.settings.upload_keep_days) == 1
    assert (await station.desk.client.get(path, headers=station.desk.clerk)).status_code == 404


async def test_a_discarded_paper_counts_no_more_for_its_batch(station: Station) -> None:
    batch = await station.digitized((await station.send(scan_of([FORM, blank(0.3)]), _too_large()))["id"])
    assert (batch["state"], batch["failed"], batch["pieces"]) == ("partly_failed", 1, 2)
    (failed,) = [piece for piece in batch["piece_list"] if piece["recognition"] == "failed"]
    await station.act(failed["id"], "discard", reason="illegible")
    after = await station.desk.get(f"/scan-batches/{batch['id']}")
    assert (after["state"], after["failed"], after["pieces"]) == ("not_digitized", 0, 1)
    await station.act(after["piece_list"][0]["id"], "discard", reason="scanned_twice")
    nothing = await station.desk.get(f"/scan-batches/{batch['id']}")
    assert (nothing["state"], nothing["reason"], nothing["pieces"]) == ("processed", None, 0)
    refused = await station.desk.post(f"/scan-batches/{batch['id']}/retry", {})
    assert codes(refused.json()) == ["scan_batch_not_retryable"]


def _too_large() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page().mediabox = pikepdf.Array([0, 0, 14_000, 14_000])
        buffer = io.BytesIO()
        pdf.save(buffer)
        return buffer.getvalue()
