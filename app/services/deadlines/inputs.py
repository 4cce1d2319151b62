"""What the calculator is asked, and what an administrator of calendars sends."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.domain.calendars import DayKind, clock_minutes
from app.domain.deadlines import CountMode, LimitUnit
from app.domain.errors import InvalidInput
from app.services.inputs import Code, Day, Input, Instant, Text, Whole

Confidence = Literal["verified", "seen_in_practice", "unverified", "computed", "default", "synthetic"]


def _refuse_other_clock_times(text: str) -> str:
    try:
        clock_minutes(text)
    except InvalidInput as error:
        raise PydanticCustomError("clock_time_invalid", "Not a time of day (HH:MM)") from error
    return text


ClockTime = Annotated[str, Field(max_length=5, examples=["07:30"]), AfterValidator(_refuse_other_clock_times)]
"""A time of day, "07:30", up to "24:00"."""


class LimitInput(Input):
    """A time limit. `value` may be left out for `same_day` and `half_day`, of which there is only one."""

    value: Annotated[Whole, Field(ge=-1_000_000, le=1_000_000)] | None = None
    unit: LimitUnit


class SuspensionInput(Input):
    """A wait during which working time is not counted; `to` null: not over yet."""

    model_config = ConfigDict(validate_by_name=True)

    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant | None, Field(alias="to")] = None


class Calculation(Input):
    """A question to the public calculator. Without `org_unit` the national calendar counts.

    Without `count_mode` the policy in force on the day of receipt decides.
    """

    received_at: Instant
    limit: LimitInput
    count_mode: CountMode | None = None
    org_unit: Code | None = None
    suspensions: Annotated[tuple[SuspensionInput, ...], Field(max_length=50)] = ()


class DayInput(Input):
    """What one day is, by which act. `closes_from` and `closes_to` are for `closure` (part of a day) only.

    `replaces`: the day that a swapped day stands in for; its weekday gives a make-up day its hours.
    """

    kind: DayKind
    name: Text
    source: Text
    decided_on: Day | None = None
    decided_by: Text | None = None
    effective_at: Instant | None = None
    confidence: Confidence = "unverified"
    closes_from: ClockTime | None = None
    closes_to: ClockTime | None = None
    replaces: Day | None = None


class SessionInput(Input):
    """A half-day of work."""

    opens: ClockTime
    closes: ClockTime


class WeekdayInput(Input):
    """The sessions of a weekday, 0 = Monday."""

    weekday: Whole
    sessions: Annotated[tuple[SessionInput, ...], Field(min_length=1, max_length=8)]


class PeriodInput(Input):
    """A whole week of hours: weekdays that are not named are closed. Without dates: the standing hours."""

    valid_from: Day | None = None
    valid_to: Day | None = None
    week: Annotated[tuple[WeekdayInput, ...], Field(min_length=1, max_length=7)]
    source: Text
    confidence: Confidence = "unverified"


class HoursInput(Input):
    """All hours of a calendar; none: those of the unit above. A period with a later beginning wins."""

    periods: Annotated[tuple[PeriodInput, ...], Field(max_length=20)]


class KnownUntilInput(Input):
    """The last day whose days off are confirmed, by which act; null (units only): as the calendar below says."""

    known_until: Day | None
    source: Text


class DatedDayInput(DayInput):
    """A day and what it is."""

    day: Day


class ChangesInput(Input):
    """One set of changes of a calendar, published as one version. What is removed goes first.

    `source` is the act behind the whole; without it the acts of the single changes are its basis, and nothing may be
    removed.
    """

    days: Annotated[tuple[DatedDayInput, ...], Field(max_length=400)] = ()
    removed_days: Annotated[tuple[Day, ...], Field(max_length=400)] = ()
    hours: HoursInput | None = None
    known_until: KnownUntilInput | None = None
    source: Text | None = None
    decided_by: Text | None = None


class YearInput(Input):
    """All days of a year that differ from the ordinary week, confirmed by a person; the year is known from then on."""

    days: Annotated[tuple[DatedDayInput, ...], Field(min_length=1, max_length=400)]
    source: Text
    decided_by: Text | None = None
