"""What administrators send about procedures. The shape of a version's content is the same on the way out."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.domain.deadline_terms import LimitUnit
from app.domain.fees import FeeUnit
from app.domain.procedures import Channel, Confidence, ServiceLevel
from app.services.inputs import Code, Day, Input, Text, Whole, YesNo

LONGEST_VALUE = 8_000
DEAREST_VND = 10_000_000_000

FreeText = Annotated[str, StringConstraints(max_length=4000)]
"""Notes and sources; may be empty."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""Official names of procedures and papers are long."""

CaseCode = Annotated[str, StringConstraints(max_length=64)]
"""Code of a case variant; empty: every case."""

Pieces = Annotated[Whole, Field(ge=0, le=100)]


class LimitInput(Input):
    value: Annotated[Whole, Field(ge=1, le=LONGEST_VALUE)]
    unit: LimitUnit


class TermInput(Input):
    """The limits on a channel. Without `committed` the agency promises what the law gives."""

    channel: Channel
    case_variant: CaseCode = ""
    statutory: LimitInput
    committed: LimitInput | None = None
    verification: LimitInput | None = None
    confidence: Confidence = Confidence.UNVERIFIED
    verification_confidence: Confidence | None = None


class ComponentInput(Input):
    code: Code
    name: Name
    case_variant: CaseCode = ""
    originals: Pieces = 1
    copies: Pieces = 0
    required: YesNo = True
    presented_only: YesNo = False
    digitization_required: YesNo = False
    data_satisfiable: YesNo = False
    confidence: Confidence = Confidence.UNVERIFIED
    flags_confidence: Confidence = Confidence.UNVERIFIED


class FeeStepInput(Input):
    """From the `from_quantity`-th unit on, each costs `amount_vnd`."""

    from_quantity: Annotated[Whole, Field(ge=2, le=1_000_000)]
    amount_vnd: Annotated[Whole, Field(ge=0, le=DEAREST_VND)]


class FeeInput(Input):
    channel: Channel
    code: Code
    name: Text
    amount_vnd: Annotated[Whole, Field(ge=0, le=DEAREST_VND)]
    per: FeeUnit = FeeUnit.DOSSIER
    later_steps: Annotated[tuple[FeeStepInput, ...], Field(max_length=20)] = ()
    cap_vnd: Annotated[Whole, Field(ge=0, le=DEAREST_VND)] | None = None
    confidence: Confidence = Confidence.UNVERIFIED


class CaseVariantInput(Input):
    """A case (TRUONGHOP); `requires` names components that are required in this case besides the required ones."""

    code: Code
    name: Text
    requires: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    confidence: Confidence = Confidence.UNVERIFIED


class LegalBasisInput(Input):
    """An instrument as people cite it: `NĐ 123/2015/NĐ-CP`."""

    instrument: Text
    confidence: Confidence = Confidence.UNVERIFIED


class ResultTypeInput(Input):
    code: Code | None = None
    name: Text
    confidence: Confidence = Confidence.UNVERIFIED


class FactConfidence(Input):
    """How sure the facts are that carry no confidence of their own. `code`: the code means this subject."""

    code: Confidence = Confidence.UNVERIFIED
    name: Confidence = Confidence.UNVERIFIED
    field: Confidence = Confidence.UNVERIFIED
    level: Confidence = Confidence.UNVERIFIED
    competent_level: Confidence = Confidence.UNVERIFIED
    processing_system: Confidence = Confidence.UNVERIFIED
    fee_set_by_council: Confidence = Confidence.UNVERIFIED


class VersionInput(Input):
    """The whole content of a version. A draft may be incomplete; publication demands more."""

    name: Name
    level: ServiceLevel | None = None
    competent_level: Code | None = None
    processing_system: Code = "motcua"
    legal_basis: Annotated[tuple[LegalBasisInput, ...], Field(max_length=50)] = ()
    result_types: Annotated[tuple[ResultTypeInput, ...], Field(max_length=50)] = ()
    case_variants: Annotated[tuple[CaseVariantInput, ...], Field(max_length=50)] = ()
    fee_set_by_council: YesNo = False
    components: Annotated[tuple[ComponentInput, ...], Field(max_length=200)] = ()
    terms: Annotated[tuple[TermInput, ...], Field(max_length=100)] = ()
    fees: Annotated[tuple[FeeInput, ...], Field(max_length=100)] = ()
    confidence: FactConfidence = FactConfidence()
    source: FreeText = ""
    notes: FreeText = ""
    valid_from: Day

    def canonical(self) -> dict[str, Any]:
        """Return the content as plain data, so that two contents are equal exactly if they say the same.

        A missing commitment is the statutory limit; terms and fees have no order, components do.
        """
        document = self.model_dump(mode="json")
        for term in document["terms"]:
            term["committed"] = term["committed"] or term["statutory"]
        document["terms"].sort(key=lambda term: (term["case_variant"], term["channel"]))
        document["fees"].sort(key=lambda fee: (fee["channel"], fee["code"]))
        return document


class CatalogueEntry(Input):
    """What is said of a procedure whatever its version: how it is found and told from its siblings."""

    field: Text
    synonyms: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    sibling_group: Code | None = None
    distinguishing: Text | None = None


class ProcedureInput(CatalogueEntry):
    """A new procedure under its national code, with its first draft."""

    code: Code
    content: VersionInput


class ReplacementInput(Input):
    """The procedure that stands in from `from_date` on (default: today); the replaced one then takes no new dossier."""

    code: Code
    from_date: Day | None = None
