"""Fees and charges in whole đồng: what one fee costs for a quantity, what a dossier has to pay, and what a till holds.

Pure. Which fees are in force for whom is data (`app.services.payments`); here they are only counted.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum


class FeeUnit(StrEnum):
    """What a fee is counted by."""

    DOSSIER = "dossier"
    COPY = "copy"
    PAGE = "page"
    CASE = "case"
    PERSON = "person"


class PaymentMethod(StrEnum):
    """How money came in."""

    CASH = "cash"
    BANK_TRANSFER = "bank_transfer"
    ONLINE_NATIONAL = "online_national"
    ONLINE_PROVINCE = "online_province"

    @property
    def payment_channel(self) -> int:
        """DuocThanhToanTrucTuyen: 1 through the national portal, 2 that of the province or a ministry, 3 neither."""
        return {PaymentMethod.ONLINE_NATIONAL: 1, PaymentMethod.ONLINE_PROVINCE: 2}.get(self, 3)


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

    def parts(self, quantity: int) -> tuple[tuple[int, int], ...]:
        """Return (units, đồng for each) of every step that `quantity` reaches; ValueError when negative."""
        if quantity < 0:
            raise ValueError("a quantity is never negative")
        steps = (FeeStep(1, self.amount_vnd), *self.later_steps)
        lasts = (*(step.from_quantity - 1 for step in self.later_steps), quantity)
        counted = (
            (max(0, min(quantity, last) - step.from_quantity + 1), step.amount_vnd)
            for step, last in zip(steps, lasts, strict=True)
        )
        return tuple((units, each) for units, each in counted if units)

    def amount(self, quantity: int) -> int:
        """Return đồng for `quantity` units of one thing (the pages of one copy); ValueError when negative."""
        found = sum(units * each for units, each in self.parts(quantity))
        return found if self.cap_vnd is None else min(found, self.cap_vnd)

    def costs_what(self, other: "Fee") -> bool:
        """Tell whether both ask the same for every quantity, whatever they are called."""
        return dataclasses.replace(self, description=other.description) == other


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


@dataclasses.dataclass(frozen=True, slots=True)
class Reduction:
    """A ground to pay `percent` (1 to 100) less: a claimed exemption, or the discount of a channel."""

    code: str
    name: str
    percent: int
    legal_basis: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListedFee:
    """A fee in force for a dossier: from the pinned version or from a dated tariff, which `source` names.

    `discount` is what the channel takes off by itself; None where the channel's own price is lower already.
    """

    code: str
    fee: Fee
    source: str
    discount: Reduction | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PricedPaper:
    """A paper to be copied, certified or signed: its pages, and how many copies (or signatures) are asked for."""

    name: str
    pages: int = 1
    copies: int = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One line of a charge, with everything needed to check it by hand.

    `quantity` units of `fee.per` in one thing, `times` such things; `gross_vnd` before, `amount_vnd` after `reduction`.
    """

    code: str
    fee: Fee
    source: str
    paper: str | None
    quantity: int
    times: int
    reduction: Reduction | None

    @property
    def each_vnd(self) -> int:
        return self.fee.amount(self.quantity)

    @property
    def gross_vnd(self) -> int:
        return self.each_vnd * self.times

    @property
    def amount_vnd(self) -> int:
        """What remains to be paid, rounded down to whole đồng in favour of who pays."""
        percent = 0 if self.reduction is None else self.reduction.percent
        return self.gross_vnd * (100 - percent) // 100


def charge_lines(
    fees: Iterable[ListedFee],
    papers: Sequence[PricedPaper],
    *,
    persons: int = 1,
    exemption: Reduction | None = None,
) -> tuple[ChargeLine, ...]:
    """Return the lines of a charge: one a fee, or one a paper where the fee counts pages, copies or cases.

    Grounds do not add up: of an exemption and a discount the larger counts. Several signatures in one paper are one
    case (TT 226/2016/TT-BTC), so each copy of a paper is a case.
    """
    lines = []
    for listed in fees:
        for paper, quantity, times in _counted(listed.fee.per, papers, persons):
            lines.append(
                ChargeLine(
                    code=listed.code,
                    fee=listed.fee,
                    source=listed.source,
                    paper=paper,
                    quantity=quantity,
                    times=times,
                    reduction=_larger(exemption, listed.discount),
                )
            )
    return tuple(lines)


def charge_total(lines: Iterable[ChargeLine]) -> int:
    return sum(line.amount_vnd for line in lines)


def _counted(per: FeeUnit, papers: Sequence[PricedPaper], persons: int) -> Iterable[tuple[str | None, int, int]]:
    match per:
        case FeeUnit.DOSSIER:
            return [(None, 1, 1)]
        case FeeUnit.PERSON:
            return [(None, persons, 1)]
        case FeeUnit.PAGE:
            return [(paper.name, paper.pages, paper.copies) for paper in papers]
        case FeeUnit.COPY | FeeUnit.CASE:
            return [(paper.name, paper.copies, 1) for paper in papers]


def _larger(exemption: Reduction | None, discount: Reduction | None) -> Reduction | None:
    if exemption is None or discount is None:
        return exemption or discount
    return discount if discount.percent > exemption.percent else exemption


def shares(amount_vnd: int, parts: int) -> tuple[int, ...]:
    """Return `amount_vnd` in `parts` whole amounts that add up to it and differ by one đồng at most."""
    each, left = divmod(amount_vnd, parts)
    return tuple(each + (1 if index < left else 0) for index in range(parts))


DENOMINATIONS = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200)
"""Notes in circulation, in đồng."""


def counted_cash(pieces: Mapping[int, int]) -> int:
    """Return what so many pieces of each note are worth; ValueError for a note that does not exist."""
    unknown = set(pieces) - set(DENOMINATIONS)
    if unknown:
        raise ValueError("no such note")
    return sum(note * count for note, count in pieces.items())
