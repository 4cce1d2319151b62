"""Facts kept by a follower of the log: one row a dossier, and sums of them. Both can be made anew from dossiers."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from app.models.base import Base

MEASURES = (
    "received",
    "early",
    "on_time",
    "late",
    "withdrawn",
    "stopped",
    "index_on_time",
    "promise_kept",
    "overdue_change",
    "index_late_change",
    "rated_1",
    "rated_2",
    "rated_3",
    "rated_4",
    "rated_5",
)


class DossierFact(Base):
    """What statistics need to know of one accepted dossier, in local calendar days.

    No foreign key to the dossier: its lock would make the follower wait for clerks, and clerks for the follower.
    """

    __tablename__ = "dossier_fact"
    __table_args__ = (
        CheckConstraint("outcome is null or outcome in ('early', 'on_time', 'late')", name="outcome"),
        CheckConstraint("ending is null or ending in ('resolved', 'withdrawn', 'stopped')", name="ending"),
        CheckConstraint("(ending is null) = (ended_on is null)", name="ended"),
        Index("ix_dossier_fact_open_due", "due_at", postgresql_where=text("ended_on is null")),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[int]
    """The competent unit: whose promise it is."""
    procedure_id: Mapped[int]
    channel: Mapped[str]
    received_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None] = mapped_column(default=None)
    ending: Mapped[str | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    """Against the current due date, resolved dossiers only."""
    index_on_time: Mapped[bool] = mapped_column(default=False)
    """QĐ 766/2.1: ended (of whatever kind) by its due date with at most one supplement request."""
    promise_kept: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """The current due date; None while the clock stands and had not run out when it was stopped."""
    overdue_on: Mapped[dt.date | None] = mapped_column(default=None)
    """Day at whose end the dossier is overdue and still open; None if it ended by then."""
    index_late_on: Mapped[dt.date | None] = mapped_column(default=None)
    """Day at whose end QĐ 766/2.1 counts it late though open: overdue, or asked for supplement twice."""
    asked_twice: Mapped[bool] = mapped_column(default=False)
    rated_on: Mapped[dt.date | None] = mapped_column(default=None)
    rating: Mapped[int | None] = mapped_column(SmallInteger, default=None)


class _Cell(MappedAsDataclass, kw_only=True):
    """Sums of facts for one bucket of time, so that any question adds few rows.

    `grain`: `d`ay, `m`onth, `y`ear (bucket = first day). `overdue_change` and `index_late_change` are net changes:
    their sum over all days up to T is how many dossiers open at the end of T are overdue (late by the index).
    """

    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grain: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[dt.date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    received: Mapped[int] = mapped_column(default=0)
    early: Mapped[int] = mapped_column(default=0)
    on_time: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    stopped: Mapped[int] = mapped_column(default=0)
    index_on_time: Mapped[int] = mapped_column(default=0)
    promise_kept: Mapped[int] = mapped_column(default=0)
    overdue_change: Mapped[int] = mapped_column(default=0)
    index_late_change: Mapped[int] = mapped_column(default=0)
    rated_1: Mapped[int] = mapped_column(default=0)
    rated_2: Mapped[int] = mapped_column(default=0)
    rated_3: Mapped[int] = mapped_column(default=0)
    rated_4: Mapped[int] = mapped_column(default=0)
    rated_5: Mapped[int] = mapped_column(default=0)


class StatisticsCell(_Cell, Base):
    """Sums over all units, all procedures or both: `unit_id` 0 = all units, `procedure_id` 0 = all procedures."""

    __tablename__ = "statistics_cell"
    __table_args__ = (
        CheckConstraint("grain in ('d', 'm', 'y')", name="grain"),
        CheckConstraint("unit_id = 0 or procedure_id = 0", name="cut"),
        Index("ix_statistics_cell_unit", "unit_id", "grain", "bucket"),
        Index("ix_statistics_cell_procedure", "procedure_id", "grain", "bucket"),
        {"postgresql_with": {"fillfactor": "80"}},
    )


class StatisticsFineCell(_Cell, Base):
    """Sums of one procedure in one unit: ten times as many, so apart, lest the others be scattered among them."""

    __tablename__ = "statistics_fine_cell"
    __table_args__ = (
        CheckConstraint("grain in ('d', 'm', 'y')", name="grain"),
        CheckConstraint("unit_id <> 0 and procedure_id <> 0", name="cut"),
        Index("ix_statistics_fine_cell_unit", "unit_id", "grain", "bucket"),
        Index("ix_statistics_fine_cell_procedure", "procedure_id", "grain", "bucket"),
        {"postgresql_with": {"fillfactor": "80"}},
    )
