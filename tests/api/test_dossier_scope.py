"""Reception is independent of boundaries inside the province: who sees and does what when two units are in play."""

import pytest

from app.bootstrap import Application
from app.domain.permissions import Role
from tests.factories.dossiers import AT_THE_COUNTER, Desk, codes, desk_of, registration
from tests.factories.people import COMMUNE, DEPARTMENT, OTHER_COMMUNE, PROVINCE, account_of, signed_in

READS = ("", "/actions", "/timeline", "/deadline")


@pytest.fixture
async def department(application: Application, desk: Desk) -> Desk:
    return await desk_of(application, desk.client, DEPARTMENT)


async def test_the_commune_receives_and_the_department_decides(desk: Desk, department: Desk) -> None:
    dossier = await desk.register(competent_unit=DEPARTMENT)
    code = dossier["code"]
    assert (dossier["receiving_unit"]["code"], dossier["competent_unit"]["code"]) == (COMMUNE, DEPARTMENT)
    for reader in (desk.clerk, desk.specialist, department.specialist):
        for part in READS:
            answer = await desk.client.get(f"/api/v1/dossiers/{code}{part}", headers=reader)
            assert answer.status_code == 200
    # Seen, but not theirs to decide: 403, not 404.
    assert codes(await desk.act(code, "resolve", expect=403)) == ["out_of_scope"]
    assert codes(await desk.act(code, "start_processing", expect=403)) == ["out_of_scope"]
    await department.act(code, "start_processing")
    await department.act(code, "resolve")
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    timeline = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert [entry["unit"] for entry in timeline] == [
        "Phường Châu Sơn", "Phường Châu Sơn", "Sở Nội vụ", "Sở Nội vụ", "Phường Châu Sơn",
    ]  # fmt: skip


async def test_the_department_does_not_accept_what_the_commune_received(desk: Desk, department: Desk) -> None:
    code = (await desk.register(competent_unit=DEPARTMENT, accept=False))["code"]
    assert codes(await desk.act(code, "accept", by=department.clerk, expect=403)) == ["out_of_scope"]
    assert (await desk.act(code, "accept"))["state"] == "accepted"


async def test_another_commune_is_told_that_there_is_no_such_dossier(application: Application, desk: Desk) -> None:
    code = (await desk.register(competent_unit=DEPARTMENT))["code"]
    stranger = await desk_of(application, desk.client, OTHER_COMMUNE)
    for part in READS:
        answer = await desk.client.get(f"/api/v1/dossiers/{code}{part}", headers=stranger.clerk)
        made_up = await desk.client.get(f"/api/v1/dossiers/H42.1-261123-9999{part}", headers=stranger.clerk)
        assert answer.status_code == made_up.status_code == 404
        assert answer.json()["errors"] == made_up.json()["errors"]
    for action in ("resolve", "start_processing"):
        assert codes(await stranger.act(code, action, expect=404)) == ["dossier_unknown"]
    assert (await stranger.get("/dossiers"))["items"] == []


async def test_another_commune_cannot_register_here(application: Application, desk: Desk) -> None:
    stranger = await desk_of(application, desk.client, OTHER_COMMUNE)
    refused = await desk.post("/dossiers", {**registration(), "receiving_unit": COMMUNE}, by=stranger.clerk)
    assert (refused.status_code, codes(refused.json())) == (403, ["out_of_scope"])


async def test_a_supporting_unit_is_noted(desk: Desk) -> None:
    dossier = await desk.register(supporting_unit=OTHER_COMMUNE)
    assert (await desk.get(f"/dossiers/{dossier['code']}"))["supporting_unit"]["code"] == OTHER_COMMUNE
    refused = await desk.post("/dossiers", {**registration(), "supporting_unit": "99999", "competent_unit": "88888"})
    assert {fault["field"] for fault in refused.json()["errors"]} == {"supporting_unit", "competent_unit"}


async def test_the_inspector_of_the_province_reads_all_and_does_nothing(application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    inspector = await signed_in(application, Role.INSPECTOR, PROVINCE)
    read = await desk.client.get(f"/api/v1/dossiers/{code}", headers=inspector)
    assert (read.status_code, read.json()["actions"]) == (200, [])
    page = await desk.client.get("/api/v1/dossiers", headers=inspector)
    assert [item["code"] for item in page.json()["items"]] == [code]
    for action in ("accept", "resolve", "start_processing"):
        assert codes(await desk.act(code, action, by=inspector, expect=403)) == ["permission_missing"]
    refused = await desk.post("/dossiers", registration(), by=inspector)
    assert refused.status_code == 403


async def test_actions_tell_why_not(desk: Desk) -> None:
    code = (await desk.register(components=[], accept=False))["code"]
    document = await desk.get(f"/dossiers/{code}/actions")
    assert (document["code"], document["state"], document["version"]) == (code, "registered", 1)
    shown = {item["action"]: item for item in document["actions"]}
    assert len(shown) == 13
    assert codes({"errors": shown["accept"]["refusals"]}) == ["component_missing"]
    assert codes({"errors": shown["resolve"]["refusals"]}) == ["permission_missing", "action_not_possible_now"]
    assert [name for name, item in shown.items() if item["possible"]] == [
        "refuse", "request_supplement", "withdraw", "correct",
    ]  # fmt: skip
    assert all(fault["vi"] and fault["en"] for item in shown.values() for fault in item["refusals"])


async def test_work_is_given_to_somebody_of_the_competent_unit(application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    outsider = await _username(application, OTHER_COMMUNE)
    insider = await _username(application, COMMUNE)
    refused = await desk.act(code, "start_processing", expect=422, assignee=outsider)
    assert codes(refused) == ["assignee_unknown"]
    await desk.act(code, "start_processing", assignee=insider)
    assert (await desk.get(f"/dossiers/{code}"))["assignee"] == insider


async def _username(application: Application, unit: str) -> str:
    username = f"specialist.{unit}"
    await account_of(application, Role.SPECIALIST, unit, username=username)
    return username
