"""A clerk's mistake put right: an event that voids the receipt, issues the next one and keeps what stood before."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from tests.factories.dossiers import BIRTH, MARITAL_STATUS, SUPPLEMENT, Desk, applicant, codes, go_to, without_receipt

NAME: dict[str, Any] = {
    "reason": "Gõ sai họ tên",
    "applicant": applicant(full_name="Nguyễn Thị Sửa Đúng", identity_number="037990999999"),
}
PROCEDURE: dict[str, Any] = {
    "reason": "Chọn nhầm thủ tục",
    "procedure_code": BIRTH,
    "components": [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}],
}


async def test_a_wrong_name_is_put_right_and_the_old_receipt_is_void(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    before = await desk.register()
    code, old = before["code"], before["receipt"]
    go_to(clock, "2026-11-23 10:00")
    after = await desk.act(code, "correct", **NAME)
    new = after["receipt"]
    assert (after["state"], after["version"], new["number"]) == ("accepted", 3, 2)
    assert new["lookup_secret"] != old["lookup_secret"]
    assert new["promised_due_at"] == old["promised_due_at"] == after["current_due_at"]
    read = await desk.get(f"/dossiers/{code}")
    assert (read["applicant"]["full_name"], read["receipt"]["number"]) == ("Nguyễn Thị Sửa Đúng", new["number"])
    assert {name: read[name] for name in without_receipt(after)} == without_receipt(after)

    with_old = await desk.get(f"/lookup/{code}", secret=old["lookup_secret"])
    with_new = await desk.get(f"/lookup/{code}", secret=new["lookup_secret"])
    assert (with_old["receipt_void"], with_new["receipt_void"]) == (True, False)
    entry = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert entry["vi"] == "Đính chính (chủ hồ sơ); giấy tiếp nhận trước bị hủy, cấp giấy số 2"
    async with application.database.read() as connection:
        kept = await fetch_one(
            connection,
            "select c.reason, c.before::text, c.after::text, c.seq from dossier_correction c "
            "join dossier d on d.id = c.dossier_id where d.code = $1",
            code,
        )
    assert kept is not None
    assert (kept.reason, kept.seq) == ("Gõ sai họ tên", 3)
    assert "Nguyễn Thị Thử Nghiệm" in kept.before
    assert "Nguyễn Thị Sửa Đúng" in kept.after


async def test_a_representative_and_the_way_home_are_corrected_and_what_stood_before_is_kept(
    application: Application, desk: Desk
) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "correct", expect=422, reason="Khách đổi ý", return_channel="postal")
    assert codes(answer) == ["return_address_missing"]
    filer = {"full_name": "Lê Thị Nộp Thay", "identity_number": "037890004321"}
    after = await desk.act(
        code, "correct", reason="Ghi thiếu", representative=filer, return_channel="postal", return_address="Thôn Thử"
    )
    assert after["return_channel"] == "postal"
    shown = await desk.get(f"/dossiers/{code}")
    assert shown["return_channel"] == "postal"
    assert shown["representative"]["full_name"] == "Lê Thị Nộp Thay"
    async with application.database.read() as connection:
        kept = await fetch_one(
            connection,
            "select c.before->>'return_channel' as channel, c.after::text as after from dossier_correction c "
            "join dossier d on d.id = c.dossier_id where d.code = $1",
            code,
        )
    assert kept is not None
    assert kept.channel == "counter"
    assert "Thôn Thử" in kept.after


async def test_the_log_tells_of_a_correction_without_names(application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "correct", **NAME)
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select string_agg(e.data::text, ' ') as said from dossier_event e join dossier d on d.id = e.dossier_id "
            "where d.code = $1",
            code,
        )
    assert row is not None
    for personal in ("Sửa Đúng", "037990", "Gõ sai"):
        assert personal not in row.said


async def test_the_old_rating_token_is_dead_and_the_new_one_rates(desk: Desk) -> None:
    dossier = await desk.register()
    corrected = await desk.act(dossier["code"], "correct", **NAME)
    await desk.act(dossier["code"], "resolve")
    old, new = dossier["receipt"]["rating_token"], corrected["receipt"]["rating_token"]
    dead = await desk.client.post(f"/api/v1/ratings/{old}", json={"level": 1})
    assert (dead.status_code, codes(dead.json())) == (404, ["rating_unknown"])
    assert (await desk.client.post(f"/api/v1/ratings/{new}", json={"level": 5})).status_code == 201


async def test_a_wrong_procedure_computes_the_promise_anew_from_the_acceptance(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    go_to(clock, "2026-11-23 10:00")
    after = await desk.act(code, "correct", **PROCEDURE)
    assert after["procedure"]["code"] == BIRTH
    assert after["accepted_at"] == "2026-11-23T09:00:00+07:00"
    assert after["promised_due_at"] == after["current_due_at"] == "2026-11-23T17:00:00+07:00"
    assert after["receipt"]["promised_due_at"] == "2026-11-23T17:00:00+07:00"
    (line,) = (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]
    assert (line["cause"], line["before_due"], line["after_due"]) == (
        "correction", "2026-11-27T09:00:00+07:00", "2026-11-23T17:00:00+07:00",
    )  # fmt: skip
    assert MARITAL_STATUS in line["reason"]


async def test_a_wait_before_the_correction_is_still_credited(desk: Desk, clock: FixedClock) -> None:
    code = (
        await desk.register(
            procedure_code=BIRTH, components=[{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
        )
    )["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    go_to(clock, "2026-11-23 11:00")
    await desk.act(code, "receive_supplement")
    papers = [{"code": "TP01", "originals": 1}]
    after = await desk.act(code, "correct", reason="Nhầm", procedure_code=MARITAL_STATUS, components=papers)
    assert after["promised_due_at"] == "2026-11-27T09:00:00+07:00"
    assert after["current_due_at"] == "2026-11-27T11:00:00+07:00"


async def test_the_papers_must_be_those_of_the_right_procedure(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(
        code, "correct", expect=422, **(PROCEDURE | {"components": [{"code": "TP09", "originals": 1}]})
    )
    assert set(codes(answer)) == {"component_unknown", "component_missing"}
    answer = await desk.act(code, "correct", expect=422, reason="Nhầm", procedure_code="1.999999")
    assert codes(answer) == ["procedure_unknown"]
    assert (await desk.get(f"/dossiers/{code}"))["receipt"]["number"] == 1


async def test_the_papers_of_one_procedure_do_not_become_those_of_another(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "correct", expect=422, reason="Nhầm", procedure_code=BIRTH)
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("components_of_other_procedure", "components")
    ]
    papers = [{"code": "TP01", "originals": 1}]
    corrected = await desk.act(code, "correct", reason="Nhầm", procedure_code=BIRTH, components=papers)
    assert [warning["code"] for warning in corrected["warnings"]] == ["component_obtainable"], "as at registration"


async def test_a_case_alone_is_corrected_with_its_papers(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "correct", expect=422, reason="Cấp lại", case_variant="again")
    assert codes(answer) == ["component_missing"]
    papers = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
    after = await desk.act(code, "correct", reason="Cấp lại", case_variant="again", components=papers)
    assert after["case_variant"] == "again"
    moved = await desk.act(code, "correct", **PROCEDURE)
    assert moved["case_variant"] == "", "the cases of one procedure mean nothing in another"


@pytest.mark.parametrize(("header", "status", "code"), [
    (None, 428, "version_required"), ("*", 428, "version_required"), ('"1"', 412, "stale_version"),
    ('"99"', 412, "stale_version"), ("2", 422, "if_match_invalid"), ('"two"', 422, "if_match_invalid"),
    ('"99999999999"', 422, "if_match_invalid"),
])  # fmt: skip
async def test_nobody_corrects_what_they_have_not_seen(desk: Desk, header: str | None, status: int, code: str) -> None:
    dossier = await desk.register()
    headers: dict[str, Any] = {} if header is None else {"if_match": header}
    answer = await desk.post(f"/dossiers/{dossier['code']}/actions", {"action": "correct", **NAME}, **headers)
    assert (answer.status_code, codes(answer.json())) == (status, [code])


async def test_any_act_may_be_tied_to_the_version_seen(desk: Desk) -> None:
    dossier = await desk.register(accept=False)
    path = f"/dossiers/{dossier['code']}/actions"
    stale = await desk.post(path, {"action": "accept"}, if_match='"7"')
    assert (stale.status_code, stale.json()["errors"][0]["params"]) == (412, {"current": 1})
    assert (await desk.post(path, {"action": "accept"}, if_match='W/"1"')).status_code == 200


async def test_an_empty_correction_is_refused(desk: Desk) -> None:
    code = (await desk.register())["code"]
    assert codes(await desk.act(code, "correct", expect=409, reason="Không rõ")) == ["correction_empty"]


async def test_before_acceptance_a_correction_moves_no_date(desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    after = await desk.act(code, "correct", **PROCEDURE)
    assert (after["state"], after["procedure"]["code"], after["promised_due_at"]) == ("registered", BIRTH, None)
    assert (await desk.act(code, "accept"))["promised_due_at"] == "2026-11-23T17:00:00+07:00"
