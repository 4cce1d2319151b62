"""The words of a deadline: limits, policy, suspensions and extensions, with their plain rules."""

import dataclasses
import datetime as dt
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.calendar_layers import MINUTES_PER_DAY
from app.domain.errors import InvalidInput, Refusal


class LimitUnit(StrEnum):
    WORKING_HOURS = "working_hours"
    """giờ: 60 working minutes each."""
    WORKING_DAYS = "working_days"
    """ngày làm việc: counted as hours or as days, see CountMode."""
    CALENDAR_DAYS = "calendar_days"
    """ngày: 24 hours around the clock each."""
    SAME_DAY = "same_day"
    """trong ngày: by the close of the day, with the 15:00 rule."""
    HALF_DAY = "half_day"
    """trong buổi: by the end of the morning or the afternoon."""


class CountMode(StrEnum):
    """What one "ngày làm việc" is."""

    HOURS = "hours"
    """`minutes_per_working_day` working minutes, counted from the minute of receipt."""
    DAYS = "days"
    """A day on which the office closes; the first day is excluded and the limit ends at a closing time."""


class SuspensionEffect(StrEnum):
    """What a wait for the citizen does to the limit."""

    PAUSE = "pause"
    RESTART = "restart"
    NONE = "none"


LONGEST_LIMIT: Final = MappingProxyType(
    {
        LimitUnit.WORKING_HOURS: 8_000,
        LimitUnit.WORKING_DAYS: 1_000,
        LimitUnit.CALENDAR_DAYS: 1_500,
        LimitUnit.SAME_DAY: 1,
        LimitUnit.HALF_DAY: 1,
    }
)
"""Some four years. What is longer is a typing error."""


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (thời hạn giải quyết). InvalidInput `limit_not_positive` or `limit_absurd` (LONGEST_LIMIT)."""

    value: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise InvalidInput(Refusal("limit_not_positive", "limit.value", {"value": self.value}))
        longest = LONGEST_LIMIT[self.unit]
        if self.value > longest:
            raise InvalidInput(Refusal("limit_absurd", "limit.value", {"value": self.value, "longest": longest}))


@dataclasses.dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    """Dated configuration of the clock. InvalidInput `policy_absurd` names the field that cannot be."""

    count_mode: CountMode = CountMode.HOURS
    same_day_cutoff: int = 15 * 60
    """Minutes from midnight; a receipt in this very minute is still on time, one in the next minute is not."""
    minutes_per_working_day: int = 480
    extensions_allowed: int = 1
    """NĐ 61/2018: a new appointment at most once."""

    def __post_init__(self) -> None:
        bounds = (
            ("same_day_cutoff", self.same_day_cutoff, 0),
            ("minutes_per_working_day", self.minutes_per_working_day, 1),
            ("extensions_allowed", self.extensions_allowed, 0),
        )
        faults = [
            Refusal("policy_absurd", name, {"value": v}) for name, v, low in bounds if not low <= v <= MINUTES_PER_DAY
        ]
        if faults:
            raise InvalidInput(*faults)


DEFAULT_POLICY: Final = DeadlinePolicy()


@dataclasses.dataclass(frozen=True, slots=True)
class Suspension:
    """A wait from `start` to `end` (None: still waiting), with its `cause` ("supplement", "payment" …) as recorded."""

    start: dt.datetime
    end: dt.datetime | None
    cause: str = "supplement"
    effect: SuspensionEffect = SuspensionEffect.PAUSE


@dataclasses.dataclass(frozen=True, slots=True)
class Extension:
    """An apology with a new appointment (Mẫu 04), granted at `granted_at`.

    Either `limit` more time, counted on from the due time, or a `new_due`.
    """

    granted_at: dt.datetime
    limit: Limit | None = None
    new_due: dt.datetime | None = None
    basis: str = ""
