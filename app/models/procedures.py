"""The catalogue of administrative procedures (TTHC): versions that never change once published."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IntegerKey


class Procedure(Base):
    """A procedure under its national code (`1.001193`), whatever its versions say."""

    __tablename__ = "procedure"

    id: Mapped[IntegerKey] = mapped_column(init=False)
    code: Mapped[str] = mapped_column(unique=True)
    field: Mapped[str] = mapped_column(index=True)
    synonyms: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    sibling_group: Mapped[str | None] = mapped_column(default=None, index=True)
    distinguishing: Mapped[str | None] = mapped_column(default=None)
    """What tells this procedure from its siblings, in Vietnamese."""
    replaced_by: Mapped[str | None] = mapped_column(default=None)
    search: Mapped[str] = mapped_column(default="")
    """Code, names, synonyms and field without accents; kept by the use cases that write the catalogue."""


class ProcedureVersion(Base):
    """One published (or drafted) content of a procedure; a dossier pins the one in force at its acceptance."""

    __tablename__ = "procedure_version"
    __table_args__ = (
        UniqueConstraint("procedure_id", "version"),
        CheckConstraint("status in ('draft', 'published', 'replaced')", name="status"),
        CheckConstraint("level is null or level in ('full', 'partial', 'information')", name="level"),
        CheckConstraint("(status = 'draft') = (published_at is null)", name="publication"),
        Index(
            "uq_procedure_version_published", "procedure_id", unique=True, postgresql_where=text("status = 'published'")
        ),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    version: Mapped[int]
    status: Mapped[str] = mapped_column(default="draft")
    name: Mapped[str]
    level: Mapped[str | None] = mapped_column(default=None)
    legal_basis: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    result_types: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    case_variants: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """`[{code, name, requires, confidence}]` (TRUONGHOP); empty: one case only. `requires` lists further components."""
    processing_system: Mapped[str] = mapped_column(default="motcua")
    competent_level: Mapped[str | None] = mapped_column(default=None)
    confidence: Mapped[str] = mapped_column(default="unverified")
    """How sure the pairing of code and subject is."""
    fact_confidence: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    """How sure each other fact of the version is, by its name (`level`, `legal_basis`, …)."""
    fee_set_by_council: Mapped[bool] = mapped_column(default=False)
    """The provincial council (HĐND) sets the fee, so a missing one does not mean free."""
    source: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    """The first day on which it is no longer in force."""
    published_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class ProcedureComponent(Base):
    """A paper that belongs to the dossier of a procedure (thành phần hồ sơ)."""

    __tablename__ = "procedure_component"
    __table_args__ = (UniqueConstraint("version_id", "case_variant", "code"),)

    id: Mapped[IntegerKey] = mapped_column(init=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("procedure_version.id", ondelete="CASCADE"))
    case_variant: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    originals: Mapped[int] = mapped_column(default=1)
    copies: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=True)
    presented_only: Mapped[bool] = mapped_column(default=False)
    digitization_required: Mapped[bool] = mapped_column(default=False)
    data_satisfiable: Mapped[bool] = mapped_column(default=False)
    confidence: Mapped[str] = mapped_column(default="unverified")
    flags_confidence: Mapped[str] = mapped_column(default="unverified")
    """How sure the numbers of pieces and the flags are; `confidence` is that of the paper itself."""


class ProcedureTerm(Base):
    """The time limit on one channel: what the law gives (statutory) and what the province promises (committed)."""

    __tablename__ = "procedure_term"
    __table_args__ = (
        UniqueConstraint("version_id", "case_variant", "channel"),
        CheckConstraint("channel in ('counter', 'online', 'postal')", name="channel"),
        CheckConstraint("statutory_value > 0 and committed_value > 0", name="positive"),
        CheckConstraint(
            "statutory_unit in ('working_hours', 'working_days', 'calendar_days', 'same_day', 'half_day') and "
            "committed_unit in ('working_hours', 'working_days', 'calendar_days', 'same_day', 'half_day')",
            name="unit",
        ),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("procedure_version.id", ondelete="CASCADE"))
    case_variant: Mapped[str] = mapped_column(default="")
    channel: Mapped[str]
    statutory_value: Mapped[int]
    statutory_unit: Mapped[str]
    committed_value: Mapped[int]
    committed_unit: Mapped[str]
    verification_value: Mapped[int | None] = mapped_column(default=None)
    verification_unit: Mapped[str | None] = mapped_column(default=None)
    verification_confidence: Mapped[str | None] = mapped_column(default=None)
    confidence: Mapped[str] = mapped_column(default="unverified")


class ProcedureFee(Base):
    """A fee or charge (phí, lệ phí) on one channel, in đồng."""

    __tablename__ = "procedure_fee"
    __table_args__ = (CheckConstraint("amount_vnd >= 0", name="amount"),)

    id: Mapped[IntegerKey] = mapped_column(init=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("procedure_version.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    per: Mapped[str] = mapped_column(default="dossier")
    tariff: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    confidence: Mapped[str] = mapped_column(default="unverified")
