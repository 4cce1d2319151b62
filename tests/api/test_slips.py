"""Slips over HTTP: issued once for an event, given again bit for bit, void with what they tell of."""

import hashlib
import io
from dataclasses import replace
from typing import Any

import httpx
import pypdfium2
import pytest

from app.api.app import serve_opened
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import (
    REFUSE,
    STOP,
    SUPPLEMENT,
    WITHDRAW,
    Desk,
    applicant,
    codes,
    desk_of,
    go_to,
)
from tests.factories.people import OTHER_COMMUNE, signed_in


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)


async def issue(desk: Desk, code: str, form: str, *, expect: int = 201, **body: Any) -> dict[str, Any]:
    by = desk.leader if form in ("apology", "stop") else desk.clerk
    answer = await desk.post(f"/dossiers/{code}/slips", {"form": form, **body}, by=by)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def pdf_of(desk: Desk, slip: dict[str, Any]) -> httpx.Response:
    answer = await desk.client.get(slip["pdf"], headers=desk.clerk)
    assert answer.status_code == 200, answer.text
    return answer


def text_of(content: bytes, page: int = 0) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return " ".join(document[page].get_textpage().get_text_range().split())


async def test_a_receipt_is_rendered_once_and_given_again_bit_for_bit(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    first = await issue(desk, dossier["code"], "receipt")
    content = (await pdf_of(desk, first)).content
    go_to(clock, "2026-11-25 14:00")
    again = await issue(desk, dossier["code"], "receipt", expect=200)
    assert again == first
    reprint = await pdf_of(desk, again)
    assert reprint.content == content
    assert hashlib.sha256(content).hexdigest() == first["sha256"]
    assert reprint.headers["etag"] == f'"{first["sha256"]}"'


async def test_a_receipt_prints_what_was_promised_to_whom(desk: Desk) -> None:
    dossier = await desk.register()
    slip = await issue(desk, dossier["code"], "receipt")
    text = text_of((await pdf_of(desk, slip)).content, page=1)
    for expected in (
        f"Số: {slip['number']}",
        dossier["code"],
        "Châu Sơn, ngày 23 tháng 11 năm 2026",
        "Tiếp nhận hồ sơ của: Nguyễn Thị Thử Nghiệm",
        "Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "03 ngày làm việc",
        "09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        dossier["receipt"]["lookup_secret"],
    ):
        assert expected in text


async def test_the_copy_that_the_office_keeps_does_not_show_the_filers_secret(desk: Desk) -> None:
    dossier = await desk.register()
    slip = await issue(desk, dossier["code"], "receipt")
    kept = text_of((await pdf_of(desk, slip)).content, page=0)
    assert "Liên 1: Lưu" in kept
    assert dossier["receipt"]["lookup_secret"] not in kept


async def test_numbers_of_a_unit_and_form_follow_each_other(desk: Desk) -> None:
    numbers = [(await issue(desk, (await desk.register())["code"], "receipt"))["number"] for _ in range(3)]
    first = int(numbers[0].partition("/")[0])
    assert numbers == [f"{first + n}/TNHS" for n in range(3)]


async def test_the_large_print_bears_the_number_of_the_receipt(desk: Desk) -> None:
    dossier = await desk.register()
    ordinary = await issue(desk, dossier["code"], "receipt")
    large = await issue(desk, dossier["code"], "receipt", variant="large")
    assert large["number"] == ordinary["number"]
    assert large["sha256"] != ordinary["sha256"]
    assert "Liên 2: Giao người nộp" in text_of((await pdf_of(desk, large)).content)


async def test_only_the_receipt_has_a_large_print(desk: Desk) -> None:
    dossier = await desk.register(accept=False)
    await desk.act(dossier["code"], "refuse", **REFUSE)
    problem = await issue(desk, dossier["code"], "refusal", variant="large", expect=422)
    assert codes(problem) == ["variant_unknown"]


async def test_a_correction_voids_the_receipt_and_the_new_one_replaces_it(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    old = await issue(desk, dossier["code"], "receipt")
    original = (await pdf_of(desk, old)).content
    go_to(clock, "2026-11-23 10:00")
    await desk.act(
        dossier["code"], "correct", applicant=applicant(full_name="Nguyễn Thị Đính Chính"), reason="Sai họ tên"
    )
    voided = (await desk.get(f"/dossiers/{dossier['code']}/slips"))["items"][0]
    assert (voided["status"], voided["status_reason"]) == ("void", "corrected")
    stamped = await pdf_of(desk, voided)
    assert stamped.headers["slip-status"] == "void"
    assert stamped.content != original
    assert "ĐÃ HỦY" in text_of(stamped.content)

    go_to(clock, "2026-11-23 10:30")
    new = await issue(desk, dossier["code"], "receipt")
    assert (await pdf_of(desk, old)).content == stamped.content
    assert "Nguyễn Thị Đính Chính" in text_of((await pdf_of(desk, new)).content)
    assert new["number"] != old["number"]
    replaced = await desk.get(f"/slips/{old['id']}")
    assert (replaced["status"], replaced["replaced_by"]) == ("replaced", new["verify"])
    kinds = [event["type"] for event in (await desk.get(f"/dossiers/{dossier['code']}/timeline"))["entries"]]
    assert kinds[-3:] == ["corrected", "slip_issued", "slip_voided"]


async def test_a_receipt_that_a_correction_voided_is_not_printed_any_more(desk: Desk) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "correct", summary="Nội dung khác", reason="Ghi nhầm")
    problem = await issue(desk, dossier["code"], "receipt", event=2, expect=409)
    assert codes(problem) == ["receipt_void"]


async def test_a_spoilt_slip_is_voided_and_the_next_edition_has_its_own_number(desk: Desk) -> None:
    dossier = await desk.register()
    first = await issue(desk, dossier["code"], "receipt")
    answer = await desk.post(f"/slips/{first['id']}/void", {"reason_code": "damaged"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "void"
    second = await issue(desk, dossier["code"], "receipt")
    assert (second["edition"], second["number"] == first["number"]) == (2, False)
    again = await desk.post(f"/slips/{first['id']}/void", {"reason_code": "damaged"})
    assert (again.status_code, codes(again.json())) == (409, ["slip_void_already"])


@pytest.mark.parametrize("spoilt", [0, 1])
async def test_a_number_is_voided_in_both_prints_and_not_given_again(desk: Desk, spoilt: int) -> None:
    dossier = await desk.register()
    prints = [await issue(desk, dossier["code"], "receipt", variant=variant) for variant in (None, "large")]
    assert prints[0]["number"] == prints[1]["number"]
    await desk.post(f"/slips/{prints[spoilt]['id']}/void", {"reason_code": "damaged"})
    listed = (await desk.get(f"/dossiers/{dossier['code']}/slips"))["items"]
    assert [(slip["status"], slip["status_reason"]) for slip in listed] == [("void", "damaged")] * 2
    newer = [await issue(desk, dossier["code"], "receipt", variant=variant) for variant in ("large", None)]
    assert newer[0]["number"] == newer[1]["number"] != prints[0]["number"]
    listed = (await desk.get(f"/dossiers/{dossier['code']}/slips"))["items"]
    assert [slip["status"] for slip in listed] == ["replaced", "replaced", "valid", "valid"]


async def test_a_supplement_request_lists_every_paper_with_its_problem(desk: Desk) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "request_supplement", **SUPPLEMENT)
    slip = await issue(desk, dossier["code"], "supplement_request")
    text = text_of((await pdf_of(desk, slip)).content)
    assert slip["number"].endswith("/HDHS")
    assert "Không đúng mẫu quy định" in text
    assert "Lý do: Tờ khai sai mẫu." in text


async def test_a_refusal_says_why_and_on_what_basis(desk: Desk) -> None:
    dossier = await desk.register(accept=False)
    await desk.act(dossier["code"], "refuse", **REFUSE)
    text = text_of((await pdf_of(desk, await issue(desk, dossier["code"], "refusal"))).content)
    assert "không tiếp nhận giải quyết hồ sơ này với lý do cụ thể như sau" in text
    assert "Căn cứ pháp lý: NĐ 118/2025" in text


async def test_an_apology_names_the_date_missed_and_the_new_one(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    go_to(clock, "2026-11-25 10:00")
    await desk.act(
        dossier["code"], "extend", new_due_at="2026-12-01T16:00:00+07:00", reason="Chờ xác minh nơi cư trú cũ"
    )
    slip = await issue(desk, dossier["code"], "apology")
    text = text_of((await pdf_of(desk, slip)).content)
    assert "UBND PHƯỜNG CHÂU SƠN" in text
    assert "09 giờ 00 phút, ngày 27 tháng 11 năm 2026" in text
    assert "sau khi trừ thời gian chờ" not in text
    assert "16 giờ 00 phút, ngày 01 tháng 12 năm 2026" in text
    assert "Lý do: Chờ xác minh nơi cư trú cũ." in text


async def test_an_apology_after_a_wait_tells_the_date_on_the_receipt_and_the_one_the_wait_made(
    desk: Desk, clock: FixedClock
) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "request_supplement", **SUPPLEMENT)
    go_to(clock, "2026-11-23 15:00")
    await desk.act(dossier["code"], "receive_supplement", components=[{"code": "TP01", "originals": 1}])
    go_to(clock, "2026-11-25 10:00")
    await desk.act(dossier["code"], "extend", new_due_at="2026-12-01T16:00:00+07:00", reason="Chờ xác minh")
    text = text_of((await pdf_of(desk, await issue(desk, dossier["code"], "apology"))).content)
    assert "trả kết quả: 09 giờ 00 phút, ngày 27 tháng 11 năm 2026 (sau khi trừ thời gian chờ" in text
    assert "15 giờ 00 phút, ngày 27 tháng 11 năm 2026)." in text


@pytest.mark.parametrize(("action", "payload"), [("stop", STOP), ("withdraw", WITHDRAW)])
async def test_stop_and_withdrawal_are_told_by_the_same_form(desk: Desk, action: str, payload: dict[str, Any]) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], action, **payload)
    slip = await issue(desk, dossier["code"], "stop")
    assert slip["form"]["code"] == "TT03-2025-05"
    text = text_of((await pdf_of(desk, slip)).content)
    assert "DỪNG GIẢI QUYẾT HỒ SƠ" in text
    assert "Căn cứ pháp lý: …" not in text
    below_the_title = text.partition("đóng dấu)")[2].partition("Mẫu số")[0]
    assert bool(below_the_title.strip()) is (action == "stop"), "a leader stops it; a clerk takes note of a withdrawal"


async def test_the_control_sheet_is_the_log_up_to_its_last_fact(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "start_processing")
    first = await issue(desk, dossier["code"], "control")
    assert await issue(desk, dossier["code"], "control", expect=200) == first
    go_to(clock, "2026-11-25 10:00")
    await desk.act(dossier["code"], "resolve", outcome="approved")
    second = await issue(desk, dossier["code"], "control")
    assert second["event"] > first["event"]
    text = text_of((await pdf_of(desk, second)).content)
    assert text.count("2. Nhận:") == 3
    assert "× Trước hạn" in text


async def test_a_slip_needs_an_event_to_tell_of(desk: Desk) -> None:
    dossier = await desk.register()
    assert codes(await issue(desk, dossier["code"], "refusal", expect=409)) == ["slip_event_missing"]
    assert codes(await issue(desk, dossier["code"], "receipt", event=1, expect=409)) == ["slip_event_missing"]
    assert codes(await issue(desk, dossier["code"], "register", expect=422)) == ["form_is_no_slip"]
    assert codes(await issue(desk, dossier["code"], "TT99", expect=422)) == ["form_unknown"]


async def test_a_form_is_called_by_purpose_number_or_code(desk: Desk) -> None:
    dossier = await desk.register()
    first = await issue(desk, dossier["code"], "01")
    assert await issue(desk, dossier["code"], "TT03-2025-01", expect=200) == first
    assert codes(await issue(desk, dossier["code"], "TT01-2018-01", expect=422)) == ["form_not_in_force"]


async def test_slips_of_other_units_are_unknown(desk: Desk, application: Application) -> None:
    dossier = await desk.register()
    slip = await issue(desk, dossier["code"], "receipt")
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    for path in (f"/slips/{slip['id']}", f"/slips/{slip['id']}/pdf", f"/dossiers/{dossier['code']}/slips"):
        assert (await desk.client.get(f"/api/v1{path}", headers=stranger)).status_code == 404
    refused = await desk.post(f"/dossiers/{dossier['code']}/slips", {"form": "receipt"}, by=stranger)
    assert refused.status_code == 404


async def test_an_inspector_reads_slips_but_issues_none(desk: Desk, application: Application) -> None:
    dossier = await desk.register()
    inspector = await signed_in(application, Role.INSPECTOR, "13285")
    refused = await desk.post(f"/dossiers/{dossier['code']}/slips", {"form": "receipt"}, by=inspector)
    assert (refused.status_code, codes(refused.json())) == (403, ["permission_missing"])


async def test_the_log_of_a_slip_holds_no_person(desk: Desk, application: Application) -> None:
    dossier = await desk.register()
    slip = await issue(desk, dossier["code"], "receipt")
    entry = (await desk.get(f"/dossiers/{dossier['code']}/timeline"))["entries"][-1]
    assert entry["vi"] == f"Phát hành Giấy tiếp nhận hồ sơ và hẹn trả kết quả số {slip['number']}"
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select data from dossier_event where type = 'slip_issued'")
    assert row is not None
    assert row.data == {
        "form": "TT03-2025-01",
        "name": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "number": slip["number"],
        "event": 2,
        "variant": "",
        "sha256": slip["sha256"],
    }


async def test_a_dossier_of_august_2025_gets_the_forms_of_its_time(desk: Desk, clock: FixedClock) -> None:
    """TT 03/2025/TT-VPCP is of 15/9/2025; the slip is asked for a year later."""
    go_to(clock, "2025-08-05 09:00")
    dossier = await desk.register()
    go_to(clock, "2026-11-23 09:00")
    slip = await issue(desk, dossier["code"], "receipt")
    assert slip["form"]["code"] == "TT01-2018-01"
    text = text_of((await pdf_of(desk, slip)).content)
    assert "ngày 05 tháng 8 năm 2025" in text
    assert "Thông tư số 01/2018/TT-VPCP" in text


async def test_a_page_served_elsewhere_may_read_how_a_slip_stands(application: Application) -> None:
    settings = application.settings.model_copy(update={"cors_origins": ("https://mot-cua.example.vn",)})
    transport = httpx.ASGITransport(app=serve_opened(replace(application, settings=settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        answer = await client.get("/api/v1/forms", headers={"Origin": "https://mot-cua.example.vn"})
    assert "Slip-Status" in answer.headers["access-control-expose-headers"]
