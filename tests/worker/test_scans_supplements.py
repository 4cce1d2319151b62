"""A supplement that does not come: reminded of, then the dossier is stopped by the system (Mẫu 05)."""

import asyncio
import dataclasses
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import SUPPLEMENT, Desk, desk_of
from tests.worker.test_scans import alerts, at, kinds, scan_at


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def asked(desk: Desk, **changes: Any) -> str:
    """Register and ask on Monday 23/11/2026 for papers within ten days: until Thursday 3/12, 23:59."""
    code: str = (await desk.register(**changes))["code"]
    await desk.act(code, "request_supplement", **SUPPLEMENT, answer_within_days=10)
    return code


async def state_of(desk: Desk, code: str) -> str:
    return str((await desk.get(f"/dossiers/{code}"))["state"])


async def test_it_is_reminded_of_three_working_days_before(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    await asked(desk)
    await scan_at(own_application, clock, "2026-11-27 16:55")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-11-30 07:00")
    (told,) = await alerts(own_application)
    assert (told.kind, told.due_at) == ("supplement_expiring", at("2026-12-03 23:59"))


async def test_the_system_stops_the_dossier_once_the_time_is_over(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await asked(desk)
    await scan_at(own_application, clock, "2026-11-30 07:00")
    for still in ("2026-12-03 16:59", "2026-12-03 23:59", "2026-12-04 00:00", "2026-12-04 06:55"):
        await scan_at(own_application, clock, still)
        assert await state_of(desk, code) == "awaiting_supplement", still
    await scan_at(own_application, clock, "2026-12-04 07:00")
    stopped = await desk.get(f"/dossiers/{code}")
    assert stopped["state"] == "stopped"
    outcome = stopped["outcome"]
    assert (outcome["kind"], outcome["reason_code"]) == ("stopped", "supplement_not_received")
    assert "NĐ 118/2025" in outcome["legal_basis"]
    assert "03/12/2026" in outcome["explanation"]
    last = (await desk.get(f"/dossiers/{code}/timeline"))["entries"][-1]
    assert (last["type"], last["actor"]) == ("stopped", None)
    assert await kinds(own_application) == ["supplement_expired"]
    await scan_at(own_application, clock, "2026-12-04 07:05")
    assert await kinds(own_application) == ["supplement_expired"], "somebody has to send the notice"
    metrics = (await desk.client.get("/metrics")).text
    assert 'motcua_worker_transitions_total{action="stop"} 1.0' in metrics
    assert 'motcua_worker_transitions_total{action="accept"} 0.0' in metrics
    assert "motcua_worker_transitions_created" not in metrics


async def test_a_request_before_acceptance_runs_out_in_the_same_way(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await asked(desk, channel="online", accept=False)
    await scan_at(own_application, clock, "2026-11-30 07:00")
    await scan_at(own_application, clock, "2026-12-04 07:00")
    assert await state_of(desk, code) == "stopped"


async def test_nobody_is_stopped_who_was_not_reminded_the_day_before(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    """The worker was away: the reminder comes first, the stop on the next working day."""
    code = await asked(desk)
    await scan_at(own_application, clock, "2026-12-04 07:00")
    await scan_at(own_application, clock, "2026-12-04 16:00")
    assert await state_of(desk, code) == "awaiting_supplement"
    await scan_at(own_application, clock, "2026-12-07 07:00")
    assert await state_of(desk, code) == "stopped"


async def test_papers_that_came_in_time_end_the_reminder(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await asked(desk)
    await scan_at(own_application, clock, "2026-11-30 07:00")
    await desk.act(code, "receive_supplement")
    await scan_at(own_application, clock, "2026-12-04 07:00")
    assert await state_of(desk, code) == "accepted"
    assert not {"supplement_expiring", "supplement_expired"} & set(await kinds(own_application))


async def test_two_workers_stop_a_dossier_once(own_application: Application, desk: Desk, clock: FixedClock) -> None:
    code = await asked(desk)
    await scan_at(own_application, clock, "2026-11-30 07:00")
    clock.move_to(at("2026-12-04 07:00"))
    await asyncio.gather(*(scan_dossiers(own_application) for _ in range(4)))
    assert await state_of(desk, code) == "stopped"
    async with own_application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as stops from dossier_event where type = 'stopped'")
    assert row is not None
    assert row.stops == 1


async def test_a_province_may_leave_the_stop_to_people(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    settings = own_application.settings.model_copy(update={"supplement_expiry_stops": False})
    by_people = dataclasses.replace(own_application, settings=settings)
    code = await asked(desk)
    await scan_at(by_people, clock, "2026-11-30 07:00")
    await scan_at(by_people, clock, "2026-12-04 07:00")
    assert await state_of(desk, code) == "awaiting_supplement"
    assert await kinds(own_application) == ["supplement_expired"]
