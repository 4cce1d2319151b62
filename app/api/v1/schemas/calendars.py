"""Calendars as they are answered."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

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
    """What the layer `calendar` says of a day; of one day the later in the list counts, closures are added."""

    day: dt.date
    kind: str
    name: str
    source: str
    confidence: str
    decided_on: dt.date | None
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
    """The calendar after the change."""

    code: str
    purpose: Purpose
    version: str
    known_until: dt.date


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
