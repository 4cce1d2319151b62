"""Fees and charges in whole đồng: what one fee costs for a quantity, and what a dossier costs through a channel."""

import dataclasses
from collections.abc import Iterable
from enum import StrEnum


class FeeUnit(StrEnum):
    """What a fee is counted by."""

    DOSSIER = "dossier"
    COPY = "copy"
    PAGE = "page"
    CASE = "case"
    PERSON = "person"


@dataclasses.dataclass(frozen=True, slots=True)
class FeeStep:
    """From the `from_quantity`-th unit on (counted from 1), each unit costs `amount_vnd` đồng."""

    from_quantity: int
    amount_vnd: int


@dataclasses.dataclass(frozen=True, slots=True)
class Fee:
    """One fee of a procedure version on a channel: `amount_vnd` đồng for each unit of `per`.

    `later_steps` change the price of further units, in ascending order of `from_quantity`; `cap_vnd` is the most that
    one copy, dossier, case or person may cost. Certification of copies (2.000815) is `Fee(2000, FeeUnit.PAGE, …,
    (FeeStep(3, 1000),), 200_000)`. Raises ValueError when amounts are negative or steps are out of order.
    """

    amount_vnd: int
    per: FeeUnit
    description: str
    later_steps: tuple[FeeStep, ...] = ()
    cap_vnd: int | None = None

    def __post_init__(self) -> None:
        starts = [1, *(step.from_quantity for step in self.later_steps)]
        if starts != sorted(set(starts)):
            raise ValueError("fee steps must ascend from the second unit on")
        if min(self.amount_vnd, self.cap_vnd or 0, *(step.amount_vnd for step in self.later_steps), 0) < 0:
            raise ValueError("a fee is never negative")

    def amount(self, quantity: int) -> int:
        """Return đồng for `quantity` units of one thing (the pages of one copy); ValueError when negative."""
        if quantity < 0:
            raise ValueError("a quantity is never negative")
        steps = (FeeStep(1, self.amount_vnd), *self.later_steps)
        total = 0
        for index, step in enumerate(steps):
            last = steps[index + 1].from_quantity - 1 if index + 1 < len(steps) else quantity
            total += step.amount_vnd * max(0, min(quantity, last) - step.from_quantity + 1)
        return total if self.cap_vnd is None else min(total, self.cap_vnd)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuantities:
    """How much is asked for. `pages` are the pages of one copy; each of `copies` has that many."""

    copies: int = 1
    pages: int = 1
    cases: int = 1
    persons: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the bill: what for and how many đồng."""

    description: str
    amount_vnd: int


def bill(fees: Iterable[Fee], quantities: FeeQuantities) -> tuple[FeeLine, ...]:
    """Return one line for each fee of the chosen channel, in the order given."""
    return tuple(FeeLine(fee.description, _amount(fee, quantities)) for fee in fees)


def total(fees: Iterable[Fee], quantities: FeeQuantities) -> int:
    """Return the sum of the bill in đồng; 0 when the channel has no fee."""
    return sum(line.amount_vnd for line in bill(fees, quantities))


def _amount(fee: Fee, quantities: FeeQuantities) -> int:
    match fee.per:
        case FeeUnit.DOSSIER:
            return fee.amount(1)
        case FeeUnit.COPY:
            return fee.amount(quantities.copies)
        case FeeUnit.PAGE:
            return fee.amount(quantities.pages) * quantities.copies
        case FeeUnit.CASE:
            return fee.amount(quantities.cases)
        case FeeUnit.PERSON:
            return fee.amount(quantities.persons)
