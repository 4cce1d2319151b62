"""One complete request for what is missing (Mẫu 02): before acceptance the clock is untouched, after it pauses."""

from typing import Any

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import SUPPLEMENT, Desk, codes, go_to
from tests.factories.people import COMMUNE, signed_in

LEADER_REASON: dict[str, Any] = {"leader_reason": "Phát sinh giấy tờ không thể biết trước"}


async def test_before_acceptance_the_clock_is_untouched(desk: Desk, clock: FixedClock) -> None:
    filed = await desk.register(accept=False, components=[])
    asked = await desk.act(filed["code"], "request_supplement", **SUPPLEMENT)
    assert (asked["state"], asked["national_status"], asked["suspended_since"]) == ("awaiting_supplement", 5, None)
    go_to(clock, "2026-11-25 10:00")
    received = await desk.act(filed["code"], "receive_supplement", components=[{"code": "TP01", "originals": 1}])
    assert received["state"] == "registered"
    assert "accept" in received["actions"], "what was missing is here now"
    read = await desk.get(f"/dossiers/{filed['code']}")
    assert {name: read[name] for name in received} == received
    accepted = await desk.act(filed["code"], "accept")
    assert (accepted["accepted_at"], accepted["promised_due_at"]) == (
        "2026-11-25T10:00:00+07:00", "2026-11-30T10:00:00+07:00",
    )  # fmt: skip
    assert (await desk.get(f"/dossiers/{filed['code']}/deadline"))["adjustments"] == []


async def test_waiting_from_wednesday_ten_to_friday_ten_adds_sixteen_working_hours(
    desk: Desk, clock: FixedClock
) -> None:
    dossier = await desk.register()
    code = dossier["code"]
    assert dossier["current_due_at"] == "2026-11-27T09:00:00+07:00"
    await desk.act(code, "start_processing")
    go_to(clock, "2026-11-25 10:00")
    asked = await desk.act(code, "request_supplement", by=desk.specialist, **SUPPLEMENT)
    assert asked["suspended_since"] == "2026-11-25T10:00:00+07:00"
    item = (await desk.get("/dossiers"))["items"][0]
    assert (item["suspended"], item["overdue"]) == (True, False)
    go_to(clock, "2026-11-27 10:00")
    received = await desk.act(code, "receive_supplement")
    assert (received["state"], received["suspended_since"]) == ("processing", None)
    assert received["current_due_at"] == "2026-12-01T09:00:00+07:00"
    assert received["promised_due_at"] == "2026-11-27T09:00:00+07:00", "what was printed stays"

    deadline = await desk.get(f"/dossiers/{code}/deadline")
    (line,) = deadline["adjustments"]
    assert {
        name: line[name] for name in ("cause", "effect", "minutes", "from_at", "to_at", "before_due", "after_due")
    } == {
        "cause": "supplement_wait",
        "effect": "pause",
        "minutes": 16 * 60,
        "from_at": "2026-11-25T10:00:00+07:00",
        "to_at": "2026-11-27T10:00:00+07:00",
        "before_due": "2026-11-27T09:00:00+07:00",
        "after_due": "2026-12-01T09:00:00+07:00",
    }
    # Mon 09:00–17:00 is six hours of work, Wed 07:00–10:00 three.
    assert (deadline["minutes_used"], deadline["minutes_left"]) == (9 * 60, 15 * 60)
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"] == (
        "Nhận giấy tờ bổ sung; 960 phút làm việc chờ đợi không tính vào thời hạn, hẹn trả 09:00 ngày 01/12/2026"
    )


async def test_the_request_is_kept_whole_with_the_day_to_answer_by(desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_supplement", answer_within_days=10, **SUPPLEMENT)
    (request,) = (await desk.get(f"/dossiers/{code}"))["supplements"]
    assert request["items"] == [{"component_code": "TP01", "problem": "wrong_form", "note": None}]
    assert (request["answer_due_at"], request["received_at"]) == ("2026-12-03T23:59:00+07:00", None)
    assert request["before_acceptance"] is False


async def test_nothing_outside_the_list_may_be_asked_for(desk: Desk) -> None:
    code = (await desk.register())["code"]
    items = [{"component_code": "TP77", "problem": "missing"}]
    answer = await desk.act(code, "request_supplement", expect=409, items=items, reason="Thêm")
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("component_unknown", "items.0.component_code")
    ]
    items = [{"component_code": "TP01", "problem": "not_pretty"}]
    answer = await desk.act(code, "request_supplement", expect=422, items=items, reason="Thêm")
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [("code_unknown", "items.0.problem")]


async def test_only_one_request_is_open_at_a_time(desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    answer = await desk.act(code, "request_supplement", by=desk.leader, expect=409, **SUPPLEMENT, **LEADER_REASON)
    assert codes(answer) == ["action_not_possible_now"]


async def test_a_second_request_needs_a_leader_and_a_reason(desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    await desk.act(code, "receive_supplement")
    answer = await desk.act(code, "request_supplement", expect=409, **SUPPLEMENT)
    assert codes(answer) == ["second_supplement_needs_leader"]
    shown = {item["action"]: item for item in (await desk.get(f"/dossiers/{code}/actions"))["actions"]}
    assert codes({"errors": shown["request_supplement"]["refusals"]}) == ["second_supplement_needs_leader"]
    answer = await desk.act(code, "request_supplement", expect=403, **SUPPLEMENT, **LEADER_REASON)
    assert codes(answer) == ["leader_needed"]
    answer = await desk.act(code, "request_supplement", by=desk.leader, expect=409, **SUPPLEMENT)
    assert codes(answer) == ["second_supplement_needs_leader"]
    again = await desk.act(code, "request_supplement", by=desk.leader, **SUPPLEMENT, **LEADER_REASON)
    assert again["state"] == "awaiting_supplement"
    requests = (await desk.get(f"/dossiers/{code}"))["supplements"]
    assert [request["leader_reason"] for request in requests] == [None, LEADER_REASON["leader_reason"]]


async def test_a_request_before_acceptance_counts_as_the_one(desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    await desk.act(code, "receive_supplement")
    await desk.act(code, "accept")
    answer = await desk.act(code, "request_supplement", expect=409, **SUPPLEMENT)
    assert codes(answer) == ["second_supplement_needs_leader"]


async def test_papers_that_replace_others_are_kept_as_they_are_now(desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    papers = [{"code": "TP01", "originals": 2}, {"code": "TP03", "certified_copies": 1}]
    await desk.act(code, "receive_supplement", components=papers)
    components = (await desk.get(f"/dossiers/{code}"))["components"]
    assert [(item["code"], item["originals"], item["certified_copies"]) for item in components] == [
        ("TP01", 2, 0), ("TP03", 0, 1),
    ]  # fmt: skip


async def test_a_cashier_asks_for_no_papers(application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    answer = await desk.act(code, "request_supplement", by=cashier, expect=403, **SUPPLEMENT)
    assert codes(answer) == ["permission_missing"]


async def test_a_supplement_never_takes_papers_away_and_names_what_did_not_come(desk: Desk) -> None:
    both = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
    code = (await desk.register(case_variant="again", components=both))["code"]
    items = [{"component_code": paper, "problem": "illegible"} for paper in ("TP01", "TP02")]
    await desk.act(code, "request_supplement", items=items, reason="Mờ")
    for nothing, fault in (
        ({"code": "TP01"}, "component_empty"),
        ({"code": "TP01", "source": "data"}, "component_not_from_data"),
    ):
        assert codes(await desk.act(code, "receive_supplement", expect=422, components=[nothing])) == [fault]
    received = await desk.act(code, "receive_supplement", components=[{"code": "TP01", "photocopies": 1}])
    (warning,) = received["warnings"]
    assert warning["code"] == "supplement_not_brought"
    assert warning["vi"].startswith("Đã yêu cầu bổ sung TP02 (")
    papers = (await desk.get(f"/dossiers/{code}"))["components"]
    assert [(item["code"], item["originals"], item["photocopies"]) for item in papers] == [
        ("TP01", 1, 1), ("TP02", 1, 0),
    ]  # fmt: skip


async def test_what_is_still_missing_after_a_supplement_is_a_warning(desk: Desk) -> None:
    code = (await desk.register(accept=False, components=[]))["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    name = (await desk.get(f"/lookup/{code}", secret=desk.secrets[code]))["supplement"]["items"][0]["name"]
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"].startswith(f"Yêu cầu bổ sung giấy tờ {name}, hạn")
    received = await desk.act(code, "receive_supplement")
    assert [warning["code"] for warning in received["warnings"]] == ["supplement_not_brought", "component_missing"]


async def test_papers_brought_at_the_counter_are_taken_with_the_acceptance(desk: Desk) -> None:
    filed = await desk.register(accept=False, components=[])
    unlisted = [{"code": "TP77", "originals": 1}]
    answer = await desk.act(filed["code"], "accept", expect=409, components=unlisted)
    assert codes(answer) == ["component_unknown", "component_missing"], "input and situation in one answer"
    accepted = await desk.act(filed["code"], "accept", components=[{"code": "TP01", "originals": 1}])
    assert (accepted["state"], accepted["receipt"]["number"]) == ("accepted", 1)
    (paper,) = (await desk.get(f"/dossiers/{filed['code']}"))["components"]
    assert (paper["code"], paper["originals"]) == ("TP01", 1)
