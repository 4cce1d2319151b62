"""Papers that the house issued: what anybody can verify, the slips among them, and the numbers they bear."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey


class IssuedPaper(Base):
    """A paper handed out under a public token: its content never changes, only how it stands now.

    `valid`; `void` (withdrawn, nothing in its place yet); `replaced` by the paper `replaced_by`; `revoked` (a decision
    taken back). No personal data.
    """

    __tablename__ = "issued_paper"
    __table_args__ = (
        CheckConstraint("kind in ('slip', 'result', 'digitized_copy', 'archive')", name="kind"),
        CheckConstraint("status in ('valid', 'void', 'replaced', 'revoked')", name="status"),
        CheckConstraint("(status = 'replaced') = (replaced_by is not null)", name="replaced"),
        CheckConstraint("content_sha256 ~ '^[0-9a-f]{64}$'", name="content_sha256"),
        Index("ix_issued_paper_dossier_id", "dossier_id"),
        Index("ix_issued_paper_content_sha256", "content_sha256"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    token: Mapped[str] = mapped_column(unique=True)
    """What its QR code opens: `GET /verify/{token}`."""
    kind: Mapped[str]
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The unit that issued it."""
    form_code: Mapped[str | None] = mapped_column(default=None)
    number: Mapped[str]
    """As printed: `12/TNHS`."""
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    issued_at: Mapped[dt.datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    status: Mapped[str] = mapped_column(default="valid")
    status_at: Mapped[dt.datetime]
    status_reason: Mapped[str | None] = mapped_column(default=None)
    """A code, never prose: what the public may read."""
    replaced_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), default=None)


class StampedCopy(Base):
    """The copy of a paper that says over each page that it no longer counts: made once, append-only."""

    __tablename__ = "stamped_copy"
    __table_args__ = (CheckConstraint("mark in ('void', 'refunded')", name="mark"),)

    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"), index=True)
    made_at: Mapped[dt.datetime]


class Slip(Base):
    """A form filled in for one event of a dossier, rendered once: append-only.

    `edition` counts the papers of one event, form and variant: the next one is made only when the last is void.
    """

    __tablename__ = "slip"
    __table_args__ = (
        UniqueConstraint("event_id", "form_code", "variant", "edition"),
        CheckConstraint("edition >= 1", name="edition"),
        Index("ix_slip_dossier_id", "dossier_id"),
        Index("ix_slip_receipt_id", "receipt_id"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier_event.id"))
    """The event it tells of."""
    receipt_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("receipt.id"), default=None)
    """The receipt that Mẫu 01 prints; void with it."""
    form_code: Mapped[str]
    variant: Mapped[str] = mapped_column(default="")
    edition: Mapped[int] = mapped_column(SmallInteger, default=1)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Everything the paper prints, as it was then; personal data, read by those in scope of the dossier."""
    issued_seq: Mapped[int]
    """Number of the event of its issue."""


class SlipNumber(Base):
    """The last number given out per unit, form and year; incremented under its row lock, so never given twice."""

    __tablename__ = "slip_number"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    form_code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int]
