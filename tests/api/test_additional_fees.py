"""Charging again after money was taken: refused with the difference, or said to be more and why."""

from app.bootstrap import Application
from app.domain.permissions import Role
from tests.api.test_fees import PAPERS, charged, collected, copies_dossier
from tests.factories.dossiers import Desk, codes
from tests.factories.people import COMMUNE, signed_in


async def test_a_second_charge_after_collection_is_refused_with_the_difference(desk: Desk) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    await collected(desk, code)
    more = [*PAPERS, {"name": "Học bạ", "pages": 2, "copies": 1}]
    refused = await desk.post(f"/dossiers/{code}/fees", {"papers": more})
    assert (refused.status_code, codes(refused.json())) == (409, ["fee_collected_already"])
    assert refused.json()["errors"][0]["params"] == {
        "collected_vnd": 41_000,
        "total_vnd": 45_000,
        "difference_vnd": 4_000,
    }
    assert len((await desk.get(f"/dossiers/{code}/fees"))["charges"]) == 1


async def test_an_additional_charge_says_why_and_has_its_own_receipt(desk: Desk) -> None:
    code = await copies_dossier(desk)
    first = await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS, "additional_reason": "Thêm bản"})
    assert (first.status_code, codes(first.json())) == (409, ["fee_not_additional"])
    await charged(desk, code)
    receipt = await collected(desk, code)
    body = {"papers": [{"name": "Học bạ", "pages": 2, "copies": 1}], "additional_reason": "Công dân xin thêm một bản"}
    sent = [await desk.post(f"/dossiers/{code}/fees", body, idempotency_key="one more copy") for _ in range(2)]
    assert sent[0].content == sent[1].content
    charges = sent[0].json()["charges"]
    assert [(found["status"], found["total_vnd"]) for found in charges] == [("collected", 41_000), ("open", 4_000)]
    assert charges[1]["additional_reason"] == "Công dân xin thêm một bản"
    void = await desk.post(f"/fee-receipts/{receipt['number']}/void", {"reason": "x"})
    assert (void.status_code, codes(void.json())) == (409, ["additional_charge_open"])
    assert (await collected(desk, code, amount_vnd=4_000))["charge_number"] == 2
    assert (await desk.post(f"/fee-receipts/{receipt['number']}/void", {"reason": "x"})).status_code == 200


async def test_what_was_given_back_whole_is_charged_as_if_for_the_first_time(
    application: Application, desk: Desk
) -> None:
    code = await copies_dossier(desk)
    await charged(desk, code)
    number = (await collected(desk, code))["number"]
    cashier = await signed_in(application, Role.CASHIER, COMMUNE)
    back = {"reason": "Kê nhầm", "reference": "QD-1", "method": "bank_transfer"}
    part = await desk.post(f"/fee-receipts/{number}/refund", back | {"amount_vnd": 1_000}, by=cashier)
    assert part.status_code == 201
    assert codes((await desk.post(f"/dossiers/{code}/fees", {"papers": PAPERS})).json()) == ["fee_collected_already"]
    assert (await desk.post(f"/fee-receipts/{number}/refund", back, by=cashier)).status_code == 201
    assert (await charged(desk, code))["charges"][1]["status"] == "open"
