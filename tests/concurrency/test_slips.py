"""Slips asked for by many at once: one number each, one paper an event."""

import asyncio
from collections import Counter

import httpx
import pytest

from app.bootstrap import Application
from tests.factories.dossiers import Desk, desk_of


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def test_sixteen_receipts_of_one_unit_get_consecutive_numbers(desk: Desk) -> None:
    codes = [(await desk.register())["code"] for _ in range(16)]
    answers = await asyncio.gather(*(desk.post(f"/dossiers/{code}/slips", {"form": "receipt"}) for code in codes))
    assert Counter(answer.status_code for answer in answers) == {201: 16}
    numbers = sorted(int(answer.json()["number"].partition("/")[0]) for answer in answers)
    assert numbers == list(range(1, 17))
    assert len({answer.json()["verify"] for answer in answers}) == 16


async def test_one_receipt_asked_for_eight_times_at_once_is_one_paper(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answers = await asyncio.gather(*(desk.post(f"/dossiers/{code}/slips", {"form": "receipt"}) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_slip_that_is_refused_takes_no_number(desk: Desk) -> None:
    code = (await desk.register())["code"]
    refused = await desk.post(f"/dossiers/{code}/slips", {"form": "receipt", "event": 99})
    assert refused.status_code == 409
    first = await desk.post(f"/dossiers/{code}/slips", {"form": "receipt"})
    assert first.json()["number"] == "1/TNHS"
