"""A dossier at the counter, from the clerk's first request to the citizen's rating."""

import datetime as dt

from app.core.clock import FixedClock
from tests.factories.dossiers import (
    AT_THE_COUNTER,
    BIRTH,
    MARITAL_STATUS,
    Desk,
    applicant,
    registration,
    without_receipt,
)


async def test_accepting_at_once_gives_code_receipt_and_promise(desk: Desk) -> None:
    dossier = await desk.register()
    assert dossier["code"].startswith("H42.")
    assert dossier["code"].endswith("-261123-0001")
    assert (dossier["state"], dossier["national_status"], dossier["version"]) == ("accepted", 2, 2)
    assert dossier["procedure"]["code"] == MARITAL_STATUS
    # Three working days from Monday 23/11/2026 09:00: the 24th is a holiday.
    assert dossier["promised_due_at"] == "2026-11-27T09:00:00+07:00"
    assert dossier["current_due_at"] == dossier["promised_due_at"]
    assert len(dossier["receipt"]["lookup_secret"]) == 8
    assert dossier["receipt"]["promised_due_at"] == dossier["promised_due_at"]
    assert "start_processing" not in dossier["actions"], "the clerk is no specialist"
    assert "withdraw" in dossier["actions"]


async def test_same_day_procedure_received_at_nine_is_due_at_closing(desk: Desk) -> None:
    dossier = await desk.register(
        procedure_code=BIRTH, components=[{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
    )
    assert dossier["promised_due_at"] == "2026-11-23T17:00:00+07:00"


async def test_the_whole_way_to_the_rating(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    code, receipt = dossier["code"], dossier["receipt"]
    clock.move_to(clock.at + dt.timedelta(hours=2))
    assert (await desk.act(code, "start_processing"))["state"] == "processing"
    clock.move_to(clock.at + dt.timedelta(days=2))
    resolved = await desk.act(code, "resolve", result_number="12/XN")
    assert (resolved["state"], resolved["national_status"]) == ("resolved", 9)
    handed = await desk.act(code, "hand_over", **AT_THE_COUNTER)
    assert (handed["state"], handed["national_status"], handed["actions"]) == ("returned", 10, [])

    rated = await desk.client.post(f"/api/v1/ratings/{receipt['rating_token']}", json={"level": 5})
    assert rated.status_code == 201
    again = await desk.client.post(f"/api/v1/ratings/{receipt['rating_token']}", json={"level": 1})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "already_rated")

    timeline = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert [entry["type"] for entry in timeline] == [
        "registered", "accepted", "processing_started", "resolved", "handed_over", "rated",
    ]  # fmt: skip
    assert timeline[1]["vi"] == "Tiếp nhận hồ sơ, thời hạn 3 ngày làm việc, hẹn trả kết quả 09:00 ngày 27/11/2026"


async def test_the_answer_of_an_act_and_the_dossier_read_back_agree(desk: Desk) -> None:
    written = await desk.register(representative=applicant(full_name="Trần Văn Thử"), summary="Xác nhận để kết hôn")
    read = await desk.get(f"/dossiers/{written['code']}")
    said = {name: value for name, value in without_receipt(written).items() if name != "warnings"}
    assert {name: read[name] for name in said} == said
    assert read["applicant"]["full_name"] == "Nguyễn Thị Thử Nghiệm"
    assert read["representative"]["full_name"] == "Trần Văn Thử"
    assert read["components"][0]["originals"] == 1
    acted = await desk.act(written["code"], "start_processing")
    answer = await desk.client.get(f"/api/v1/dossiers/{written['code']}", headers=desk.specialist)
    assert answer.headers["etag"] == '"3"'
    assert {name: answer.json()[name] for name in acted} == acted


async def test_a_dossier_that_did_not_change_is_not_sent_again(desk: Desk) -> None:
    code = (await desk.register())["code"]
    desk.client.event_hooks = {"request": [], "response": []}  # an answer without a body has no declared content
    path, headers = f"/api/v1/dossiers/{code}", {**desk.clerk, "If-None-Match": '"1", W/"2"'}
    unchanged = await desk.client.get(path, headers=headers)
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", '"2"')
    await desk.act(code, "start_processing")
    changed = await desk.client.get(path, headers=headers)
    assert (changed.status_code, changed.json()["version"]) == (200, 3)
    assert (await desk.client.get(path, headers={"If-None-Match": '"3"'})).status_code == 401


async def test_the_receipt_shows_status_and_no_personal_data(desk: Desk) -> None:
    dossier = await desk.register()
    path = f"/api/v1/lookup/{dossier['code']}"
    answer = await desk.client.get(path, params={"secret": dossier["receipt"]["lookup_secret"].lower()})
    assert answer.status_code == 200
    assert answer.json()["status_vi"] == "Được tiếp nhận"
    assert answer.json()["kept"] == "in_time"
    assert "Nguyễn" not in answer.text
    assert "Thử" not in answer.text


async def test_a_made_up_code_and_a_wrong_secret_are_answered_alike(desk: Desk) -> None:
    dossier = await desk.register()
    wrong = await desk.client.get(f"/api/v1/lookup/{dossier['code']}", params={"secret": "WRONGONE"})
    made_up = await desk.client.get("/api/v1/lookup/H42.101-261123-9999", params={"secret": "WRONGONE"})
    assert wrong.status_code == made_up.status_code == 404
    for name in ("title", "code", "errors", "detail"):
        assert wrong.json()[name] == made_up.json()[name]


async def test_every_fault_of_a_registration_is_named_at_once_and_nothing_is_written(desk: Desk) -> None:
    body = registration(
        procedure_code="1.999999",
        receiving_unit="99999",
        applicant=applicant(identity_number="12", date_of_birth="2030-01-01"),
        return_channel="postal",
    )
    del body["applicant"]["address"]
    answer = await desk.client.post("/api/v1/dossiers", json=body, headers=desk.clerk)
    assert answer.status_code == 422
    assert {(fault["code"], fault["field"]) for fault in answer.json()["errors"]} == {
        ("unit_unknown", "receiving_unit"),
        ("procedure_unknown", "procedure_code"),
        ("identity_number_malformed", "applicant.identity_number"),
        ("date_in_future", "applicant.date_of_birth"),
        ("return_address_missing", "return_address"),
    }
    assert all(fault["vi"] and fault["en"] for fault in answer.json()["errors"])
    assert (await desk.get("/dossiers"))["items"] == []


async def test_a_missing_paper_stops_acceptance_but_not_registration(desk: Desk) -> None:
    refused = await desk.client.post("/api/v1/dossiers", json=registration(components=[]), headers=desk.clerk)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "component_missing"
    registered = await desk.register(components=[], accept=False)
    assert registered["state"] == "registered"
    assert registered["warnings"][0]["code"] == "component_missing"
    refused_act = await desk.act(registered["code"], "accept", expect=409)
    assert refused_act["errors"][0]["code"] == "component_missing"


async def test_a_number_is_not_lost_when_a_registration_fails(desk: Desk) -> None:
    first = await desk.register()
    await desk.client.post("/api/v1/dossiers", json=registration(components=[]), headers=desk.clerk)
    second = await desk.register()
    assert (first["code"][-4:], second["code"][-4:]) == ("0001", "0002")
