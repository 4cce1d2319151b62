"""The queue of signatures: how long each has waited, fifty at once, one bad one among them, delegations."""

import datetime as dt
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from app.adapters.signing import ThreadedSigner
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import execute, fetch_one
from app.domain.permissions import Actor, Role
from app.services.documents.contents import content_key
from app.services.results.sign import write_signed
from app.signing import sign_requests
from tests.factories.dossiers import SUPPLEMENT, Desk, codes, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, account_of, headers_of, signed_in
from tests.factories.results import ResultDesk, held, pages_of, printed, reasons_of
from tests.factories.signatures import RevokingAuthority, changed, cms_parts, foreign_signer


@pytest.fixture
def office(application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(application, desk)


async def refusals(office: ResultDesk, *ids: int, by: dict[str, str] | None = None) -> list[list[str]]:
    """Return the codes for each request of a batch, in its order; an empty list: signed."""
    answer = await office.sign(*ids, by=by)
    assert [item["id"] for item in answer["items"]] == list(dict.fromkeys(ids))
    return [[fault["code"] for fault in item["refusals"]] for item in answer["items"]]


async def username_of(application: Application, role: Role) -> str:
    """Return the user name of the newest account with the role."""
    async with application.database.read() as connection:
        row: Any = await fetch_one(
            connection,
            "select a.username from account a join role_grant g on g.account_id = a.id where g.role = $1 "
            "order by a.id desc limit 1",
            role.value,
        )
    return str(row.username)


async def test_the_queue_counts_working_time_and_begins_with_the_longest_wait(
    office: ResultDesk, clock: FixedClock
) -> None:
    """Monday 09:00 to Wednesday 08:00 with a holiday between: seven hours on Monday, one on Wednesday."""
    first = await office.waiting(await office.processing())
    go_to(clock, "2026-11-23 16:00")
    second = await office.waiting(await office.processing())
    go_to(clock, "2026-11-25 08:00")
    queue = await office.get("/signing/queue")
    assert [item["result_id"] for item in queue["items"]] == [first["id"], second["id"]]
    assert [item["waited_minutes"] for item in queue["items"]] == [7 * 60, 2 * 60]
    page = await office.get("/signing/queue", limit=1)
    rest = await office.get("/signing/queue", limit=1, cursor=page["next_cursor"])
    assert [page["items"][0]["result_id"], rest["items"][0]["result_id"]] == [first["id"], second["id"]]
    assert rest["next_cursor"] is None


async def test_the_queue_is_the_signers_own(office: ResultDesk) -> None:
    await office.waiting(await office.processing())
    elsewhere = await signed_in(office.application, Role.APPROVING_LEADER, OTHER_COMMUNE)
    assert (await office.get("/signing/queue", by=elsewhere))["items"] == []
    assert (await office.get("/signing/queue", by=office.desk.specialist))["items"] == []


async def test_one_bad_item_does_not_spoil_the_others(office: ResultDesk) -> None:
    good, also_good = await office.waiting(await office.processing()), await office.waiting(await office.processing())
    supplemented = await office.processing()
    waits_for_papers = await office.waiting(supplemented)
    await office.desk.act(supplemented, "request_supplement", **SUPPLEMENT)
    damaged_code = await office.processing()
    damaged = await office.waiting(
        damaged_code, text=None, content_sha256=await held(office.application, damaged_code, printed("sẽ hỏng"))
    )
    await office.application.storage.put(content_key(damaged["draft_sha256"]), b"%PDF-1.7 something else")
    ids = [found["request"]["id"] for found in (good, waits_for_papers, damaged, also_good)]
    assert await refusals(office, *ids, 10**12) == [
        [],
        ["result_dossier_not_open"],
        ["content_damaged"],
        [],
        ["signature_request_unknown"],
    ]
    statuses = [
        (await office.get(f"/results/{found['id']}"))["status"]
        for found in (good, waits_for_papers, damaged, also_good)
    ]
    assert statuses == ["signed", "submitted", "submitted", "signed"]


async def test_many_are_signed_at_once_and_no_more_than_fifty(office: ResultDesk) -> None:
    code = await office.processing()
    sha256 = await held(office.application, code, printed())
    waiting = [await office.waiting(code, number=f"{n}/UBND", text=None, content_sha256=sha256) for n in range(8)]
    ids = [found["request"]["id"] for found in waiting]
    answer = await office.sign(*ids)
    assert (answer["signed"], answer["refused"]) == (8, 0), answer
    too_many = await office.post("/signing/sign", {"ids": list(range(1, 52))}, by=office.desk.leader, expect=422)
    assert codes(too_many) == ["too_long"]


async def test_the_same_batch_again_signs_nothing_twice(office: ResultDesk) -> None:
    waiting = await office.waiting(await office.processing())
    body = {"ids": [waiting["request"]["id"]]}
    answers = [
        await office.post("/signing/sign", body, by=office.desk.leader, idempotency_key="one batch") for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["signed"] == 1
    assert await refusals(office, waiting["request"]["id"]) == [["signature_not_waiting"]]
    signed = await office.get(f"/results/{waiting['id']}")
    assert len(signed["signatures"]) == 2


async def test_a_delegate_signs_until_the_delegation_ends(office: ResultDesk, clock: FixedClock) -> None:
    deputy = await signed_in(office.application, Role.SPECIALIST, COMMUNE)
    name = await username_of(office.application, Role.SPECIALIST)
    first, second, third = [await office.waiting(await office.processing()) for _ in range(3)]
    ids = [found["request"]["id"] for found in (first, second, third)]
    assert await refusals(office, ids[0], by=deputy) == [["signing_not_allowed"]]

    body = {
        "delegate": name,
        "unit": COMMUNE,
        "valid_to": "2026-11-25T17:00:00+07:00",
        "reason": "Chủ tịch đi công tác",
    }
    delegation = await office.post("/signing/delegations", body, by=office.desk.leader, expect=201)
    assert len((await office.get("/signing/queue", by=deputy))["items"]) == 3
    assert await refusals(office, ids[0], by=deputy) == [[]]
    request = await office.one("select * from signature_request where id = $1", ids[0])
    assert request.delegation_id == delegation["id"]
    pdf = await office.bytes_of(await office.get(f"/results/{first['id']}"))
    assert reasons_of(pdf) == ["Ký thay theo ủy quyền", "Phát hành"]

    go_to(clock, "2026-11-25 17:00")
    assert await refusals(office, ids[1], by=deputy) == [["signing_not_allowed"]]
    go_to(clock, "2026-11-25 16:00")
    await office.post(f"/signing/delegations/{delegation['id']}/end", {}, by=office.desk.leader)
    assert await refusals(office, ids[2], by=deputy) == [["signing_not_allowed"]]
    over = await office.post(f"/signing/delegations/{delegation['id']}/end", {}, by=office.desk.leader, expect=409)
    assert codes(over) == ["delegation_over"]


async def deputy_of(office: ResultDesk) -> tuple[Actor, dict[str, Any]]:
    """Return a specialist to whom the leader has delegated signing, and the delegation."""
    deputy = await account_of(office.application, Role.SPECIALIST, COMMUNE)
    body = {
        "delegate": await username_of(office.application, Role.SPECIALIST),
        "unit": COMMUNE,
        "valid_to": "2026-11-25T17:00:00+07:00",
        "reason": "Chủ tịch đi công tác",
    }
    return deputy, await office.post("/signing/delegations", body, by=office.desk.leader, expect=201)


async def test_a_delegate_who_left_the_unit_signs_no_more(office: ResultDesk) -> None:
    waiting = await office.waiting(await office.processing())
    deputy, _ = await deputy_of(office)
    async with office.application.database.write() as connection:
        await execute(
            connection,
            "update role_grant set unit_id = (select id from unit where code = $2) where account_id = $1",
            deputy.account_id,
            OTHER_COMMUNE,
        )
    headers = headers_of(office.application, deputy)
    assert (await office.get("/signing/queue", by=headers))["items"] == []
    assert await refusals(office, waiting["request"]["id"], by=headers) == [["signing_not_allowed"]]


_ENDS_OF_A_LEADER = {
    "disabled": "update account set disabled_at = $2 where username = $1",
    "role taken away": "update role_grant set revoked_at = $2 from account a where a.id = account_id "
    "and a.username = $1",
    "left the unit": "update role_grant set unit_id = (select id from unit where code = '13291') from account a "
    "where a.id = account_id and a.username = $1 and granted_at <= $2",
}


async def end_of_the_leader(office: ResultDesk, how: str) -> None:
    username = await username_of(office.application, Role.APPROVING_LEADER)
    async with office.application.database.write() as connection:
        await execute(connection, _ENDS_OF_A_LEADER[how], username, office.application.clock.now())


@pytest.mark.parametrize("how", list(_ENDS_OF_A_LEADER))
async def test_a_delegation_ends_with_the_right_of_the_leader_who_gave_it(office: ResultDesk, how: str) -> None:
    waiting = await office.waiting(await office.processing())
    deputy, _ = await deputy_of(office)
    headers = headers_of(office.application, deputy)
    assert len((await office.get("/signing/delegations", by=headers))["items"]) == 1
    await end_of_the_leader(office, how)
    assert (await office.get("/signing/queue", by=headers))["items"] == []
    assert (await office.get("/signing/delegations", by=headers))["items"] == []
    assert await refusals(office, waiting["request"]["id"], by=headers) == [["signing_not_allowed"]]


async def test_a_leader_who_loses_the_right_while_the_batch_is_signed_signs_nothing_by_a_delegate(
    office: ResultDesk,
) -> None:
    waiting = await office.waiting(await office.processing())
    deputy, _ = await deputy_of(office)
    signed = await sign_requests(office.application, deputy, [waiting["request"]["id"]])
    await end_of_the_leader(office, "disabled")
    async with office.application.database.write() as connection:
        (item,) = await write_signed(connection, deputy, signed, now=office.application.clock.now())
    assert [fault.code for fault in item.refusals] == ["delegation_over"]


async def test_a_delegation_that_ends_while_the_batch_is_signed_signs_nothing(office: ResultDesk) -> None:
    waiting = await office.waiting(await office.processing())
    deputy, delegation = await deputy_of(office)
    signed = await sign_requests(office.application, deputy, [waiting["request"]["id"]])
    await office.post(f"/signing/delegations/{delegation['id']}/end", {}, by=office.desk.leader)
    async with office.application.database.write() as connection:
        (item,) = await write_signed(connection, deputy, signed, now=office.application.clock.now())
    assert [fault.code for fault in item.refusals] == ["delegation_over"]
    assert (await office.get(f"/results/{waiting['id']}"))["status"] == "submitted"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"delegate": "nobody"}, ["signer_unknown"]),
        ({"unit": "99999"}, ["unit_unknown"]),
        ({"valid_to": "2026-11-23T08:00:00+07:00"}, ["delegation_time"]),
        ({"valid_to": "2028-11-23T08:00:00+07:00"}, ["delegation_time"]),
        ({"valid_from": "2026-12-01T08:00:00+07:00"}, ["delegation_time"]),
    ],
)
async def test_a_delegation_that_cannot_be_is_refused(
    office: ResultDesk, changes: dict[str, str], expected: list[str]
) -> None:
    await signed_in(office.application, Role.SPECIALIST, COMMUNE)
    name = await username_of(office.application, Role.SPECIALIST)
    body = {"delegate": name, "unit": COMMUNE, "valid_to": "2026-11-25T17:00:00+07:00", "reason": "Nghỉ phép"}
    answer = await office.post("/signing/delegations", body | changes, by=office.desk.leader, expect=422)
    assert codes(answer) == expected


async def test_nobody_delegates_to_themselves_or_for_another_unit(office: ResultDesk) -> None:
    own = await username_of(office.application, Role.APPROVING_LEADER)
    body = {"delegate": own, "unit": COMMUNE, "valid_to": "2026-11-25T17:00:00+07:00", "reason": "Nghỉ phép"}
    assert codes(await office.post("/signing/delegations", body, by=office.desk.leader, expect=422)) == [
        "delegate_is_oneself"
    ]
    elsewhere = body | {"unit": OTHER_COMMUNE}
    assert codes(await office.post("/signing/delegations", elsewhere, by=office.desk.leader, expect=403)) == [
        "out_of_scope"
    ]


async def test_an_independent_program_finds_both_signatures_good(office: ResultDesk, tmp_path: Path) -> None:
    """OpenSSL reads the CMS and the bytes it covers; it shares no code with what signed."""
    code = await office.processing()
    pdf = await office.bytes_of(await office.signed(code))
    assert pages_of(pdf) == 1
    authority = office.application.settings.data_dir / "test-signing" / "authority.pem"
    parts = cms_parts(pdf)
    assert len(parts) == 2
    assert parts[-1].covers_to == len(pdf)
    for index, part in enumerate(parts):
        assert openssl_verifies(part.cms, part.covered, authority, tmp_path), f"signature {index} is not good"


async def test_one_changed_byte_is_found_by_the_house_and_by_an_independent_program(
    office: ResultDesk, tmp_path: Path
) -> None:
    code = await office.processing()
    pdf = await office.bytes_of(await office.signed(code))
    authority = office.application.settings.data_dir / "test-signing" / "authority.pem"
    other = changed(pdf, at=pdf.index(b"/Contents") + 40)
    (first, last) = cms_parts(pdf)
    assert not openssl_verifies(first.cms, changed(first.covered, at=200), authority, tmp_path)
    assert not openssl_verifies(last.cms, changed(last.covered, at=len(last.covered) - 10), authority, tmp_path)
    for forged in (changed(pdf, at=200), changed(pdf, at=len(pdf) - 10), pdf + b"\n% more", other):
        sha256 = await held(office.application, code, forged)
        body = {"content_sha256": sha256}
        answer = await office.desk.post(f"/dossiers/{code}/signature-checks", body, by=office.desk.specialist)
        assert answer.status_code == 422 or answer.json()["verdict"] == "BROKEN", answer.text


async def test_a_signature_by_an_unknown_authority_is_shown_and_refused(office: ResultDesk) -> None:
    code = await office.processing()
    signed = await foreign_signer("Sở Tư pháp tỉnh khác").sign(printed(), at=office.application.clock.now())
    sha256 = await held(office.application, code, signed)
    specialist = office.desk.specialist
    check = await office.post(f"/dossiers/{code}/signature-checks", {"content_sha256": sha256}, by=specialist)
    assert (check["verdict"], check["signatures"][0]["trusted"]) == ("INTACT:UNTRUSTED", False)
    for already_signed in (True, False):
        answer = await office.draft(code, expect=422, text=None, content_sha256=sha256, already_signed=already_signed)
        assert codes(answer) == ["signature_untrusted"]
        assert answer["errors"][0]["params"]["verdict"] == "INTACT:UNTRUSTED"
    assert (await office.get(f"/dossiers/{code}/results"))["items"] == []


async def test_a_leader_whose_certificate_was_revoked_signs_nothing(office: ResultDesk, tmp_path: Path) -> None:
    waiting = await office.waiting(await office.processing())
    leader = await account_of(office.application, Role.APPROVING_LEADER, COMMUNE)
    authority = RevokingAuthority(tmp_path)
    own = replace(office.application, signing=ThreadedSigner(authority.pades, is_test=True))
    (signed,) = await sign_requests(own, leader, [waiting["request"]["id"]])
    assert signed.stored is not None
    authority.publish(int(signed.found[0].serial, 16), until=dt.datetime(2026, 11, 30, tzinfo=dt.UTC))
    (refused,) = await sign_requests(own, leader, [waiting["request"]["id"]])
    assert [fault.code for fault in refused.refusals] == ["signing_certificate_revoked"]


async def test_a_result_that_was_uploaded_bears_the_address_that_verifies_it(office: ResultDesk) -> None:
    code = await office.processing()
    sha256 = await held(office.application, code, printed("Bản tải lên"))
    signed = await office.signed(code, text=None, content_sha256=sha256)
    with pypdfium2.PdfDocument(await office.bytes_of(signed)) as document:
        document.init_forms()
        page = document[0].render(scale=200 / 72, may_draw_forms=True)
        found = zxingcpp.read_barcodes(page.to_pil())
    row = await office.one("select token from result where id = $1", signed["id"])
    assert [mark.text for mark in found] == [f"/v/{row.token}"]


async def test_no_stamp_reaches_into_text_below_a_margin_of_20_mm(office: ResultDesk) -> None:
    code = await office.processing()
    sha256 = await held(office.application, code, printed("Bản tải lên"))
    signed = await office.signed(code, text=None, content_sha256=sha256)
    with pikepdf.open(BytesIO(await office.bytes_of(signed))) as paper:
        sheet = paper.pages[0]
        depths = [float(sheet.mediabox[3]) - float(stamp.Rect[1]) for stamp in sheet.Annots]
    assert len(depths) == 2
    accents = 5  # points that the accents of a line of 13 points stand above its capitals
    assert max(depths) < 20 * 72 / 25.4 - accents


async def test_what_should_be_signed_and_is_not_is_refused(office: ResultDesk) -> None:
    code = await office.processing()
    sha256 = await held(office.application, code, printed())
    answer = await office.draft(code, expect=422, text=None, content_sha256=sha256, already_signed=True)
    assert codes(answer) == ["signature_missing"]


def openssl_verifies(cms: bytes, covered: bytes, authority: Path, directory: Path) -> bool:
    """Ask `openssl cms` whether the signature is over these bytes and leads to the authority."""
    (directory / "signature.der").write_bytes(cms)
    (directory / "covered.bin").write_bytes(covered)
    options = ["-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "/dev/null"]
    answer = subprocess.run(
        [  # noqa: S607 - whichever the machine has
            "openssl",
            "cms",
            *options,
            "-CAfile",
            authority,
            "-in",
            directory / "signature.der",
            "-content",
            directory / "covered.bin",
        ],
        capture_output=True,
        check=False,
    )
    return answer.returncode == 0
