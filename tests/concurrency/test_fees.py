"""Two cashiers at once, money while the till is being closed: real transactions, one outcome."""

import asyncio
from collections import Counter

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all
from app.domain.permissions import Role
from tests.api.test_fees import charged, copies_dossier
from tests.factories.dossiers import Desk, codes, desk_of
from tests.factories.people import COMMUNE, signed_in


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def test_of_many_cashiers_one_collects_a_charge(own_application: Application, desk: Desk) -> None:
    cashiers = [await signed_in(own_application, Role.CASHIER, COMMUNE) for _ in range(6)]
    code = await copies_dossier(desk)
    await charged(desk, code)
    path = f"/dossiers/{code}/fees/collect"
    answers = await asyncio.gather(*(desk.post(path, {"method": "cash"}, by=cashier) for cashier in cashiers))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {("charge_not_open",)}


async def test_receipts_of_a_book_have_no_gap_and_no_twin(own_application: Application, desk: Desk) -> None:
    cashiers = [await signed_in(own_application, Role.CASHIER, COMMUNE) for _ in range(4)]
    waiting = [await copies_dossier(desk) for _ in range(24)]
    for code in waiting:
        await charged(desk, code)
    answers = await asyncio.gather(
        *(
            desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"}, by=cashiers[index % 4])
            for index, code in enumerate(waiting)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 24}
    assert sorted(answer.json()["serial"] for answer in answers) == list(range(1, 25))


async def test_money_taken_while_the_till_is_closed_is_in_the_sum_or_is_refused(
    own_application: Application, desk: Desk
) -> None:
    waiting = [await copies_dossier(desk) for _ in range(12)]
    for code in waiting:
        await charged(desk, code)

    async def close() -> httpx.Response:
        body = {"unit": COMMUNE, "counted_vnd": 1, "explanation": "Kiểm đếm trong lúc thu"}
        return await desk.post("/cash-closes", body)

    collecting = [desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"}) for code in waiting]
    *answers, done = await asyncio.gather(*collecting[:6], *collecting[6:], close())
    taken = sum(answer.json()["amount_vnd"] for answer in answers if answer.status_code == 201)
    assert done.status_code == 201
    assert done.json()["expected_vnd"] == taken
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code != 201} <= {("cash_day_closed",)}
    async with own_application.database.read() as connection:
        rows = await fetch_all(connection, "select sum(amount_vnd)::bigint as total from fee_receipt")
    assert (rows[0].total or 0) == taken, "no receipt is outside a closed day's sum"


async def test_of_two_closes_one_counts(desk: Desk) -> None:
    body = {"unit": COMMUNE, "counted_vnd": 0}
    answers = await asyncio.gather(*(desk.post("/cash-closes", body) for _ in range(5)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 4}


async def test_a_receipt_is_voided_or_refunded_but_not_both(own_application: Application, desk: Desk) -> None:
    cashier = await signed_in(own_application, Role.CASHIER, COMMUNE)
    code = await copies_dossier(desk)
    await charged(desk, code)
    taken = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"}, by=cashier)
    path = f"/fee-receipts/{taken.json()['number']}"
    refund = {"reason": "Thu thừa", "reference": "QD-1"}
    answers = await asyncio.gather(
        desk.post(f"{path}/void", {"reason": "Nhầm"}, by=cashier), desk.post(f"{path}/refund", refund, by=cashier)
    )
    assert sorted(answer.status_code // 100 for answer in answers) == [2, 4]


async def test_the_till_is_read_on_a_connection_that_cannot_write(desk: Desk) -> None:
    assert (await desk.get("/cash-closes/till", unit=COMMUNE))["expected_vnd"] == 0
