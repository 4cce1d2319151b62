"""Money taken, a receipt voided on its day, money given back. Each writes one line of the log."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import ActionRefused, Conflict, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.fees import PaymentMethod
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.services.dossiers.inputs import ConfirmPayment
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.dossiers.requests import Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView
from app.services.forms.issued_papers import change_status
from app.services.payments import queries, writes
from app.services.payments.close_day import till_by_receipts
from app.services.payments.inputs import CollectFee, RefundReceipt, VoidReceipt

RECEIPT_FORM = "BIEN-LAI"
"""What printed receipts are kept under."""
VISIT_FORM = "PHIEU-CT"
"""The one slip of a visit, which names the visit's receipt."""


async def collect_fee(
    connection: AsyncConnection, actor: Actor, code: str, body: CollectFee, *, now: dt.datetime
) -> str:
    """Take the money of the dossier's open charge and return the receipt's number.

    A charge about an open payment request confirms it through the one door in the same transaction. Raises `Conflict`
    when another cashier was faster, when the total is not the one the cashier saw, or when the day is closed.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.PAYMENTS_CONFIRM, lock=True)
    refuse_all(InvalidInput, reference_faults(body.method, body.reference))
    facts = await queries.charge_facts(connection, dossier.id)
    if facts.charge_id is None:
        raise Conflict(Refusal("charge_not_open"))
    if body.amount_vnd is not None and body.amount_vnd != facts.charge_vnd:
        raise Conflict(Refusal("charge_changed", "amount_vnd", {"amount_vnd": facts.charge_vnd}))
    if facts.charge_payment_seq is not None:
        if facts.charge_payment_seq != facts.payment_seq:
            raise Conflict(Refusal("payment_request_not_open"))
        confirmation = ConfirmPayment(action="confirm_payment", method=body.method.value, reference=body.reference)
        await perform(connection, actor, code, confirmation, if_match=None, keyed=None, render=_not_sent, now=now)
    number, _ = await take_money(connection, actor, dossier, facts.charge_id, body, now=now)
    return number


def reference_faults(method: PaymentMethod, reference: str | None, field: str = "reference") -> list[Refusal]:
    """Return the fault of money that is not cash and that nothing lets anybody find at the bank or the portal."""
    if method is PaymentMethod.CASH or reference is not None:
        return []
    return [Refusal("payment_reference_missing", field, {"method": method.value})]


async def take_money(
    connection: AsyncConnection, actor: Actor, dossier: Any, charge_id: int, body: CollectFee, *, now: dt.datetime
) -> tuple[str, int]:
    """Write the receipt of an open charge of a locked dossier, and its line of the log; return number and đồng.

    Raises `Forbidden` unless the actor takes money in the receiving unit: it goes into a till of that unit.
    """
    if not actor.scope(Permission.PAYMENTS_CONFIRM).covers(dossier.receiving_path):
        raise Forbidden(Refusal("out_of_scope", params={"side": "receiving"}))
    cashier = _cashier(actor)
    taken = await writes.collect(
        connection,
        charge_id=charge_id,
        unit_id=dossier.receiving_unit_id,
        cashier_id=cashier,
        day=local_date(now),
        book=body.book,
        method=body.method.value,
        payment_channel=body.method.payment_channel,
        reference=body.reference,
        now=now,
    )
    if taken.closed_at is not None:
        raise Conflict(Refusal("cash_day_closed"))
    if taken.number is None:
        raise Conflict(Refusal("charge_not_open"))
    data = {
        "receipt": taken.number,
        "amount_vnd": taken.amount_vnd,
        "method": body.method.value,
        "payment_channel": body.method.payment_channel,
    }
    await record_event(connection, actor, dossier, EventType.FEE_COLLECTED, now=now, data=data)
    return str(taken.number), int(taken.amount_vnd)


async def void_receipt(
    connection: AsyncConnection, actor: Actor, number: str, body: VoidReceipt, *, now: dt.datetime
) -> None:
    """Void a receipt on its day, before the cashier closes it; the charge is open again. All reasons at once."""
    dossier = await dossier_of_receipt(connection, actor, number, Permission.PAYMENTS_CONFIRM)
    receipt = await queries.receipt(connection, number)
    if receipt.cashier_id != actor.account_id and not _may_refund(actor, receipt):
        raise Forbidden(Refusal("receipt_of_other_cashier"))
    day = await writes.lock_day(
        connection, unit_id=receipt.unit_id, cashier_id=receipt.cashier_id, day=receipt.collected_on
    )
    faults = []
    if receipt.voided_at is not None:
        faults.append(Refusal("receipt_voided"))
    if receipt.refunded_vnd:
        faults.append(Refusal("receipt_refunded"))
    if receipt.payment_seq is not None:
        faults.append(Refusal("receipt_confirms_payment"))
    if day.closed_at is not None:
        faults.append(Refusal("cash_day_closed"))
    elif receipt.collected_on != local_date(now):
        faults.append(Refusal("receipt_of_earlier_day"))
    beside = await queries.charge_facts(connection, dossier.id)
    if beside.additional_reason is not None:
        # Only one charge is open at a time: the one that this receipt was for could not be open again.
        faults.append(Refusal("additional_charge_open", params={"charge": beside.charge_number}))
    if receipt.method == PaymentMethod.CASH and receipt.voided_at is None and day.closed_at is None:
        faults += await _till_faults(connection, receipt, receipt.cashier_id, receipt.collected_on, receipt.amount_vnd)
    refuse_all(ActionRefused, faults)
    await writes.void_receipt(connection, receipt.id, account_id=actor.account_id, reason=body.reason, now=now)
    # Whoever scans a paper that names the receipt learns that it is void.
    forms = {RECEIPT_FORM: number} if receipt.additional_reason else {RECEIPT_FORM: number, VISIT_FORM: None}
    for form_code, printed_number in forms.items():
        paper = await queries.valid_paper(connection, dossier_id=dossier.id, form_code=form_code, number=printed_number)
        if paper is not None:
            await change_status(connection, paper.id, status="void", reason="receipt_voided", now=now)
    data = {"receipt": number, "amount_vnd": receipt.amount_vnd}
    await record_event(connection, actor, dossier, EventType.FEE_VOIDED, now=now, data=data)


async def refund_receipt(
    connection: AsyncConnection, actor: Actor, number: str, body: RefundReceipt, *, now: dt.datetime
) -> None:
    """Give money of a valid receipt back, whole or in part; cash comes out of the till of who gives it.

    Raises `ActionRefused`, `till_too_small` for more cash than this till holds.
    """
    dossier = await dossier_of_receipt(connection, actor, number, Permission.PAYMENTS_REFUND)
    receipt = await queries.receipt(connection, number)
    if not _may_refund(actor, receipt):
        raise Forbidden(Refusal("out_of_scope", params={"side": "receiving"}))
    method = body.method or ("cash" if receipt.method == PaymentMethod.CASH else "bank_transfer")
    left = receipt.amount_vnd - receipt.refunded_vnd
    amount = left if body.amount_vnd is None else body.amount_vnd
    faults = []
    if receipt.voided_at is not None:
        faults.append(Refusal("receipt_voided"))
    elif amount > left or not left:
        faults.append(Refusal("refund_exceeds_receipt", "amount_vnd", {"left_vnd": left}))
    if method == "cash" and not actor.scope(Permission.PAYMENTS_CONFIRM).covers(receipt.unit_path):
        faults.append(Refusal("refund_needs_till", "method"))
    day = local_date(now)
    till = await writes.lock_day(connection, unit_id=receipt.unit_id, cashier_id=_cashier(actor), day=day)
    if till.closed_at is not None:
        faults.append(Refusal("cash_day_closed"))
    if method == "cash" and not faults:
        faults += await _till_faults(connection, receipt, _cashier(actor), day, amount)
    refuse_all(ActionRefused, faults)
    await writes.insert_refund(
        connection,
        receipt_id=receipt.id,
        unit_id=receipt.unit_id,
        cashier_id=_cashier(actor),
        amount_vnd=amount,
        method=method,
        reason=body.reason,
        reference=body.reference,
        now=now,
        day=day,
    )
    data = {"receipt": number, "amount_vnd": amount, "method": method}
    await record_event(connection, actor, dossier, EventType.FEE_REFUNDED, now=now, data=data)


async def read_receipt(connection: AsyncConnection, actor: Actor, number: str) -> Any:
    """Return a receipt of a dossier in scope; raises `NotFound`."""
    await dossier_of_receipt(connection, actor, number, Permission.DOSSIERS_READ, lock=False)
    return await queries.receipt(connection, number)


async def dossier_of_receipt(
    connection: AsyncConnection, actor: Actor, number: str, permission: Permission, *, lock: bool = True
) -> Any:
    """Return the dossier of a receipt; what is read after its lock is what the last writer left."""
    code = await queries.dossier_of_receipt(connection, number)
    if code is None:
        raise NotFound(Refusal("receipt_unknown"))
    try:
        return await seen_dossier(connection, actor, code, permission, lock=lock)
    except NotFound as error:
        raise NotFound(Refusal("receipt_unknown")) from error


async def _till_faults(
    connection: AsyncConnection, receipt: Any, cashier_id: int, day: dt.date, amount_vnd: int
) -> list[Refusal]:
    """Return the fault of cash that goes out of a till, whose day is locked, and is not in it."""
    till = await till_by_receipts(connection, receipt.unit_id, cashier_id, day)
    if amount_vnd <= till.expected_vnd:
        return []
    return [Refusal("till_too_small", "amount_vnd", {"till_vnd": till.expected_vnd, "amount_vnd": amount_vnd})]


def _may_refund(actor: Actor, receipt: Any) -> bool:
    return actor.scope(Permission.PAYMENTS_REFUND).covers(receipt.unit_path)


def _cashier(actor: Actor) -> int:
    if actor.account_id is None:
        raise AssertionError("money passes through somebody's hands")
    return actor.account_id


def _not_sent(_view: DossierView) -> Rendered:
    """The answer of the door, where another one goes out."""
    return Rendered(200, {}, b"{}")
