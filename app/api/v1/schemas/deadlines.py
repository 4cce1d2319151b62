"""What the calculator answers."""

import datetime as dt

from pydantic import BaseModel, ConfigDict

from app.api.v1.schemas.instants import LocalInstant
from app.domain.deadline_explanation import LineKind
from app.domain.deadlines import CountMode


class ExplanationLineOut(BaseModel):
    """One line of the reason. Counted lines sum to the limit, to the minute; `params` are for machines."""

    model_config = ConfigDict(from_attributes=True)

    kind: LineKind
    code: str
    day: dt.date
    start: LocalInstant
    end: LocalInstant
    minutes: int
    params: dict[str, str | int | bool | None]
    vi: str
    en: str


class CalculatedDeadline(BaseModel):
    """`due_at` is null while a suspension is not over; `provisional`: days off on the way are not confirmed yet."""

    model_config = ConfigDict(from_attributes=True)

    due_at: LocalInstant | None
    provisional: bool
    starts_at: LocalInstant
    count_mode: CountMode
    calendar_version: str
    regime: str
    explanation: list[ExplanationLineOut]
