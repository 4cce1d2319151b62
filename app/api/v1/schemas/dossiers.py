"""What goes out about dossiers: the declared shapes, and the functions that write them as bytes.

Hot routes answer bytes; tests check every answer against the declared shape.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from app.api.messages import text_of
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.domain.errors import Refusal
from app.domain.lifecycle import DossierState
from app.services.dossiers.requests import Rendered
from app.services.dossiers.view import DossierView, ReceiptView

StateLabel = Literal[
    "registered", "accepted", "refused", "processing", "awaiting_supplement", "awaiting_payment", "withdrawn",
    "stopped", "resolved", "returned",
]  # fmt: skip


class UnitOut(BaseModel):
    code: str
    name: str


class ProcedureOut(BaseModel):
    code: str
    version: int
    name: str


class ReceiptOut(BaseModel):
    """The secrets are the citizen's: in the answer that issues the receipt (registration, acceptance, correction) and
    printed on it; null in every other.
    """

    number: int
    lookup_secret: str | None
    rating_token: str | None
    issued_at: LocalInstant
    promised_due_at: LocalInstant | None


class NoticeOut(BaseModel):
    code: str
    field: str | None
    vi: str
    en: str
    params: dict[str, Any]


class DossierOut(BaseModel):
    code: str
    state: StateLabel
    national_status: int
    version: int
    channel: str
    case_variant: str
    procedure: ProcedureOut
    receiving_unit: UnitOut
    competent_unit: UnitOut
    summary: str
    return_channel: str
    registered_at: LocalInstant
    accepted_at: LocalInstant | None
    started_at: LocalInstant | None
    promised_due_at: LocalInstant | None
    current_due_at: LocalInstant | None
    due_provisional: bool
    suspended_since: LocalInstant | None
    resolved_at: LocalInstant | None
    ended_at: LocalInstant | None
    returned_at: LocalInstant | None
    receipt: ReceiptOut | None
    actions: list[str]
    warnings: list[NoticeOut]


class PersonOut(BaseModel):
    kind: str
    full_name: str
    identity_number: str | None
    date_of_birth: dt.date | None
    gender: str | None
    phone: str | None
    email: str | None
    address: str | None


class ComponentOut(BaseModel):
    code: str
    name: str
    originals: int
    certified_copies: int
    photocopies: int
    source: str


class AliasOut(BaseModel):
    code: str
    system: str


class SupplementItemOut(BaseModel):
    component_code: str
    problem: str
    note: str | None


class SupplementOut(BaseModel):
    items: list[SupplementItemOut]
    reason: str
    before_acceptance: bool
    leader_reason: str | None
    requested_at: LocalInstant
    answer_due_at: LocalInstant
    received_at: LocalInstant | None


class PaymentOut(BaseModel):
    amount_vnd: int
    reason: str
    requested_at: LocalInstant
    paid_at: LocalInstant | None
    method: str | None
    reference: str | None


class OutcomeOut(BaseModel):
    kind: Literal["resolved", "refused", "withdrawn", "stopped"]
    reason_code: str | None
    explanation: str
    legal_basis: str
    result_number: str | None
    result_type: str | None
    result_id: int | None
    decided_at: LocalInstant


class HandOverOut(BaseModel):
    method: str
    receiver_name: str | None
    receiver_identity_number: str | None
    relationship: str | None
    proof: str | None
    tracking_number: str | None
    link: str | None
    proof_document_id: int | None
    authorisation_reason: str | None
    authorisation_reference: str | None
    authorisation_document_id: int | None
    handed_over_at: LocalInstant


class DossierDetailOut(DossierOut):
    supporting_unit: UnitOut | None
    assignee: str | None
    return_address: str | None
    imported: bool
    applicant: PersonOut | None
    representative: PersonOut | None
    components: list[ComponentOut]
    aliases: list[AliasOut]
    supplements: list[SupplementOut]
    payments: list[PaymentOut]
    outcome: OutcomeOut | None
    hand_over: HandOverOut | None
    rated: bool


class DossierListItemOut(BaseModel):
    """One line of a list: names are masked; open the dossier to read them."""

    code: str
    state: StateLabel
    national_status: int
    version: int
    channel: str
    procedure_code: str
    procedure_name: str
    applicant_name: str | None
    receiving_unit: UnitOut
    competent_unit: UnitOut
    assignee: str | None
    registered_at: LocalInstant
    accepted_at: LocalInstant | None
    promised_due_at: LocalInstant | None
    current_due_at: LocalInstant | None
    due_provisional: bool
    suspended: bool
    overdue: bool
    resolved_at: LocalInstant | None
    returned_at: LocalInstant | None


class DossierPageOut(BaseModel):
    items: list[DossierListItemOut]
    next_cursor: str | None


class ActionOut(BaseModel):
    action: str
    possible: bool
    refusals: list[NoticeOut]


class ActionsOut(BaseModel):
    code: str
    state: StateLabel
    version: int
    actions: list[ActionOut]


class TimelineEntryOut(BaseModel):
    seq: int
    type: str
    state: StateLabel
    occurred_at: LocalInstant
    unit: str | None
    actor: str | None
    vi: str
    en: str


class TimelineOut(BaseModel):
    code: str
    entries: list[TimelineEntryOut]


def local(at: dt.datetime | None) -> dt.datetime | None:
    """Return the instant as people in Vietnam read it (+07:00)."""
    return None if at is None else at.astimezone(LOCAL_ZONE)


def notice(fault: Refusal) -> dict[str, Any]:
    vi, en = text_of(fault.code, dict(fault.params))
    return {"code": fault.code, "field": fault.field, "vi": vi, "en": en, "params": dict(fault.params)}


def dossier_document(view: DossierView) -> dict[str, Any]:
    """Return the document of `DossierOut`."""
    return {
        "code": view.code,
        "state": view.state.label,
        "national_status": int(view.state),
        "version": view.version,
        "channel": view.channel,
        "case_variant": view.case_variant,
        "procedure": {"code": view.procedure.code, "version": view.procedure.version, "name": view.procedure.name},
        "receiving_unit": {"code": view.receiving_unit.code, "name": view.receiving_unit.name},
        "competent_unit": {"code": view.competent_unit.code, "name": view.competent_unit.name},
        "summary": view.summary,
        "return_channel": view.return_channel,
        "registered_at": local(view.registered_at),
        "accepted_at": local(view.accepted_at),
        "started_at": local(view.started_at),
        "promised_due_at": local(view.promised_due_at),
        "current_due_at": local(view.current_due_at),
        "due_provisional": view.due_provisional,
        "suspended_since": local(view.suspended_since),
        "resolved_at": local(view.resolved_at),
        "ended_at": local(view.ended_at),
        "returned_at": local(view.returned_at),
        "receipt": _receipt(view.receipt),
        "actions": [action.action for action in view.actions if action.possible],
        "warnings": [notice(fault) for fault in view.warnings],
    }


def _receipt(receipt: ReceiptView | None) -> dict[str, Any] | None:
    if receipt is None:
        return None
    return {
        "number": receipt.number,
        "lookup_secret": receipt.lookup_secret,
        "rating_token": receipt.rating_token,
        "issued_at": local(receipt.issued_at),
        "promised_due_at": local(receipt.promised_due_at),
    }


def render_registered(view: DossierView) -> Rendered:
    headers = {"location": f"/api/v1/dossiers/{view.code}", "etag": f'"{view.version}"'}
    return Rendered(201, headers, orjson.dumps(dossier_document(view)))


def render_acted(view: DossierView) -> Rendered:
    return Rendered(200, {"etag": f'"{view.version}"'}, orjson.dumps(dossier_document(view)))


def detail_document(view: DossierView, children: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of `DossierDetailOut`."""
    return {**dossier_document(view), **children}


def person_document(person: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if person is None else {name: person[name] for name in PersonOut.model_fields}


def pick(model: type[BaseModel], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `model` from a JSON row of a child table."""
    return {name: row[name] for name in model.model_fields}


def state_label(code: int) -> str:
    return DossierState(code).label


def instants_local(rows: Sequence[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Return JSON rows with the named instants written in Vietnam's offset."""
    return [
        {**row, **{name: row[name] and local(dt.datetime.fromisoformat(row[name])) for name in names}} for row in rows
    ]
