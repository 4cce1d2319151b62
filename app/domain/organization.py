"""Levels of units, and which may stand under which."""

from collections.abc import Mapping

LEVELS_BELOW: Mapping[str, frozenset[str]] = {
    "ministry": frozenset({"department", "province", "vertical"}),
    "province": frozenset({"department", "district", "commune", "vertical"}),
    "department": frozenset({"department"}),
    "district": frozenset({"department", "commune", "vertical"}),
    "commune": frozenset({"department", "vertical"}),
    "vertical": frozenset({"department", "vertical"}),
}
"""By level: what may stand directly below it.

Since 1/7/2025 there are two levels, province and commune (NĐ 118/2025); districts are those of older trees. A
department is any specialised body of the unit above it: sở, chi cục, phòng. A vertical agency answers to its ministry,
wherever it sits.
"""


def may_stand_under(level: str, parent: str) -> bool:
    return level in LEVELS_BELOW[parent]
