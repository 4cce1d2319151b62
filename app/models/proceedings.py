"""What happens to a dossier on its way: supplements, payments, the ledger of its deadline, outcome, hand-over."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SupplementRequest(Base):
    """One complete request for what is missing (Mẫu 02); at most one is open at a time."""

    __tablename__ = "supplement_request"
    __table_args__ = (
        Index("uq_supplement_request_open", "dossier_id", unique=True, postgresql_where=text("received_at is null")),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    """Number of the event that made it."""
    items: Mapped[list[Any]] = mapped_column(JSONB)
    """`[{component_code, problem, note}]`: every row names a component of the procedure."""
    reason: Mapped[str]
    before_acceptance: Mapped[bool]
    leader_reason: Mapped[str | None] = mapped_column(default=None)
    requested_at: Mapped[dt.datetime]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    answer_due_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class DeadlineAdjustment(Base):
    """A line of the deadline's ledger: append-only; who moved the date, why, by how many minutes, on what basis.

    A suspension is a line with `from_at` and, once over, `to_at`; `after_due` of an open one equals `before_due`.
    """

    __tablename__ = "deadline_adjustment"
    __table_args__ = (
        CheckConstraint(
            "cause in ('supplement_wait', 'payment_wait', 'extension', 'calendar_change', 'correction')", name="cause"
        ),
        CheckConstraint("to_at is null or to_at >= from_at", name="interval"),
        Index(
            "uq_deadline_adjustment_publication",
            "dossier_id",
            "publication_id",
            unique=True,
            postgresql_where=text("publication_id is not null"),
        ),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str]
    effect: Mapped[str] = mapped_column(default="none")
    from_at: Mapped[dt.datetime]
    to_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    minutes: Mapped[int] = mapped_column(default=0)
    before_due: Mapped[dt.datetime]
    after_due: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_publication.id"), default=None)
    """The published calendar that moved the date; at most one line of a dossier names it."""


class PaymentRequest(Base):
    """A financial obligation the applicant must fulfil (national status 6)."""

    __tablename__ = "payment_request"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount"),
        Index("uq_payment_request_open", "dossier_id", unique=True, postgresql_where=text("paid_at is null")),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    requested_at: Mapped[dt.datetime]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    paid_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    method: Mapped[str | None] = mapped_column(default=None)
    reference: Mapped[str | None] = mapped_column(default=None)


class DossierOutcome(Base):
    """How the dossier ended: result, refusal, withdrawal or stop, with its reason and legal basis."""

    __tablename__ = "dossier_outcome"
    __table_args__ = (CheckConstraint("kind in ('resolved', 'refused', 'withdrawn', 'stopped')", name="kind"),)

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    kind: Mapped[str]
    reason_code: Mapped[str | None] = mapped_column(default=None)
    explanation: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    result_number: Mapped[str | None] = mapped_column(default=None)
    result_type: Mapped[str | None] = mapped_column(default=None)
    result_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("result.id"), default=None)
    """The signed result that the decision names."""
    decided_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class HandOver(Base):
    """The result in the applicant's hands: at the counter with receiver and proof, by post, or online."""

    __tablename__ = "hand_over"
    __table_args__ = (
        CheckConstraint("method in ('counter', 'postal', 'online')", name="method"),
        CheckConstraint("method <> 'counter' or (receiver_name is not null and proof is not null)", name="counter"),
        CheckConstraint("method <> 'postal' or tracking_number is not null", name="postal"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    method: Mapped[str]
    receiver_name: Mapped[str | None] = mapped_column(default=None)
    receiver_identity_number: Mapped[str | None] = mapped_column(default=None)
    relationship: Mapped[str | None] = mapped_column(default=None)
    proof: Mapped[str | None] = mapped_column(default=None)
    tracking_number: Mapped[str | None] = mapped_column(default=None)
    link: Mapped[str | None] = mapped_column(default=None)
    proof_document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    """The signature or the signed slip as a document of the dossier."""
    authorisation_reason: Mapped[str | None] = mapped_column(default=None)
    """Why somebody else than the dossier's own people receives it."""
    authorisation_reference: Mapped[str | None] = mapped_column(default=None)
    authorisation_document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    handed_over_at: Mapped[dt.datetime]
    handed_over_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class Rating(Base):
    """One answer of a citizen, by the capability on the receipt; never by the staff."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("level between 1 and 5", name="level"),
        CheckConstraint("channel in ('own_device', 'kiosk', 'phone', 'paper', 'imported')", name="channel"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    level: Mapped[int]
    reasons: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    comment: Mapped[str | None] = mapped_column(default=None)
    channel: Mapped[str] = mapped_column(default="own_device")
    assisted: Mapped[bool] = mapped_column(default=False)
    rated_at: Mapped[dt.datetime]
