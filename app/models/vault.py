"""A person's papers, held once: what was digitized, decided or recorded, so that nobody is asked for it again."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey, IntegerKey

HELD_PAPER_NUMBERS = Sequence("held_paper_number", metadata=Base.metadata)


class PaperKind(Base):
    """A kind of paper while the list says so; a line never changes, it ends and another begins."""

    __tablename__ = "paper_kind"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("valid_months > 0", name="valid_months"),
        CheckConstraint("valid_to > valid_from", name="period"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    code: Mapped[str]
    vi: Mapped[str]
    en: Mapped[str]
    presented_only: Mapped[bool]
    """Shown, never kept: an identity card."""
    valid_months: Mapped[int | None]
    """How long it counts from its day of issue; None: without end."""
    file_names: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Names of files that say they are such a paper; for kinds that are only shown."""
    confidence: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    """The first day on which the line no longer counts."""
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class PaperUse(Base):
    """Which paper a component or a result of a procedure is, while the list says so."""

    __tablename__ = "paper_use"
    __table_args__ = (
        UniqueConstraint("procedure_id", "role", "code", "valid_from"),
        CheckConstraint("role in ('component', 'result')", name="role"),
        CheckConstraint("role = 'result' or code <> ''", name="component"),
        CheckConstraint("valid_to > valid_from", name="period"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    role: Mapped[str]
    code: Mapped[str]
    """The component's (`TP01`) or the kind of result's (`KQ…`); empty for every result of the procedure."""
    kind: Mapped[str]
    """A code of `paper_kind`."""
    about_holder: Mapped[bool]
    """It states facts of the applicant themselves, not of a matter of theirs (the birth of a child)."""
    confidence: Mapped[str]
    source: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class PaperHolder(Base):
    """Whose papers are held. The number stands here alone: papers, reuses and events refer to the row.

    Restricted: looked up by the whole number only, masked in every answer.
    """

    __tablename__ = "paper_holder"

    id: Mapped[BigKey] = mapped_column(init=False)
    identity_number: Mapped[str] = mapped_column(unique=True)


class HeldPaper(Base):
    """One paper of one person (giấy tờ trong kho). Content and origin never change; only its status does.

    Expiry is no status: it follows from `valid_until`, the last day on which the paper counts.
    """

    __tablename__ = "held_paper"
    __table_args__ = (
        CheckConstraint("origin in ('digitized', 'result', 'recorded')", name="origin"),
        CheckConstraint("status in ('valid', 'replaced', 'revoked')", name="status"),
        CheckConstraint("(status = 'replaced') = (replaced_by_id is not null)", name="replaced_by"),
        CheckConstraint("(status = 'valid') = (status_at is null)", name="status_at"),
        CheckConstraint("valid_until >= valid_from", name="validity"),
        UniqueConstraint("holder_id", "kind", "content_sha256"),
        Index("ix_held_paper_issued_paper_id", "issued_paper_id", postgresql_where=text("issued_paper_id is not null")),
        Index("ix_held_paper_source_dossier_id", "source_dossier_id"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    code: Mapped[str] = mapped_column(unique=True)
    """Mã giấy tờ `KG-…`."""
    holder_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("paper_holder.id"))
    kind: Mapped[str]
    """A code of the list `paper_kinds`, or `<procedure>/<component>` for a paper known only from that procedure."""
    about_holder: Mapped[bool]
    """It states facts of the holder themselves (marital status), not of a matter of theirs (the birth of a child)."""
    origin: Mapped[str]
    source_dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    component_code: Mapped[str | None] = mapped_column(default=None)
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    issued_paper_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), default=None)
    """For results: the paper that anybody can verify."""
    issuer: Mapped[str] = mapped_column(default="")
    number: Mapped[str | None] = mapped_column(default=None)
    issued_on: Mapped[dt.date | None] = mapped_column(default=None)
    valid_from: Mapped[dt.date | None] = mapped_column(default=None)
    valid_until: Mapped[dt.date | None] = mapped_column(default=None)
    legal_basis: Mapped[str] = mapped_column(default="")
    held_at: Mapped[dt.datetime]
    held_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    status: Mapped[str] = mapped_column(default="valid")
    status_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    status_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    status_reason: Mapped[str | None] = mapped_column(default=None)
    replaced_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("held_paper.id"), default=None)


class PaperReuse(Base):
    """A component that was not asked for: taken from the vault or from data. Append-only; `seq` is its event's."""

    __tablename__ = "paper_reuse"
    __table_args__ = (
        CheckConstraint("source in ('vault', 'national_store', 'database')", name="source"),
        CheckConstraint("(source = 'vault') = (held_paper_id is not null)", name="held_paper"),
        CheckConstraint("(source = 'vault') = (reference is null)", name="reference"),
        Index("ix_paper_reuse_unit_reused", "unit_id", "reused_at"),
        Index("ix_paper_reuse_reused", "reused_at"),
        Index("ix_paper_reuse_held_paper_id", "held_paper_id", postgresql_where=text("held_paper_id is not null")),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    component_code: Mapped[str]
    source: Mapped[str]
    held_paper_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("held_paper.id"), default=None)
    database_code: Mapped[str | None] = mapped_column(default=None)
    """MaCSDL of the national database that was asked."""
    reference: Mapped[str | None] = mapped_column(default=None)
    """Number of the inquiry, or the paper's code in the national store; none of them says who the person is."""
    legal_basis: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reused_at: Mapped[dt.datetime]
    reused_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class AskedAgain(Base):
    """A paper demanded although it was held or obtainable, and the reason somebody signed for it. Append-only."""

    __tablename__ = "asked_again"
    __table_args__ = (
        CheckConstraint("available in ('held', 'data')", name="available"),
        Index("ix_asked_again_unit_asked", "unit_id", "asked_at"),
        Index("ix_asked_again_asked", "asked_at"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    """Number of the event of the supplement request."""
    component_code: Mapped[str] = mapped_column(primary_key=True)
    available: Mapped[str]
    held_paper_code: Mapped[str | None] = mapped_column(default=None)
    reason_code: Mapped[str]
    """Of the list `ask_again_reasons`."""
    explanation: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    asked_at: Mapped[dt.datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class NeedlessPaper(Base):
    """A paper that was brought at registration though it was held or obtainable. Append-only."""

    __tablename__ = "needless_paper"
    __table_args__ = (
        Index("ix_needless_paper_unit_brought", "unit_id", "brought_at"),
        Index("ix_needless_paper_brought", "brought_at"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    component_code: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    brought_at: Mapped[dt.datetime]
