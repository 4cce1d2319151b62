"""Results of dossiers on their way from draft to publication, the queue of signatures, delegations to sign."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, IntegerKey


class Result(Base):
    """What the competent unit decided, as a PDF: draft → submitted → signed → published → replaced or revoked.

    A draft may be discarded; a declined one is a draft again. The paper behind its token exists from publication on.
    """

    __tablename__ = "result"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'submitted', 'signed', 'published', 'replaced', 'revoked', 'discarded')",
            name="status",
        ),
        CheckConstraint("effective_to is null or effective_to >= effective_from", name="effective"),
        CheckConstraint(
            "(status in ('draft', 'submitted', 'discarded')) = (signed_sha256 is null)", name="signed_has_content"
        ),
        CheckConstraint(
            "status not in ('published', 'replaced') or (published_at is not null and paper_id is not null)",
            name="published_has_paper",
        ),
        CheckConstraint("(status in ('replaced', 'revoked')) = (ended_at is not null)", name="ended"),
        Index("ix_result_dossier_id", "dossier_id"),
        Index("ix_result_unit_id_number", "unit_id", "number"),
        Index(
            "uq_result_replacement",
            "replaces_id",
            unique=True,
            postgresql_where=text("replaces_id is not null and status not in ('discarded', 'revoked')"),
        ),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The competent unit, which issues it and whose seal it bears."""
    number: Mapped[str]
    """As printed: `125/QĐ-UBND`."""
    title: Mapped[str]
    result_type: Mapped[str | None] = mapped_column(default=None)
    """Code of the kind of result (`KQ.G15.000032`); None where the procedure's kinds have no code."""
    legal_basis: Mapped[str]
    effective_from: Mapped[dt.date | None] = mapped_column(default=None)
    effective_to: Mapped[dt.date | None] = mapped_column(default=None)
    status: Mapped[str] = mapped_column(default="draft")
    token: Mapped[str] = mapped_column(unique=True)
    """What its QR code opens once it is published."""
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    """What a generated one prints; personal data, read by those in scope of the dossier. None: uploaded."""
    draft_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    signed_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_content.sha256"), default=None)
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    """The signed PDF among the dossier's documents."""
    signatures: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """`[{field, signer, organization, issuer, serial, trusted, signed_at, stamped_at}]`, as validated when signed."""
    signed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    paper_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), default=None)
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("result.id"), default=None)
    reason_code: Mapped[str | None] = mapped_column(default=None)
    """Why it replaces another (`result_correction_reasons`)."""
    drafted_at: Mapped[dt.datetime]
    drafted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    published_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    end_reason_code: Mapped[str | None] = mapped_column(default=None)
    """Why it was replaced or revoked; the public reads it behind the token."""
    end_reason: Mapped[str | None] = mapped_column(default=None)
    """The same in the officer's words, and the legal basis: for those in scope only."""


class SigningDelegation(Base):
    """A leader lets somebody of the unit sign in their stead, for a time; the delegate's own signature says so."""

    __tablename__ = "signing_delegation"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="validity"),
        CheckConstraint("delegate_id <> granted_by", name="another"),
        Index("ix_signing_delegation_delegate_id", "delegate_id", postgresql_where=text("revoked_at is null")),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    valid_from: Mapped[dt.datetime]
    valid_to: Mapped[dt.datetime]
    reason: Mapped[str]
    granted_at: Mapped[dt.datetime]
    granted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class SignatureRequest(Base):
    """A place in the queue of signatures: these bytes, submitted then, waiting for a leader of the unit.

    `waiting` → `signed`, `declined` (with a reason), or `withdrawn` by whoever submitted it.
    """

    __tablename__ = "signature_request"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'signed', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'declined' or reason is not null", name="declined_has_reason"),
        Index("uq_signature_request_open", "result_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_signature_request_result_id", "result_id"),
        Index(
            "ix_signature_request_waiting",
            "unit_id",
            "submitted_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    result_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("result.id"))
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    content_sha256: Mapped[str]
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    """The leader it is meant for; None: any of the unit. It limits nobody, so that an absence stops nothing."""
    state: Mapped[str] = mapped_column(default="waiting")
    submitted_at: Mapped[dt.datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    decided_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("signing_delegation.id"), default=None)
    """The delegation under which it was signed or declined; None: by a leader's own right."""
    reason: Mapped[str | None] = mapped_column(default=None)
