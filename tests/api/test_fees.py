"""Charges by the tariff, receipts with numbers, voids and refunds, and how all this meets national status 6."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import PAID, PAYMENT, Desk, codes, go_to
from tests.factories.people import COMMUNE, DEPARTMENT, OTHER_COMMUNE, PROVINCE, signed_in

COPIES = "2.000815"
LATE_BIRTH = "1.004873"
"""The fee of this one is the council's to set."""
PAPERS = [{"name": "Bằng tốt nghiệp", "pages": 5, "copies": 5}, {"name": "Giấy khai sinh", "pages": 1, "copies": 3}]
BOTH = [{"code": "TP01", "originals": 1}, {"code": "TP02", "photocopies": 1}]
TARIFF: dict[str, Any] = {
    "procedure_code": LATE_BIRTH,
    "channel": "counter",
    "code": "LP01",
    "name": "Lệ phí xác nhận tình trạng hôn nhân",
    "amount_vnd": 15_000,
    "source": "Nghị quyết của HĐND tỉnh",
    "valid_from": "2026-01-01",
}


async def copies_dossier(desk: Desk, **changes: Any) -> str:
    return str((await desk.register(procedure_code=COPIES, components=BOTH, **changes))["code"])


async def charged(desk: Desk, code: str, **body: Any) -> dict[str, Any]:
    answer = await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS} | body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def collected(desk: Desk, code: str, **body: Any) -> dict[str, Any]:
    answer = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"} | body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.fixture
async def administrator(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def calculated(desk: Desk, expect: int = 200, **body: Any) -> dict[str, Any]:
    answer = await desk.client.post("/api/v1/fees/calculate", json={"procedure_code": COPIES} | body)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_anybody_may_calculate_and_each_line_explains_itself(desk: Desk) -> None:
    found = await calculated(desk, papers=PAPERS)
    assert found["total_vnd"] == 41_000
    assert [line["explanation"]["vi"] for line in found["lines"]] == [
        "2 trang × 2.000 + 3 trang × 1.000 = 7.000; × 5 bản = 35.000 đồng",
        "1 trang × 2.000 = 2.000; × 3 bản = 6.000 đồng",
    ]
    assert {ground["code"] for ground in found["grounds"]} >= {"HN", "NKT", "NCC"}
    assert (await calculated(desk, papers=PAPERS, ground="HN"))["total_vnd"] == 0


async def test_the_calculator_names_every_fault_and_says_what_it_does_not_know(desk: Desk) -> None:
    assert codes(await calculated(desk, 422, procedure_code="9.999999", unit="nowhere")) == [
        "procedure_unknown",
        "unit_unknown",
    ]
    assert codes(await calculated(desk, 422, ground="KING")) == ["fee_ground_unknown", "fee_papers_missing"]
    unknown = await calculated(desk, procedure_code=LATE_BIRTH)
    assert (unknown["total_vnd"], unknown["unknown"]["code"]) == (None, "fee_set_by_council")


async def test_a_fee_of_the_council_is_set_as_a_dated_tariff(
    desk: Desk, administrator: dict[str, str], clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    refused = await desk.post(f"/dossiers/{code}/fees", {})
    assert codes(refused.json()) == ["fee_set_by_council"]
    made = await desk.post("/tariffs", TARIFF, by=administrator)
    assert made.status_code == 201
    assert made.json()["unit"]["code"] == PROVINCE
    assert (await charged(desk, code, papers=[]))["charges"][0]["total_vnd"] == 15_000
    again = await desk.post("/tariffs", TARIFF | {"valid_from": "2026-06-01"}, by=administrator)
    assert (again.status_code, codes(again.json())) == (409, ["tariff_overlaps"])
    path = f"/tariffs/{made.json()['id']}/end"
    past = await desk.post(path, {"valid_to": "2026-11-22"}, by=administrator)
    assert codes(past.json()) == ["tariff_ends_in_past"]
    ended = await desk.post(path, {"valid_to": "2026-12-01"}, by=administrator)
    assert ended.json()["valid_to"] == "2026-12-01"
    later = TARIFF | {"valid_from": "2026-12-01", "amount_vnd": 20_000}
    assert (await desk.post("/tariffs", later, by=administrator)).status_code == 201
    assert (await calculated(desk, procedure_code=LATE_BIRTH))["total_vnd"] == 15_000
    assert (await calculated(desk, procedure_code=LATE_BIRTH, on="2026-12-01"))["total_vnd"] == 20_000
    go_to(clock, "2026-12-02 09:00")
    # What was accepted under the old tariff is charged by it.
    assert (await charged(desk, code, papers=[]))["charges"][1]["total_vnd"] == 15_000


async def test_the_tariff_of_the_nearest_unit_counts(desk: Desk, administrator: dict[str, str]) -> None:
    for unit, amount in ((None, 15_000), (COMMUNE, 12_000)):
        body = TARIFF | {"unit": unit, "amount_vnd": amount}
        assert (await desk.post("/tariffs", body, by=administrator)).status_code == 201
    assert (await calculated(desk, procedure_code=LATE_BIRTH, unit=COMMUNE))["total_vnd"] == 12_000
    assert (await calculated(desk, procedure_code=LATE_BIRTH, unit=OTHER_COMMUNE))["total_vnd"] == 15_000
    listed = await desk.get("/tariffs", procedure=LATE_BIRTH, unit=COMMUNE, limit=1)
    rest = await desk.get("/tariffs", procedure=LATE_BIRTH, unit=COMMUNE, cursor=listed["next_cursor"])
    assert [item["amount_vnd"] for item in listed["items"] + rest["items"]] == [15_000, 12_000]


async def test_an_administrator_sets_tariffs_of_their_own_units_only(application: Application, desk: Desk) -> None:
    local = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    own = await desk.post("/tariffs", TARIFF | {"unit": COMMUNE}, by=local)
    above = await desk.post("/tariffs", TARIFF, by=local)
    beside = await desk.post("/fee-reductions", REDUCTION | {"unit": OTHER_COMMUNE}, by=local)
    assert (own.status_code, above.status_code, beside.status_code) == (201, 403, 403)
    assert (await desk.post("/tariffs", TARIFF)).status_code == 403


REDUCTION: dict[str, Any] = {
    "code": "GIAM50",
    "name": "Giảm khi nộp trực tuyến",
    "kind": "discount",
    "percent": 50,
    "channel": "online",
    "legal_basis": "Nghị quyết của HĐND tỉnh",
    "valid_from": "2026-01-01",
}


async def test_an_online_discount_is_taken_off_the_counters_price_once(
    desk: Desk, administrator: dict[str, str]
) -> None:
    assert (await desk.post("/fee-reductions", REDUCTION, by=administrator)).status_code == 201
    assert (await calculated(desk, channel="online", papers=PAPERS))["total_vnd"] == 20_500
    assert (await calculated(desk, channel="counter", papers=PAPERS))["total_vnd"] == 41_000
    # Permanent residence has an online price of its own: 10,000 instead of 20,000.
    assert (await calculated(desk, procedure_code="1.004222", channel="online"))["total_vnd"] == 10_000
    listed = await desk.get("/fee-reductions", unit=COMMUNE, on="2026-11-23", limit=200)
    assert "GIAM50" in {item["code"] for item in listed["items"]}
    (found,) = [item for item in listed["items"] if item["code"] == "GIAM50"]
    ended = await desk.post(f"/fee-reductions/{found['id']}/end", {"valid_to": "2026-11-23"}, by=administrator)
    assert ended.status_code == 200
    assert (await calculated(desk, channel="online", papers=PAPERS))["total_vnd"] == 41_000


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [
        ("/tariffs", {"valid_to": "2026-01-01"}, "tariff_period_reversed"),
        ("/tariffs", {"later_steps": [{"from_quantity": 5, "amount_vnd": 1}] * 2}, "fee_steps_out_of_order"),
        ("/tariffs", {"amount_vnd": -1}, "greater_than_equal"),
        ("/fee-reductions", {"channel": None}, "missing"),
        ("/fee-reductions", {"percent": 101}, "less_than_equal"),
    ],
)
async def test_a_tariff_that_makes_no_sense_is_refused(
    desk: Desk, administrator: dict[str, str], path: str, change: dict[str, Any], expected: str
) -> None:
    body = (TARIFF if path == "/tariffs" else REDUCTION) | change
    assert codes((await desk.post(path, body, by=administrator)).json()) == [expected]


async def test_cash_at_acceptance_changes_no_state_and_leaves_a_numbered_receipt(
    application: Application, desk: Desk
) -> None:
    code = await copies_dossier(desk)
    before = await desk.get(f"/dossiers/{code}")
    (charge,) = (await charged(desk, code))["charges"]
    assert (charge["number"], charge["status"], charge["total_vnd"]) == (1, "open", 41_000)
    receipt = await collected(desk, code, amount_vnd=41_000)
    assert receipt["number"].endswith("-BL-2026-000001")
    assert (receipt["amount_vnd"], receipt["payment_channel"], receipt["payer_name"]) == (
        41_000, 3, "Nguyễn Thị Thử Nghiệm",
    )  # fmt: skip
    after = await desk.get(f"/dossiers/{code}")
    assert (after["state"], after["current_due_at"]) == ("accepted", before["current_due_at"])
    (charge,) = (await desk.get(f"/dossiers/{code}/fees"))["charges"]
    assert (charge["status"], charge["receipts"][0]["number"]) == ("collected", receipt["number"])
    entries = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert [entry["vi"] for entry in entries[2:]] == [
        "Tính phí, lệ phí: 41.000 đồng",
        f"Thu 41.000 đồng tiền mặt, biên lai {receipt['number']}",
    ]
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select string_agg(data::text, ' ') as all_data from dossier_event")
        assert row is not None
        assert "Bằng tốt nghiệp" not in row.all_data


async def test_numbers_follow_each_other_in_each_book(desk: Desk) -> None:
    found = []
    for book in ("BL", "BL", "PHI", "BL"):
        code = await copies_dossier(desk)
        await charged(desk, code)
        found.append((await collected(desk, code, book=book))["number"].partition("-")[2])
    assert found == ["BL-2026-000001", "BL-2026-000002", "PHI-2026-000001", "BL-2026-000003"]


async def test_an_exemption_needs_ground_and_note_and_leaves_nothing_to_collect(desk: Desk) -> None:
    code = await copies_dossier(desk)
    without = await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS, "exemption": {"ground": "HN"}})
    assert codes(without.json()) == ["missing"]
    unknown = {"papers": PAPERS, "exemption": {"ground": "X", "note": "y"}}
    refused = await desk.post(f"/dossiers/{code}/fees", unknown)
    assert [(fault["code"], fault["field"]) for fault in refused.json()["errors"]] == [
        ("fee_ground_unknown", "exemption.ground")
    ]
    exemption = {"ground": "HN", "note": "Giấy chứng nhận hộ nghèo năm 2026"}
    (charge,) = (await charged(desk, code, exemption=exemption))["charges"]
    assert (charge["status"], charge["total_vnd"], charge["lines"][0]["gross_vnd"]) == ("free", 0, 35_000)
    assert charge["lines"][0]["reduction"]["legal_basis"].startswith("Luật Phí và lệ phí")
    nothing = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"})
    assert (nothing.status_code, codes(nothing.json())) == (409, ["charge_not_open"])


async def test_a_new_charge_takes_the_place_of_the_open_one(desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    found = (await charged(desk, code, papers=PAPERS[:1]))["charges"]
    assert [(charge["status"], charge["total_vnd"]) for charge in found] == [("cancelled", 41_000), ("open", 35_000)]
    stale = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash", "amount_vnd": 41_000})
    assert codes(stale.json()) == ["charge_changed"]
    assert (await collected(desk, code, amount_vnd=35_000))["charge_number"] == 2


async def test_money_that_is_not_cash_needs_a_reference_and_goes_back_by_transfer(
    application: Application, desk: Desk
) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    bare = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "bank_transfer"})
    assert (bare.status_code, codes(bare.json())) == (422, ["payment_reference_missing"])
    number = (await collected(desk, code, method="online_national", reference="PG1"))["number"]
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    body = {"reason": "Thu thừa", "reference": "QD-12"}
    back = await desk.post(f"/fee-receipts/{number}/refund", body, by=cashier)
    assert [given["method"] for given in back.json()["refunds"]] == ["bank_transfer"]


@pytest.mark.parametrize(("method", "channel"), [("online_national", 1), ("online_province", 2), ("bank_transfer", 3)])
async def test_the_receipt_says_through_which_portal_was_paid(desk: Desk, method: str, channel: int) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    receipt = await collected(desk, code, method=method, reference="PG26112300001")
    assert (receipt["payment_channel"], receipt["reference"]) == (channel, "PG26112300001")


async def test_the_same_key_collects_once(desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    path, body = f"/dossiers/{code}/fees/collect", {"method": "cash"}
    first, second = [await desk.post(path, body, idempotency_key="k") for _ in range(2)]
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_receipt_is_voided_on_its_day_and_the_charge_is_open_again(desk: Desk, clock: FixedClock) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    first = await collected(desk, code)
    voided = await desk.post(f"/fee-receipts/{first['number']}/void", {"reason": "Ghi sai sổ"})
    assert (voided.status_code, voided.json()["void_reason"]) == (200, "Ghi sai sổ")
    twice = await desk.post(f"/fee-receipts/{first['number']}/void", {"reason": "Nữa"})
    assert codes(twice.json()) == ["receipt_voided"]
    second = await collected(desk, code)
    assert second["number"].endswith("000002"), "the number of a void receipt is never given again"
    go_to(clock, "2026-11-25 08:00")
    late = await desk.post(f"/fee-receipts/{second['number']}/void", {"reason": "Muộn"})
    assert (late.status_code, codes(late.json())) == (409, ["receipt_of_earlier_day"])


async def test_a_receipt_of_another_cashier_is_not_mine_to_void(application: Application, desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    colleague = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    refused = await desk.post(f"/fee-receipts/{number}/void", {"reason": "x"}, by=colleague)
    assert (refused.status_code, codes(refused.json())) == (403, ["receipt_of_other_cashier"])
    stranger = await signed_in(application, Role.CASHIER, OTHER_COMMUNE)
    unknown = await desk.client.get(f"/api/v1/fee-receipts/{number}", headers=stranger)
    assert (unknown.status_code, codes(unknown.json())) == (404, ["receipt_unknown"])
    head = await signed_in(application, Role.CASHIER, COMMUNE)
    assert (await desk.post(f"/fee-receipts/{number}/void", {"reason": "x"}, by=head)).status_code == 200


async def test_money_is_given_back_in_parts_but_never_more_than_was_taken(application: Application, desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    path = f"/fee-receipts/{number}/refund"
    body: dict[str, Any] = {"reason": "Thu thừa", "reference": "QD-12"}
    assert (await desk.post(path, body)).status_code == 403, "a clerk may not give money back"
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    part = await desk.post(path, body | {"amount_vnd": 1_000, "method": "bank_transfer"}, by=cashier)
    assert (part.status_code, part.json()["refunded_vnd"]) == (201, 1_000)
    much = await desk.post(path, body | {"amount_vnd": 41_000}, by=cashier)
    assert (much.status_code, codes(much.json())) == (409, ["refund_exceeds_receipt"])
    leader_in_cash = await desk.post(path, body, by=desk.leader)
    assert codes(leader_in_cash.json()) == ["refund_needs_till"]
    rest = await desk.post(path, body | {"method": "bank_transfer"}, by=desk.leader)
    assert [item["amount_vnd"] for item in rest.json()["refunds"]] == [1_000, 40_000]
    assert codes((await desk.post(path, body, by=cashier)).json()) == ["refund_exceeds_receipt"]
    assert codes((await desk.post(f"/fee-receipts/{number}/void", {"reason": "x"})).json()) == ["receipt_refunded"]
    entries = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert entries[-1]["vi"] == f"Hoàn 40.000 đồng của biên lai {number}"


async def test_collecting_a_charge_about_a_payment_request_confirms_it(desk: Desk, clock: FixedClock) -> None:
    code = (await desk.register())["code"]
    none = await desk.post(f"/dossiers/{code}/fees", {"for_payment_request": True})
    assert codes(none.json()) == ["payment_request_not_open"]
    await desk.act(code, "request_payment", **PAYMENT)
    (charge,) = (await charged(desk, code, papers=[], for_payment_request=True))["charges"]
    assert (charge["total_vnd"], charge["payment_seq"]) == (PAYMENT["amount_vnd"], 3)
    go_to(clock, "2026-11-23 14:00")
    receipt = await collected(desk, code, method="online_national", reference="PG1")
    after = await desk.get(f"/dossiers/{code}")
    assert after["state"] == "accepted"
    assert after["payments"][0]["reference"] == "PG1"
    assert after["current_due_at"] > after["promised_due_at"], "the wait was given back"
    types = [entry["type"] for entry in (await desk.get(f"/dossiers/{code}/timeline"))["entries"]]
    assert types[2:] == ["payment_requested", "fee_charged", "payment_confirmed", "fee_collected"]
    void = await desk.post(f"/fee-receipts/{receipt['number']}/void", {"reason": "x"})
    assert codes(void.json()) == ["receipt_confirms_payment"]


async def test_confirming_through_the_door_records_the_receipt_of_the_charge(desk: Desk) -> None:
    code = (await desk.register())["code"]
    await desk.act(code, "request_payment", **PAYMENT)
    await charged(desk, code, papers=[], for_payment_request=True)
    paid = await desk.act(code, "confirm_payment", **PAID)
    (charge,) = (await desk.get(f"/dossiers/{code}/fees"))["charges"]
    assert (charge["status"], charge["receipts"][0]["reference"]) == ("collected", PAID["reference"])
    assert (await desk.get(f"/dossiers/{code}"))["version"] == paid["version"], "the answer's ETag is the last version"


async def test_nothing_is_charged_for_a_dossier_that_ended_without_a_result(desk: Desk) -> None:
    code = await copies_dossier(desk)
    await desk.act(code, "withdraw", explanation="Đổi ý")
    refused = await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS})
    assert (refused.status_code, codes(refused.json())) == (409, ["fee_after_end"])


async def test_fees_of_a_foreign_dossier_are_unknown(application: Application, desk: Desk) -> None:
    code = await copies_dossier(desk)
    stranger = await signed_in(application, Role.CASHIER, DEPARTMENT)
    for answer in (
        await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS}, by=stranger),
        await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"}, by=stranger),
        await desk.client.get(f"/api/v1/dossiers/{code}/fees", headers=stranger),
    ):
        assert (answer.status_code, codes(answer.json())) == (404, ["dossier_unknown"])


async def test_money_is_taken_and_given_back_where_the_dossier_was_received(
    application: Application, desk: Desk
) -> None:
    """Who decides elsewhere has no till here: what they took could never be closed."""
    code = await copies_dossier(desk, competent_unit=DEPARTMENT)
    await charged(desk, code)
    cashier = await signed_in(application, Role.CASHIER, DEPARTMENT)
    refused = await desk.post(f"/dossiers/{code}/fees/collect", {"method": "cash"}, by=cashier)
    assert (refused.status_code, codes(refused.json())) == (403, ["out_of_scope"])
    number = (await collected(desk, code))["number"]
    refund = {"method": "bank_transfer", "reason": "Thu thừa", "reference": "QD-1"}
    refused = await desk.post(f"/fee-receipts/{number}/refund", refund, by=cashier)
    assert (refused.status_code, codes(refused.json())) == (403, ["out_of_scope"])


async def test_what_is_to_end_cannot_end_later(desk: Desk, administrator: dict[str, str]) -> None:
    made = await desk.post("/tariffs", TARIFF | {"valid_to": "2026-12-01"}, by=administrator)
    path = f"/tariffs/{made.json()['id']}/end"
    later = await desk.post(path, {"valid_to": "2026-12-02"}, by=administrator)
    assert codes(later.json()) == ["tariff_ends_earlier"]
    assert (await desk.post(path, {"valid_to": "2026-11-30"}, by=administrator)).status_code == 200
