"""A published calendar reaches the open dossiers: their dates, their ledgers and the log, and nothing else."""

import asyncio
import datetime as dt
from typing import Any

import asyncpg
import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import execute, fetch_all, fetch_one
from app.domain.permissions import Role
from app.services.calendar_changes.recompute import Step, recompute_batch
from app.worker.calendar_changes import carry_to_dossiers, carry_what_is_unfinished
from tests.factories.dossiers import Desk, desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in

CULTURE_DAY = "2026-11-24"
HOLIDAY: dict[str, Any] = {
    "day": CULTURE_DAY,
    "kind": "holiday",
    "name": "Ngày Văn hóa Việt Nam",
    "source": "NQ 28/2026/QH16",
    "decided_by": "Quốc hội",
}
REMOVAL: dict[str, Any] = {"removed_days": [CULTURE_DAY], "source": "Công văn thử 1/2026"}
ON_FRIDAY, ON_THURSDAY = "2026-11-27T09:00:00+07:00", "2026-11-26T09:00:00+07:00"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


@pytest.fixture
async def administrator(own_application: Application) -> dict[str, str]:
    return await signed_in(own_application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def publish(
    client: httpx.AsyncClient, headers: dict[str, str], changes: dict[str, Any], code: str = "national"
) -> int:
    answer = await client.post(f"/api/v1/calendars/{code}/publish", json=changes, headers=headers)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["publication"])


async def dates_of(desk: Desk, code: str) -> tuple[str, str, str]:
    found = (await desk.client.get(f"/api/v1/dossiers/{code}/deadline", headers=desk.clerk)).json()
    return found["promised_due_at"], found["lawful_due_at"], found["current_due_at"]


async def ledger_of(desk: Desk, code: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(f"/api/v1/dossiers/{code}/deadline", headers=desk.clerk)
    found: list[dict[str, Any]] = answer.json()["adjustments"]
    return found


async def rows_of(application: Application, sql: str, *parameters: object) -> list[Any]:
    async with application.database.read() as connection:
        return list(await fetch_all(connection, sql, *parameters))


async def test_a_day_off_taken_back_and_given_again_returns_every_date_to_the_minute(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    code = (await desk.register())["code"]
    assert await dates_of(desk, code) == (ON_FRIDAY, ON_FRIDAY, ON_FRIDAY)
    await carry_to_dossiers(own_application, await publish(desk.client, administrator, REMOVAL))
    assert await dates_of(desk, code) == (ON_FRIDAY, ON_FRIDAY, ON_THURSDAY)
    await carry_to_dossiers(own_application, await publish(desk.client, administrator, {"days": [HOLIDAY]}))
    assert await dates_of(desk, code) == (ON_FRIDAY, ON_FRIDAY, ON_FRIDAY)

    lines = await ledger_of(desk, code)
    assert [(line["cause"], line["minutes"], line["before_due"], line["after_due"]) for line in lines] == [
        ("calendar_change", -1440, ON_FRIDAY, ON_THURSDAY),
        ("calendar_change", 1440, ON_THURSDAY, ON_FRIDAY),
    ]
    assert [line["legal_basis"] for line in lines] == ["Công văn thử 1/2026", "NQ 28/2026/QH16"]
    events = (await desk.client.get(f"/api/v1/dossiers/{code}/timeline", headers=desk.clerk)).json()["entries"]
    assert [entry["type"] for entry in events] == ["registered", "accepted", "deadline_moved", "deadline_moved"]
    assert "NQ 28/2026/QH16" in events[-1]["vi"]
    assert events[-1]["state"] == "accepted"
    document = (await desk.client.get(f"/api/v1/dossiers/{code}", headers=desk.clerk)).json()
    assert document["version"] == events[-1]["seq"] == 4
    assert document["receipt"]["promised_due_at"] == ON_FRIDAY


async def test_closed_dossiers_and_other_units_are_left_alone(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    closed, running = (await desk.register())["code"], (await desk.register())["code"]
    await desk.act(closed, "start_processing")
    await desk.act(closed, "resolve", outcome="approved")
    other = await desk_of(own_application, desk.client, OTHER_COMMUNE)
    elsewhere = (await other.register(receiving_unit=OTHER_COMMUNE))["code"]
    storm = {**HOLIDAY, "day": "2026-11-25", "kind": "rest", "name": "Bão", "source": "Công điện 1"}
    publication = await publish(desk.client, administrator, {"days": [storm]}, COMMUNE)
    await carry_to_dossiers(own_application, publication)
    assert (await dates_of(desk, running))[2] == "2026-11-30T09:00:00+07:00"
    assert (await dates_of(desk, closed))[2] == ON_FRIDAY
    assert (await dates_of(other, elsewhere))[2] == ON_FRIDAY
    (row,) = await rows_of(own_application, "select * from calendar_publication where id = $1", publication)
    assert (row.examined, row.moved, row.left_alone) == (1, 1, 0)
    assert row.finished_at is not None


async def test_a_waiting_dossier_moves_and_its_wait_is_still_given_back(
    own_application: Application,
    own_client: httpx.AsyncClient,
    desk: Desk,
    administrator: dict[str, str],
    clock: FixedClock,
) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "start_processing")
    await desk.act(code, "request_payment", amount_vnd=8000, reason="Lệ phí")
    await carry_to_dossiers(own_application, await publish(own_client, administrator, REMOVAL))
    assert (await dates_of(desk, code))[2] == ON_THURSDAY
    clock.move_to(dt.datetime(2026, 11, 24, 9, 0, tzinfo=LOCAL_ZONE))
    await desk.act(code, "confirm_payment", method="cash", reference="BL 1")
    assert (await dates_of(desk, code))[2] == ON_FRIDAY
    assert [line["cause"] for line in await ledger_of(desk, code)] == ["calendar_change", "payment_wait"]


async def _interrupted_batch(application: Application, publication: int) -> None:
    async with application.database.write() as connection:
        step = await recompute_batch(connection, publication, now=application.clock.now(), batch=2)
        assert step is Step.WORKED
        raise RuntimeError("the power goes out before the commit")


async def test_a_run_killed_after_a_batch_goes_on_and_moves_nothing_twice(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    codes = [(await desk.register())["code"] for _ in range(5)]
    publication = await publish(desk.client, administrator, REMOVAL)
    now = own_application.clock.now()
    async with own_application.database.write() as connection:
        assert await recompute_batch(connection, publication, now=now, batch=2) is Step.WORKED
    with pytest.raises(RuntimeError, match="the power goes out"):
        await _interrupted_batch(own_application, publication)
    (row,) = await rows_of(own_application, "select * from calendar_publication where id = $1", publication)
    assert (row.examined, row.moved, row.finished_at) == (2, 2, None)
    assert await carry_what_is_unfinished(own_application) == 1
    assert [len(await ledger_of(desk, code)) for code in codes] == [1] * 5
    assert {(await dates_of(desk, code))[2] for code in codes} == {ON_THURSDAY}
    (row,) = await rows_of(own_application, "select * from calendar_publication where id = $1", publication)
    assert (row.examined, row.moved) == (5, 5)
    assert await carry_what_is_unfinished(own_application) == 0


async def test_two_workers_share_the_work_and_move_nothing_twice(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    codes = [(await desk.register())["code"] for _ in range(6)]
    publication = await publish(desk.client, administrator, REMOVAL)
    await asyncio.gather(*(carry_to_dossiers(own_application, publication, batch=1) for _ in range(2)))
    await carry_what_is_unfinished(own_application)
    assert [len(await ledger_of(desk, code)) for code in codes] == [1] * 6


async def test_a_dossier_accepted_by_the_former_calendar_while_the_run_went_on_is_found(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    first = (await desk.register())["code"]
    publication = await publish(desk.client, administrator, REMOVAL)
    now = own_application.clock.now()
    async with own_application.database.write() as connection:
        assert await recompute_batch(connection, publication, now=now) is Step.WORKED
    late = (await desk.register())["code"]
    async with own_application.database.write() as connection:  # as if its transaction had begun before
        row = await fetch_one(connection, "select min(version) as version from calendar_publication")
        assert row is not None
        sql = "update dossier set current_due_at = $2, calendar_version = $3 where code = $1"
        await execute(connection, sql, late, at(ON_FRIDAY), f"n{row.version}")
    await carry_to_dossiers(own_application, publication)
    assert (await dates_of(desk, late))[2] == (await dates_of(desk, first))[2] == ON_THURSDAY


async def test_an_act_under_way_is_waited_for_and_its_wait_is_counted(
    own_application: Application, desk: Desk, administrator: dict[str, str], clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    publication = await publish(desk.client, administrator, REMOVAL)
    async with own_application.database.write() as connection:
        await fetch_one(connection, "select id from dossier where code = $1 for update", code)
        running = asyncio.create_task(carry_to_dossiers(own_application, publication))
        await asyncio.sleep(0.2)
        assert not running.done()
        sql = "update dossier set ended_at = $2, resolved_at = $2, started_at = $2, state = 9, version = version + 1 "
        await execute(connection, sql + "where code = $1", code, clock.now())
    await running
    assert (await dates_of(desk, code))[2] == ON_FRIDAY
    assert await ledger_of(desk, code) == []


async def test_two_publications_in_a_row_are_both_named_in_the_one_line(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    code = (await desk.register())["code"]
    first = await publish(desk.client, administrator, REMOVAL)
    storm = {**HOLIDAY, "day": "2026-11-25", "kind": "rest", "source": "Công điện 1", "name": "Bão"}
    second = await publish(desk.client, administrator, {"days": [storm]}, COMMUNE)
    await carry_to_dossiers(own_application, second)
    await carry_to_dossiers(own_application, first)
    lines = await ledger_of(desk, code)
    assert lines == []  # one day less, one day more: the date stands, and so does the ledger
    (row,) = await rows_of(own_application, "select calendar_version from dossier where code = $1", code)
    assert f"v{second}" in row.calendar_version or "u" in row.calendar_version


async def test_the_ledger_cannot_be_rewritten(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    code = (await desk.register())["code"]
    await carry_to_dossiers(own_application, await publish(desk.client, administrator, REMOVAL))
    for change in (
        "update deadline_adjustment set minutes = 0",
        "delete from deadline_adjustment",
        "update calendar_publication set content = '{}'",
        "delete from calendar_publication",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with own_application.database.write() as connection:
                await execute(connection, change)
    assert len(await ledger_of(desk, code)) == 1


async def test_the_publication_puts_its_work_into_the_queue_in_its_own_transaction(
    own_application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    publication = await publish(desk.client, administrator, REMOVAL)
    refused = await desk.client.post(
        "/api/v1/calendars/national/publish",
        json={"removed_days": ["2026-11-23"], "source": "x"},
        headers=administrator,
    )
    assert refused.status_code == 422
    jobs = await rows_of(own_application, "select task_name, args from procrastinate_jobs order by id")
    assert [(job.task_name, job.args) for job in jobs] == [
        ("recompute_after_calendar_change", {"publication_id": publication})
    ]
