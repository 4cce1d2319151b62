"""Units of one province, their identifier codes, one-stop counters (NĐ 118/2025)."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IntegerKey


class Unit(Base):
    """A unit of the administration. `path` is `/1/7/`: the ids from the root down, so a subtree is a prefix."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(
            "level in ('ministry', 'province', 'department', 'district', 'commune', 'vertical')", name="level"
        ),
        CheckConstraint("valid_to is null or valid_to > valid_from", name="validity"),
        Index("ix_unit_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    level: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, default=None)
    path: Mapped[str] = mapped_column(default="")
    search: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[dt.date] = mapped_column(default=dt.date(2025, 7, 1))
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    is_one_stop: Mapped[bool] = mapped_column(default=False)
    """Has a one-stop reception desk (Bộ phận Một cửa / Trung tâm Phục vụ hành chính công)."""
    source: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="unverified")


class AgencyIdentifier(Base):
    """Agency identifier (mã định danh, QĐ 20/2020/QĐ-TTg) that a unit uses for a period; never derived from names."""

    __tablename__ = "agency_identifier"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        Index("ix_agency_identifier_unit_id", "unit_id", "valid_from"),
        Index("uq_agency_identifier_unit_current", "unit_id", unique=True, postgresql_where=text("valid_to is null")),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="unverified")


class Counter(Base):
    """A window (quầy) of a one-stop desk."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("unit_id", "code"),)

    id: Mapped[IntegerKey] = mapped_column(init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    name: Mapped[str]
    closed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
