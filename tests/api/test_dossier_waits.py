"""Payment waits and extensions: what moves the date, by how much, and what may not."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import PAID, PAYMENT, SUPPLEMENT, Desk, codes, go_to
from tests.factories.people import COMMUNE, signed_in

EXTEND: dict[str, Any] = {"new_due_at": "2026-12-04T17:00:00+07:00", "reason": "Cần xác minh tại nơi cư trú trước đây"}


async def test_waiting_for_payment_pauses_the_clock(application: Application, desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-23 14:00")
    asked = await desk.act(code, "request_payment", **PAYMENT)
    assert (asked["state"], asked["national_status"]) == ("awaiting_payment", 6)
    go_to(clock, "2026-11-25 08:00")
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    paid = await desk.act(code, "confirm_payment", by=cashier, **PAID)
    assert paid["state"] == "accepted", "processing had not started"
    # Three hours of Monday afternoon and one of Wednesday morning; the 24th is a holiday.
    assert paid["current_due_at"] == "2026-11-27T15:00:00+07:00"
    (line,) = (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]
    assert (line["cause"], line["minutes"]) == ("payment_wait", 240)
    (payment,) = (await desk.get(f"/dossiers/{code}"))["payments"]
    assert (payment["amount_vnd"], payment["method"], payment["reference"], payment["paid_at"]) == (
        1_250_000, "bank_transfer", "FT26112300001", "2026-11-25T08:00:00+07:00",
    )  # fmt: skip
    entries = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert entries[2]["vi"] == "Yêu cầu thực hiện nghĩa vụ tài chính 1.250.000 đồng"


@pytest.mark.parametrize("change", [{"amount_vnd": 0}, {"amount_vnd": -1}, {"amount_vnd": "much"}, {"reason": ""}])
async def test_a_payment_has_an_amount_and_a_reason(desk: Desk, change: dict[str, Any]) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "request_payment", expect=422, **(PAYMENT | change))
    assert len(answer["errors"]) == 1
    assert (await desk.get(f"/dossiers/{code}"))["state"] == "accepted"


async def test_several_waits_add_up(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-25 08:00")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    go_to(clock, "2026-11-25 10:00")
    await desk.act(code, "receive_supplement")
    await desk.act(code, "request_payment", **PAYMENT)
    go_to(clock, "2026-11-25 11:00")
    paid = await desk.act(code, "confirm_payment", **PAID)
    assert paid["current_due_at"] == "2026-11-27T14:00:00+07:00"
    deadline = await desk.get(f"/dossiers/{code}/deadline")
    assert [line["minutes"] for line in deadline["adjustments"]] == [120, 60]
    assert deadline["adjustments"][0]["after_due"] == deadline["adjustments"][1]["before_due"]
    assert deadline["adjustments"][1]["after_due"] == deadline["current_due_at"]


async def test_an_extension_with_apology_before_the_due_time(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-26 16:00")
    extended = await desk.act(code, "extend", **EXTEND)
    assert (extended["state"], extended["current_due_at"]) == ("accepted", "2026-12-04T17:00:00+07:00")
    assert extended["promised_due_at"] == "2026-11-27T09:00:00+07:00"
    (line,) = (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]
    assert (line["cause"], line["reason"], line["after_due"]) == ("extension", EXTEND["reason"], EXTEND["new_due_at"])
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"] == "Xin lỗi và gia hạn: từ 09:00 ngày 27/11/2026 đến 17:00 ngày 04/12/2026"
    status = await desk.get(f"/lookup/{code}", secret=desk.secrets[code])
    assert status["why_vi"] == "Xin lỗi và gia hạn: hẹn trả 17:00 ngày 04/12/2026"


async def test_the_citizen_reads_why_the_date_was_extended(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "extend", expect=422, **EXTEND, reason_code="busy")
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [("code_unknown", "reason_code")]
    await desk.act(code, "extend", **EXTEND, reason_code="verification_needed")
    status = await desk.get(f"/lookup/{code}", secret=desk.secrets[code])
    assert status["why_vi"] == "Xin lỗi và gia hạn (Cần xác minh thêm): hẹn trả 17:00 ngày 04/12/2026"
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"].endswith("; Cần xác minh thêm")


async def test_an_extension_is_granted_at_most_once(desk: Desk) -> None:
    code = (await desk.register())["code"]
    extended = await desk.act(code, "extend", **EXTEND)
    assert "extend" not in extended["actions"]
    answer = await desk.act(code, "extend", expect=409, **(EXTEND | {"new_due_at": "2026-12-09T17:00:00+07:00"}))
    assert codes(answer) == ["extension_used"]


async def test_no_extension_from_the_due_time_on(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-27 08:59")
    path = f"/api/v1/dossiers/{code}/actions"
    before = (await desk.client.get(path, headers=desk.leader)).json()
    go_to(clock, "2026-11-27 09:00")
    after = (await desk.client.get(path, headers=desk.leader)).json()
    shown = [next(item for item in document["actions"] if item["action"] == "extend") for document in (before, after)]
    assert shown[0]["possible"] is True
    assert codes({"errors": shown[1]["refusals"]}) == ["extension_after_due"]
    assert codes(await desk.act(code, "extend", expect=409, **EXTEND)) == ["extension_after_due"]


async def test_an_extension_to_an_earlier_date_is_refused(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "extend", expect=409, **(EXTEND | {"new_due_at": "2026-11-26T17:00:00+07:00"}))
    assert codes(answer) == ["extension_not_later"]


@pytest.mark.parametrize(
    "date", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-12-04T17:00:00", "soon", None]
)
async def test_an_extension_needs_a_moment_with_its_offset_within_reach(desk: Desk, date: str | None) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "extend", expect=422, **(EXTEND | {"new_due_at": date}))
    assert [fault["field"].rpartition(".")[2] for fault in answer["errors"]] == ["new_due_at"]


async def test_an_extension_beyond_the_known_calendar_is_refused_and_changes_nothing(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.client.post(
        f"/api/v1/dossiers/{code}/actions",
        json={"action": "extend", **EXTEND, "new_due_at": "2120-01-01T10:00:00+07:00"},
        headers=desk.leader,
    )
    assert answer.status_code == 422
    assert (await desk.get(f"/dossiers/{code}"))["version"] == 2


async def test_only_a_leader_extends(desk: Desk) -> None:
    code = (await desk.register())["code"]
    assert codes(await desk.act(code, "extend", by=desk.specialist, expect=403, **EXTEND)) == ["permission_missing"]


async def test_the_explanation_ends_on_the_present_due_time_whatever_moved_it(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-25 10:00")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    waiting = await desk.get(f"/dossiers/{code}/deadline")
    assert waiting["suspended_since"] == "2026-11-25T10:00:00+07:00"
    go_to(clock, "2026-11-26 10:00")
    await desk.act(code, "receive_supplement")
    await desk.act(code, "extend", **EXTEND)
    deadline = await desk.get(f"/dossiers/{code}/deadline")
    assert [line["cause"] for line in deadline["adjustments"]] == ["supplement_wait", "extension"]
    assert deadline["explanation"]
    assert "04/12/2026" in deadline["explanation"][-1]["vi"]
    assert (deadline["limit"], deadline["count_mode"]) == ({"value": 3, "unit": "working_days"}, "hours")


async def test_before_acceptance_there_are_no_dates_to_explain(desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    assert codes(await desk.get(f"/dossiers/{code}/deadline", expect=409)) == ["not_accepted_yet"]
