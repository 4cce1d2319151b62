"""Money at the counter: dated tariffs, grounds to pay less, charges, receipts, refunds, the cashier's day."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, IntegerKey

_CHANNEL = "channel in ('counter', 'online', 'postal')"
_METHOD = "method in ('cash', 'bank_transfer', 'online_national', 'online_province')"
_PERIOD = "valid_to is null or valid_to > valid_from"


class FeeTariff(Base):
    """A fee set by an act (a resolution of the HĐND, a circular) for a period, a unit and everything below it.

    It goes before the fee of the same code in the procedure's version. Amounts never change; a tariff only ends.
    """

    __tablename__ = "fee_tariff"
    __table_args__ = (
        UniqueConstraint("procedure_id", "channel", "unit_id", "code", "valid_from"),
        CheckConstraint(_CHANNEL, name="channel"),
        CheckConstraint("per in ('dossier', 'copy', 'page', 'case', 'person')", name="per"),
        CheckConstraint("amount_vnd >= 0 and (cap_vnd is null or cap_vnd >= 0)", name="amount"),
        CheckConstraint(_PERIOD, name="period"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    channel: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    per: Mapped[str]
    later_steps: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """`[{from_quantity, amount_vnd}]`, ascending."""
    cap_vnd: Mapped[int | None] = mapped_column(BigInteger, default=None)
    source: Mapped[str]
    """The act that sets it."""
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    """The first day on which it is no longer in force."""
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class FeeReduction(Base):
    """A ground to pay less: an exemption that somebody claims, or a discount that a channel brings by itself."""

    __tablename__ = "fee_reduction"
    __table_args__ = (
        UniqueConstraint("code", "unit_id", "valid_from"),
        CheckConstraint("kind in ('exemption', 'discount')", name="kind"),
        CheckConstraint("percent between 1 and 100", name="percent"),
        CheckConstraint(f"channel is null or {_CHANNEL}", name="channel"),
        CheckConstraint("kind <> 'discount' or channel is not null", name="discount"),
        CheckConstraint(_PERIOD, name="period"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    percent: Mapped[int]
    channel: Mapped[str | None] = mapped_column(default=None)
    field: Mapped[str | None] = mapped_column(default=None)
    """Only for procedures of this field; None: of every field."""
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"), default=None)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    legal_basis: Mapped[str]
    confidence: Mapped[str] = mapped_column(default="unverified")
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class FeeCharge(Base):
    """What a dossier has to pay, computed once, with its lines as they were explained."""

    __tablename__ = "fee_charge"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        CheckConstraint("status in ('open', 'collected', 'free', 'cancelled')", name="status"),
        CheckConstraint("(status = 'free') = (total_vnd = 0) or status = 'cancelled'", name="free"),
        CheckConstraint("total_vnd >= 0", name="total"),
        CheckConstraint("(reduction_code is null) = (reduction_note is null)", name="reduction"),
        Index("uq_fee_charge_open", "dossier_id", unique=True, postgresql_where=text("status = 'open'")),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    number: Mapped[int]
    """Counts the charges of one dossier from 1."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """The receiving unit, whose cashiers collect."""
    status: Mapped[str]
    total_vnd: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[Any]] = mapped_column(JSONB)
    reduction_code: Mapped[str | None] = mapped_column(default=None)
    reduction_note: Mapped[str | None] = mapped_column(default=None)
    """What was shown to claim the ground."""
    payment_seq: Mapped[int | None] = mapped_column(default=None)
    """The event that asked for the payment it is about (national status 6); None: an ordinary fee."""
    additional_reason: Mapped[str | None] = mapped_column(default=None)
    """Why more is charged after money was taken already; None: a first charge."""
    charged_at: Mapped[dt.datetime]
    charged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class FeeReceiptNumber(Base):
    """The last number given out in a book of receipts of a unit and year."""

    __tablename__ = "fee_receipt_number"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    book: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class CashDay(Base):
    """A cashier's day in a unit. Once closed it never changes, nor do the receipts and refunds of that day."""

    __tablename__ = "cash_day"
    __table_args__ = (
        CheckConstraint(
            "(closed_at is null) = (counted_vnd is null) and (closed_at is null) = (expected_vnd is null) "
            "and (closed_at is null) = (totals is null)",
            name="closed",
        ),
        CheckConstraint(
            "closed_at is null or counted_vnd = expected_vnd or explanation is not null", name="difference_explained"
        ),
        CheckConstraint("opening_vnd >= 0", name="opening"),
        Index("ix_cash_day_closed", "closed_at", "id", postgresql_where=text("closed_at is not null")),
        UniqueConstraint("unit_id", "cashier_id", "day"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cashier_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    day: Mapped[dt.date]
    """The local day."""
    opening_vnd: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The cash that the till started the day with, as its cashier stated it; null where nobody did."""
    expected_vnd: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """What the till started with and cash collected and not voided, less cash refunded; may be below 0."""
    counted_vnd: Mapped[int | None] = mapped_column(BigInteger, default=None)
    denominations: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    """Pieces of each note, where it was counted so."""
    explanation: Mapped[str | None] = mapped_column(default=None)
    totals: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    """Count and amount of receipts by method, of voids, of refunds by method."""
    closed_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class FeeReceipt(Base):
    """Money taken (biên lai thu phí, lệ phí): at most one valid receipt for a charge."""

    __tablename__ = "fee_receipt"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("unit_id", "book", "year", "serial"),
        CheckConstraint(_METHOD, name="method"),
        CheckConstraint("payment_channel between 1 and 3", name="payment_channel"),
        CheckConstraint("amount_vnd > 0", name="amount"),
        CheckConstraint(
            "(voided_at is null) = (void_reason is null) and (voided_at is not null or voided_by is null)", name="void"
        ),
        Index("uq_fee_receipt_valid", "charge_id", unique=True, postgresql_where=text("voided_at is null")),
        Index("ix_fee_receipt_day", "cashier_id", "unit_id", "collected_on"),
        Index("ix_fee_receipt_dossier_id", "dossier_id"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    number: Mapped[str]
    """`<agency code>-<book>-<year>-<serial>`: what the paper carries."""
    charge_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("fee_charge.id"))
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    book: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    cashier_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str]
    payment_channel: Mapped[int] = mapped_column(SmallInteger)
    """DuocThanhToanTrucTuyen: 1 national portal, 2 portal of the ministry or province, 3 not online."""
    reference: Mapped[str | None] = mapped_column(default=None)
    collected_at: Mapped[dt.datetime]
    collected_on: Mapped[dt.date]
    """The local day, which the cashier closes."""
    voided_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    void_reason: Mapped[str | None] = mapped_column(default=None)


class FeeRefund(Base):
    """Money given back for a receipt that stands: append-only."""

    __tablename__ = "fee_refund"
    __table_args__ = (
        CheckConstraint("method in ('cash', 'bank_transfer')", name="method"),
        CheckConstraint("amount_vnd > 0", name="amount"),
        Index("ix_fee_refund_receipt_id", "receipt_id"),
        Index("ix_fee_refund_day", "cashier_id", "unit_id", "refunded_on"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    receipt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("fee_receipt.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    cashier_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str]
    reason: Mapped[str]
    reference: Mapped[str]
    refunded_at: Mapped[dt.datetime]
    refunded_on: Mapped[dt.date]


class CertificationBook(Base):
    """A register of certifications (sổ chứng thực) and how it numbers."""

    __tablename__ = "certification_book"
    __table_args__ = (CheckConstraint("numbered_by in ('copy', 'paper')", name="numbered_by"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    suffix: Mapped[str]
    """Printed after the number: `SCT/BS`."""
    numbered_by: Mapped[str] = mapped_column(default="copy")
    """A number for each certified copy, or one for all copies of a paper."""
    legal_basis: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="unverified")


class CertificationProcedure(Base):
    """A procedure that the fast lane takes, and the book it is entered in."""

    __tablename__ = "certification_procedure"

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"), primary_key=True)
    book: Mapped[str] = mapped_column(ForeignKey("certification_book.code"), index=True)
    confidence: Mapped[str] = mapped_column(default="unverified")


class CertificationNumber(Base):
    """The last number given out in a unit's register of a kind and year."""

    __tablename__ = "certification_number"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    book: Mapped[str] = mapped_column(ForeignKey("certification_book.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class CertificationEntry(Base):
    """A line of the register: one certified copy, or one paper with all its copies. Append-only."""

    __tablename__ = "certification_entry"
    __table_args__ = (
        UniqueConstraint("unit_id", "book", "year", "number"),
        CheckConstraint("pages > 0 and copies > 0", name="counts"),
        Index("ix_certification_entry_dossier_id", "dossier_id"),
        Index("ix_certification_entry_unit_certified", "unit_id", "certified_at", "id"),
        Index("ix_certification_entry_certified", "certified_at", "id"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The unit that certifies."""
    book: Mapped[str] = mapped_column(ForeignKey("certification_book.code"))
    year: Mapped[int]
    number: Mapped[int]
    paper: Mapped[str]
    pages: Mapped[int]
    copies: Mapped[int]
    fee_vnd: Mapped[int] = mapped_column(BigInteger)
    """The part of the charge that falls on this line; lines of one dossier may differ by a đồng."""
    signer_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    certified_at: Mapped[dt.datetime]
