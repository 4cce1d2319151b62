"""Alerts about dossiers, how they climbed, and the apologies that a breach calls for.

No foreign key to the dossier: its lock would make a scan wait for clerks, and clerks for the scan.
"""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey
from app.models.dossiers import Dossier
from app.models.proceedings import SupplementRequest


class Alert(Base):
    """Somebody must look at a dossier. Claimed once: `occurrence` tells one reason of the same kind from the next.

    No personal data. `unit_id` is the unit whose duty it is; `level` 1 holder, 2 head of the unit, 3 province.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("dossier_id", "kind", "occurrence"),
        CheckConstraint("level between 1 and 3", name="level"),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged"),
        Index("ix_alert_unit_raised", "unit_id", "raised_at", "id"),
        Index("ix_alert_raised", "raised_at", "id"),
        Index("ix_alert_open_unit", "unit_id", "reached_at", postgresql_where=text("closed_at is null")),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    occurrence: Mapped[str]
    """The due time, the day, or the number of the event that it is about."""
    due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """The instant it warns of or tells of."""
    raised_at: Mapped[dt.datetime]
    level: Mapped[int] = mapped_column(SmallInteger, default=1)
    reached_at: Mapped[dt.datetime]
    """Since when it stands at its level."""
    acknowledged_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    acknowledged_note: Mapped[str | None] = mapped_column(default=None)
    closed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """When its reason was found gone."""


class AlertStep(Base):
    """A level that an alert reached, and whom it then addressed: append-only."""

    __tablename__ = "alert_step"

    alert_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("alert.id"), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    reached_at: Mapped[dt.datetime]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    """The officer it addressed; None: all who hold the duty in the unit at that level."""


class Apology(Base):
    """The content of Mẫu 04: drafted before a breach, edited, and sent by the act that extends the dossier.

    At most one draft of a dossier is open; `sent_seq` is the number of the event of its sending.
    """

    __tablename__ = "apology"
    __table_args__ = (
        Index(
            "uq_apology_open",
            "dossier_id",
            unique=True,
            postgresql_where=text("sent_at is null and dropped_at is null"),
        ),
        Index("ix_apology_dossier_id", "dossier_id"),
        Index("ix_apology_unit_due", "unit_id", "due_at", "id"),
        CheckConstraint("(sent_at is null) = (sent_seq is null)", name="sent"),
        CheckConstraint("sent_at is null or (cause_code is not null and new_due_at is not null)", name="complete"),
        CheckConstraint("sent_at is null or dropped_at is null", name="ending"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The competent unit, whose head signs."""
    due_at: Mapped[dt.datetime]
    """The date that will not be kept."""
    cause_code: Mapped[str | None] = mapped_column(default=None)
    """Of the list `extension_reasons`; None until somebody says it: no cause is invented."""
    explanation: Mapped[str] = mapped_column(default="")
    new_due_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """Proposed by the deadline engine; None where the calendar does not reach so far."""
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    drafted_at: Mapped[dt.datetime]
    edited_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    sent_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    sent_seq: Mapped[int | None] = mapped_column(default=None)
    dropped_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """When the dossier was found done, or extended otherwise, without it."""


# What scans look for among dossiers; each index holds only the few rows that can be found.
Index(
    "ix_dossier_open_unaccepted",
    Dossier.receiving_unit_id,
    Dossier.registered_at,
    postgresql_where=text("ended_at is null and accepted_at is null"),
)
Index(
    "ix_dossier_uncollected",
    Dossier.receiving_unit_id,
    Dossier.resolved_at,
    postgresql_where=text("resolved_at is not null and returned_at is null"),
)
Index(
    "ix_dossier_ended_late",
    Dossier.competent_unit_id,
    Dossier.ended_at,
    postgresql_where=text("ended_at > current_due_at"),
)
Index(
    "ix_supplement_request_open_answer_due",
    SupplementRequest.answer_due_at,
    postgresql_where=text("received_at is null"),
)
