"""How a dossier ends: decided and handed over, withdrawn, or stopped."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import (
    AT_THE_COUNTER,
    AUTHORISED,
    BY_POST,
    ONLINE,
    PAYMENT,
    STOP,
    SUPPLEMENT,
    WITHDRAW,
    Desk,
    codes,
    go_to,
)
from tests.factories.people import COMMUNE, signed_in

WAYS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "accepted": [],
    "processing": [("start_processing", {})],
    "awaiting_supplement": [("request_supplement", SUPPLEMENT)],
    "awaiting_payment": [("request_payment", PAYMENT)],
}
NEVER_CAME = STOP | {"reason_code": "supplement_not_received"}


async def brought_to(desk: Desk, state: str) -> str:
    """Return the code of a new dossier in `state`."""
    code: str = (await desk.register(accept=state != "registered"))["code"]
    for action, payload in WAYS.get(state, []):
        await desk.act(code, action, **payload)
    assert (await desk.get(f"/dossiers/{code}"))["state"] == state
    return code


@pytest.mark.parametrize("state", ["accepted", "processing"])
async def test_a_dossier_is_resolved_whether_or_not_processing_was_noted(desk: Desk, state: str) -> None:
    code = await brought_to(desk, state)
    resolved = await desk.act(code, "resolve", result_number="12/XN", explanation="Đủ điều kiện")
    assert (resolved["state"], resolved["resolved_at"]) == ("resolved", resolved["ended_at"])
    outcome = (await desk.get(f"/dossiers/{code}"))["outcome"]
    assert (outcome["kind"], outcome["result_number"], outcome["reason_code"]) == ("resolved", "12/XN", "approved")


async def test_a_denial_is_a_result_too(desk: Desk) -> None:
    code = await brought_to(desk, "processing")
    assert (await desk.act(code, "resolve", outcome="denied", explanation="Chưa đủ điều kiện"))["national_status"] == 9
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert (entry["vi"], entry["en"]) == ("Đã có kết quả: không chấp thuận", "Decided: not approved")


async def test_an_overdue_dossier_is_still_resolved(desk: Desk, clock: FixedClock) -> None:
    code = await brought_to(desk, "processing")
    go_to(clock, "2026-12-15 09:00")
    assert (await desk.act(code, "resolve"))["state"] == "resolved"
    assert (await desk.get(f"/dossiers/{code}/deadline"))["minutes_left"] == 0


@pytest.mark.parametrize(
    ("payload", "missing"),
    [
        ({"method": "counter"}, {"receiver_name", "proof"}),
        ({"method": "counter", "receiver_name": "Nguyễn Thị Thử Nghiệm", "authorisation": AUTHORISED}, {"proof"}),
        ({"method": "postal"}, {"tracking_number"}),
    ],
)
async def test_what_proves_the_hand_over_is_needed(desk: Desk, payload: dict[str, Any], missing: set[str]) -> None:
    code = await brought_to(desk, "processing")
    await desk.act(code, "resolve")
    answer = await desk.act(code, "hand_over", expect=422, **payload)
    assert {(fault["code"], fault["field"]) for fault in answer["errors"]} == {("missing", name) for name in missing}
    assert (await desk.get(f"/dossiers/{code}"))["state"] == "resolved"


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [
        (AT_THE_COUNTER | {"relationship": "Chính chủ"}, "Trả kết quả trực tiếp"),
        (BY_POST, "Trả kết quả qua bưu chính"),
        (ONLINE, "Trả kết quả trực tuyến"),
    ],
)
async def test_the_result_is_handed_over_in_one_of_three_ways(
    application: Application, desk: Desk, payload: dict[str, Any], sentence: str
) -> None:
    code = await brought_to(desk, "processing")
    await desk.act(code, "resolve")
    officer = await signed_in(application, Role.RECORDS_OFFICER, COMMUNE)
    handed = await desk.act(code, "hand_over", by=officer, **payload)
    assert (handed["state"], handed["national_status"], handed["actions"]) == ("returned", 10, [])
    kept = (await desk.get(f"/dossiers/{code}"))["hand_over"]
    told = {name: value for name, value in payload.items() if name != "authorisation"}
    assert {name: kept[name] for name in told} == told
    assert (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]["vi"] == sentence


@pytest.mark.parametrize("state", ["registered", *WAYS])
async def test_the_applicant_withdraws_at_any_time_before_the_result(desk: Desk, state: str) -> None:
    code = await brought_to(desk, state)
    withdrawn = await desk.act(code, "withdraw", **WITHDRAW)
    assert (withdrawn["state"], withdrawn["national_status"], withdrawn["actions"]) == ("withdrawn", 7, [])
    assert withdrawn["suspended_since"] is None
    assert (await desk.get(f"/dossiers/{code}"))["outcome"]["kind"] == "withdrawn"


@pytest.mark.parametrize("state", WAYS)
async def test_a_leader_stops_an_accepted_dossier(desk: Desk, state: str) -> None:
    code = await brought_to(desk, state)
    stopped = await desk.act(code, "stop", **STOP)
    assert (stopped["state"], stopped["national_status"], stopped["actions"]) == ("stopped", 8, [])
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"] == "Dừng giải quyết: Theo quyết định của cơ quan có thẩm quyền"


async def test_papers_that_never_come_before_acceptance_stop_the_dossier(desk: Desk) -> None:
    code = await brought_to(desk, "registered")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    assert (await desk.act(code, "stop", **NEVER_CAME))["state"] == "stopped"


async def test_papers_that_were_not_asked_for_or_came_are_no_reason_to_stop(desk: Desk) -> None:
    code = await brought_to(desk, "accepted")
    never_asked = await desk.act(code, "stop", expect=409, **NEVER_CAME)
    assert codes(never_asked) == ["reason_not_now"]
    assert "chỉ dùng khi hồ sơ ở trạng thái chờ bổ sung; hồ sơ hiện đã tiếp nhận" in never_asked["errors"][0]["vi"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    await desk.act(code, "receive_supplement")
    assert codes(await desk.act(code, "stop", expect=409, **NEVER_CAME)) == ["reason_not_now"]
    assert (await desk.act(code, "stop", **STOP))["state"] == "stopped"


async def test_an_unknown_reason_to_stop_is_answered_with_the_list(desk: Desk) -> None:
    code = await brought_to(desk, "accepted")
    answer = await desk.act(code, "stop", expect=422, **(STOP | {"reason_code": "bored"}))
    assert (codes(answer), answer["errors"][0]["field"]) == (["code_unknown"], "reason_code")
    assert "supplement_not_received" in answer["errors"][0]["params"]["expected"]


@pytest.mark.parametrize("action", ["withdraw", "stop"])
async def test_ending_during_a_wait_credits_the_wait(desk: Desk, clock: FixedClock, action: str) -> None:
    code = await brought_to(desk, "awaiting_supplement")
    go_to(clock, "2026-11-23 11:00")
    ended = await desk.act(code, action, **(WITHDRAW if action == "withdraw" else STOP))
    assert ended["current_due_at"] == "2026-11-27T11:00:00+07:00"
    (line,) = (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]
    assert (line["cause"], line["minutes"]) == ("supplement_wait", 120)
    status = await desk.get(f"/lookup/{code}", secret=desk.secrets[code])
    assert (status["waiting"], status["supplement"]) == (False, None), "nobody asks for papers any more"


@pytest.mark.parametrize("action", ["withdraw", "stop", "resolve", "extend"])
async def test_a_result_is_not_undone(desk: Desk, action: str) -> None:
    code = await brought_to(desk, "processing")
    await desk.act(code, "resolve")
    payload = {
        "withdraw": WITHDRAW,
        "stop": STOP,
        "extend": {"new_due_at": "2026-12-04T17:00:00+07:00", "reason": "Thêm thời gian"},
    }.get(action, {})
    assert codes(await desk.act(code, action, expect=409, **payload)) == ["action_not_possible_now"]


async def test_a_refused_act_leaves_no_trace(desk: Desk) -> None:
    code = await brought_to(desk, "accepted")
    before = await desk.get(f"/dossiers/{code}")
    history = await desk.get(f"/dossiers/{code}/timeline")
    await desk.act(code, "hand_over", expect=409, **AT_THE_COUNTER)
    await desk.act(code, "resolve", by=desk.clerk, expect=403)
    await desk.act(code, "start_processing", expect=422, assignee="nobody")
    assert await desk.get(f"/dossiers/{code}") == before
    assert await desk.get(f"/dossiers/{code}/timeline") == history


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://example.vn/1", "https:///x", "https://a@b.vn", "/x"])
async def test_a_result_is_linked_to_over_https_only(desk: Desk, link: str) -> None:
    code = await brought_to(desk, "accepted")
    await desk.act(code, "resolve")
    answer = await desk.act(code, "hand_over", expect=422, method="online", link=link)
    assert codes(answer) == ["link_not_https"]


async def test_what_does_not_belong_to_the_way_of_handing_over_is_refused(desk: Desk) -> None:
    code = await brought_to(desk, "accepted")
    await desk.act(code, "resolve")
    foreign: dict[str, Any] = {"tracking_number": "EB1", "receiver_name": "Nguyễn Thị Thử Nghiệm"}
    answer = await desk.act(code, "hand_over", expect=422, **ONLINE, **foreign)
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("not_with_method", "receiver_name"), ("not_with_method", "tracking_number"),
    ]  # fmt: skip
