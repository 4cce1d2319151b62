"""Documents of forms and slips."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.services.forms.registry import Form, form_with_code


class FormOut(BaseModel):
    """A form, its legal basis, and from when to when it is used."""

    code: str
    number: str
    purpose: str
    name: str
    instrument: str
    valid_from: dt.date
    valid_to: dt.date | None
    number_suffix: str
    variants: list[str]
    landscape: bool
    confidence: str
    source: str


class FormListOut(BaseModel):
    items: list[FormOut]


class SlipFormOut(BaseModel):
    code: str
    number: str
    name: str


class SlipOut(BaseModel):
    """A slip as issued; `status` is how the paper stands now. The PDF is at `pdf`, for the public at `verify`."""

    id: int
    dossier_code: str
    form: SlipFormOut
    variant: str
    edition: int
    number: str
    event: int
    event_type: str
    issued_at: LocalInstant
    issued_by: str | None
    status: str
    status_at: LocalInstant
    status_reason: str | None
    sha256: str
    pdf: str
    verify: str
    replaced_by: str | None


class SlipListOut(BaseModel):
    items: list[SlipOut]


def form_document(form: Form) -> FormOut:
    return FormOut(
        code=form.code,
        number=form.number,
        purpose=form.purpose.value,
        name=form.name,
        instrument=form.instrument,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        number_suffix=form.suffix,
        variants=list(form.variants),
        landscape=form.landscape,
        confidence=form.confidence,
        source=form.source,
    )


def slip_document(row: Any) -> SlipOut:
    form = form_with_code(row.form_code)
    return SlipOut(
        id=row.id,
        dossier_code=row.dossier_code,
        form=SlipFormOut(code=form.code, number=form.number, name=form.name),
        variant=row.variant,
        edition=row.edition,
        number=row.number,
        event=row.event_seq,
        event_type=row.event_type,
        issued_at=local(row.issued_at),
        issued_by=row.issued_by,
        status=row.status,
        status_at=local(row.status_at),
        status_reason=row.status_reason,
        sha256=row.content_sha256,
        pdf=f"/api/v1/slips/{row.id}/pdf",
        verify=f"/v/{row.token}",
        replaced_by=None if row.replaced_by_token is None else f"/v/{row.replaced_by_token}",
    )
