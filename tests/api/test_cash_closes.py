"""The cashier's day: what must be in the till against what was counted, and nothing changes after."""

import dataclasses
from typing import Any

import asyncpg
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import execute, fetch_all, fetch_one
from app.domain.permissions import Role
from tests.api.test_fees import charged, collected, copies_dossier
from tests.factories.dossiers import Desk, codes, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in


async def paid(desk: Desk, **body: Any) -> str:
    code = await copies_dossier(desk)
    await charged(desk, code)
    return str((await collected(desk, code, **body))["number"])


async def closed(desk: Desk, expect: int = 201, **body: Any) -> dict[str, Any]:
    answer = await desk.post("/cash-closes", {"unit": COMMUNE} | body)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_the_till_holds_cash_taken_less_cash_voided_and_given_back(application: Application, desk: Desk) -> None:
    """One receipt stands, one is void, one was paid online; no other cashier gives back what is not in their till."""
    await paid(desk)
    wrong = await paid(desk)
    await paid(desk, method="online_province", reference="PG1")
    returned = await paid(desk)
    await desk.post(f"/fee-receipts/{wrong}/void", {"reason": "Nhầm"})
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    refund = {"amount_vnd": 1_000, "reason": "Thu thừa", "reference": "QD-1"}
    elsewhere = await desk.post(f"/fee-receipts/{returned}/refund", refund, by=cashier)
    assert (elsewhere.status_code, codes(elsewhere.json())) == (409, ["till_too_small"])
    assert elsewhere.json()["errors"][0]["params"] == {"till_vnd": 0, "amount_vnd": 1_000}
    till = await desk.get("/cash-closes/till", unit=COMMUNE)
    assert (till["expected_vnd"], till["closed"]) == (82_000, False)
    assert till["totals"] == {
        "receipts": {
            "cash": {"count": 2, "amount_vnd": 82_000},
            "online_province": {"count": 1, "amount_vnd": 41_000},
        },
        "refunds": {},
        "voided": {"cash": {"count": 1, "amount_vnd": 41_000}},
    }
    theirs = await desk.client.get("/api/v1/cash-closes/till", params={"unit": COMMUNE}, headers=cashier)
    assert theirs.json()["expected_vnd"] == 0


async def opened(desk: Desk, opening_vnd: int, expect: int = 200, **body: Any) -> dict[str, Any]:
    answer = await desk.client.put(
        "/api/v1/cash-closes/till", json={"unit": COMMUNE, "opening_vnd": opening_vnd} | body, headers=desk.clerk
    )
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_cash_that_a_till_starts_with_can_be_given_back_and_is_counted_at_the_close(
    application: Application, desk: Desk
) -> None:
    """Expected: opening + taken - given back; said before anything was taken."""
    returned = await paid(desk)
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    theirs = dataclasses.replace(desk, clerk=cashier)
    assert (await opened(theirs, 60_000))["expected_vnd"] == 60_000
    refund = {"amount_vnd": 40_000, "reason": "Thu thừa", "reference": "QD-1"}
    assert (await desk.post(f"/fee-receipts/{returned}/refund", refund, by=cashier)).status_code == 201
    till = await theirs.get("/cash-closes/till", unit=COMMUNE)
    assert (till["opening_vnd"], till["expected_vnd"]) == (60_000, 20_000)
    too_little = await opened(theirs, 39_999, 409)
    assert codes(too_little) == ["till_opening_given_back"]
    assert too_little["errors"][0]["params"]["least_vnd"] == 40_000
    done = await closed(theirs, counted_vnd=20_000)
    assert (done["opening_vnd"], done["expected_vnd"], done["difference_vnd"]) == (60_000, 20_000, 0)
    assert codes(await opened(theirs, 70_000, 409)) == ["cash_day_closed"]


async def test_cash_at_the_start_is_put_right_until_the_close_and_each_change_is_in_the_audit(
    application: Application, desk: Desk
) -> None:
    await paid(desk)
    for amount in (500_000, 500_000, 450_000):
        assert (await opened(desk, amount))["expected_vnd"] == amount + 41_000
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection, "select data from audit_entry where action = 'till_opening_stated' order by id"
        )
    assert [row.data for row in rows] == [
        {"opening_vnd": 500_000, "before_vnd": None},
        {"opening_vnd": 450_000, "before_vnd": 500_000},
    ]


async def test_a_day_has_its_own_cash_at_the_start(desk: Desk, clock: FixedClock) -> None:
    await opened(desk, 500_000)
    go_to(clock, "2026-11-24 08:00")
    till = await desk.get("/cash-closes/till", unit=COMMUNE)
    assert (till["opening_vnd"], till["expected_vnd"]) == (None, 0)
    assert (await opened(desk, 100_000, day="2026-11-23"))["expected_vnd"] == 100_000
    assert codes(await opened(desk, 1, 422, day="2026-11-25")) == ["date_in_future"]
    assert (await opened(desk, 1, 403, unit=OTHER_COMMUNE))["code"] == "forbidden"


async def test_a_day_gone_by_without_money_is_neither_opened_nor_closed(desk: Desk, clock: FixedClock) -> None:
    assert codes(await opened(desk, 1, 422, day="2020-01-06")) == ["till_day_empty"]
    assert codes(await closed(desk, 422, counted_vnd=0, day="2020-01-06")) == ["till_day_empty"]
    await paid(desk)
    go_to(clock, "2026-11-24 08:00")
    assert (await opened(desk, 1_000, day="2026-11-23"))["expected_vnd"] == 42_000
    assert (await closed(desk, counted_vnd=0))["day"] == "2026-11-24"


async def test_a_day_is_closed_by_notes_and_then_takes_no_more_money(desk: Desk) -> None:
    number = await paid(desk)
    notes = [{"note": 20_000, "pieces": 2}, {"note": 1_000, "pieces": 1}]
    done = await closed(desk, notes=notes)
    assert (done["expected_vnd"], done["counted_vnd"], done["difference_vnd"]) == (41_000, 41_000, 0)
    assert done["notes"] == {"20000": 2, "1000": 1}
    assert codes(await closed(desk, 409, notes=notes)) == ["cash_day_closed"]
    code = await copies_dossier(desk)
    await charged(desk, code)
    refused = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"})
    assert (refused.status_code, codes(refused.json())) == (409, ["cash_day_closed"])
    assert (await desk.get(f"/dossiers/{code}/fees"))["charges"][0]["status"] == "open"
    void = await desk.post(f"/fee-receipts/{number}/void", {"reason": "Muộn"})
    assert codes(void.json()) == ["cash_day_closed"]


async def test_a_difference_is_named_and_must_be_explained(desk: Desk) -> None:
    await paid(desk)
    refused = await closed(desk, 422, counted_vnd=40_000)
    assert codes(refused) == ["cash_difference_unexplained"]
    assert "-1000" in refused["detail"]
    done = await closed(desk, counted_vnd=40_000, explanation="Trả thừa tiền lẻ, đã báo kế toán")
    assert (done["difference_vnd"], done["explanation"]) == (-1_000, "Trả thừa tiền lẻ, đã báo kế toán")
    (listed,) = (await desk.get("/cash-closes", unit=COMMUNE, day="2026-11-23"))["items"]
    assert listed == done


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["missing"]),
        ({"notes": [{"note": 3_000, "pieces": 1}]}, ["note_unknown"]),
        ({"notes": [{"note": 1_000, "pieces": 1}] * 2}, ["note_repeated"]),
        ({"notes": [{"note": 1_000, "pieces": 1}], "counted_vnd": 2_000}, ["counted_differs_from_notes"]),
        ({"counted_vnd": 0, "day": "2026-11-24"}, ["date_in_future"]),
        ({"unit": "nowhere", "counted_vnd": 0}, ["unit_unknown"]),
    ],
)
async def test_a_close_that_cannot_be_counted_is_refused(desk: Desk, body: dict[str, Any], expected: list[str]) -> None:
    assert codes(await closed(desk, 422, **body)) == expected


async def test_a_day_forgotten_is_closed_later_and_the_next_day_is_another(desk: Desk, clock: FixedClock) -> None:
    await paid(desk)
    go_to(clock, "2026-11-25 08:00")
    await paid(desk)
    assert (await closed(desk, counted_vnd=41_000, day="2026-11-23"))["day"] == "2026-11-23"
    assert (await desk.get("/cash-closes/till", unit=COMMUNE))["expected_vnd"] == 41_000
    await closed(desk, counted_vnd=41_000)
    first = await desk.get("/cash-closes", limit=1)
    second = await desk.get("/cash-closes", limit=1, cursor=first["next_cursor"])
    assert [page["items"][0]["day"] for page in (first, second)] == ["2026-11-25", "2026-11-23"]
    assert second["next_cursor"] is None


async def test_nobody_closes_a_till_of_another_unit(desk: Desk) -> None:
    assert (await closed(desk, 403, unit=OTHER_COMMUNE, counted_vnd=0))["code"] == "forbidden"


@pytest.mark.parametrize(
    "statement",
    [
        "update cash_day set counted_vnd = 1, explanation = 'x'",
        "delete from cash_day",
        "update fee_receipt set voided_at = now(), void_reason = 'x'",
        "update fee_receipt set amount_vnd = 1",
        "update fee_charge set total_vnd = 1",
        "update fee_tariff set amount_vnd = 1",
    ],
)
async def test_the_database_itself_keeps_closed_days_and_amounts(
    application: Application, desk: Desk, statement: str
) -> None:
    await paid(desk)
    await closed(desk, counted_vnd=41_000)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with application.database.write() as connection:
            await execute(connection, statement)


async def test_a_close_is_in_the_audit_of_administration(application: Application, desk: Desk) -> None:
    await closed(desk, counted_vnd=0)
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select data from audit_entry where action = 'cash_day_closed'")
    assert row is not None
    assert row.data == {"expected_vnd": 0, "counted_vnd": 0}
