"""Documents of apologies: the content of Mẫu 04, and the list of those that wait for a signature."""

from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.services.alerts.apologies.inputs import ApologyStatus
from app.services.dossiers.code_lists import label


class CauseOut(BaseModel):
    code: str
    vi: str
    en: str


class ApologyUnitOut(BaseModel):
    """The agency that could not keep its date; its head signs."""

    code: str
    name: str


class AddresseeOut(BaseModel):
    """To whom it is written."""

    full_name: str
    address: str | None
    phone: str | None


class ApologyOut(BaseModel):
    """Mẫu 04 as data: to whom, about what, the date on the receipt, why, the new date, who answers for it.

    `cause` null: nobody has said it yet, and it cannot be sent.
    """

    dossier_code: str
    status: ApologyStatus
    addressee: AddresseeOut | None
    procedure_code: str
    procedure_name: str
    field: str
    accepted_at: LocalInstant
    promised_due_at: LocalInstant
    unit: ApologyUnitOut
    due_at: LocalInstant
    cause: CauseOut | None
    explanation: str
    new_due_at: LocalInstant | None
    responsible: str | None
    responsible_name: str | None
    drafted_at: LocalInstant
    edited_at: LocalInstant | None
    sent_at: LocalInstant | None
    sent_by: str | None


class ApologyListItemOut(BaseModel):
    dossier_code: str
    status: ApologyStatus
    unit: ApologyUnitOut
    due_at: LocalInstant
    cause: CauseOut | None
    new_due_at: LocalInstant | None
    responsible: str | None
    drafted_at: LocalInstant
    sent_at: LocalInstant | None


class ApologyPageOut(BaseModel):
    items: list[ApologyListItemOut]
    next_cursor: str | None


def apology_document(row: Any) -> ApologyOut:
    addressee = None
    if row.applicant_name is not None:
        addressee = AddresseeOut(full_name=row.applicant_name, address=row.applicant_address, phone=row.applicant_phone)
    return ApologyOut.model_validate(
        {
            "dossier_code": row.code,
            "status": _status(row),
            "addressee": addressee,
            "procedure_code": row.procedure_code,
            "procedure_name": row.procedure_name,
            "field": row.field,
            "accepted_at": local(row.accepted_at),
            "promised_due_at": local(row.promised_due_at),
            "unit": ApologyUnitOut(code=row.unit_code, name=row.unit_name),
            "due_at": local(row.due_at),
            "cause": _cause(row.cause_code),
            "explanation": row.explanation,
            "new_due_at": local(row.new_due_at),
            "responsible": row.responsible,
            "responsible_name": row.responsible_name,
            "drafted_at": local(row.drafted_at),
            "edited_at": local(row.edited_at),
            "sent_at": local(row.sent_at),
            "sent_by": row.sent_by_name,
        }
    )


def apology_list_item(row: Any) -> ApologyListItemOut:
    return ApologyListItemOut.model_validate(
        {
            "dossier_code": row.code,
            "status": _status(row),
            "unit": ApologyUnitOut(code=row.unit_code, name=row.unit_name),
            "due_at": local(row.due_at),
            "cause": _cause(row.cause_code),
            "new_due_at": local(row.new_due_at),
            "responsible": row.responsible,
            "drafted_at": local(row.drafted_at),
            "sent_at": local(row.sent_at),
        }
    )


def _status(row: Any) -> ApologyStatus:
    if row.sent_at is not None:
        return "sent"
    return "draft" if row.dropped_at is None else "dropped"


def _cause(code: str | None) -> CauseOut | None:
    if code is None:
        return None
    return CauseOut(code=code, vi=label("extension_reasons", code), en=label("extension_reasons", code, "en"))
