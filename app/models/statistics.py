"""Facts kept by a follower of the log: one row a dossier, and sums of them. Both can be re-created from the log."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

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
    "due",
    "due_ended",
    "index_late",
    "index_late_ended",
    "ended",
    "rated_1",
    "rated_2",
    "rated_3",
    "rated_4",
    "rated_5",
)


class DossierFact(Base):
    """What statistics need to know of one accepted dossier, in local calendar days.

    Everything except what is still open can be summed by day; `StatisticsCell` holds those sums.
    """

    __tablename__ = "dossier_fact"
    __table_args__ = (
        CheckConstraint("outcome is null or outcome in ('early', 'on_time', 'late')", name="outcome"),
        CheckConstraint("ending is null or ending in ('resolved', 'withdrawn', 'stopped')", name="ending"),
    )

    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"), primary_key=True)
    seq: Mapped[int]
    """Last event taken in."""
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
    due_on: Mapped[dt.date | None] = mapped_column(default=None)
    """Day from whose end an open dossier is overdue; None while its clock stands."""
    index_late_on: Mapped[dt.date | None] = mapped_column(default=None)
    """Day from which QĐ 766/2.1 counts it late while open: overdue, or asked for supplement twice."""
    rated_on: Mapped[dt.date | None] = mapped_column(default=None)
    rating: Mapped[int | None] = mapped_column(SmallInteger, default=None)


class StatisticsCell(Base):
    """Sums of facts for one bucket of time, at three grains and three cuts, so that any question adds few rows.

    `grain`: `d`ay, `m`onth, `y`ear (bucket = first day). `unit_id` 0 = all units, `procedure_id` 0 = all procedures;
    the cuts kept are (unit, all), (all, procedure) and (unit, procedure).
    """

    __tablename__ = "statistics_cell"
    __table_args__ = (
        CheckConstraint("grain in ('d', 'm', 'y')", name="grain"),
        Index("ix_statistics_cell_procedure", "procedure_id", "unit_id", "grain", "bucket"),
    )

    unit_id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(primary_key=True)
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
    ended: Mapped[int] = mapped_column(default=0)
    due: Mapped[int] = mapped_column(default=0)
    due_ended: Mapped[int] = mapped_column(default=0)
    index_late: Mapped[int] = mapped_column(default=0)
    index_late_ended: Mapped[int] = mapped_column(default=0)
    rated_1: Mapped[int] = mapped_column(default=0)
    rated_2: Mapped[int] = mapped_column(default=0)
    rated_3: Mapped[int] = mapped_column(default=0)
    rated_4: Mapped[int] = mapped_column(default=0)
    rated_5: Mapped[int] = mapped_column(default=0)
