"""Ratings by citizens: five levels kept, three levels reported, and the rates made from them."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import Self

from app.domain.errors import Refusal
from app.domain.indicators import Rate


class SatisfactionLevel(IntEnum):
    """The five levels a citizen chooses from (SIPAS): rất không hài lòng … rất hài lòng."""

    VERY_DISSATISFIED = 1
    DISSATISFIED = 2
    NEUTRAL = 3
    SATISFIED = 4
    VERY_SATISFIED = 5


class ThreeLevel(StrEnum):
    """The national report's levels: không hài lòng, hài lòng, rất hài lòng."""

    DISSATISFIED = "dissatisfied"
    SATISFIED = "satisfied"
    VERY_SATISFIED = "very_satisfied"


_PROJECTION = {
    SatisfactionLevel.VERY_DISSATISFIED: ThreeLevel.DISSATISFIED,
    SatisfactionLevel.DISSATISFIED: ThreeLevel.DISSATISFIED,
    SatisfactionLevel.NEUTRAL: ThreeLevel.SATISFIED,
    SatisfactionLevel.SATISFIED: ThreeLevel.SATISFIED,
    SatisfactionLevel.VERY_SATISFIED: ThreeLevel.VERY_SATISFIED,
}


def project(level: SatisfactionLevel) -> ThreeLevel:
    """Return the reported level: 1–2 dissatisfied, 3–4 satisfied, 5 very satisfied."""
    return _PROJECTION[level]


def check_reasons(reasons: Iterable[str], known: Collection[str], *, field: str = "reasons") -> list[Refusal]:
    """Return a refusal for each reason code that is not in the list in force (`rating_reason_unknown`)."""
    return [
        Refusal("rating_reason_unknown", f"{field}.{index}")
        for index, reason in enumerate(reasons)
        if reason not in known
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class SatisfactionCounts:
    """How many ratings chose each level, level 1 first."""

    by_level: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @classmethod
    def from_mapping(cls, counts: Mapping[int, int]) -> Self:
        """Read counts by level number; absent levels are 0. Raises ValueError for a number that is no level."""
        levels = {SatisfactionLevel(level): count for level, count in counts.items()}
        very_bad, bad, neutral, good, very_good = (levels.get(level, 0) for level in SatisfactionLevel)
        return cls((very_bad, bad, neutral, good, very_good))

    @property
    def responses(self) -> int:
        return sum(self.by_level)

    @property
    def three_levels(self) -> dict[ThreeLevel, int]:
        projected = dict.fromkeys(ThreeLevel, 0)
        for level, count in zip(SatisfactionLevel, self.by_level, strict=True):
            projected[project(level)] += count
        return projected

    @property
    def satisfied(self) -> Rate:
        """Levels 3 to 5 of all responses."""
        return Rate(self.responses - self.three_levels[ThreeLevel.DISSATISFIED], self.responses)

    @property
    def very_satisfied(self) -> Rate:
        """Level 5 of all responses."""
        return Rate(self.three_levels[ThreeLevel.VERY_SATISFIED], self.responses)

    def response_rate(self, invited: int) -> Rate:
        return Rate(self.responses, invited)

    def too_few_to_publish(self, minimum: int) -> bool:
        """Tell whether so few answered that a published figure would point at persons."""
        return self.responses < minimum
