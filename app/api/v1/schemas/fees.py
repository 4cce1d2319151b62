"""Documents of money: tariffs, the calculator, charges with receipts, closed days. Amounts are whole đồng."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from app.api.v1.schemas.dossiers import NoticeOut, UnitOut, local, notice
from app.api.v1.schemas.instants import LocalInstant
from app.core.db import from_json
from app.domain.fees import FeeUnit, PaymentMethod
from app.domain.procedures import Channel
from app.services.payments.charge import Calculation
from app.services.payments.close_day import Till


class ReductionAppliedOut(BaseModel):
    code: str
    name: str
    percent: int
    legal_basis: str


class ExplanationOut(BaseModel):
    vi: str
    en: str


class FeeLineOut(BaseModel):
    """A line of a charge: `quantity` of `per` in one thing, `times` such things, and the sum in words."""

    code: str
    name: str
    paper: str | None
    per: FeeUnit
    quantity: int
    times: int
    each_vnd: int
    gross_vnd: int
    reduction: ReductionAppliedOut | None
    amount_vnd: int
    source: str
    explanation: ExplanationOut


class GroundOut(BaseModel):
    """A ground that may be claimed to pay less."""

    code: str
    name: str
    percent: int
    legal_basis: str


class CalculationOut(BaseModel):
    """`total_vnd` null: the fee is not known here, and `unknown` says why. 0 means free."""

    procedure_code: str
    version: int
    channel: Channel
    on: dt.date
    lines: list[FeeLineOut]
    total_vnd: int | None
    unknown: NoticeOut | None
    grounds: list[GroundOut]


class RefundOut(BaseModel):
    amount_vnd: int
    method: PaymentMethod
    reason: str
    reference: str
    refunded_at: LocalInstant


class ReceiptOfFeeOut(BaseModel):
    """`payment_channel`: 1 through the national portal, 2 through the province's or a ministry's, 3 not online."""

    number: str
    book: str
    year: int
    serial: int
    amount_vnd: int
    method: PaymentMethod
    payment_channel: Literal[1, 2, 3]
    reference: str | None
    cashier: str
    collected_at: LocalInstant
    voided_at: LocalInstant | None
    void_reason: str | None
    refunds: list[RefundOut]


class ChargeOut(BaseModel):
    """`payment_seq`: the event that asked for the payment this charge is about; null for an ordinary fee.

    `additional_reason`: why it comes on top of what was collected before; null for a first charge.
    """

    number: int
    status: Literal["open", "collected", "free", "cancelled"]
    total_vnd: int
    lines: list[FeeLineOut]
    reduction_code: str | None
    reduction_note: str | None
    payment_seq: int | None
    additional_reason: str | None
    charged_at: LocalInstant
    receipts: list[ReceiptOfFeeOut]


class DossierFeesOut(BaseModel):
    dossier_code: str
    charges: list[ChargeOut]


class FeeReceiptOut(ReceiptOfFeeOut):
    """What the paper carries: who paid, for what, to whom."""

    dossier_code: str
    procedure_name: str
    unit: UnitOut
    payer_name: str | None
    payer_address: str | None
    charge_number: int
    lines: list[FeeLineOut]
    refunded_vnd: int
    day_closed: bool


class TariffOut(BaseModel):
    id: int
    procedure_code: str
    channel: Channel
    unit: UnitOut
    code: str
    name: str
    amount_vnd: int
    per: FeeUnit
    later_steps: list["StepOut"]
    cap_vnd: int | None
    source: str
    valid_from: dt.date
    valid_to: dt.date | None
    recorded_at: LocalInstant


class StepOut(BaseModel):
    from_quantity: int
    amount_vnd: int


class TariffPageOut(BaseModel):
    items: list[TariffOut]
    next_cursor: str | None


class FeeReductionOut(BaseModel):
    id: int
    code: str
    name: str
    kind: Literal["exemption", "discount"]
    percent: int
    channel: Channel | None
    field: str | None
    procedure_code: str | None
    unit: UnitOut
    legal_basis: str
    confidence: str
    valid_from: dt.date
    valid_to: dt.date | None
    recorded_at: LocalInstant


class FeeReductionPageOut(BaseModel):
    items: list[FeeReductionOut]
    next_cursor: str | None


class SumOut(BaseModel):
    count: int
    amount_vnd: int


class TillTotalsOut(BaseModel):
    """Count and amount by method."""

    receipts: dict[PaymentMethod, SumOut]
    refunds: dict[PaymentMethod, SumOut]
    voided: dict[PaymentMethod, SumOut]


class TillOut(BaseModel):
    """`expected_vnd`: the cash that must be in the till: `opening_vnd`, what was taken, less what was given back.

    `opening_vnd`: the cash that the till started the day with; null where its cashier did not say.
    """

    day: dt.date
    opening_vnd: int | None
    expected_vnd: int
    totals: TillTotalsOut
    closed: bool


class ClosedDayOut(BaseModel):
    id: int
    unit: UnitOut
    cashier: str
    day: dt.date
    opening_vnd: int | None
    expected_vnd: int
    counted_vnd: int
    difference_vnd: int
    explanation: str | None
    notes: dict[str, int] | None
    totals: TillTotalsOut
    closed_at: LocalInstant


class ClosedDayPageOut(BaseModel):
    items: list[ClosedDayOut]
    next_cursor: str | None


def calculation_document(found: Calculation) -> dict[str, Any]:
    return {
        "procedure_code": found.procedure_code,
        "version": found.version,
        "channel": found.channel,
        "on": found.on,
        "lines": found.lines,
        "total_vnd": found.total_vnd,
        "unknown": None if found.unknown is None else notice(found.unknown),
        "grounds": [
            {"code": code, "name": name, "percent": percent, "legal_basis": basis}
            for code, name, percent, basis in found.grounds
        ],
    }


def fees_document(found: Mapping[str, Any]) -> dict[str, Any]:
    charges = [
        {
            **charge,
            "charged_at": _local(charge["charged_at"]),
            "receipts": [_receipt(receipt) for receipt in charge["receipts"]],
        }
        for charge in found["charges"]
    ]
    return {"dossier_code": found["dossier_code"], "charges": charges}


def receipt_document(row: Any) -> dict[str, Any]:
    names = ("number", "book", "year", "serial", "amount_vnd", "method", "payment_channel", "reference", "cashier")
    return {
        **{name: row[name] for name in names},
        "collected_at": local(row.collected_at),
        "voided_at": local(row.voided_at),
        "void_reason": row.void_reason,
        "refunds": [_refund(item) for item in from_json(row.refunds)],
        "dossier_code": row.dossier_code,
        "procedure_name": row.procedure_name,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "payer_name": row.payer_name,
        "payer_address": row.payer_address,
        "charge_number": row.charge_number,
        "lines": from_json(row.lines),
        "refunded_vnd": row.refunded_vnd,
        "day_closed": row.day_closed_at is not None,
    }


def tariff_document(row: Any) -> dict[str, Any]:
    names = ("id", "procedure_code", "channel", "code", "name", "amount_vnd", "per", "cap_vnd", "source")
    return {
        **{name: row[name] for name in (*names, "valid_from", "valid_to")},
        "later_steps": from_json(row.later_steps),
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "recorded_at": local(row.recorded_at),
    }


def reduction_document(row: Any) -> dict[str, Any]:
    names = ("id", "code", "name", "kind", "percent", "channel", "field", "procedure_code", "legal_basis", "confidence")
    return {
        **{name: row[name] for name in (*names, "valid_from", "valid_to")},
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "recorded_at": local(row.recorded_at),
    }


def till_document(till: Till) -> dict[str, Any]:
    return {
        "day": till.day,
        "opening_vnd": till.opening_vnd,
        "expected_vnd": till.expected_vnd,
        "totals": till.totals,
        "closed": till.closed_at is not None,
    }


def closed_day_document(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "unit": {"code": row.unit_code, "name": row.unit_name},
        "cashier": row.cashier,
        "day": row.day,
        "opening_vnd": row.opening_vnd,
        "expected_vnd": row.expected_vnd,
        "counted_vnd": row.counted_vnd,
        "difference_vnd": row.counted_vnd - row.expected_vnd,
        "explanation": row.explanation,
        "notes": from_json(row.denominations),
        "totals": from_json(row.totals),
        "closed_at": local(row.closed_at),
    }


def page(items: Sequence[dict[str, Any]], next_cursor: str | None) -> bytes:
    return orjson.dumps({"items": items, "next_cursor": next_cursor})


def _receipt(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **item,
        "collected_at": _local(item["collected_at"]),
        "voided_at": _local(item["voided_at"]),
        "refunds": [_refund(refund) for refund in item["refunds"]],
    }


def _refund(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "refunded_at": _local(item["refunded_at"])}


def _local(text: str | None) -> dt.datetime | None:
    return None if text is None else local(dt.datetime.fromisoformat(text))
