"""Which fees are in force for a procedure, channel, unit and day, and what a charge by them comes to.

A dated tariff goes before the fee of the same code in the procedure's version; of several tariffs the one of the
nearest unit counts. A channel's discount is taken off the counter's price, unless the channel has a price of its own.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.errors import Refusal
from app.domain.fee_sentences import explained
from app.domain.fees import ChargeLine, Fee, FeeStep, FeeUnit, ListedFee, PricedPaper, Reduction, charge_lines
from app.domain.procedures import Channel
from app.services.payments import queries
from app.services.payments.inputs import PaperInput
from app.services.procedures.content import VersionContent

_COUNTED_BY_PAPER = frozenset({FeeUnit.PAGE, FeeUnit.COPY, FeeUnit.CASE})


@dataclass(frozen=True, slots=True)
class Prices:
    """The fees in force and the grounds that may be claimed. No fee at all means not known, not free."""

    fees: tuple[ListedFee, ...]
    exemptions: Mapping[str, Reduction]
    set_by_council: bool


async def prices_for(
    connection: AsyncConnection, content: VersionContent, *, unit_path: str, channel: Channel, on: dt.date
) -> Prices:
    """Return what is in force on `on` in the unit at `unit_path`, in one round trip."""
    row = await queries.prices(
        connection,
        procedure_id=content.procedure_id,
        field=content.field,
        channel=channel.value,
        unit_path=unit_path,
        on=on,
    )
    tariffs, reductions = from_json(row.tariffs), from_json(row.reductions)
    own = _listed(content, tariffs, channel)
    counter = own if channel is Channel.COUNTER else _listed(content, tariffs, Channel.COUNTER)
    discounts = [_reduction(item) for item in reductions if item["kind"] == "discount"]
    discount = max(discounts, key=lambda found: found.percent, default=None)
    return Prices(
        fees=tuple(_discounted(own, counter, discount)),
        exemptions={item["code"]: _reduction(item) for item in reductions if item["kind"] == "exemption"},
        set_by_council=content.fee_set_by_council,
    )


def price(
    prices: Prices, papers: Sequence[PaperInput], *, persons: int, ground: str | None, ground_field: str
) -> tuple[tuple[ChargeLine, ...], list[Refusal]]:
    """Return the lines of a charge and every fault of what was asked."""
    faults = []
    if not prices.fees:
        faults.append(Refusal("fee_set_by_council" if prices.set_by_council else "fee_not_known"))
    exemption = None if ground is None else prices.exemptions.get(ground)
    if ground is not None and exemption is None:
        faults.append(Refusal("fee_ground_unknown", ground_field, {"ground": ground}))
    if not papers and any(listed.fee.per in _COUNTED_BY_PAPER for listed in prices.fees):
        faults.append(Refusal("fee_papers_missing", "papers"))
    counted = [PricedPaper(name=paper.name, pages=paper.pages, copies=paper.copies) for paper in papers]
    return charge_lines(prices.fees, counted, persons=persons, exemption=exemption), faults


def line_document(line: ChargeLine) -> dict[str, Any]:
    """Return a line as it is stored and shown: it explains itself without any table."""
    vi, en = explained(line)
    reduction = line.reduction
    return {
        "code": line.code,
        "name": line.fee.description,
        "paper": line.paper,
        "per": line.fee.per.value,
        "quantity": line.quantity,
        "times": line.times,
        "each_vnd": line.each_vnd,
        "gross_vnd": line.gross_vnd,
        "reduction": None
        if reduction is None
        else {
            "code": reduction.code,
            "name": reduction.name,
            "percent": reduction.percent,
            "legal_basis": reduction.legal_basis,
        },
        "amount_vnd": line.amount_vnd,
        "source": line.source,
        "explanation": {"vi": vi, "en": en},
    }


def _listed(content: VersionContent, tariffs: Iterable[Mapping[str, Any]], channel: Channel) -> dict[str, ListedFee]:
    source = f"{content.code}, phiên bản {content.version}"
    found = {
        item.code: ListedFee(code=item.code, fee=item.fee, source=source)
        for item in content.fees
        if item.channel is channel
    }
    for item in tariffs:
        if item["channel"] == channel.value:
            found[item["code"]] = ListedFee(code=item["code"], fee=_fee(item), source=item["source"])
    return found


def _discounted(
    own: Mapping[str, ListedFee], counter: Mapping[str, ListedFee], discount: Reduction | None
) -> Iterable[ListedFee]:
    if discount is None:
        return own.values()
    codes = dict.fromkeys((*own, *counter))
    return [_with_discount(own.get(code), counter.get(code), discount) for code in codes]


def _with_discount(own: ListedFee | None, counter: ListedFee | None, discount: Reduction) -> ListedFee:
    listed = own or counter
    if listed is None:
        raise AssertionError("a code comes from one of the two lists")
    if own is not None and counter is not None and not own.fee.costs_what(counter.fee):
        return own
    return ListedFee(code=listed.code, fee=listed.fee, source=listed.source, discount=discount)


def _fee(item: Mapping[str, Any]) -> Fee:
    steps = tuple(FeeStep(step["from_quantity"], step["amount_vnd"]) for step in item["later_steps"])
    return Fee(item["amount_vnd"], FeeUnit(item["per"]), item["name"], steps, item["cap_vnd"])


def _reduction(item: Mapping[str, Any]) -> Reduction:
    return Reduction(item["code"], item["name"], item["percent"], item["legal_basis"])
