"""No dossier becomes late in silence: what the scan of the worker raises, when, and only once."""

import asyncio
import dataclasses
import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import execute, fetch_all, fetch_one
from app.worker.scans import scan_dossiers
from tests.factories.dossiers import BIRTH, SUPPLEMENT, Desk, desk_of


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
