"""The printed receipt and the slip of a certification: the same bytes every time, and true when scanned."""

import io
import re

import httpx
import pypdfium2
import pytest

from app.bootstrap import Application
from tests.api.test_certifications import certified, signer_of
from tests.api.test_fees import charged, collected, copies_dossier
from tests.factories.dossiers import Desk, codes
from tests.factories.people import COMMUNE


@pytest.fixture
async def signer(application: Application) -> str:
    return await signer_of(application)


async def paper_at(desk: Desk, path: str) -> httpx.Response:
    # The answer is no JSON, which the hook of the desk expects.
    desk.client.event_hooks = {"request": [], "response": []}
    return await desk.client.put(f"/api/v1{path}/paper", headers=desk.clerk)


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
    refused = await paper_at(desk, f"/fee-receipts/{number}")
    assert codes(refused.json()) == ["receipt_voided"]


async def test_a_certification_gives_one_slip_with_all_its_numbers(desk: Desk, signer: str) -> None:
    done = await certified(desk, signer)
    first = await paper_at(desk, f"/certifications/{done['code']}")
    text = text_of(first.content)
    for expected in ("1-30/2026-SCT/BS", "11-20/2026-SCT/BS", "120.000", done["receipt_number"], "Bảng điểm"):
        assert expected in text, text
    assert len(pypdfium2.PdfDocument(io.BytesIO(first.content))) == 1
    assert (await paper_at(desk, f"/certifications/{done['code']}")).content == first.content


async def test_an_ordinary_dossier_has_no_slip_of_certification(desk: Desk) -> None:
    code = await copies_dossier(desk, receiving_unit=COMMUNE)
    answer = await paper_at(desk, f"/certifications/{code}")
    assert (answer.status_code, codes(answer.json())) == (404, ["certification_unknown"])
