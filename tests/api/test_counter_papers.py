"""The printed receipt and the slip of a certification: the same bytes every time, and true when scanned."""

import hashlib
import io
import re

import httpx
import pypdfium2
import pytest
import zxingcpp

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.domain.permissions import Role
from tests.api.test_certifications import certified, signer_of
from tests.api.test_fees import charged, collected, copies_dossier
from tests.factories.dossiers import Desk, codes, go_to
from tests.factories.people import COMMUNE, signed_in
from tests.pdf_a import failures_of


@pytest.fixture
async def signer(application: Application) -> str:
    return await signer_of(application)


async def paper_at(desk: Desk, path: str) -> httpx.Response:
    # The answer is no JSON, which the hook of the desk expects.
    desk.client.event_hooks = {"request": [], "response": []}
    return await desk.client.put(f"/api/v1{path}/paper", headers=desk.clerk)


def marks_on(content: bytes) -> list[str]:
    """Return what the codes on the first page say, as scanned at 200 dpi."""
    page = pypdfium2.PdfDocument(io.BytesIO(content))[0]
    return [mark.text for mark in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())]


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    found = "\n".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+", " ", found)


async def test_a_receipt_is_printed_once_and_says_the_amount_in_words(desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    first = await paper_at(desk, f"/fee-receipts/{number}")
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert failures_of(first.content) == []
    text = text_of(first.content)
    for expected in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ", number, code, "41.000", "Bốn mươi mốt nghìn đồng", "tiền mặt",
        "Nguyễn Thị Thử Nghiệm", "2 trang × 2.000 + 3 trang × 1.000 = 7.000",
    ):  # fmt: skip
        assert expected in text, text
    assert (await paper_at(desk, f"/fee-receipts/{number}")).content == first.content
    token = re.search(r"/v/([A-Za-z0-9_-]{16,})", text.replace("- ", "-"))
    assert token is not None
    seen = await desk.client.get(f"/api/v1/verify/{token[1]}")
    assert seen.json()["status"] == "valid"
    await desk.client.post(f"/api/v1/fee-receipts/{number}/void", json={"reason": "Nhầm"}, headers=desk.clerk)
    assert (await desk.client.get(f"/api/v1/verify/{token[1]}")).json()["status"] == "void"
    void = await paper_at(desk, f"/fee-receipts/{number}")
    assert void.status_code == 200
    assert "ĐÃ HỦY" in text_of(void.content)
    await charged(desk, code)
    never_printed = (await collected(desk, code))["number"]
    await desk.client.post(f"/api/v1/fee-receipts/{never_printed}/void", json={"reason": "Nhầm"}, headers=desk.clerk)
    assert codes((await paper_at(desk, f"/fee-receipts/{never_printed}")).json()) == ["receipt_voided"]


async def test_a_certification_gives_one_slip_with_all_its_numbers(desk: Desk, signer: str) -> None:
    done = await certified(desk, signer)
    first = await paper_at(desk, f"/certifications/{done['code']}")
    assert failures_of(first.content) == []
    text = text_of(first.content)
    for expected in ("1-30/2026-SCT/BS", "11-20/2026-SCT/BS", "120.000", done["receipt_number"], "Bảng điểm"):
        assert expected in text, text
    assert len(pypdfium2.PdfDocument(io.BytesIO(first.content))) == 1
    assert (await paper_at(desk, f"/certifications/{done['code']}")).content == first.content


async def address_of(application: Application, form_code: str) -> str:
    """Return what the QR code on the newest paper of the form opens."""
    async with application.database.read() as connection:
        row = await fetch_one(
            connection, "select token from issued_paper where form_code = $1 order by id desc limit 1", form_code
        )
    assert row is not None
    return f"/api/v1/verify/{row.token}"


async def given_back(desk: Desk, application: Application, number: str, amount_vnd: int | None) -> None:
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    body = {"reason": "Thu thừa", "reference": "QD-12", "amount_vnd": amount_vnd, "method": "bank_transfer"}
    answer = await desk.client.post(f"/api/v1/fee-receipts/{number}/refund", json=body, headers=cashier)
    assert answer.status_code == 201, answer.text


async def test_a_receipt_says_what_was_given_back_and_since_when_all_of_it(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    await paper_at(desk, f"/fee-receipts/{number}")
    address = await address_of(application, "BIEN-LAI")
    await given_back(desk, application, number, 1_000)
    part = (await desk.client.get(address)).json()
    assert (part["status"], part["refunded_vnd"]) == ("valid", 1_000)
    go_to(clock, "2026-11-25 10:00")
    await given_back(desk, application, number, None)
    whole = (await desk.client.get(address)).json()
    assert (whole["status"], whole["refunded_vnd"]) == ("refunded", 41_000)
    assert (whole["status_reason"], whole["status_at"]) == ("receipt_refunded", "2026-11-25T10:00:00+07:00")
    page = (await desk.client.get(address, headers={"Accept": "text/html"})).text
    for expected in ("TIỀN ĐÃ HOÀN LẠI", "Hoàn tiền từ", "10:00 ngày 25/11/2026", "41.000 đồng"):
        assert expected in page


async def test_a_paper_whose_money_was_given_back_bears_the_mark_whenever_it_is_first_printed(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    """The same bytes ever after, and the public check knows them as ours."""
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    await given_back(desk, application, number, 1_000)
    before = await paper_at(desk, f"/fee-receipts/{number}")
    assert "ĐÃ HOÀN TIỀN" not in text_of(before.content)
    await given_back(desk, application, number, None)
    again = await copies_dossier(desk)
    await charged(desk, again)
    printed_late = (await collected(desk, again))["number"]
    await given_back(desk, application, printed_late, None)
    for given in (number, printed_late):
        first = await paper_at(desk, f"/fee-receipts/{given}")
        assert "ĐÃ HOÀN TIỀN" in text_of(first.content)
        assert failures_of(first.content) == []
        assert len(marks_on(first.content)) == 1, "the mark leaves the code that tells of it readable"
        go_to(clock, "2026-11-30 10:00")
        assert (await paper_at(desk, f"/fee-receipts/{given}")).content == first.content
    compared = await desk.client.post(await address_of(application, "BIEN-LAI"), content=first.content)
    assert compared.json()["comparison"]["same"] is True


async def test_a_voided_receipt_is_marked_once_and_given_again_from_the_store(
    application: Application, desk: Desk
) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    await paper_at(desk, f"/fee-receipts/{number}")
    await desk.client.post(f"/api/v1/fee-receipts/{number}/void", json={"reason": "Nhầm"}, headers=desk.clerk)
    copies = [(await paper_at(desk, f"/fee-receipts/{number}")).content for _ in range(2)]
    assert copies[0] == copies[1]
    async with application.database.read() as connection:
        kept = await fetch_one(connection, "select count(*), max(content_sha256) as sha256 from stamped_copy")
    assert kept is not None
    assert (kept.count, kept.sha256) == (1, hashlib.sha256(copies[0]).hexdigest())


async def test_the_slip_of_a_certification_falls_with_its_receipt(
    application: Application, desk: Desk, signer: str, clock: FixedClock
) -> None:
    done = await certified(desk, signer)
    path = f"/certifications/{done['code']}"
    first = await paper_at(desk, path)
    address = await address_of(application, "PHIEU-CT")
    go_to(clock, "2026-11-23 10:30")
    void = f"/api/v1/fee-receipts/{done['receipt_number']}/void"
    assert (await desk.client.post(void, json={"reason": "Nhầm"}, headers=desk.clerk)).status_code == 200
    found = (await desk.client.get(address)).json()
    assert (found["status"], found["status_at"]) == ("void", "2026-11-23T10:30:00+07:00")
    page = (await desk.client.get(address, headers={"Accept": "text/html"})).text
    assert "ĐÃ HỦY" in page
    assert "10:30 ngày 23/11/2026" in page
    fallen = await paper_at(desk, path)
    assert fallen.status_code == 200
    assert "ĐÃ HỦY" in text_of(fallen.content)
    assert fallen.content == (await paper_at(desk, path)).content
    again = (await collected(desk, done["code"]))["number"]
    printed = await paper_at(desk, path)
    assert printed.content != first.content
    assert again in text_of(printed.content)
    assert (await desk.client.get(address)).json()["status"] == "void"
    await given_back(desk, application, again, None)
    newer = await address_of(application, "PHIEU-CT")
    assert (await desk.client.get(newer)).json()["status"] == "refunded"


async def test_a_slip_never_printed_is_not_printed_after_its_receipt_was_voided(desk: Desk, signer: str) -> None:
    done = await certified(desk, signer)
    await desk.post(f"/fee-receipts/{done['receipt_number']}/void", {"reason": "Nhầm"})
    answer = await paper_at(desk, f"/certifications/{done['code']}")
    assert (answer.status_code, codes(answer.json())) == (409, ["receipt_voided"])


async def test_an_ordinary_dossier_has_no_slip_of_certification(desk: Desk) -> None:
    code = await copies_dossier(desk, receiving_unit=COMMUNE)
    answer = await paper_at(desk, f"/certifications/{code}")
    assert (answer.status_code, codes(answer.json())) == (404, ["certification_unknown"])
