"""Alerts over HTTP: seen in scope, acknowledged at their level, counted."""

import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Permission, Role
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import Desk, desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in, signed_in_machine
from tests.worker.test_scans import at

NOTE = {"note": "Đã phân công xử lý gấp"}


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient, clock: FixedClock) -> Desk:
    """A desk with one dossier that is due today: Friday 27/11/2026, 09:00."""
    desk = await desk_of(application, client)
    await desk.register()
    clock.move_to(at("2026-11-27 07:00"))
    await scan_dossiers(application)
    return desk


async def listed(client: httpx.AsyncClient, headers: dict[str, str], **parameters: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/alerts", headers=headers, params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def acknowledge(
    client: httpx.AsyncClient, headers: dict[str, str], alert_id: int, **more: str
) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/api/v1/alerts/{alert_id}/acknowledge", json=NOTE, headers=headers | more)
    return answer.status_code, answer.json()


async def climb(application: Application, clock: FixedClock, *moments: str) -> None:
    for moment in moments:
        clock.move_to(at(moment))
        await scan_dossiers(application)


async def test_an_alert_says_what_where_and_since_when_and_nothing_of_people(desk: Desk) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    assert (item["kind"], item["level"], item["dossier_code"]) == ("due_today", "holder", desk.codes[0])
    assert item["vi"] == "Đến hạn hôm nay"
    assert item["unit"]["code"] == COMMUNE
    assert dt.datetime.fromisoformat(item["due_at"]) == at("2026-11-27 09:00")
    assert item["due_at"].endswith("+07:00")
    assert [step["level"] for step in item["steps"]] == ["holder"]
    assert "Nguyễn" not in str(item)


async def test_the_neighbours_alerts_are_not_seen_and_not_taken(application: Application, desk: Desk) -> None:
    stranger = await signed_in(application, Role.SPECIALIST, OTHER_COMMUNE)
    (item,) = await listed(desk.client, desk.clerk)
    assert await listed(desk.client, stranger) == []
    status, problem = await acknowledge(desk.client, stranger, item["id"])
    assert (status, problem["errors"][0]["code"]) == (404, "alert_unknown")


async def test_an_acknowledged_alert_climbs_no_further(application: Application, desk: Desk, clock: FixedClock) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    status, taken = await acknowledge(desk.client, desk.specialist, item["id"])
    assert (status, taken["acknowledged_note"]) == (200, NOTE["note"])
    assert taken["acknowledged_by"].startswith("Người thử")
    assert await listed(desk.client, desk.clerk, acknowledged=False) == []
    await climb(application, clock, "2026-11-27 08:30")
    assert [found["level"] for found in await listed(desk.client, desk.clerk)] == ["holder"]
    status, problem = await acknowledge(desk.client, desk.specialist, item["id"])
    assert (status, problem["errors"][0]["code"]) == (409, "alert_acknowledged")


async def test_what_has_climbed_must_be_taken_where_it_is(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    await climb(application, clock, "2026-11-27 09:05", "2026-11-27 11:00")
    (item,) = await listed(desk.client, desk.clerk, level="unit_head")
    status, problem = await acknowledge(desk.client, desk.specialist, item["id"])
    assert (status, problem["errors"][0]["code"]) == (403, "alert_of_higher_level")
    await climb(application, clock, "2026-11-27 16:55", "2026-11-30 07:00")
    (item,) = await listed(desk.client, desk.clerk, level="province")
    assert [step["level"] for step in item["steps"]] == ["unit_head", "province"], "it goes on from Friday's"
    assert (await acknowledge(desk.client, desk.leader, item["id"]))[0] == 403
    province = await signed_in(application, Role.INSPECTOR, PROVINCE)
    assert (await acknowledge(desk.client, province, item["id"]))[0] == 200


async def test_a_machine_takes_no_alert(application: Application, desk: Desk) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    machine = await signed_in_machine(application, {Permission.DOSSIERS_READ, Permission.DOSSIERS_SUBMIT}, PROVINCE)
    assert (await acknowledge(desk.client, machine, item["id"]))[0] == 403


async def test_a_closed_alert_is_history(application: Application, desk: Desk, clock: FixedClock) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    await climb(application, clock, "2026-11-27 09:05")
    status, problem = await acknowledge(desk.client, desk.specialist, item["id"])
    assert (status, problem["errors"][0]["code"]) == (409, "alert_closed")
    closed = await listed(desk.client, desk.clerk, open=False)
    assert {found["kind"] for found in closed} == {"due_today", "breach_without_apology"}


async def test_the_same_key_acknowledges_once(desk: Desk) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    key = {"Idempotency-Key": "nhan-canh-bao-1"}
    first = await acknowledge(desk.client, desk.specialist, item["id"], **key)
    assert first == await acknowledge(desk.client, desk.specialist, item["id"], **key)
    assert first[0] == 200


async def test_a_note_is_needed(desk: Desk) -> None:
    (item,) = await listed(desk.client, desk.clerk)
    answer = await desk.client.post(
        f"/api/v1/alerts/{item['id']}/acknowledge", json={"note": " "}, headers=desk.specialist
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "note")


async def test_alerts_are_paged_and_narrowed(application: Application, desk: Desk, clock: FixedClock) -> None:
    for _ in range(4):
        await desk.register()
    await climb(application, clock, "2026-12-02 07:00")
    seen: list[int] = []
    cursor = None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        answer = await desk.client.get("/api/v1/alerts", headers=desk.clerk, params=parameters)
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 6, "all five are overdue, the first is idle as well"
    idle = await listed(desk.client, desk.clerk, kind=["idle", "near_due"])
    assert [item["kind"] for item in idle] == ["idle"]
    assert await listed(desk.client, desk.clerk, unit=OTHER_COMMUNE) == []
    assert len(await listed(desk.client, await signed_in(application, Role.INSPECTOR, PROVINCE), unit=COMMUNE)) == 6


async def test_breaches_without_apology_are_counted_by_unit(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    await climb(application, clock, "2026-11-27 09:05", "2026-11-30 07:00")
    inspector = await signed_in(application, Role.INSPECTOR, PROVINCE)
    answer = await desk.client.get(
        "/api/v1/alerts/summary", headers=inspector, params={"from": "2026-11-27", "to": "2026-11-30"}
    )
    report = answer.json()
    assert report["breaches_without_apology"] == 1
    counts = {row["kind"]: (row["raised"], row["open"]) for row in report["rows"]}
    assert counts == {"due_today": (1, 0), "overdue": (2, 1), "breach_without_apology": (1, 0)}
    assert {row["unit"]["code"] for row in report["rows"]} == {COMMUNE}
    elsewhere = await signed_in(application, Role.APPROVING_LEADER, OTHER_COMMUNE)
    answer = await desk.client.get("/api/v1/alerts/summary", headers=elsewhere)
    assert answer.json()["rows"] == []


async def test_a_period_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    answer = await desk.client.get(
        "/api/v1/alerts/summary", headers=desk.leader, params={"from": "2026-11-27", "to": "2026-11-26"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "period_reversed")
