"""Scans are read where the programs for it are installed; a killed worker's batch is finished by the next."""

import asyncio
import io
import os
import signal
import sys
from dataclasses import replace
from typing import Any

import httpx
import pikepdf
import pypdfium2
import pytest

from app.bootstrap import Application, open_storage
from app.core.db import execute, fetch_all, fetch_one
from app.services.documents.contents import read_bytes
from app.worker.digitization import give_up, resume_forsaken
from app.worker.main import run_worker
from tests.factories.desk_of_scans import Station, without_programs
from tests.factories.dossiers import codes, desk_of
from tests.factories.files import saved
from tests.factories.scans import (
    AUTHORISATION,
    BIRTH_CERTIFICATE,
    DECLARATION,
    blank,
    cropped,
    photographed,
    printed,
    scan_of,
    scanned,
)
from tests.pdf_a import claimed_level, failures_in, failures_of

CERTIFICATE = cropped(printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE))
FORM = cropped(printed("TỜ KHAI ĐĂNG KÝ KHAI SINH", DECLARATION))
MANDATE = cropped(printed("VĂN BẢN ỦY QUYỀN", AUTHORISATION, dpi=150))
NOTE = cropped(printed("GIẤY XÁC NHẬN", "Số: 12/2026/GXN"))


@pytest.fixture
async def station(application: Application, client: httpx.AsyncClient) -> Station:
    return Station(await desk_of(application, client), application)


async def content_of(application: Application, table: str, row_id: int) -> bytes:
    async with application.database.read() as connection:
        row = await fetch_one(connection, f"select content_sha256 from {table} where id = $1", row_id)
    assert row is not None
    return await read_bytes(application.storage, row.content_sha256)


@pytest.mark.reads_texts
async def test_one_batch_comes_out_split_upright_searchable_matched_confirmed_and_signed(
    station: Station, application: Application
) -> None:
    code = await station.dossier()
    _, of_certificate, *_, generic = await station.separators(code)
    sheets = [
        scanned(FORM, turned=180),
        blank(0.3),
        scanned(of_certificate, turned=180),
        scanned(CERTIFICATE, turned=90, tilted=-2.0),
        generic,
        photographed(MANDATE),
    ]
    batch = await station.digitized(await station.send_sheets(sheets, dossier=code))
    is_cut_upright_and_matched(batch)
    certificate = batch["piece_list"][1]["id"]
    copies = {str(one["id"]): await content_of(application, "scan_piece", one["id"]) for one in batch["piece_list"]}
    is_searchable(copies[str(certificate)])
    assert failures_in(copies) == {}
    assert {claimed_level(copy) for copy in copies.values()} == {"2b"}
    confirmed = await confirmed_after_proposals(station, certificate)
    await is_signed_and_verifiable(station, application, certificate, confirmed["document_id"])
    found = await station.desk.get(f"/dossiers/{code}/digitization")
    states = {one["code"]: one["status"] for one in found["components"]}
    assert (states["TP02"], states["TP01"]) == ("signed", "in_work")
    assert found["outstanding"] == 0
    assert found["indicator_4_2"]["digitized_component"]
    timeline = await station.desk.get(f"/dossiers/{code}/timeline")
    assert [line["type"] for line in timeline["entries"]].count("digitized") == 2


def is_cut_upright_and_matched(batch: dict[str, Any]) -> None:
    assert (batch["state"], batch["reason"], batch["read"]) == ("processed", None, 3)
    kinds = ["content", "blank", "separator", "content", "separator", "content"]
    assert [page["kind"] for page in batch["page_list"]] == kinds
    pages = {page["number"]: page for page in batch["page_list"]}
    assert (pages[1]["turned"], pages[4]["turned"]) == (180, 270)
    assert abs(pages[4]["skew"] - 2.0) < 0.5
    assert pages[6]["enhanced"], "the dim page is read from a cleaned copy"
    assert min(pages[number]["confidence"] for number in (1, 4, 6)) > 0.8
    assert [(one["component_code"], one["matched_by"]) for one in batch["piece_list"]] == [
        ("TP01", "text"),
        ("TP02", "separator"),
        ("TP05", "text"),
    ]


def is_searchable(copy: bytes) -> None:
    document = pypdfium2.PdfDocument(copy)
    assert document[0].get_width() > document[0].get_height(), "upright"
    text = document[0].get_textpage().get_text_range()
    assert "GIẤY CHỨNG SINH" in text
    assert "Nguyễn Thị Thử Nghiệm" in text
    (picture,) = document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    assert min(picture.get_px_size()) >= min(CERTIFICATE.picture.size), "no dot is thrown away"


async def confirmed_after_proposals(station: Station, piece: int) -> dict[str, Any]:
    fields = (await station.piece(piece))["fields"]
    proposed = {field["name"]: field["proposed"] for field in fields}
    assert proposed["identity_number"] == "037990000001"
    assert proposed["full_name"] == "Nguyễn Thị Thử Nghiệm"
    assert proposed["document_number"] == "123/2026/GCS"
    assert {field["value"] for field in fields} == {None}, "nothing is trusted before a clerk confirmed it"
    values = [{"name": "identity_number", "kind": "identity_number", "value": "037990000001"}]
    confirmed = await station.act(piece, "confirm", values=values)
    document = await station.desk.get(f"/documents/{confirmed['document_id']}")
    assert (document["kind"], document["component_code"]) == ("digitized_copy", "TP02")
    assert [change["code"] for change in document["changes"]] == ["text_layer_added"]
    after = {field["name"]: field["value"] for field in (await station.piece(piece))["fields"]}
    assert (after["identity_number"], after["full_name"]) == ("037990000001", None)
    return confirmed


async def is_signed_and_verifiable(station: Station, application: Application, piece: int, document_id: int) -> None:
    signed = await station.act(piece, "sign", place="Bộ phận Một cửa phường Châu Sơn")
    assert signed["state"] == "signed"
    sealed = await content_of(application, "document", signed["document_id"])
    report = await application.signing.validate_pdf(sealed, at=application.clock.now())
    assert report.intact
    assert (claimed_level(sealed), failures_of(sealed)) == ("2b", [])
    assert (await station.desk.get(f"/documents/{signed['document_id']}"))["supersedes"] == document_id
    verified = await station.desk.client.get(f"/api/v1/verify/{signed['verify_token']}")
    assert (verified.json()["kind"], verified.json()["status"]) == ("digitized_copy", "valid")
    again = await station.act(piece, "sign", expect=409)
    assert codes(again) == ["scan_piece_not_confirmed"]


async def test_a_page_that_cannot_be_looked_at_is_named_with_its_reason_and_the_rest_goes_on(station: Station) -> None:
    with pikepdf.open(io.BytesIO(scan_of([CERTIFICATE, blank(), FORM]))) as pdf:
        pdf.pages[0].MediaBox = [0, 0, 10_000, 10_000]
        broken = saved(pdf)
    absent = Station(station.desk, without_programs(station.application))
    code = await station.dossier()
    batch = await absent.digitized((await station.send(broken, fields={"dossier": code}))["id"])
    assert batch["state"] == "partly_failed"
    failed = batch["page_list"][0]
    assert (failed["kind"], failed["reason"]["code"]) == ("failed", "page_too_large")
    first, second = batch["piece_list"]
    assert (first["recognition"], second["recognition"]) == ("failed", "unavailable")
    await station.act(first["id"], "assign", component_code="TP02")
    refused = await station.act(first["id"], "confirm", expect=409, values=[])
    assert codes(refused) == ["scan_piece_incomplete"]
    assert (await station.desk.post(f"/scan-batches/{batch['id']}/retry", {})).status_code == 202
    again = await absent.digitized(batch["id"])
    assert again["state"] == "partly_failed"
    assert len(again["piece_list"]) == 2


async def test_a_batch_whose_job_is_gone_is_asked_for_again_once(station: Station, application: Application) -> None:
    await station.send_sheets([CERTIFICATE])
    async with application.database.write() as connection:
        await execute(connection, "update procrastinate_jobs set status = 'aborted'")
    assert await resume_forsaken(application) == 1
    assert await resume_forsaken(application) == 0


async def test_a_batch_that_was_tried_too_often_is_told_as_failed_and_may_be_tried_again(
    station: Station, application: Application
) -> None:
    batch_id = await station.send_sheets([CERTIFICATE])
    await give_up(application, batch_id)
    failed = await station.desk.get(f"/scan-batches/{batch_id}")
    assert (failed["state"], failed["reason"]["code"]) == ("failed", "processing_failed")
    assert (await station.desk.post(f"/scan-batches/{batch_id}/retry", {})).status_code == 202


@pytest.mark.reads_texts
async def test_a_worker_killed_while_it_reads_loses_nothing_and_doubles_nothing(
    own_application: Application, own_client: httpx.AsyncClient
) -> None:
    settings = own_application.settings.model_copy(update={"storage_url": ""})
    application = replace(own_application, settings=settings, storage=open_storage(settings))
    station = Station(await desk_of(own_application, own_client), application)
    code = await station.dossier()
    batch_id = await send_through(application, own_application, station, code)

    first = await started_worker(application)
    try:
        await until(application, "select 1 from scan_piece where batch_id = $1 and recognition = 'done'", batch_id)
        before = await read_pieces(application, batch_id)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        await first.wait()
    assert [piece.recognition for piece in before] == ["done", "waiting"]
    async with application.database.write() as connection:
        # Half a minute goes by without a sign of life.
        await execute(connection, "update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")

    stop = asyncio.Event()
    second = asyncio.create_task(run_worker(application, stop=stop))
    try:
        await until(application, "select 1 from scan_batch where id = $1 and state = 'processed'", batch_id)
    finally:
        stop.set()
        await second
    after = await read_pieces(application, batch_id)
    assert [piece.recognition for piece in after] == ["done", "done"]
    assert after[0].content_sha256 == before[0].content_sha256
    async with application.database.read() as connection:
        jobs = await fetch_all(connection, "select 1 from procrastinate_jobs where task_name = 'digitize_scan_batch'")
        pages = await fetch_all(connection, "select number from scan_page where batch_id = $1", batch_id)
    assert (len(jobs), len(pages)) == (0, 3)


async def send_through(application: Application, own_application: Application, station: Station, code: str) -> int:
    """Send a batch of two papers; its bytes go to the directory that worker processes share."""
    answer = await station.send(scan_of([NOTE, blank(0.3), NOTE]), fields={"dossier": code})
    async with own_application.database.read() as connection:
        rows = await fetch_all(connection, "select content_sha256 from scan_source where batch_id = $1", answer["id"])
    for row in rows:
        key = f"content/{row.content_sha256[:2]}/{row.content_sha256}"
        await application.storage.put(key, await own_application.storage.get(key))
    return int(answer["id"])


async def started_worker(application: Application) -> asyncio.subprocess.Process:
    """Start `motcua worker` as a process of its own over the test's database and directory."""
    environment = {
        **os.environ,
        "MOTCUA_DATABASE_URL": application.service_url,
        "MOTCUA_DATA_DIR": str(application.settings.data_dir),
        "MOTCUA_LOG_LEVEL": "WARNING",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", "worker", "--no-migrate"), env=environment
    )


async def until(application: Application, statement: str, *parameters: object) -> None:
    async with asyncio.timeout(300):
        while True:
            async with application.database.read() as connection:
                if await fetch_one(connection, statement, *parameters) is not None:
                    return
            await asyncio.sleep(0.05)


async def read_pieces(application: Application, batch_id: int) -> list[Any]:
    async with application.database.read() as connection:
        return list(
            await fetch_all(
                connection,
                "select recognition, content_sha256 from scan_piece where batch_id = $1 order by position",
                batch_id,
            )
        )
