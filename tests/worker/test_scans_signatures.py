"""A result that waits to be signed is told of in working time, climbs, and is quiet once somebody decided."""

import asyncio

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import SUPPLEMENT, Desk, desk_of
from tests.factories.results import ResultDesk
from tests.worker.test_scans import alerts, at, kinds, scan_at


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


@pytest.fixture
def office(own_application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(own_application, desk)


async def test_eight_working_hours_at_the_signature_are_told(
    own_application: Application, office: ResultDesk, clock: FixedClock
) -> None:
    """Submitted on Monday at 09:00; Tuesday is a holiday, so the eight hours end on Wednesday at 09:00."""
    waiting = await office.waiting(await office.processing())
    await scan_at(own_application, clock, "2026-11-25 08:55")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-11-25 09:05")
    (told,) = await alerts(own_application, kind="waiting_at_signature")
    assert (told.occurrence, told.due_at) == (str(waiting["request"]["id"]), at("2026-11-25 09:00"))
    await scan_at(own_application, clock, "2026-11-25 09:10")
    assert len(await alerts(own_application, kind="waiting_at_signature")) == 1


async def test_nobody_is_told_at_night(own_application: Application, office: ResultDesk, clock: FixedClock) -> None:
    await office.waiting(await office.processing())
    for moment in ("2026-11-24 09:30", "2026-11-25 06:30", "2026-11-25 12:30"):
        await scan_at(own_application, clock, moment)
    assert await alerts(own_application, kind="waiting_at_signature") == []


async def test_it_is_closed_once_signed(own_application: Application, office: ResultDesk, clock: FixedClock) -> None:
    waiting = await office.waiting(await office.processing())
    await scan_at(own_application, clock, "2026-11-25 09:05")
    assert "waiting_at_signature" in await kinds(own_application)
    assert (await office.sign(waiting["request"]["id"]))["signed"] == 1
    await scan_at(own_application, clock, "2026-11-25 09:10")
    assert "waiting_at_signature" not in await kinds(own_application)


async def test_a_declined_draft_submitted_again_waits_anew(
    own_application: Application, office: ResultDesk, clock: FixedClock
) -> None:
    waiting = await office.waiting(await office.processing())
    await scan_at(own_application, clock, "2026-11-25 09:05")
    await office.post(
        f"/signing/requests/{waiting['request']['id']}/decline", {"reason": "Sai tên"}, by=office.desk.leader
    )
    again = await office.submit(waiting["id"])
    await scan_at(own_application, clock, "2026-11-25 14:00")
    assert "waiting_at_signature" not in await kinds(own_application)
    await scan_at(own_application, clock, "2026-11-26 09:10")
    told = await alerts(own_application, kind="waiting_at_signature", closed_at=None)
    assert [alert.occurrence for alert in told] == [str(again["request"]["id"])]


async def test_it_climbs_like_every_other(own_application: Application, office: ResultDesk, clock: FixedClock) -> None:
    await office.waiting(await office.processing())
    await scan_at(own_application, clock, "2026-11-25 09:00")
    await scan_at(own_application, clock, "2026-11-25 15:00")
    (told,) = await alerts(own_application, kind="waiting_at_signature")
    assert told.level == 2
    await scan_at(own_application, clock, "2026-11-26 10:30")
    (told,) = await alerts(own_application, kind="waiting_at_signature")
    assert told.level == 3


async def test_it_is_the_leaders_it_was_meant_for(
    own_application: Application, office: ResultDesk, clock: FixedClock
) -> None:
    async with own_application.database.read() as connection:
        leader = await fetch_one(
            connection,
            "select a.id, a.username from account a join role_grant g on g.account_id = a.id "
            "where g.role = 'approving_leader' order by a.id desc limit 1",
        )
    assert leader is not None
    drafted = await office.draft(await office.processing())
    await office.submit(drafted["id"], signer=leader.username)
    await scan_at(own_application, clock, "2026-11-25 09:05")
    (told,) = await alerts(own_application, kind="waiting_at_signature")
    async with own_application.database.read() as connection:
        step = await fetch_one(connection, "select assignee_id from alert_step where alert_id = $1", told.id)
    assert step is not None
    assert step.assignee_id == leader.id


async def test_a_dossier_that_waits_for_papers_waits_for_no_signature(
    own_application: Application, office: ResultDesk, clock: FixedClock
) -> None:
    code = await office.processing()
    await office.waiting(code)
    await office.desk.act(code, "request_supplement", **SUPPLEMENT)
    await scan_at(own_application, clock, "2026-11-25 09:05")
    assert await alerts(own_application, kind="waiting_at_signature") == []


async def test_after_a_wait_for_papers_it_is_told_anew(
    own_application: Application, office: ResultDesk, clock: FixedClock
) -> None:
    code = await office.processing()
    waiting = await office.waiting(code)
    await scan_at(own_application, clock, "2026-11-25 09:05")
    await office.desk.act(code, "request_supplement", **SUPPLEMENT)
    await scan_at(own_application, clock, "2026-11-25 09:10")
    assert await alerts(own_application, kind="waiting_at_signature", closed_at=None) == []
    clock.move_to(at("2026-11-25 10:00"))
    await office.desk.act(code, "receive_supplement", components=[{"code": "TP01", "originals": 1}])
    await scan_at(own_application, clock, "2026-11-26 09:55")
    assert await alerts(own_application, kind="waiting_at_signature", closed_at=None) == []
    await scan_at(own_application, clock, "2026-11-26 10:05")
    (told,) = await alerts(own_application, kind="waiting_at_signature", closed_at=None)
    assert told.due_at == at("2026-11-26 10:00")
    assert told.occurrence.startswith(f"{waiting['request']['id']}/")
    await scan_at(own_application, clock, "2026-11-26 10:10")
    assert len(await alerts(own_application, kind="waiting_at_signature")) == 2


async def test_two_workers_tell_it_once(own_application: Application, office: ResultDesk, clock: FixedClock) -> None:
    await office.waiting(await office.processing())
    clock.move_to(at("2026-11-25 09:05"))
    await asyncio.gather(*(scan_dossiers(own_application) for _ in range(4)))
    assert len(await alerts(own_application, kind="waiting_at_signature")) == 1
