"""Public look-up by receipt: status, dates and why; nothing about people, nothing to guess with."""

import pytest

from app.core.clock import FixedClock
from tests.factories.dossiers import AT_THE_COUNTER, SUPPLEMENT, Desk, applicant, codes, go_to

PHONE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_the_status_follows_the_dossier(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register(accept=False)
    code, secret = dossier["code"], dossier["receipt"]["lookup_secret"]
    status = await desk.get(f"/lookup/{code}", secret=secret)
    assert (status["state"], status["kept"], status["promised_due_at"]) == ("registered", None, None)
    await desk.act(code, "accept")
    go_to(clock, "2026-11-27 09:01")
    status = await desk.get(f"/lookup/{code}", secret=secret)
    assert (status["kept"], status["current_due_at"]) == ("overdue", "2026-11-27T09:00:00+07:00")
    await desk.act(code, "resolve")
    status = await desk.get(f"/lookup/{code}", secret=secret)
    assert (status["state"], status["kept"], status["rating_open"]) == ("resolved", "late", True)
    assert status["rating_token"] == dossier["receipt"]["rating_token"]
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    status = await desk.get(f"/lookup/{code}", secret=secret)
    assert (status["national_status"], status["status_vi"]) == (10, "Đã trả kết quả")
    assert [event["vi"] for event in status["events"]] == [
        "Đã đăng ký", "Đã tiếp nhận, có ngày hẹn trả", "Đã có kết quả", "Đã trả kết quả",
    ]  # fmt: skip


async def test_somebody_asked_for_papers_sees_which_and_until_when(desk: Desk) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "request_supplement", answer_within_days=7, **SUPPLEMENT)
    status = await desk.get(f"/lookup/{dossier['code']}", secret=dossier["receipt"]["lookup_secret"])
    assert (status["waiting"], status["kept"]) == (True, "in_time")
    (paper,) = (await desk.get(f"/dossiers/{dossier['code']}"))["components"]
    assert status["supplement"] == {
        "items": [
            {
                "component": "TP01",
                "name": paper["name"],
                "problem": "wrong_form",
                "problem_vi": "Không đúng mẫu quy định",
                "problem_en": "Not on the prescribed form",
            }
        ],
        "answer_due_at": "2026-11-30T23:59:00+07:00",
    }


async def test_no_personal_data_leaves_whatever_happened(desk: Desk) -> None:
    dossier = await desk.register(
        representative=applicant(full_name="Trần Văn Đại", identity_number="037890555555"),
        summary="Con của Lê Thị Riêng Tư",
    )
    code = dossier["code"]
    await desk.act(code, "request_supplement", items=SUPPLEMENT["items"], reason="Thiếu chữ ký của bà Lê Thị Riêng Tư")
    await desk.act(code, "receive_supplement")
    await desk.act(code, "correct", reason="Nhầm tên Trần Văn Đại", summary="Trích yếu của Lê Thị Riêng Tư")
    answer = await desk.client.get(f"/api/v1/lookup/{code}", params={"secret": dossier["receipt"]["lookup_secret"]})
    for personal in ("Nguyễn", "Trần Văn", "Riêng Tư", "0379", "0378", "0900000000", "Tổ 1", "Người thử"):
        assert personal not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_denied_citizen_reads_that_and_why(desk: Desk) -> None:
    dossier = await desk.register()
    code = dossier["code"]
    refused = await desk.act(code, "resolve", expect=422, outcome="denied", reason_code="because")
    assert [(fault["code"], fault["field"]) for fault in refused["errors"]] == [
        ("code_unknown", "reason_code"), ("denial_unexplained", "explanation"),
    ]  # fmt: skip
    assert codes(await desk.act(code, "resolve", expect=422, reason_code="not_eligible")) == ["reason_without_denial"]
    await desk.act(code, "resolve", outcome="denied", reason_code="not_eligible", explanation="Bà Riêng Tư đã kết hôn")
    status = await desk.get(f"/lookup/{code}", secret=desk.secrets[code])
    assert status["why_vi"].startswith("Không chấp thuận: Người đề nghị không đủ điều kiện theo quy định.")
    assert status["events"][-1]["vi"] == "Đã có kết quả: không chấp thuận"
    assert "Riêng Tư" not in str(status)


async def test_an_outside_code_finds_it_as_well(desk: Desk) -> None:
    dossier = await desk.register(external_code="G22-77")
    status = await desk.get("/lookup/G22-77", secret=dossier["receipt"]["lookup_secret"])
    assert status["code"] == dossier["code"]


@pytest.mark.parametrize("secret", ["", "x" * 201, "\x00"])
async def test_a_secret_has_its_limits(desk: Desk, secret: str) -> None:
    dossier = await desk.register()
    answer = await desk.get(f"/lookup/{dossier['code']}", secret=secret, expect=422)
    assert [fault["field"] for fault in answer["errors"]] == ["secret"]


async def test_the_secret_of_another_dossier_opens_nothing(desk: Desk) -> None:
    one, other = await desk.register(), await desk.register()
    answer = await desk.get(f"/lookup/{one['code']}", secret=other["receipt"]["lookup_secret"], expect=404)
    assert codes(answer) == ["lookup_unknown"]
    assert codes(await desk.get(f"/lookup/{one['code']}", secret="ký tự lạ", expect=404)) == ["lookup_unknown"]


async def test_the_code_on_the_receipt_opens_a_page_on_a_phone(desk: Desk) -> None:
    dossier = await desk.register(summary="Con của Lê Thị Riêng Tư")
    await desk.act(dossier["code"], "request_supplement", **SUPPLEMENT)
    path, secret = f"/api/v1/lookup/{dossier['code']}", dossier["receipt"]["lookup_secret"]
    page = await desk.client.get(path, params={"secret": secret}, headers=PHONE)
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    for expected in (dossier["code"], "Không đúng mẫu quy định", "23:59 ngày", "Đã tiếp nhận, có ngày hẹn trả"):
        assert expected in page.text
    for hidden in ("Nguyễn", "Riêng Tư", "0900000000", secret, "http"):
        assert hidden not in page.text


async def test_a_wrong_code_gets_a_page_that_says_so(desk: Desk) -> None:
    dossier = await desk.register()
    desk.client.event_hooks = {"request": [], "response": []}
    page = await desk.client.get(f"/api/v1/lookup/{dossier['code']}", params={"secret": "ABCDEFGH"}, headers=PHONE)
    assert page.status_code == 404
    assert "Không tìm thấy hồ sơ" in page.text
