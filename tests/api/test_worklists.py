"""What falls due, for a clerk, a unit and the province; and the load to come."""

from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import BIRTH, SUPPLEMENT, Desk, desk_of, registration
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, account_of, headers_of, signed_in
from tests.worker.test_scans import at


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)


async def due(client: httpx.AsyncClient, headers: dict[str, str], *, expect: int = 200, **parameters: Any) -> Any:
    answer = await client.get("/api/v1/worklists/due", headers=headers, params=parameters)
    assert answer.status_code == expect, answer.text
    return answer.json()


def codes(section: dict[str, Any]) -> list[str]:
    return [item["code"] for item in section["items"]]


async def test_today_the_next_hours_and_what_was_just_missed(desk: Desk, clock: FixedClock) -> None:
    """Accepted Monday 09:00 and due Friday 09:00; accepted Wednesday 10:00 and due Monday 10:00."""
    first = (await desk.register())["code"]
    clock.move_to(at("2026-11-25 10:00"))
    second = (await desk.register())["code"]
    clock.move_to(at("2026-11-27 08:00"))
    found = await due(desk.client, desk.clerk)
    assert (codes(found["today"]), codes(found["soon"]), codes(found["overdue"])) == ([first], [first], [])
    found = await due(desk.client, desk.clerk, hours=10)
    assert codes(found["soon"]) == [first, second], "eight and a half hours of work are left until Monday 10:00"
    clock.move_to(at("2026-11-30 07:00"))
    found = await due(desk.client, desk.clerk)
    assert (codes(found["today"]), codes(found["overdue"])) == ([second], [first])


async def test_everything_overdue_is_listed_and_what_lapsed_since_the_last_working_day_is_marked(
    desk: Desk, clock: FixedClock
) -> None:
    first = (await desk.register())["code"]
    clock.move_to(at("2026-11-25 10:00"))
    second = (await desk.register())["code"]
    clock.move_to(at("2026-11-30 07:00"))
    (item,) = (await due(desk.client, desk.clerk))["overdue"]["items"]
    assert (item["code"], item["newly_overdue"]) == (first, True), "it lapsed on Friday, the last working day"
    clock.move_to(at("2026-12-01 07:00"))
    found = await due(desk.client, desk.clerk)
    assert found["newly_overdue_from"] == "2026-11-30T00:00:00+07:00"
    assert [(item["code"], item["newly_overdue"]) for item in found["overdue"]["items"]] == [
        (second, True),
        (first, False),
    ]
    clock.move_to(at("2027-03-01 07:00"))
    assert codes((await due(desk.client, desk.clerk))["overdue"]) == [second, first]


async def test_what_is_overdue_is_paged_latest_first_for_a_commune_and_the_province(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    for minute in range(3):
        clock.move_to(at(f"2026-11-23 09:0{minute}"))
        await desk.register()
    clock.move_to(at("2026-12-07 08:00"))
    for reader in (desk.clerk, await signed_in(application, Role.INSPECTOR, PROVINCE)):
        page = await due(desk.client, reader, limit=2)
        seen = codes(page["overdue"])
        page = await due(desk.client, reader, limit=2, cursor=page["overdue"]["next_cursor"])
        assert [*seen, *codes(page["overdue"])] == desk.codes[::-1]
        assert page["overdue"]["next_cursor"] is None


async def test_names_are_masked(desk: Desk, clock: FixedClock) -> None:
    await desk.register()
    clock.move_to(at("2026-11-27 08:00"))
    (item,) = (await due(desk.client, desk.clerk))["today"]["items"]
    assert item["applicant_name"] == "Nguyễn T*** T*** N***"
    assert item["due_at"] == "2026-11-27T09:00:00+07:00"


async def test_a_dossier_whose_clock_stands_is_nobodys_work_today(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    clock.move_to(at("2026-11-27 08:00"))
    found = await due(desk.client, desk.clerk)
    assert (codes(found["today"]), found["load"]["items"]) == ([], [])


async def test_the_load_of_the_next_five_working_days_by_officer(application: Application, desk: Desk) -> None:
    officer = await account_of(application, Role.SPECIALIST, COMMUNE, username="chuyenvien-tai")
    mine = (await desk.register())["code"]
    await desk.act(mine, "start_processing", assignee="chuyenvien-tai", by=headers_of(application, officer))
    await desk.register()
    components = [{"code": code, "originals": 1} for code in ("TP01", "TP02")]
    await desk.register(procedure_code=BIRTH, components=components)
    load = (await due(desk.client, desk.clerk))["load"]["items"]
    days = ["2026-11-23", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"]
    assert [[day["day"] for day in row["days"]] for row in load] == [days, days], "Tuesday is a holiday"
    per_officer = {row["assignee"]: [day["dossiers"] for day in row["days"]] for row in load}
    assert per_officer == {None: [1, 0, 0, 1, 0], "chuyenvien-tai": [0, 0, 0, 1, 0]}


async def test_a_province_sees_all_and_may_look_at_one_unit(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    other = await desk_of(application, desk.client, OTHER_COMMUNE)
    here = (await desk.register())["code"]
    there = await desk.client.post(
        "/api/v1/dossiers", json=registration(receiving_unit=OTHER_COMMUNE), headers=other.clerk
    )
    clock.move_to(at("2026-11-27 08:00"))
    province = await signed_in(application, Role.INSPECTOR, PROVINCE)
    assert set(codes((await due(desk.client, province))["today"])) == {here, there.json()["code"]}
    assert codes((await due(desk.client, province, unit=COMMUNE))["today"]) == [here]
    assert codes((await due(desk.client, other.clerk))["today"]) == [there.json()["code"]]
    problem = await due(desk.client, other.clerk, unit=COMMUNE, expect=404)
    assert problem["errors"][0]["code"] == "unit_unknown"


async def test_a_dossier_received_here_and_decided_elsewhere_is_seen_once_by_both(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register(competent_unit=OTHER_COMMUNE))["code"]
    clock.move_to(at("2026-11-27 08:00"))
    elsewhere = await signed_in(application, Role.SPECIALIST, OTHER_COMMUNE)
    province = await signed_in(application, Role.INSPECTOR, PROVINCE)
    for reader in (desk.clerk, elsewhere, province):
        assert codes((await due(desk.client, reader))["today"]) == [code]


async def test_each_section_is_paged_by_its_own_cursor(desk: Desk, clock: FixedClock) -> None:
    for _ in range(5):
        await desk.register()
    clock.move_to(at("2026-11-27 08:00"))
    page = await due(desk.client, desk.clerk, limit=2)
    seen = codes(page["today"])
    while page["today"]["next_cursor"]:
        page = await due(desk.client, desk.clerk, limit=2, cursor=page["today"]["next_cursor"])
        assert (page["soon"]["items"], page["load"]["items"]) == ([], [])
        seen += codes(page["today"])
    assert seen == desk.codes


async def test_the_load_is_paged_by_unit_and_officer(application: Application, desk: Desk) -> None:
    for number in range(3):
        officer = await account_of(application, Role.SPECIALIST, COMMUNE, username=f"chuyenvien-{number}")
        code = (await desk.register())["code"]
        await desk.act(code, "start_processing", assignee=f"chuyenvien-{number}", by=headers_of(application, officer))
    page = await due(desk.client, desk.clerk, limit=2)
    seen = [row["assignee"] for row in page["load"]["items"]]
    page = await due(desk.client, desk.clerk, limit=2, cursor=page["load"]["next_cursor"])
    seen += [row["assignee"] for row in page["load"]["items"]]
    assert (seen, page["load"]["next_cursor"]) == (["chuyenvien-0", "chuyenvien-1", "chuyenvien-2"], None)


@pytest.mark.parametrize("cursor", ["x", "WyJ0b2RheSIsMSwyXQ", "WyJsb2FkIiwtMSwyXQ"])
async def test_a_foreign_cursor_is_refused(desk: Desk, cursor: str) -> None:
    problem = await due(desk.client, desk.clerk, cursor=cursor, expect=422)
    assert problem["errors"][0]["code"] == "cursor_invalid"
