"""Many hands at once: one number a paper, one taker, one way."""

import asyncio
from collections import Counter

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all
from app.domain.permissions import Role
from tests.factories.dossiers import Desk, codes, desk_of
from tests.factories.people import DEPARTMENT, signed_in

TO_DEPARTMENT = {"to_place": "office", "to_unit": DEPARTMENT}


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def take_in(desk: Desk, code: str, count: int) -> list[str]:
    body = {"originals": [{"name": f"Giấy {number}"} for number in range(count)]}
    answer = await desk.post(f"/dossiers/{code}/originals", body)
    assert answer.status_code == 201, answer.text
    return [item["barcode"] for item in answer.json()["items"]]


async def test_originals_taken_in_at_once_never_share_a_barcode(desk: Desk) -> None:
    dossiers = [(await desk.register())["code"] for _ in range(8)]
    found = await asyncio.gather(*(take_in(desk, code, 5) for code in dossiers))
    assert len({barcode for barcodes in found for barcode in barcodes}) == 40


async def test_of_two_people_who_take_the_same_paper_at_once_one_has_it(
    own_application: Application, desk: Desk
) -> None:
    (paper,) = await take_in(desk, (await desk.register())["code"], 1)
    batch = (await desk.post("/originals/hand-overs", {"barcodes": [paper], **TO_DEPARTMENT})).json()["code"]
    takers = [await signed_in(own_application, Role.SPECIALIST, DEPARTMENT) for _ in range(8)]
    answers = await asyncio.gather(
        *(
            desk.post(f"/originals/hand-overs/{batch}/confirm", {"barcodes": [paper]}, by=taker, idempotency_key=f"{n}")
            for n, taker in enumerate(takers)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {
        ("original_confirmed_already",)
    }
    way = (await desk.get(f"/originals/{paper}"))["way"]
    assert [step["move"] for step in way] == ["taken_in", "given", "received"]


async def test_a_paper_given_to_many_at_once_goes_to_one(own_application: Application, desk: Desk) -> None:
    (paper,) = await take_in(desk, (await desk.register())["code"], 1)
    answers = await asyncio.gather(
        *(desk.post("/originals/hand-overs", {"barcodes": [paper], **TO_DEPARTMENT}) for _ in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    async with own_application.database.read() as connection:
        batches = await fetch_all(connection, "select id from original_hand_over")
    assert len(batches) == 1


async def test_batches_that_cross_each_other_do_not_stand_still(desk: Desk) -> None:
    dossiers = [(await desk.register())["code"] for _ in range(4)]
    papers = [barcode for code in dossiers for barcode in await take_in(desk, code, 3)]
    batches = [papers, papers[::-1], papers[::2], papers[1::2], papers[::-2]]
    answers = await asyncio.gather(
        *(desk.post("/originals/hand-overs", {"barcodes": batch, **TO_DEPARTMENT}) for batch in batches * 2)
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    given = [
        item["now"]["move"] for code in dossiers for item in (await desk.get(f"/dossiers/{code}/originals"))["items"]
    ]
    assert "given" in given
    for barcode in papers:
        assert len((await desk.get(f"/originals/{barcode}"))["way"]) <= 2
