"""The public door: is a paper ours, how does it stand now, is a copy what was issued. No personal data."""

import hashlib
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.services.forms.issued_papers import new_token
from tests.factories.dossiers import Desk, applicant, desk_of

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)


async def receipt_of(desk: Desk) -> tuple[str, dict[str, Any]]:
    dossier = await desk.register()
    answer = await desk.post(f"/dossiers/{dossier['code']}/slips", {"form": "receipt"})
    assert answer.status_code == 201
    return dossier["code"], answer.json()


def address_of(slip: dict[str, Any]) -> str:
    token: str = slip["verify"].rpartition("/")[2]
    return f"/api/v1/verify/{token}"


async def test_a_receipt_is_found_genuine_and_valid(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    answer = await desk.client.get(address_of(slip))
    assert answer.status_code == 200
    found = answer.json()
    assert found["genuine"] is True
    assert (found["status"], found["number"], found["sha256"]) == ("valid", slip["number"], slip["sha256"])
    assert found["name_vi"] == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    assert found["issuer"] == {"code": "13285", "name": "Phường Châu Sơn"}


async def test_the_short_address_opens_the_same(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    long = await desk.client.get(address_of(slip))
    desk.client.event_hooks = {"request": [], "response": []}
    short = await desk.client.get(slip["verify"])
    assert short.json() == long.json()


async def test_nobody_is_named_and_no_dossier_neither(desk: Desk) -> None:
    code, slip = await receipt_of(desk)
    desk.client.event_hooks = {"request": [], "response": []}
    for headers in ({}, PAGE):
        text = (await desk.client.get(address_of(slip), headers=headers)).text
        assert "Nguyễn Thị Thử Nghiệm" not in text
        assert "037990" not in text
        assert code not in text


async def test_after_a_correction_the_old_receipt_is_void_then_points_at_the_new_one(desk: Desk) -> None:
    code, old = await receipt_of(desk)
    await desk.act(code, "correct", applicant=applicant(full_name="Nguyễn Thị Đính Chính"), reason="Sai họ tên")
    void = (await desk.client.get(address_of(old))).json()
    assert (void["genuine"], void["status"], void["replaced_by"]) == (True, "void", None)
    new = (await desk.post(f"/dossiers/{code}/slips", {"form": "receipt"})).json()
    replaced = (await desk.client.get(address_of(old))).json()
    assert (replaced["status"], replaced["replaced_by"]) == ("replaced", new["verify"])


@pytest.mark.parametrize("token", ["x", "a" * 22, "a" * 200, "%00" * 22, "..%2f..%2fetc"])
async def test_made_up_and_malformed_tokens_are_answered_alike(client: httpx.AsyncClient, token: str) -> None:
    made_up = await client.get(f"/api/v1/verify/{new_token()}")
    answer = await client.get(f"/api/v1/verify/{token}")
    assert answer.status_code == made_up.status_code == 404
    if "%2f" not in token:
        same = {"instance", "trace_id"}
        assert {k: v for k, v in answer.json().items() if k not in same} == {
            k: v for k, v in made_up.json().items() if k not in same
        }


async def test_a_browser_gets_a_page_that_needs_nothing_from_outside(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    desk.client.event_hooks = {"request": [], "response": []}
    page = await desk.client.get(slip["verify"], headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Giấy tờ thật, đang có hiệu lực" in page.text
    assert "http" not in page.text
    unknown = await desk.client.get(f"/v/{new_token()}", headers=PAGE)
    assert unknown.status_code == 404
    assert "Không tìm thấy giấy tờ này" in unknown.text


async def test_a_copy_is_compared_byte_for_byte(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    content = (await desk.client.get(slip["pdf"], headers=desk.clerk)).content
    whole = await desk.client.post(address_of(slip), content=content, headers={"Content-Type": "application/pdf"})
    assert whole.json()["comparison"] == {"sha256": slip["sha256"], "same": True}
    changed = content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]
    answer = await desk.client.post(address_of(slip), files={"file": ("giay.pdf", changed, "application/pdf")})
    assert answer.json()["comparison"] == {"sha256": hashlib.sha256(changed).hexdigest(), "same": False}


async def test_a_copy_that_was_not_sent_is_asked_for(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    empty = await desk.client.post(address_of(slip))
    assert empty.status_code == 422
    other = await desk.client.post(address_of(slip), files={"other": ("giay.pdf", b"x", "application/pdf")})
    assert other.status_code == 422


async def test_the_page_compares_a_file_too(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    content = (await desk.client.get(slip["pdf"], headers=desk.clerk)).content
    desk.client.event_hooks = {"request": [], "response": []}
    page = await desk.client.post(
        slip["verify"], files={"file": ("giay.pdf", content, "application/pdf")}, headers=PAGE
    )
    assert "Tệp đúng là bản đã cấp" in page.text


async def test_the_page_says_since_when_a_paper_no_longer_stands(desk: Desk) -> None:
    _, slip = await receipt_of(desk)
    await desk.post(f"/slips/{slip['id']}/void", {"reason_code": "damaged"})
    desk.client.event_hooks = {"request": [], "response": []}
    page = (await desk.client.get(slip["verify"], headers=PAGE)).text
    assert "ĐÃ HỦY" in page
    assert "<dt>Hết hiệu lực từ</dt><dd>09:00 ngày 23/11/2026</dd>" in page
