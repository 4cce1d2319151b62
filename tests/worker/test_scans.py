"""No dossier becomes late in silence: what the scan of the worker raises, when, and only once."""

import asyncio
import dataclasses
import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import execute, fetch_all
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import AT_THE_COUNTER, MARITAL_STATUS, SUPPLEMENT, Desk, desk_of


def at(text: str) -> dt.datetime:
    """Read `2026-11-27 07:05` as a time in Vietnam."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def scan_at(application: Application, clock: FixedClock, text: str) -> None:
    clock.move_to(at(text))
    await scan_dossiers(application)


async def alerts(application: Application, **only: Any) -> list[Any]:
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select a.*, d.code from alert a join dossier d on d.id = a.dossier_id order by a.id",
        )
    return [row for row in rows if all(getattr(row, name) == value for name, value in only.items())]


async def kinds(application: Application, *, is_open: bool = True) -> list[str]:
    return sorted(row.kind for row in await alerts(application) if (row.closed_at is None) is is_open)


async def apologies(application: Application) -> list[Any]:
    async with application.database.read() as connection:
        return list(await fetch_all(connection, "select * from apology order by id"))


async def move_due(application: Application, text: str) -> None:
    """Give the only dossier another due time, as a calendar or a wait would."""
    async with application.database.write() as connection:
        await execute(connection, "update dossier set current_due_at = $1", at(text))


async def lengthen(application: Application) -> None:
    """Make the only dossier one of a long limit."""
    async with application.database.write() as connection:
        await execute(
            connection, "update dossier set current_due_at = $1, promised_due_at = $1", at("2027-01-20 09:00")
        )


# The certificate of marital status: 3 working days. Accepted Monday 23/11/2026 09:00; Tuesday 24/11 is a holiday, so it
# is due on Friday 27/11 at 09:00.


async def test_a_dossier_is_near_due_from_the_working_day_before_its_due_day(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    due_at = (await desk.register())["current_due_at"]
    assert dt.datetime.fromisoformat(due_at) == at("2026-11-27 09:00")
    await scan_at(own_application, clock, "2026-11-25 16:55")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-11-26 07:00")
    assert await kinds(own_application) == ["near_due"]


async def test_due_today_and_overdue_each_take_the_place_of_the_rung_before(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    await desk.register()
    await scan_at(own_application, clock, "2026-11-26 07:00")
    await scan_at(own_application, clock, "2026-11-27 07:00")
    assert (await kinds(own_application), await kinds(own_application, is_open=False)) == (["due_today"], ["near_due"])
    await scan_at(own_application, clock, "2026-11-27 09:05")
    assert await kinds(own_application) == ["overdue"]


async def test_nothing_is_raised_at_night_at_lunch_at_weekends_or_on_holidays(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    """The bug of the field: an escalation that falls to 00:00."""
    await desk.register()
    for closed in (
        "2026-11-27 00:00", "2026-11-27 06:55", "2026-11-27 11:30", "2026-11-27 17:00", "2026-11-27 23:59",
        "2026-11-28 09:00", "2026-11-29 09:00",
    ):  # fmt: skip
        await scan_at(own_application, clock, closed)
    assert await alerts(own_application) == []
    await scan_at(own_application, clock, "2026-11-30 07:00")
    assert await kinds(own_application) == ["overdue"]


async def test_being_overdue_is_told_anew_each_working_day_and_only_then(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    for moment in ("2026-11-27 09:05", "2026-11-27 14:00", "2026-11-28 09:00", "2026-11-30 07:00", "2026-12-01 07:00"):
        await scan_at(own_application, clock, moment)
    told = await alerts(own_application, kind="overdue")
    assert [row.occurrence for row in told] == ["2026-11-27", "2026-11-30", "2026-12-01"]
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    await scan_at(own_application, clock, "2026-12-01 07:05")
    assert await kinds(own_application) == []


async def test_two_workers_at_once_raise_everything_once(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    for _ in range(5):
        await desk.register()
    clock.move_to(at("2026-11-27 07:00"))
    await asyncio.gather(*(scan_dossiers(own_application) for _ in range(6)))
    assert await kinds(own_application) == ["due_today"] * 5
    for moment in ("2026-11-27 09:05", "2026-11-27 15:05"):
        clock.move_to(at(moment))
        await asyncio.gather(*(scan_dossiers(own_application) for _ in range(6)))
    told = await alerts(own_application, kind="overdue")
    assert [row.level for row in told] == [2] * 5
    async with own_application.database.read() as connection:
        steps = await fetch_all(connection, "select alert_id, level from alert_step order by 1, 2")
    assert len(steps) == len(set(steps))


async def test_an_alert_climbs_after_four_working_hours_and_sleeps_at_night(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    """Raised Thursday 15:00: two hours of work that day, two on Friday, so it climbs on Friday at 09:00."""
    await desk.register(procedure_code=MARITAL_STATUS)
    clock.move_to(at("2026-11-26 15:00"))
    await scan_dossiers(own_application)
    (first,) = await alerts(own_application)
    assert (first.kind, first.level) == ("near_due", 1)
    await move_due(own_application, "2026-12-01 16:00")
    for moment, level in (
        ("2026-11-30 07:00", 1), ("2026-11-30 10:55", 1), ("2026-11-30 11:00", 2), ("2026-11-30 15:30", 2),
        ("2026-11-30 16:59", 2),
    ):  # fmt: skip
        await scan_at(own_application, clock, moment)
        (told,) = [row for row in await alerts(own_application) if row.closed_at is None]
        assert told.level == level, moment


async def test_the_ladder_goes_on_where_it_was_when_the_next_rung_comes(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    await desk.register()
    await scan_at(own_application, clock, "2026-11-26 07:00")
    await scan_at(own_application, clock, "2026-11-26 11:00")
    (near,) = await alerts(own_application)
    assert near.level == 2
    await scan_at(own_application, clock, "2026-11-27 07:00")
    (today,) = [row for row in await alerts(own_application) if row.closed_at is None]
    assert (today.kind, today.level) == ("due_today", 3), "another four hours of Thursday went by"
    await scan_at(own_application, clock, "2026-11-27 09:05")
    (late,) = [row for row in await alerts(own_application) if row.closed_at is None]
    assert (late.kind, late.level) == ("overdue", 3)


async def test_a_day_that_begins_anew_does_not_set_the_ladder_back(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    """Overdue since Friday 15:00 by the scan: two hours on Friday and two on Monday make the four."""
    await desk.register()
    await scan_at(own_application, clock, "2026-11-27 15:00")
    await scan_at(own_application, clock, "2026-11-30 07:00")
    (late,) = await alerts(own_application, kind="overdue", closed_at=None)
    assert (late.occurrence, late.level) == ("2026-11-30", 1)
    await scan_at(own_application, clock, "2026-11-30 08:55")
    assert [row.level for row in await alerts(own_application, closed_at=None)] == [1]
    await scan_at(own_application, clock, "2026-11-30 09:00")
    assert [row.level for row in await alerts(own_application, closed_at=None)] == [2]


async def test_a_dossier_that_waits_for_the_citizen_is_nobodys_delay(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await scan_at(own_application, clock, "2026-11-26 07:00")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    await scan_at(own_application, clock, "2026-11-30 08:00")
    assert await kinds(own_application) == []


async def test_a_dossier_of_which_nothing_is_heard_for_five_working_days_is_idle(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    await desk.register()
    await lengthen(own_application)
    await scan_at(own_application, clock, "2026-11-30 16:55")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-12-01 07:00")
    assert await kinds(own_application) == ["idle"]
    await scan_at(own_application, clock, "2026-12-02 07:00")
    assert await kinds(own_application) == ["idle"]
    await desk.act(desk.codes[0], "start_processing")
    await scan_at(own_application, clock, "2026-12-02 07:05")
    assert await kinds(own_application) == []


async def test_an_online_submission_must_be_answered_within_eight_working_hours(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register(channel="online", accept=False))["code"]
    await scan_at(own_application, clock, "2026-11-23 16:00")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-11-25 07:00")
    (told,) = await alerts(own_application)
    assert (told.kind, told.due_at) == ("online_reply_due", at("2026-11-25 09:00"))
    await desk.act(code, "accept")
    await scan_at(own_application, clock, "2026-11-25 07:05")
    assert await kinds(own_application) == []


async def test_a_result_that_nobody_collects_is_told_after_five_working_days(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    await scan_at(own_application, clock, "2026-11-30 16:00")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-12-01 07:00")
    assert await kinds(own_application) == ["uncollected_result"]
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    await scan_at(own_application, clock, "2026-12-01 07:05")
    assert await kinds(own_application) == []


async def test_a_breach_without_apology_is_a_fact_even_if_the_dossier_ended_between_two_looks(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await scan_at(own_application, clock, "2026-11-27 09:00")
    clock.move_to(at("2026-11-27 09:02"))
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    for moment in ("2026-11-27 09:05", "2026-11-27 09:10", "2026-11-30 07:00"):
        await scan_at(own_application, clock, moment)
    (breach,) = await alerts(own_application, kind="breach_without_apology")
    assert breach.due_at == at("2026-11-27 09:00")
    assert await kinds(own_application) == []


async def test_a_dossier_extended_in_time_and_late_again_is_no_breach_without_apology(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "extend", new_due_at="2026-12-01T09:00:00+07:00", reason="Cần xác minh")
    await scan_at(own_application, clock, "2026-12-01 09:05")
    assert await kinds(own_application) == ["idle", "overdue"]
    assert await alerts(own_application, kind="breach_without_apology") == []


async def test_the_apology_is_drafted_one_working_day_before_the_breach(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    """NĐ 61/2018: at the latest one day before. The engine proposes the limit once more: three working days."""
    await desk.register()
    await scan_at(own_application, clock, "2026-11-25 16:55")
    assert await apologies(own_application) == []
    await scan_at(own_application, clock, "2026-11-26 07:00")
    await scan_at(own_application, clock, "2026-11-27 07:00")
    (draft,) = await apologies(own_application)
    assert (draft.due_at, draft.new_due_at) == (at("2026-11-27 09:00"), at("2026-12-02 09:00"))
    assert (draft.cause_code, draft.sent_at, draft.dropped_at) == (None, None, None)
    await scan_at(own_application, clock, "2026-11-27 09:05")
    assert [row.dropped_at is None for row in await apologies(own_application)] == [False]


async def test_a_dossier_that_has_been_extended_gets_no_second_draft(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "extend", new_due_at="2026-12-01T09:00:00+07:00", reason="Cần xác minh")
    await scan_at(own_application, clock, "2026-11-30 07:00")
    assert (await kinds(own_application), await apologies(own_application)) == (["near_due"], [])


async def test_the_proposed_days_can_be_configured(own_application: Application, desk: Desk, clock: FixedClock) -> None:
    settings = own_application.settings.model_copy(update={"apology_extension_days": 1})
    await desk.register()
    await scan_at(dataclasses.replace(own_application, settings=settings), clock, "2026-11-26 07:00")
    (draft,) = await apologies(own_application)
    assert draft.new_due_at == at("2026-11-30 09:00")
