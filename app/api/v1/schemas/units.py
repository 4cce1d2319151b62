"""What goes out about units."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import NoticeOut
from app.services.organization.inputs import Level


class UnitRow(BaseModel):
    """A unit in a list; `agency_identifier` is the one it uses on the day asked about."""

    code: str
    name: str
    level: Level
    parent: str | None
    agency_identifier: str | None
    is_one_stop: bool
    valid_from: dt.date
    valid_to: dt.date | None


class UnitPage(BaseModel):
    """A page of units; `next_cursor` null on the last."""

    items: list[UnitRow]
    next_cursor: str | None


class UnitName(BaseModel):
    """A unit as others refer to it."""

    code: str
    name: str


class CounterView(BaseModel):
    """An open counter of a one-stop desk."""

    code: str
    name: str


class AgencyIdentifierView(BaseModel):
    """An identifier code and its period; `valid_to` is the first day it no longer counts."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    confidence: str


class UnitDetail(BaseModel):
    """A unit with its surroundings."""

    code: str
    name: str
    level: Level
    parent: UnitName | None
    children_count: int
    is_one_stop: bool
    counters: list[CounterView]
    agency_identifiers: list[AgencyIdentifierView]
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    confidence: Literal["verified", "seen_in_practice", "unverified", "default", "synthetic"]


class UnitAfterClosing(UnitDetail):
    """A unit that was given a last day, or whose closing was taken back, with what its people should know."""

    warnings: list[NoticeOut]
