"""Calendars as they are answered."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.api.v1.schemas.instants import LocalInstant

Purpose = Literal["deadline", "reception"]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CalendarWarningOut(_Out):
    """Days off are confirmed for a short time only, or no longer."""

    code: str
    known_until: dt.date
    days_left: int
    vi: str
    en: str


class CalendarLayerOut(_Out):
    """A layer of days and hours: the nation's, or a unit's own. `known_until` null: as the layers below say."""

    code: str
    name: str | None
    purpose: Purpose
    version: int
    known_until: dt.date | None
    days: int
    has_hours: bool
    warning: CalendarWarningOut | None


class CalendarLayers(_Out):
    items: list[CalendarLayerOut]
    next_cursor: str | None


class CalendarDayOut(_Out):
    """What the layer `calendar` says of a day; of one day the later in the list counts, closures are added.

    `publication` is the version that brought it.
    """

    day: dt.date
    kind: str
    name: str
    source: str
    confidence: str
    decided_on: dt.date | None
    decided_by: str
    effective_at: LocalInstant | None
    publication: int | None
    closes_from: str | None
    closes_to: str | None
    replaces: dt.date | None
    calendar: str
    purpose: Purpose


class SessionOut(_Out):
    """A half-day; `weekday` 0 is Monday."""

    weekday: int
    opens: str
    closes: str


class PeriodOut(_Out):
    """A week of hours; without dates the standing one."""

    valid_from: dt.date | None
    valid_to: dt.date | None
    source: str
    confidence: str
    sessions: list[SessionOut]


class CalendarOut(_Out):
    """The calendar a unit counts with; due times after `known_until` are provisional, none lies after `last_day`."""

    code: str
    name: str | None
    purpose: Purpose
    version: str
    known_until: dt.date
    last_day: dt.date
    warning: CalendarWarningOut | None
    year: int
    hours_of: str | None
    hours: list[PeriodOut]
    days: list[CalendarDayOut]


class CalendarChangedOut(_Out):
    """The calendar after the change; open dossiers follow, see `publication` among the publications."""

    code: str
    purpose: Purpose
    version: str
    known_until: dt.date
    publication: int


class CalendarYearOut(CalendarChangedOut):
    """`missing`: proposed days off that the year does not have; `unexpected`: its days off that nobody proposed."""

    missing: list[dt.date]
    unexpected: list[dt.date]


class UnitEffectOut(_Out):
    """What would happen to a unit's open dossiers; `untold`: those the calendar has no days for keep their date."""

    code: str
    name: str
    open: int
    moved: int
    earlier: int
    later: int
    untold: int


class MovedDossierOut(_Out):
    code: str
    competent_unit: str
    before_due: LocalInstant
    after_due: LocalInstant
    provisional: bool


class CalendarPreviewOut(_Out):
    """What the changes would move; counts and units on the first page only. Nothing is stored."""

    code: str
    purpose: Purpose
    known_until: dt.date
    examined: int | None
    moved: int | None
    units: list[UnitEffectOut] | None
    items: list[MovedDossierOut]
    next_cursor: str | None


class PublicationOut(_Out):
    """A version of a layer: who published what and when, on which acts, and how far it has reached open dossiers."""

    id: int
    version: int
    changes: dict[str, Any]
    legal_basis: str
    decided_by: str
    published_at: LocalInstant
    published_by: str | None
    examined: int
    moved: int
    left_alone: int
    finished_at: LocalInstant | None


class PublicationsOut(_Out):
    items: list[PublicationOut]
    next_cursor: str | None


class ProposedDayOut(_Out):
    """A proposal; `present_kind` is what the national calendar says of the day now."""

    day: dt.date
    kind: str
    name: str
    confidence: str
    present_kind: str | None


class ProposedDays(_Out):
    year: int
    items: list[ProposedDayOut]
