"""A closed dossier becomes a package that anybody can check, to the last byte."""

import hashlib
import io
import json
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from typer.testing import CliRunner

from app.bootstrap import Application
from app.cli import build_cli
from app.core.clock import FixedClock
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Role
from app.services.archive.container import write_package
from app.services.archive.contents import Entry, Package
from app.services.documents.contents import keep_bytes
from app.verification.archive_package import faults_of
from tests.factories.dossiers import AT_THE_COUNTER, Desk, codes, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in
from tests.factories.results import ResultDesk
from tests.factories.vault import document_of
from tests.pdf_a import failures_in

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
METS = "{http://www.loc.gov/METS/}"


@pytest.fixture
async def officer(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.RECORDS_OFFICER, COMMUNE)


async def closed_dossier(application: Application, desk: Desk) -> str:
    """A dossier with two papers and a file that nobody needs to keep, handed over."""
    code = str((await desk.register())["code"])
    for number, component in enumerate(("TP01", None)):
        async with application.database.write() as connection:
            content = PDF + f"% {code} {number}\n".encode()
            sha256 = await keep_bytes(
                connection, application.storage, content, media_type="application/pdf", now=application.clock.now()
            )
        await document_of(application, code, component, name=f"Tờ khai số {number}.pdf", sha256=sha256)
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    return code


async def fetched(desk: Desk, code: str, number: int, by: dict[str, str]) -> bytes:
    desk.client.event_hooks = {"request": [], "response": []}
    answer = await desk.client.get(f"/api/v1/dossiers/{code}/archive/{number}/package", headers=by)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return answer.content


@pytest.fixture
async def package(application: Application, desk: Desk, officer: dict[str, str], tmp_path: Path) -> Path:
    code = await closed_dossier(application, desk)
    made = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert made.status_code == 201, made.text
    path = tmp_path / "package.zip"
    path.write_bytes(await fetched(desk, code, 1, officer))
    return path


async def test_a_closed_dossier_is_packed_whole_and_the_checker_finds_nothing(
    application: Application, desk: Desk, officer: dict[str, str], tmp_path: Path
) -> None:
    code = await closed_dossier(application, desk)
    made = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["object_id"].startswith("urn:H42.101:")
    content = await fetched(desk, code, 1, officer)
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    assert faults_of(path) == []
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        names = [name.partition("/")[2] for name in container.namelist()]
        folder = body["object_id"].rpartition(":")[2]
        assert names == [
            "METS.xml",
            "SHA256SUMS",
            "metadata/descriptive/dc.xml",
            "metadata/preservation/premis.xml",
            "representations/rep1/data/documents/0001-TP01.pdf",
            "representations/rep1/data/documents/0002-component.pdf",
            "representations/rep1/data/record/dossier.json",
            "representations/rep1/data/record/events.jsonl",
        ]
        assert len(names) == body["files"]
        record = json.loads(container.read(f"{folder}/representations/rep1/data/record/dossier.json"))
        events = [
            json.loads(line)
            for line in container.read(f"{folder}/representations/rep1/data/record/events.jsonl").splitlines()
        ]
        mets = ET.fromstring(container.read(f"{folder}/METS.xml"))  # noqa: S314 - our own document
    assert (record["code"], record["state"]) == (code, "returned")
    assert record["people"]["applicant"]["full_name"] == "Nguyễn Thị Thử Nghiệm"
    assert "lookup_secret" not in str(record)
    assert [event["type"] for event in events][0::4] == ["registered", "handed_over"]
    assert mets.get("OBJID") == body["object_id"]
    labels = [div.get("LABEL") for div in mets.iter(f"{METS}div") if div.get("TYPE") == "file"]
    assert labels[:2] == ["Tờ khai số 0.pdf", "Tờ khai số 1.pdf"]
    async with application.database.read() as connection:
        paper = await fetch_one(
            connection, "select kind, number, content_sha256 from issued_paper where token = $1", body["token"]
        )
        event = await fetch_one(connection, "select data from dossier_event where type = 'archived'")
    assert paper is not None
    assert (paper.kind, paper.number) == ("archive", body["object_id"])
    assert paper.content_sha256 == body["content_sha256"]
    assert event is not None
    assert event.data["log_seq"] == body["last_event"] == len(events)
    timeline = await desk.get(f"/dossiers/{code}/timeline")
    assert timeline["entries"][-1]["vi"] == "Đóng gói lưu trữ lần 1: 8 tệp"


async def test_slips_and_results_are_packed_once_each(
    application: Application, desk: Desk, officer: dict[str, str], tmp_path: Path
) -> None:
    office = ResultDesk(application, desk)
    code = await office.processing()
    slip = await desk.post(f"/dossiers/{code}/slips", {"form": "receipt"})
    assert slip.is_success, slip.text
    published = await office.published(code)
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    assert (await desk.post(f"/dossiers/{code}/archive", {}, by=officer)).status_code == 201
    path = tmp_path / "package.zip"
    path.write_bytes(await fetched(desk, code, 1, officer))
    assert faults_of(path) == []
    with zipfile.ZipFile(path) as container:
        papers = {name: container.read(name) for name in container.namelist() if name.endswith(".pdf")}
    hashes = [hashlib.sha256(content).hexdigest() for content in papers.values()]
    assert len(set(hashes)) == len(hashes)
    assert published["signed_sha256"] in hashes
    assert any("/papers/" in name and "slip-TT03-2025-01" in name for name in papers)
    assert failures_in(papers) == {}


async def test_asking_again_gives_the_same_package_until_something_happens(
    application: Application, desk: Desk, officer: dict[str, str], clock: FixedClock, tmp_path: Path
) -> None:
    code = await closed_dossier(application, desk)
    first = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    go_to(clock, "2026-11-25 08:00")
    again = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    async with application.database.read() as connection:
        printed = await fetch_one(connection, "select rating_token from receipt order by id desc limit 1")
    assert printed is not None
    rated = await desk.client.post(f"/api/v1/ratings/{printed.rating_token}", json={"level": 5})
    assert rated.is_success, rated.text
    second = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert (second.status_code, second.json()["number"]) == (201, 2)
    assert second.json()["object_id"] != first.json()["object_id"]
    listed = await desk.get(f"/dossiers/{code}/archive")
    assert [item["number"] for item in listed["items"]] == [1, 2]
    path = tmp_path / "second.zip"
    path.write_bytes(await fetched(desk, code, 2, officer))
    assert faults_of(path) == []


async def test_an_open_dossier_is_not_packed(desk: Desk, officer: dict[str, str]) -> None:
    code = (await desk.register())["code"]
    refused = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert (refused.status_code, codes(refused.json())) == (409, ["dossier_not_closed"])
    await desk.act(code, "resolve")
    refused = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert codes(refused.json()) == ["dossier_not_closed"]


async def test_who_may_not_see_or_pack_does_not(application: Application, desk: Desk, officer: dict[str, str]) -> None:
    code = await closed_dossier(application, desk)
    stranger = await signed_in(application, Role.RECORDS_OFFICER, OTHER_COMMUNE)
    assert (await desk.post(f"/dossiers/{code}/archive", {}, by=stranger)).status_code == 404
    assert (await desk.post(f"/dossiers/{code}/archive", {})).status_code == 403
    await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    path = f"/api/v1/dossiers/{code}/archive/1/package"
    assert (await desk.client.get(path, headers=stranger)).status_code == 404
    assert (await desk.client.get(path.replace("/1/", "/2/"), headers=officer)).status_code == 404


async def test_fetching_a_package_is_recorded(application: Application, desk: Desk, officer: dict[str, str]) -> None:
    code = await closed_dossier(application, desk)
    await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    await fetched(desk, code, 1, officer)
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select data from audit_entry where action = 'archive_package_read'")
    assert [row.data for row in rows] == [{"dossier": code, "number": 1}]


async def test_a_paper_that_the_store_lost_stops_the_packing(
    application: Application, desk: Desk, officer: dict[str, str]
) -> None:
    code = (await desk.register())["code"]
    await document_of(application, code, "TP01")  # a row whose bytes were never stored
    await desk.act(code, "withdraw", explanation="Đổi ý")
    desk.client.event_hooks = {"request": [], "response": []}
    answer = await desk.post(f"/dossiers/{code}/archive", {}, by=officer)
    assert codes(answer.json()) == ["content_missing"]
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as packages from archive_package")
    assert row is not None
    assert row.packages == 0


async def test_the_same_facts_make_the_same_bytes(tmp_path: Path, clock: FixedClock) -> None:
    def made(folder: str) -> Package:
        entries = tuple(
            Entry(f"representations/rep1/data/documents/000{n}-a.pdf", "0" * 64, 3, "application/pdf", "A", "documents",
                  clock.now(), b"%PD")
            for n in (2, 1)
        )  # fmt: skip
        return Package("urn:H42:x", folder, "H42-1", "Thủ tục", "1", "Đơn vị", None, clock.now(), entries)

    async def nothing(_sha256: str) -> Any:
        yield b""

    folder = "0f8fad5b-d9cb-569f-a165-70867728950e"
    for name in ("one.zip", "two.zip"):
        assert await write_package(tmp_path / name, made(folder), nothing) == 6
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_every_changed_byte_is_found(package: Path, tmp_path: Path) -> None:
    content = package.read_bytes()
    chance = random.Random(20261123)  # noqa: S311 - the same places each time, no secrets
    directory = content.index(b"PK\1\2")
    headers = [at for at in range(len(content) - 30) if content[at : at + 4] == b"PK\3\4"]
    structure = [at + offset for at in headers for offset in range(30)] + list(range(directory, len(content)))
    places = set(chance.sample(structure, 200)) | {chance.randrange(len(content)) for _ in range(100)}
    bad = tmp_path / "bad.zip"
    missed = []
    for place in sorted(places):
        changed = bytearray(content)
        changed[place] ^= 1 << chance.randrange(8)
        bad.write_bytes(changed)
        if not faults_of(bad):
            missed.append(place)
    assert missed == []


def rewritten(package: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the package anew, well made, after `change` of its files: what only the manifests can tell."""
    with zipfile.ZipFile(package) as container:
        files = {name: container.read(name) for name in container.namelist()}
    change(files)
    bad = package.with_name("bad.zip")
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_STORED) as container:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            container.writestr(info, files[name])
    return bad


def named(files: dict[str, bytes], end: str) -> str:
    return next(name for name in files if name.endswith(end))


def _forge_with_new_sums(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Change a file and the list of checksums with it: METS and PREMIS must still tell."""
    before = hashlib.sha256(files[name]).hexdigest().encode()
    files[name] = content
    sums = named(files, "SHA256SUMS")
    files[sums] = files[sums].replace(before, hashlib.sha256(content).hexdigest().encode())


CASES: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "a missing paper": (lambda files: files.pop(named(files, "0001-TP01.pdf")), "missing"),
    "a further file": (
        lambda files: files.update({named(files, "METS.xml").replace("METS.xml", "extra.txt"): b"x"}),
        "not every file once",
    ),
    "a changed paper": (
        lambda files: files.update({named(files, "0001-TP01.pdf"): PDF + b" "}),
        "changed",
    ),
    "a changed paper with its checksum": (
        lambda files: _forge_with_new_sums(files, named(files, "0001-TP01.pdf"), PDF + b" "),
        "METS.xml says other bytes",
    ),
    "a log with a gap": (
        lambda files: _forge_with_new_sums(files, named(files, ".jsonl"), b'{"seq":1}\n{"seq":3}\n'),
        "not a log without gaps",
    ),
    "no METS": (lambda files: files.pop(named(files, "METS.xml")), "not a METS document"),
    "no checksums": (lambda files: files.pop(named(files, "SHA256SUMS")), "not named in SHA256SUMS"),
    "no PREMIS": (lambda files: files.pop(named(files, "premis.xml")), "not a PREMIS document"),
    "METS cut short": (
        lambda files: files.update({named(files, "METS.xml"): files[named(files, "METS.xml")][:-20]}),
        "not a METS document",
    ),
    "METS with entities": (
        lambda files: files.update(
            {named(files, "METS.xml"): b'<!DOCTYPE a [<!ENTITY b "c">]>' + files[named(files, "METS.xml")][39:]}
        ),
        "not a METS document",
    ),
    "another dossier's identity": (
        lambda files: files.update(
            {named(files, "METS.xml"): files[named(files, "METS.xml")].replace(b'OBJID="urn:', b'OBJID="urx:')}
        ),
        "OBJID is not that of the folder",
    ),
    "a way out of the folder": (lambda files: files.update({"../evil.txt": b"x"}), "one folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_packages_are_told_apart(case: str, package: Path) -> None:
    change, expected = CASES[case]
    faults = faults_of(rewritten(package, change))
    assert any(expected in fault for fault in faults), faults


def test_a_well_made_copy_is_still_good(package: Path) -> None:
    assert faults_of(rewritten(package, lambda _files: None)) == []


@pytest.mark.parametrize("kind", ["truncated", "longer", "before", "no zip", "empty"])
def test_what_is_no_container_is_told(kind: str, package: Path, tmp_path: Path) -> None:
    content = package.read_bytes()
    bad = tmp_path / "bad.zip"
    bad.write_bytes(
        {
            "truncated": content[:-7],
            "longer": content + b"\0",
            "before": b"#!" + content,
            "no zip": b"x" * 100,
            "empty": b"",
        }[kind]
    )
    assert faults_of(bad)


def test_a_hidden_file_between_two_entries_is_found(package: Path, tmp_path: Path) -> None:
    """A local entry that the directory does not name: readers of the directory never see it."""
    content = package.read_bytes()
    hidden = b"hidden"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, zlib.crc32(hidden), 6, 6, 1, 0) + b"h" + hidden
    directory = content.index(b"PK\1\2")
    end = content[-22:]
    fields = list(struct.unpack("<4s4H2IH", end))
    fields[6] += len(local)
    bad = tmp_path / "bad.zip"
    bad.write_bytes(content[:directory] + local + content[directory:-22] + struct.pack("<4s4H2IH", *fields))
    assert faults_of(bad)


def test_the_command_says_good_or_bad_and_ends_so(package: Path, tmp_path: Path) -> None:
    bad = tmp_path / "spoiled.zip"
    shutil.copy(package, bad)
    with bad.open("r+b") as file:
        file.seek(200)
        file.write(b"?")
    runner = CliRunner()
    good_answer = runner.invoke(build_cli(), ["archive", "verify", str(package)])
    assert (good_answer.exit_code, "GOOD" in good_answer.output) == (0, True)
    bad_answer = runner.invoke(build_cli(), ["archive", "verify", str(package), str(bad)])
    assert bad_answer.exit_code == 1
    assert "GOOD" in bad_answer.output
    assert "BAD" in bad_answer.output


async def test_anybody_can_ask_whether_a_package_is_genuine(
    application: Application, desk: Desk, officer: dict[str, str], client: httpx.AsyncClient
) -> None:
    code = await closed_dossier(application, desk)
    token = (await desk.post(f"/dossiers/{code}/archive", {}, by=officer)).json()["token"]
    desk.client.event_hooks = {"request": [], "response": []}
    answer = await client.get(f"/api/v1/verify/{token}", headers={"accept": "application/json"})
    assert answer.status_code == 200, answer.text
    assert "Thử Nghiệm" not in answer.text
