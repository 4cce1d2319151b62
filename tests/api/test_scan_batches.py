"""Scan batches where the programs that read texts are missing: cut, kept, assigned, confirmed; nothing else fails."""

from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Permission, Role
from app.worker.digitization import digitize_batch
from tests.factories.desk_of_scans import Station, without_programs
from tests.factories.dossiers import codes, desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in, signed_in_machine
from tests.factories.scans import BIRTH_CERTIFICATE, DECLARATION, blank, jpeg, printed, scan_of

CERTIFICATE = printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE)
FORM = printed("TỜ KHAI ĐĂNG KÝ KHAI SINH", DECLARATION)


@pytest.fixture
async def station(application: Application, client: httpx.AsyncClient) -> Station:
    return Station(await desk_of(application, client), without_programs(application))


async def one_piece(station: Station, **fields: str) -> dict[str, Any]:
    """The only piece of a batch of one page, digitized."""
    batch = await station.digitized(await station.send_sheets([CERTIFICATE], **fields))
    piece: dict[str, Any] = batch["piece_list"][0]
    return piece


async def test_without_the_programs_a_batch_is_cut_kept_and_told_as_not_digitized(station: Station) -> None:
    code = await station.dossier()
    first, second, *_ = await station.separators(code)
    batch_id = await station.send_sheets([first, FORM, blank(), second, CERTIFICATE], device="Máy quét 1")
    batch = await station.digitized(batch_id)
    assert (batch["state"], batch["reason"]["code"]) == ("not_digitized", "ocr_unavailable")
    assert "tesseract" in batch["reason"]["vi"]
    assert [page["kind"] for page in batch["page_list"]] == ["separator", "content", "blank", "separator", "content"]
    assert (batch["pages"], batch["blank"], batch["separators"], batch["device"]) == (5, 1, 2, "Máy quét 1")
    assert [(piece["pages"], piece["component_code"], piece["matched_by"]) for piece in batch["piece_list"]] == [
        ([2], "TP01", "separator"),
        ([5], "TP02", "separator"),
    ]
    assert {piece["dossier_code"] for piece in batch["piece_list"]} == {code}
    kept = await station.desk.client.get(
        f"/api/v1/scan-pieces/{batch['piece_list'][0]['id']}/file", headers=station.desk.clerk
    )
    assert kept.status_code == 200
    assert kept.content.startswith(b"%PDF-")


async def test_a_batch_waits_visibly_with_its_job_until_the_worker_takes_it(
    station: Station, application: Application
) -> None:
    answer = await station.send(scan_of([CERTIFICATE]), fields={"dossier": await station.dossier()})
    assert (answer["state"], answer["pages"], answer["looked_at"]) == ("received", 1, 0)
    async with application.database.read() as connection:
        jobs = await fetch_all(connection, "select queue_name, task_name, args from procrastinate_jobs")
    assert [(job.queue_name, job.task_name, job.args) for job in jobs] == [
        ("digitization", "digitize_scan_batch", {"batch_id": answer["id"]})
    ]


async def test_the_same_files_again_are_the_same_batch(station: Station, application: Application) -> None:
    file = scan_of([CERTIFICATE])
    first = await station.send(file)
    again = await station.send(file, expect=200)
    assert again["id"] == first["id"]
    async with application.database.read() as connection:
        jobs = await fetch_one(connection, "select count(*) as count from procrastinate_jobs")
    assert jobs is not None
    assert jobs.count == 1


async def test_pictures_are_pages_in_the_order_they_were_sent(station: Station) -> None:
    batch = await station.digitized((await station.send(jpeg(FORM), jpeg(blank()), jpeg(CERTIFICATE)))["id"])
    assert [page["kind"] for page in batch["page_list"]] == ["content", "blank", "content"]
    assert [piece["pages"] for piece in batch["piece_list"]] == [[1], [3]]
    assert {page["dpi"] for page in batch["page_list"]} == {200}


async def test_a_coarse_page_is_told_and_kept(station: Station) -> None:
    batch = await station.digitized(await station.send_sheets([printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE, dpi=150)]))
    (page,) = batch["page_list"]
    assert (page["kind"], page["reason"]["code"]) == ("content", "low_resolution")


async def test_digitizing_again_doubles_nothing(station: Station) -> None:
    batch_id = await station.send_sheets([FORM, blank(), CERTIFICATE])
    first = await station.digitized(batch_id)
    await digitize_batch(station.application, batch_id)
    assert await station.desk.get(f"/scan-batches/{batch_id}") == first


async def test_what_was_not_read_may_be_tried_again_and_what_waits_may_not(station: Station) -> None:
    batch_id = await station.send_sheets([CERTIFICATE])
    waiting = await station.desk.post(f"/scan-batches/{batch_id}/retry", {})
    assert (waiting.status_code, codes(waiting.json())) == (409, ["scan_batch_not_retryable"])
    await station.digitized(batch_id)
    answer = await station.desk.post(f"/scan-batches/{batch_id}/retry", {})
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert (await station.digitized(batch_id))["state"] == "not_digitized"


async def test_an_unread_paper_becomes_a_document_and_is_told_as_a_picture_only(station: Station) -> None:
    code = await station.dossier()
    piece = await one_piece(station, dossier=code)
    refused = await station.act(piece["id"], "confirm", expect=409, values=[])
    assert codes(refused) == ["scan_piece_unassigned"]
    await station.act(piece["id"], "assign", component_code="TP02")
    confirmed = await station.act(piece["id"], "confirm", values=[])
    assert (confirmed["state"], confirmed["recognition"]) == ("confirmed", "unavailable")
    document = await station.desk.get(f"/documents/{confirmed['document_id']}")
    assert (document["kind"], document["component_code"], document["page_count"]) == ("component", "TP02", 1)
    found = await station.desk.get(f"/dossiers/{code}/digitization")
    states = {one["code"]: (one["status"], one["outstanding"]) for one in found["components"]}
    assert states["TP02"] == ("kept_as_picture", True)
    assert states["TP01"] == ("missing", False)
    assert "TP06" not in states, "a paper that is only presented is never scanned"
    assert found["indicator_4_2"] == {"digitized_component": False, "result_file": False, "counts": False}
    timeline = await station.desk.get(f"/dossiers/{code}/timeline")
    assert "digitized" not in {line["type"] for line in timeline["entries"]}
    unsigned = await station.act(piece["id"], "sign", expect=409)
    assert codes(unsigned) == ["scan_piece_not_digitized"]


async def test_confirmed_values_stand_with_who_and_when_and_are_confirmed_once(station: Station) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    await station.act(piece["id"], "assign", component_code="TP02")
    values = [
        {"name": "mother_name", "kind": "full_name", "value": "Nguyễn Thị Thử Nghiệm"},
        {"name": "identity_number", "kind": "identity_number", "value": "037990000001", "label": "Số định danh"},
    ]
    await station.act(piece["id"], "confirm", values=values)
    fields = {one["name"]: one for one in (await station.piece(piece["id"]))["fields"]}
    assert fields["identity_number"]["value"] == "037990000001"
    assert fields["identity_number"]["proposed"] is None
    assert fields["mother_name"]["confirmed_by"].startswith("Người thử")
    again = await station.act(piece["id"], "confirm", expect=409, values=values)
    assert codes(again) == ["scan_piece_closed"]


async def test_values_that_cannot_be_what_they_are_called_are_all_told(station: Station) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    values = [
        {"name": "date", "kind": "date", "value": "2026-02-31"},
        {"name": "number", "kind": "identity_number", "value": "12345"},
        {"name": "number", "kind": "document_number", "value": "12/QĐ"},
    ]
    refused = await station.act(piece["id"], "confirm", expect=422, values=values)
    assert sorted(codes(refused)) == [
        "identity_number_malformed",
        "scan_value_no_date",
        "scan_value_repeated",
        "scan_value_repeated",
    ]


@pytest.mark.parametrize(("sure", "turned"), [(0.507, 0), (0.95, None)], ids=["doubtful", "no_telling_how_it_lies"])
async def test_a_page_of_which_hardly_anything_was_read_tells_so(
    station: Station, sure: float, turned: int | None
) -> None:
    piece = await one_piece(station)
    await station.reads(piece, "GlAY CHUNG SlNH", sure=sure, turned=turned)
    (page,) = (await station.desk.get(f"/scan-batches/{piece['batch_id']}"))["page_list"]
    assert page["reason"]["code"] == "barely_read"


async def test_a_paper_recognised_as_an_identity_card_is_discarded_unless_a_clerk_says_why_it_is_none(
    station: Station,
) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    await station.reads(piece, "CĂN CƯỚC CÔNG DÂN")
    refused = await station.act(piece["id"], "assign", expect=409, component_code="TP02")
    assert codes(refused) == ["scan_piece_presented_only"]
    refused = await station.act(piece["id"], "confirm", expect=409, values=[])
    assert codes(refused) == ["scan_piece_presented_only", "scan_piece_unassigned"]
    why = "Giấy chứng sinh có dòng chữ này"
    await station.act(piece["id"], "assign", component_code="TP02", wrongly_recognised=why)
    assert (await station.act(piece["id"], "confirm", values=[]))["state"] == "confirmed"
    async with station.application.database.read() as connection:
        row = await fetch_one(connection, "select data from audit_entry where action = 'scan_recognition_overruled'")
    assert row is not None
    assert row.data["reason"] == why


async def test_a_paper_that_is_only_presented_cannot_be_kept(station: Station) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    refused = await station.act(piece["id"], "assign", expect=422, component_code="TP06")
    assert codes(refused) == ["component_presented_only"]
    unknown = await station.act(piece["id"], "assign", expect=422, component_code="TP99")
    assert codes(unknown) == ["component_unknown"]
    path = f"/api/v1/scan-pieces/{piece['id']}/file"
    assert (await station.desk.client.get(path, headers=station.desk.clerk)).status_code == 200
    discarded = await station.act(piece["id"], "discard", reason="presented_only")
    assert discarded["state"] == "discarded"
    gone = await station.desk.client.get(path, headers=station.desk.clerk)
    assert (gone.status_code, codes(gone.json())) == (404, ["scan_piece_picture_removed"])
    nothing = await station.piece(piece["id"])
    assert (nothing["fields"], [page["text"] for page in nothing["texts"]]) == ([], [None])
    closed = await station.act(piece["id"], "assign", expect=409, component_code="TP02")
    assert codes(closed) == ["scan_piece_closed"]


async def test_a_piece_without_a_dossier_is_given_one_by_the_clerk(station: Station) -> None:
    piece = await one_piece(station)
    assert piece["dossier_code"] is None
    refused = await station.act(piece["id"], "assign", expect=422, component_code="TP02")
    assert codes(refused) == ["missing"]
    code = await station.dossier()
    assigned = await station.act(piece["id"], "assign", component_code="TP02", dossier=code)
    assert (assigned["dossier_code"], assigned["matched_by"]) == (code, "clerk")


async def test_a_separator_of_a_neighbours_dossier_gives_nothing_away(
    station: Station, application: Application
) -> None:
    neighbour = Station(await desk_of(application, station.desk.client, OTHER_COMMUNE), without_programs(application))
    document = await neighbour.desk.register(receiving_unit=OTHER_COMMUNE)
    (sheet, *_) = await neighbour.separators(document["code"])
    batch = await station.digitized(await station.send_sheets([sheet, CERTIFICATE]))
    (piece,) = batch["piece_list"]
    assert (piece["dossier_code"], piece["component_code"]) == (None, None)


async def test_neighbours_see_neither_batch_nor_piece(station: Station, application: Application) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    for path in (f"scan-batches/{piece['batch_id']}", f"scan-pieces/{piece['id']}", f"scan-pieces/{piece['id']}/file"):
        assert (await station.desk.client.get(f"/api/v1/{path}", headers=stranger)).status_code == 404
    refused = await station.desk.post(f"/scan-pieces/{piece['id']}/discard", {"reason": "illegible"}, by=stranger)
    assert refused.status_code == 404
    listed = await station.desk.client.get("/api/v1/scan-batches", headers=stranger)
    assert listed.json()["items"] == []
    elsewhere = await station.send(scan_of([FORM]), expect=403, by=stranger)
    assert codes(elsewhere) == ["out_of_scope"]


async def test_a_scanning_station_sends_batches_and_sees_no_text(station: Station, application: Application) -> None:
    machine = await signed_in_machine(application, {Permission.DOCUMENTS_ADD}, COMMUNE)
    batch = await station.send(scan_of([CERTIFICATE]), by=machine)
    await digitize_batch(station.application, batch["id"])
    seen = await station.desk.client.get(f"/api/v1/scan-batches/{batch['id']}", headers=machine)
    assert seen.json()["state"] == "not_digitized"
    piece = seen.json()["piece_list"][0]["id"]
    assert (await station.desk.client.get(f"/api/v1/scan-pieces/{piece}", headers=machine)).status_code == 403
    for act in ("confirm", "sign"):
        refused = await station.desk.post(f"/scan-pieces/{piece}/{act}", {}, by=machine)
        assert (refused.status_code, codes(refused.json())) == (403, ["permission_missing"])


async def test_who_reads_a_scanned_paper_is_written_down(station: Station, application: Application) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    await station.piece(piece["id"])
    await station.desk.client.get(f"/api/v1/scan-pieces/{piece['id']}/file", headers=station.desk.clerk)
    async with application.database.read() as connection:
        reads = await fetch_all(connection, "select read_by from scan_read where piece_id = $1", piece["id"])
    assert len(reads) == 2
    assert all(read.read_by is not None for read in reads)


async def test_batches_are_listed_by_unit_and_state_page_by_page(station: Station) -> None:
    ids = [await station.send_sheets([CERTIFICATE] * count) for count in (1, 2, 3)]
    await station.digitized(ids[0])
    waiting = await station.desk.get("/scan-batches", state="received", unit=COMMUNE)
    assert [one["id"] for one in waiting["items"]] == [ids[2], ids[1]]
    first = await station.desk.get("/scan-batches", limit=2)
    second = await station.desk.get("/scan-batches", limit=2, cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("files", "fields", "code"),
    [
        ([b"no scan at all"], {}, "file_type_not_accepted"),
        ([b"%PDF-1.7\ncut off"], {}, "file_truncated"),
        ([], {}, "scan_files_or_document"),
        ([b"%PDF-"], {"cut": "sideways"}, "scan_cut_unknown"),
        ([b"%PDF-"], {"scanned_at": "yesterday"}, "datetime_from_date_parsing"),
        ([b"%PDF-"], {"unit": "99999"}, "unit_unknown"),
        ([b"%PDF-"], {"colour": "red"}, "extra_forbidden"),
        ([], {"document": "7"}, "missing"),
    ],
)
async def test_what_is_no_batch_is_refused_with_the_reason(
    station: Station, files: list[bytes], fields: dict[str, str], code: str
) -> None:
    refused = await station.send(*files, expect=422, fields=fields)
    assert code in codes(refused)


async def test_the_file_that_is_not_accepted_is_named(station: Station) -> None:
    refused = await station.send(scan_of([CERTIFICATE]), b"no scan at all", expect=422)
    assert [error["field"] for error in refused["errors"]] == ["file.1"]


async def test_a_document_of_the_dossier_is_digitized_without_being_sent_again(station: Station) -> None:
    code = await station.dossier()
    added = await station.desk.client.post(
        f"/api/v1/dossiers/{code}/documents",
        headers=station.desk.clerk,
        data={"component": "TP02"},
        files={"file": ("giay-chung-sinh.jpg", jpeg(CERTIFICATE))},
    )
    assert added.status_code == 201, added.text
    batch = await station.send(fields={"dossier": code, "document": str(added.json()["id"])})
    assert (await station.digitized(batch["id"]))["piece_list"][0]["dossier_code"] == code


async def test_a_repeated_confirmation_with_its_key_is_answered_the_same(station: Station) -> None:
    piece = await one_piece(station, dossier=await station.dossier())
    await station.act(piece["id"], "assign", component_code="TP02")
    path = f"/scan-pieces/{piece['id']}/confirm"
    first = await station.desk.post(path, {"values": []}, idempotency_key="k1")
    again = await station.desk.post(path, {"values": []}, idempotency_key="k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
