"""Many counters certify at once: every register has each number once, and one request costs a fixed number of trips."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from tests.api.test_certifications import THIRTY, signer_of, stored, visit
from tests.api.test_dossier_round_trips import sent_by
from tests.factories.dossiers import Desk, desk_of

MOST_ROUND_TRIPS = 24


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def test_numbers_of_the_register_have_no_gap_and_no_twin(own_application: Application, desk: Desk) -> None:
    signer = await signer_of(own_application)
    paper = [{"name": "Bằng tốt nghiệp", "copies": 5}]
    visits: list[dict[str, Any]] = [visit(signer, papers=paper) for _ in range(16)]
    for wrong in visits[::4]:
        wrong["amount_vnd"] = 1  # found out only after the dossier was registered
    answers = await asyncio.gather(*(desk.post("/certifications", body) for body in visits))
    assert Counter(answer.status_code for answer in answers) == {201: 12, 409: 4}
    done = [answer.json() for answer in answers if answer.status_code == 201]
    numbers = sorted(line["number"] for document in done for line in document["certifications"])
    assert numbers == list(range(1, 61))
    assert sorted(int(document["code"].rpartition("-")[2]) for document in done) == list(range(1, 13))
    assert sorted(int(document["receipt_number"].rpartition("-")[2]) for document in done) == list(range(1, 13))
    for document in done:
        mine = [line["number"] for line in document["certifications"]]
        assert mine == list(range(mine[0], mine[0] + 5)), "the copies of one visit follow each other"


async def test_one_key_under_way_twice_makes_one_dossier(own_application: Application, desk: Desk) -> None:
    body = visit(await signer_of(own_application))
    answers = await asyncio.gather(*(desk.post("/certifications", body, idempotency_key="k") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (await stored(own_application))["dossier"] == 1


async def test_three_copies_cost_as_many_round_trips_as_thirty(own_application: Application, desk: Desk) -> None:
    signer = await signer_of(own_application)
    few = await sent_by(own_application, lambda: desk.post("/certifications", visit(signer, papers=THIRTY[:1])))
    many = await sent_by(own_application, lambda: desk.post("/certifications", visit(signer)))
    assert len(few) == len(many) <= MOST_ROUND_TRIPS, many
