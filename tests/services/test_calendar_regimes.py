"""Which rules of the clock apply follows the day of acceptance, and the field where a law is for it alone."""

import datetime as dt

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE, FixedClock
from tests.factories.dossiers import MARITAL_STATUS, desk_of


@pytest.mark.parametrize(
    ("day", "civil_status"), [(dt.date(2027, 2, 26), "ND118"), (dt.date(2027, 3, 1), "HOTICH2026")]
)
async def test_the_civil_status_law_applies_to_civil_status_accepted_from_its_first_day(
    client: httpx.AsyncClient, application: Application, clock: FixedClock, day: dt.date, civil_status: str
) -> None:
    clock.move_to(dt.datetime.combine(day, dt.time(9), LOCAL_ZONE))
    desk = await desk_of(application, client)
    code = (await desk.register(procedure_code=MARITAL_STATUS))["code"]
    clock.move_to(dt.datetime(2027, 3, 2, 9, tzinfo=LOCAL_ZONE))
    assert (await desk.get(f"/dossiers/{code}/deadline"))["regime"] == civil_status
    asked = {"received_at": f"{day}T09:00:00+07:00", "limit": {"value": 3, "unit": "working_days"}}
    general = await client.post("/api/v1/deadlines/calculate", json=asked)
    assert general.json()["regime"] == "ND118"
