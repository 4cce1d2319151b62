"""The dossier, its people, papers, receipts and codes. No behaviour: use cases act, one door changes the state."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey

# The national list (domain of `app.domain.lifecycle.DossierState`), as the database guards it.
STATE_AND_DATES = """
case state
  when 1 then accepted_at is null and ended_at is null
  when 2 then accepted_at is not null and ended_at is null
  when 3 then accepted_at is null and ended_at is not null
  when 4 then accepted_at is not null and started_at is not null and ended_at is null
  when 5 then ended_at is null
  when 6 then accepted_at is not null and ended_at is null
  when 7 then ended_at is not null and resolved_at is null
  when 8 then ended_at is not null and resolved_at is null
  when 9 then accepted_at is not null and resolved_at = ended_at and returned_at is null
  when 10 then accepted_at is not null and resolved_at = ended_at and returned_at >= resolved_at
end
"""


class Dossier(Base):
    """One dossier (hồ sơ). `state` is the national status 1…10; `version` equals the number of its last event.

    Three units: where support was given, where it was received, who is competent to decide (NĐ 118/2025).
    """

    __tablename__ = "dossier"
    __table_args__ = (
        CheckConstraint("state between 1 and 10", name="state"),
        CheckConstraint(STATE_AND_DATES, name="state_and_dates"),
        CheckConstraint(
            "(accepted_at is null) = (promised_due_at is null) and (accepted_at is null) = (current_due_at is null) "
            "and (accepted_at is null) = (lawful_due_at is null)",
            name="accepted_has_due",
        ),
        CheckConstraint("accepted_at is null or accepted_at >= registered_at", name="accepted_after_registered"),
        CheckConstraint("suspended_since is null or state in (5, 6)", name="suspension_state"),
        CheckConstraint("channel in ('counter', 'online', 'postal')", name="channel"),
        CheckConstraint("return_channel in ('counter', 'online', 'postal')", name="return_channel"),
        Index("ix_dossier_receiving_registered", "receiving_unit_id", "registered_at", "id"),
        Index("ix_dossier_competent_registered", "competent_unit_id", "registered_at", "id"),
        Index("ix_dossier_registered", "registered_at", "id"),
        Index(
            "ix_dossier_open_competent_due",
            "competent_unit_id",
            "current_due_at",
            "id",
            postgresql_where=text("ended_at is null and accepted_at is not null"),
        ),
        Index(
            "ix_dossier_open_receiving_due",
            "receiving_unit_id",
            "current_due_at",
            "id",
            postgresql_where=text("ended_at is null and accepted_at is not null"),
        ),
        Index(
            "ix_dossier_open_due",
            "current_due_at",
            "id",
            postgresql_where=text("ended_at is null and accepted_at is not null"),
        ),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[str]
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    procedure_version_id: Mapped[int] = mapped_column(ForeignKey("procedure_version.id"))
    case_variant: Mapped[str] = mapped_column(default="")
    supporting_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    receiving_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    competent_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    summary: Mapped[str] = mapped_column(default="")
    return_channel: Mapped[str] = mapped_column(default="counter")
    return_address: Mapped[str | None] = mapped_column(default=None)

    registered_at: Mapped[dt.datetime]
    accepted_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    started_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    promised_due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """Printed on the receipt; only a correction, which voids that receipt, prints another."""
    lawful_due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """The statutory limit on the calendar as known at acceptance; waits, extensions and new calendars leave it."""
    current_due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    suspended_since: Mapped[dt.datetime | None] = mapped_column(default=None)
    resolved_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """End of processing (NgayKetThucXuLy): what on-time is judged by."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """The end of whatever kind: refused, withdrawn, stopped, or resolved."""
    returned_at: Mapped[dt.datetime | None] = mapped_column(default=None)

    limit_value: Mapped[int | None] = mapped_column(default=None)
    limit_unit: Mapped[str | None] = mapped_column(default=None)
    clock_policy_id: Mapped[int | None] = mapped_column(ForeignKey("clock_policy.id"), default=None)
    calendar_version: Mapped[str | None] = mapped_column(default=None)
    supplement_count: Mapped[int] = mapped_column(default=0)
    """Supplement requests made after acceptance: the second makes the dossier late in QĐ 766/2.1."""
    extension_count: Mapped[int] = mapped_column(default=0)
    imported: Mapped[bool] = mapped_column(default=False)


class DossierParty(Base):
    """The applicant or the representative. Personal data: read by those in scope, masked in lists, never in events."""

    __tablename__ = "dossier_party"
    __table_args__ = (
        CheckConstraint("role in ('applicant', 'representative')", name="role"),
        CheckConstraint("kind in ('citizen', 'enterprise', 'organization', 'other')", name="kind"),
        Index(
            "ix_dossier_party_identity_number", "identity_number", postgresql_where=text("identity_number is not null")
        ),
        Index(
            "ix_dossier_party_name_words", text("to_tsvector('simple'::regconfig, name_search)"), postgresql_using="gin"
        ),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    full_name: Mapped[str]
    name_search: Mapped[str]
    """`full_name` without accents, for search by name."""
    identity_number: Mapped[str | None] = mapped_column(default=None)
    date_of_birth: Mapped[dt.date | None] = mapped_column(default=None)
    gender: Mapped[str | None] = mapped_column(default=None)
    phone: Mapped[str | None] = mapped_column(default=None)
    email: Mapped[str | None] = mapped_column(default=None)
    address: Mapped[str | None] = mapped_column(default=None)


class DossierComponent(Base):
    """A paper handed in: how many of each kind, and where its content comes from."""

    __tablename__ = "dossier_component"
    __table_args__ = (
        CheckConstraint("originals >= 0 and certified_copies >= 0 and photocopies >= 0", name="counts"),
        CheckConstraint("source in ('paper', 'upload', 'data', 'reused')", name="source"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    originals: Mapped[int] = mapped_column(default=0)
    certified_copies: Mapped[int] = mapped_column(default=0)
    photocopies: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(default="paper")


class DossierAlias(Base):
    """A code under which another system knows the dossier; looked up like its own code."""

    __tablename__ = "dossier_alias"
    __table_args__ = (
        Index("ix_dossier_alias_dossier_id", "dossier_id"),
        Index("ix_dossier_alias_capitals", text("upper(code)")),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    system: Mapped[str] = mapped_column(default="")
    added_at: Mapped[dt.datetime]


class DossierNumber(Base):
    """The last number given out per agency code and day; incremented under its row lock, so never given twice."""

    __tablename__ = "dossier_number"

    agency_code: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Receipt(Base):
    """A receipt (Mẫu 01) with its two capabilities: the look-up secret and the one-use rating token.

    A correction voids the receipt and issues the next one; the voided one keeps the date it promised.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        Index("uq_receipt_valid", "dossier_id", unique=True, postgresql_where=text("voided_at is null")),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    number: Mapped[int] = mapped_column(default=1)
    lookup_secret: Mapped[str]
    rating_token: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[dt.datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    promised_due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    voided_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    void_reason: Mapped[str | None] = mapped_column(default=None)


class DossierCorrection(Base):
    """What a correction replaced, and by what: the history that the log, free of personal data, cannot hold."""

    __tablename__ = "dossier_correction"

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    corrected_at: Mapped[dt.datetime]
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
