"""What the catalogue of procedures answers."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel

from app.api.v1.schemas.instants import LocalInstant
from app.domain.deadline_terms import LimitUnit
from app.domain.fees import FeeUnit
from app.domain.procedures import Channel, Confidence, ServiceLevel


class Sibling(BaseModel):
    """A procedure often taken for this one, with what tells it apart."""

    code: str
    name: str
    distinguishing: str | None


class ProcedureItem(BaseModel):
    code: str
    name: str
    field: str
    level: ServiceLevel | None
    version: int
    competent_level: str | None
    processing_system: str
    channels: list[Channel]
    valid_from: dt.date
    in_force: bool
    replaced_by: str | None
    distinguishing: str | None
    siblings: list[Sibling]


class ProcedurePage(BaseModel):
    items: list[ProcedureItem]
    next_cursor: str | None


class LimitOut(BaseModel):
    value: int
    unit: LimitUnit


class TermOut(BaseModel):
    channel: Channel
    case_variant: str
    statutory: LimitOut
    committed: LimitOut
    verification: LimitOut | None
    confidence: Confidence
    verification_confidence: Confidence | None


class ComponentOut(BaseModel):
    code: str
    name: str
    case_variant: str
    originals: int
    copies: int
    required: bool
    presented_only: bool
    digitization_required: bool
    data_satisfiable: bool
    confidence: Confidence
    flags_confidence: Confidence


class FeeStepOut(BaseModel):
    from_quantity: int
    amount_vnd: int


class FeeOut(BaseModel):
    """đồng. No fee at all means not known here, 0 means free."""

    channel: Channel
    code: str
    name: str
    amount_vnd: int
    per: FeeUnit
    later_steps: list[FeeStepOut]
    cap_vnd: int | None
    confidence: Confidence


class CaseVariantOut(BaseModel):
    code: str
    name: str
    requires: list[str]
    confidence: Confidence


class LegalBasisOut(BaseModel):
    instrument: str
    confidence: Confidence


class ResultTypeOut(BaseModel):
    code: str | None
    name: str
    confidence: Confidence


class FactConfidenceOut(BaseModel):
    code: Confidence
    name: Confidence
    field: Confidence
    level: Confidence
    competent_level: Confidence
    processing_system: Confidence
    fee_set_by_council: Confidence


class ProcedureDetail(BaseModel):
    """One version of a procedure, whole, each fact with its confidence."""

    code: str
    version: int
    status: Literal["draft", "published", "replaced"]
    in_force: bool
    name: str
    field: str
    level: ServiceLevel | None
    competent_level: str | None
    processing_system: str
    legal_basis: list[LegalBasisOut]
    result_types: list[ResultTypeOut]
    case_variants: list[CaseVariantOut]
    fee_set_by_council: bool
    valid_from: dt.date
    valid_to: dt.date | None
    """The first day on which it is no longer in force."""
    published_at: LocalInstant | None
    components: list[ComponentOut]
    terms: list[TermOut]
    fees: list[FeeOut]
    confidence: FactConfidenceOut
    source: str
    notes: str
    synonyms: list[str]
    replaced_by: str | None
    distinguishing: str | None
    siblings: list[Sibling]


class VersionItem(BaseModel):
    version: int
    status: Literal["published", "replaced"]
    name: str
    in_force: bool
    valid_from: dt.date
    valid_to: dt.date | None
    published_at: LocalInstant


class VersionList(BaseModel):
    items: list[VersionItem]


class ImportFaultOut(BaseModel):
    code: str
    field: str | None
    vi: str
    en: str


class ImportRowOut(BaseModel):
    """`row` counts as a spreadsheet does: the header is row 1."""

    row: int
    code: str
    outcome: Literal["created", "changed", "unchanged", "refused"]
    version: int | None
    faults: list[ImportFaultOut]


class ImportReportOut(BaseModel):
    dry_run: bool
    created: int
    changed: int
    unchanged: int
    refused: int
    rows: list[ImportRowOut]
