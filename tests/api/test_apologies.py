"""Mẫu 04: drafted by the scan, written by the unit, sent by its head, once and in time."""

import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import Desk, desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in
from tests.worker.test_scans import at

CAUSE: dict[str, Any] = {"cause_code": "verification_needed", "explanation": "Chờ xác minh nơi cư trú cũ"}
LATER = "2026-12-02T09:00:00+07:00"


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient, clock: FixedClock) -> Desk:
    """A desk with one dossier that is due on Friday 27/11/2026 at 09:00; it is Thursday, the draft is there."""
    desk = await desk_of(application, client)
    await desk.register()
    clock.move_to(at("2026-11-26 08:00"))
    await scan_dossiers(application)
    return desk


async def send(desk: Desk, *, by: dict[str, str], expect: int = 200, **body: Any) -> dict[str, Any]:
    answer = await desk.client.post(f"/api/v1/dossiers/{desk.codes[0]}/apology/send", json=body, headers=by)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def write(desk: Desk, *, by: dict[str, str], expect: int = 200, **body: Any) -> dict[str, Any]:
    answer = await desk.client.put(f"/api/v1/dossiers/{desk.codes[0]}/apology", json=body, headers=by)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def letter(desk: Desk) -> dict[str, Any]:
    return await desk.get(f"/dossiers/{desk.codes[0]}/apology")


async def test_the_draft_has_what_the_form_asks_for_but_a_cause(desk: Desk) -> None:
    draft = await letter(desk)
    assert (draft["status"], draft["cause"]) == ("draft", None)
    assert draft["addressee"]["full_name"] == "Nguyễn Thị Thử Nghiệm"
    assert draft["addressee"]["phone"] == "0900000000"
    assert draft["procedure_name"]
    assert draft["unit"]["code"] == COMMUNE
    assert dt.datetime.fromisoformat(draft["promised_due_at"]) == at("2026-11-27 09:00")
    assert dt.datetime.fromisoformat(draft["new_due_at"]) == at("2026-12-02 09:00")


async def test_it_is_not_sent_before_somebody_says_the_cause(desk: Desk) -> None:
    problem = await send(desk, by=desk.leader, expect=422)
    assert [(fault["code"], fault["field"]) for fault in problem["errors"]] == [("missing", "cause_code")]


async def test_only_the_head_of_the_agency_sends(application: Application, desk: Desk) -> None:
    await send(desk, by=desk.specialist, expect=403, **CAUSE)
    await send(desk, by=desk.clerk, expect=403, **CAUSE)
    await send(desk, by=await signed_in(application, Role.APPROVING_LEADER, OTHER_COMMUNE), expect=404, **CAUSE)
    assert (await letter(desk))["status"] == "draft"


async def test_sending_extends_the_dossier_in_the_same_act(desk: Desk) -> None:
    sent = await send(desk, by=desk.leader, **CAUSE)
    assert (sent["status"], sent["cause"]["vi"]) == ("sent", "Cần xác minh thêm")
    assert sent["sent_by"].startswith("Người thử")
    dossier = await desk.get(f"/dossiers/{desk.codes[0]}")
    assert dt.datetime.fromisoformat(dossier["current_due_at"]) == at("2026-12-02 09:00")
    assert dt.datetime.fromisoformat(dossier["promised_due_at"]) == at("2026-11-27 09:00")
    (line,) = (await desk.get(f"/dossiers/{desk.codes[0]}/deadline"))["adjustments"]
    assert line["cause"] == "extension"
    assert "Chờ xác minh nơi cư trú cũ" in line["reason"]


async def test_it_is_sent_once(application: Application, desk: Desk) -> None:
    await send(desk, by=desk.leader, **CAUSE)
    problem = await send(desk, by=desk.leader, expect=409, **CAUSE)
    assert problem["errors"][0]["code"] == "apology_not_drafted"
    problem = await write(
        desk, by=desk.leader, expect=409, cause_code="complex_case", new_due_at="2026-12-09T09:00:00Z"
    )
    assert "extension_used" in [fault["code"] for fault in problem["errors"]]
    await scan_dossiers(application)
    assert (await letter(desk))["status"] == "sent"


async def test_after_the_due_time_it_is_refused_and_nothing_is_sent(desk: Desk, clock: FixedClock) -> None:
    clock.move_to(at("2026-11-27 09:00"))
    problem = await send(desk, by=desk.leader, expect=409, **CAUSE)
    assert [fault["code"] for fault in problem["errors"]] == ["extension_after_due"]
    assert (await letter(desk))["status"] == "draft"


async def test_the_specialist_writes_it_and_the_head_only_signs(desk: Desk) -> None:
    written = await write(desk, by=desk.specialist, **CAUSE, new_due_at=LATER)
    assert (written["status"], written["explanation"]) == ("draft", CAUSE["explanation"])
    assert (await send(desk, by=desk.leader))["explanation"] == CAUSE["explanation"]


async def test_what_somebody_wrote_is_not_overwritten_by_the_next_scan(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    await write(desk, by=desk.specialist, **CAUSE, new_due_at="2026-12-04T16:00:00+07:00")
    clock.move_to(at("2026-11-27 07:00"))
    await scan_dossiers(application)
    kept = await letter(desk)
    assert dt.datetime.fromisoformat(kept["new_due_at"]) == at("2026-12-04 16:00")


async def test_all_faults_of_a_letter_are_said_at_once(desk: Desk) -> None:
    problem = await write(
        desk,
        by=desk.specialist,
        expect=422,
        cause_code="the_weather",
        new_due_at="2026-11-26T09:00:00+07:00",
        responsible="nobody",
    )
    assert [(fault["code"], fault["field"]) for fault in problem["errors"]] == [
        ("code_unknown", "cause_code"),
        ("extension_not_later", "new_due_at"),
        ("assignee_unknown", "responsible"),
    ]


async def test_a_clerk_of_the_desk_writes_no_apology(desk: Desk) -> None:
    await write(desk, by=desk.clerk, expect=403, **CAUSE, new_due_at=LATER)


async def test_a_dossier_without_one_says_so(application: Application, client: httpx.AsyncClient) -> None:
    desk = await desk_of(application, client)
    code = (await desk.register())["code"]
    problem = await desk.get(f"/dossiers/{code}/apology", expect=404)
    assert problem["errors"][0]["code"] == "apology_unknown"
    await send(desk, by=desk.leader, expect=409, **CAUSE)


async def test_drafts_that_wait_for_a_signature_are_listed_without_names(application: Application, desk: Desk) -> None:
    answer = await desk.client.get("/api/v1/apologies", headers=desk.leader)
    (item,) = answer.json()["items"]
    assert (item["dossier_code"], item["status"]) == (desk.codes[0], "draft")
    assert "Nguyễn" not in str(item)
    stranger = await signed_in(application, Role.APPROVING_LEADER, OTHER_COMMUNE)
    assert (await desk.client.get("/api/v1/apologies", headers=stranger)).json()["items"] == []
    await send(desk, by=desk.leader, **CAUSE)
    sent = await desk.client.get("/api/v1/apologies", headers=desk.leader, params={"status": "sent"})
    assert [found["dossier_code"] for found in sent.json()["items"]] == desk.codes


async def test_the_same_key_sends_once(desk: Desk) -> None:
    headers = desk.leader | {"Idempotency-Key": "xin-loi-1"}
    first = await send(desk, by=headers, **CAUSE)
    assert first == await send(desk, by=headers, **CAUSE)
