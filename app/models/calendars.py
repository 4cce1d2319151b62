"""Calendars with provenance, office hours, and the policies of the clock."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IntegerKey

# Outside of transactions: a number that a rolled-back change took is never given to another change.
CALENDAR_VERSIONS = Sequence("calendar_version", metadata=Base.metadata)


class Calendar(Base):
    """A layer of days and hours: national (no unit), or of one unit (province, commune) laid over it.

    Layers of the purpose `reception` are laid over those of `deadline`. Every change of days, hours or `known_until`
    gives the layer another `version`, drawn from one sequence for all layers: the same version is the same content.
    """

    __tablename__ = "calendar"
    __table_args__ = (
        CheckConstraint("purpose in ('deadline', 'reception')", name="purpose"),
        CheckConstraint(
            "known_until is not null or unit_id is not null or purpose = 'reception'", name="national_is_known_until"
        ),
        UniqueConstraint("purpose", "unit_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    purpose: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    version: Mapped[int] = mapped_column(CALENDAR_VERSIONS, server_default=CALENDAR_VERSIONS.next_value(), init=False)
    known_until: Mapped[dt.date | None] = mapped_column(default=None)
    """Last confirmed day: promises beyond it are provisional. None: as the layer below says."""


class CalendarPublication(Base):
    """A version of a layer: who published what and when, the layer as it then stood, and how far it has come.

    What is published never changes (the service role may only update the last six columns). With the contents of all
    layers that a calendar version names, every calendar that ever counted can be compiled again.
    """

    __tablename__ = "calendar_publication"
    __table_args__ = (
        UniqueConstraint("calendar_id", "version"),
        Index("ix_calendar_publication_unfinished", "id", postgresql_where=text("finished_at is null")),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    version: Mapped[int]
    """The layer's own version number, as calendar versions name it: 12 in `n3.u7v12`."""
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """`{known_until, days, hours}` of the layer once it was published."""
    legal_basis: Mapped[str] = mapped_column(default="")
    """The acts behind the changes, in one line; the basis of every line it writes into a ledger."""
    decided_by: Mapped[str] = mapped_column(default="")
    published_at: Mapped[dt.datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    last_dossier_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """Where the present pass over open dossiers goes on."""
    examined: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    left_alone: Mapped[int] = mapped_column(default=0)
    """Dossiers of the present pass whose date this calendar cannot tell; they keep the one they have."""
    skipped: Mapped[int] = mapped_column(default=0)
    """Dossiers of the present pass on which somebody acted at the same time; the next pass takes them."""
    finished_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class CalendarDay(Base):
    """One exceptional day: who decided it, by which act, from when on, how sure it is, which version brought it."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        UniqueConstraint("calendar_id", "day", "kind", "closes_from", postgresql_nulls_not_distinct=True),
        CheckConstraint("kind in ('work', 'rest', 'holiday', 'swap_work', 'swap_rest', 'closure')", name="kind"),
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("(kind = 'closure') = (closes_from is not null and closes_to is not null)", name="closure"),
        CheckConstraint("closes_from is null or closes_to > closes_from", name="closure_order"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    day: Mapped[dt.date]
    kind: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    confidence: Mapped[str] = mapped_column(default="unverified")
    decided_on: Mapped[dt.date | None] = mapped_column(default=None)
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    effective_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """When the act took effect; None: nobody has said. It counts from its publication on, whenever that is."""
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_publication.id"), default=None)
    closes_from: Mapped[int | None] = mapped_column(default=None)
    """Minutes from midnight, for the closure of part of a day."""
    closes_to: Mapped[int | None] = mapped_column(default=None)
    replaces: Mapped[dt.date | None] = mapped_column(default=None)
    """The day that a swapped day stands in for; its weekday gives a make-up day its hours."""


class OfficeHours(Base):
    """A session of a weekday (0 = Monday), nationwide default or of one unit, possibly seasonal.

    The rows of one period (`valid_from`, `valid_to`) are a whole week: a weekday without a row is closed in it.
    """

    __tablename__ = "office_hours"
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("opens >= 0 and closes > opens and closes <= 1440", name="order"),
        CheckConstraint("purpose in ('deadline', 'reception')", name="purpose"),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    purpose: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True, default=None)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]
    valid_from: Mapped[dt.date | None] = mapped_column(default=None)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="unverified")


class ClockPolicy(Base):
    """Dated rules of the clock, each with its legal basis; the one in force at acceptance is pinned on the dossier."""

    __tablename__ = "clock_policy"
    __table_args__ = (
        CheckConstraint("count_mode in ('hours', 'days')", name="count_mode"),
        CheckConstraint("supplement_effect in ('pause', 'restart', 'none')", name="supplement_effect"),
        CheckConstraint("payment_effect in ('pause', 'restart', 'none')", name="payment_effect"),
        UniqueConstraint("valid_from", "field", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    regime: Mapped[str]
    valid_from: Mapped[dt.date]
    field: Mapped[str | None] = mapped_column(default=None)
    """The field of procedures that these rules are for alone, where they go before the general ones; None: all."""
    count_mode: Mapped[str] = mapped_column(default="hours")
    same_day_cutoff: Mapped[int] = mapped_column(default=900)
    minutes_per_working_day: Mapped[int] = mapped_column(default=480)
    supplement_effect: Mapped[str] = mapped_column(default="pause")
    payment_effect: Mapped[str] = mapped_column(default="pause")
    supplement_requests_allowed: Mapped[int] = mapped_column(default=1)
    supplement_wait_days: Mapped[int] = mapped_column(default=30)
    extensions_allowed: Mapped[int] = mapped_column(default=1)
    online_reply_hours: Mapped[int] = mapped_column(default=8)
    legal_basis: Mapped[str] = mapped_column(default="")
    confidence: Mapped[str] = mapped_column(default="unverified")
