"""What people send about money. Amounts are whole đồng. Shape only; the rules are in `app.domain.fees`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.domain.fees import FeeUnit, PaymentMethod
from app.domain.procedures import Channel
from app.services.inputs import Code, Day, Input, ProcedureCode, Text, Whole, YesNo

MAX_VND = 1_000_000_000_000
Dong = Annotated[Whole, Field(ge=0, le=MAX_VND)]
SomeDong = Annotated[Whole, Field(gt=0, le=MAX_VND)]
Book = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,10}$")]
"""A book of receipts, as its cover says."""


class PaperInput(Input):
    """A paper to be copied, certified or signed: pages of one copy, copies (or signatures) asked for."""

    name: Text
    pages: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    copies: Annotated[Whole, Field(ge=1, le=1000)] = 1


Papers = Annotated[tuple[PaperInput, ...], Field(max_length=100)]
Persons = Annotated[Whole, Field(ge=1, le=1000)]


class ExemptionInput(Input):
    """A claimed ground to pay less, and what was shown for it."""

    ground: Code
    note: Text


class CalculateFees(Input):
    """A question to the public calculator; no unit means the whole province, no day means today."""

    procedure_code: ProcedureCode
    channel: Channel = Channel.COUNTER
    unit: Code | None = None
    on: Day | None = None
    papers: Papers = ()
    persons: Persons = 1
    ground: Code | None = None


class ChargeFees(Input):
    """A charge by the tariff, or (`for_payment_request`) of the amount that the competent agency asked for.

    `additional_reason`: what is listed comes on top of what was collected already, and why.
    """

    papers: Papers = ()
    persons: Persons = 1
    exemption: ExemptionInput | None = None
    for_payment_request: YesNo = False
    additional_reason: Text | None = None


class CollectFee(Input):
    """Money taken for the open charge. `amount_vnd` says what the cashier saw: another total is refused."""

    method: PaymentMethod
    reference: Code | None = None
    book: Book = "BL"
    amount_vnd: SomeDong | None = None


class VoidReceipt(Input):
    reason: Text


class RefundReceipt(Input):
    """Money given back; without an amount all that is left of the receipt, without a method the way it came in.

    What came in online goes back by transfer.
    """

    amount_vnd: SomeDong | None = None
    method: Literal["cash", "bank_transfer"] | None = None
    reason: Text
    reference: Code


class OpenTill(Input):
    """The cash that is in the till before anything is taken, as the cashier counted it."""

    unit: Code
    day: Day | None = None
    opening_vnd: Dong


class CountedNotes(Input):
    note: Annotated[Whole, Field(ge=1, le=1_000_000)]
    pieces: Annotated[Whole, Field(ge=0, le=1_000_000)]


class CloseDay(Input):
    """The till as it was counted: a total, or pieces by note. A difference must be explained."""

    unit: Code
    day: Day | None = None
    counted_vnd: Dong | None = None
    notes: Annotated[tuple[CountedNotes, ...] | None, Field(max_length=20)] = None
    explanation: Text | None = None


class StepInput(Input):
    from_quantity: Annotated[Whole, Field(ge=2, le=1_000_000)]
    amount_vnd: Dong


class SetTariff(Input):
    """A fee set by an act for a unit and everything below it; no unit means the whole province."""

    procedure_code: ProcedureCode
    channel: Channel
    unit: Code | None = None
    code: Code
    name: Text
    amount_vnd: Dong
    per: FeeUnit = FeeUnit.DOSSIER
    later_steps: Annotated[tuple[StepInput, ...], Field(max_length=10)] = ()
    cap_vnd: Dong | None = None
    source: Text
    valid_from: Day
    valid_to: Day | None = None


class SetReduction(Input):
    """A ground to pay less: `exemption` is claimed with a note, `discount` comes with a channel by itself."""

    code: Code
    name: Text
    kind: Literal["exemption", "discount"]
    percent: Annotated[Whole, Field(ge=1, le=100)]
    channel: Channel | None = None
    field: Text | None = None
    procedure_code: ProcedureCode | None = None
    unit: Code | None = None
    legal_basis: Text
    valid_from: Day
    valid_to: Day | None = None


class EndTariff(Input):
    """The first day on which it is no longer in force."""

    valid_to: Day
