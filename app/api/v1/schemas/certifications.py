"""Documents of the fast lane and of the register of certifications."""

from typing import Any, Literal

import orjson
from pydantic import BaseModel

from app.api.v1.schemas.dossiers import NoticeOut, ProcedureOut, StateLabel, UnitOut, local, notice
from app.api.v1.schemas.fees import FeeLineOut
from app.api.v1.schemas.instants import LocalInstant
from app.domain.identifiers import mask_name
from app.services.certification.certify import Certified
from app.services.certification.register import label


class NumberedOut(BaseModel):
    """A line of the register; `label` is what the stamp prints: `120/2026-SCT/BS`."""

    paper: str
    pages: int
    copies: int
    number: int
    label: str
    fee_vnd: int


class CertificationOut(BaseModel):
    """All that the counter needs after one request. `receipt_number` null: nothing was to be paid."""

    code: str
    state: StateLabel
    national_status: int
    version: int
    procedure: ProcedureOut
    receiving_unit: UnitOut
    accepted_at: LocalInstant
    promised_due_at: LocalInstant
    resolved_at: LocalInstant
    returned_at: LocalInstant
    signer: str
    copies: int
    lines: list[FeeLineOut]
    total_vnd: int
    receipt_number: str | None
    book: str
    certifications: list[NumberedOut]
    lookup_secret: str
    rating_token: str
    warnings: list[NoticeOut]


class RegisterLineOut(BaseModel):
    """A line of the register. Names are masked; open the dossier to read them."""

    number: int
    year: int
    book: str
    label: str
    certified_at: LocalInstant
    dossier_code: str
    requester: str | None
    paper: str
    pages: int
    copies: int
    fee_vnd: int
    signer: str
    unit: UnitOut


class RegisterPageOut(BaseModel):
    items: list[RegisterLineOut]
    next_cursor: str | None


class FastLaneOut(BaseModel):
    """A procedure of the fast lane and the book it is entered in."""

    procedure_code: str
    book: str
    book_name: str
    suffix: str
    numbered_by: Literal["copy", "paper"]
    legal_basis: str
    confidence: str


class FastLaneListOut(BaseModel):
    items: list[FastLaneOut]


def certification_document(found: Certified) -> dict[str, Any]:
    last, receipt = found.dossier, found.registered.receipt
    if receipt is None:
        raise AssertionError("a registration always issues a receipt")
    return {
        "code": last.code,
        "state": last.state.label,
        "national_status": int(last.state),
        "version": last.version,
        "procedure": {"code": last.procedure.code, "version": last.procedure.version, "name": last.procedure.name},
        "receiving_unit": {"code": last.receiving_unit.code, "name": last.receiving_unit.name},
        "accepted_at": local(last.accepted_at),
        "promised_due_at": local(last.promised_due_at),
        "resolved_at": local(last.resolved_at),
        "returned_at": local(last.returned_at),
        "signer": found.signer,
        "copies": sum(line.copies for line in found.numbers),
        "lines": list(found.charge.lines),
        "total_vnd": found.charge.total_vnd,
        "receipt_number": found.receipt_number,
        "book": found.book,
        "certifications": [
            {
                "paper": line.paper,
                "pages": line.pages,
                "copies": line.copies,
                "number": line.number,
                "label": line.label,
                "fee_vnd": line.fee_vnd,
            }
            for line in found.numbers
        ],
        "lookup_secret": receipt.lookup_secret,
        "rating_token": receipt.rating_token,
        "warnings": [notice(fault) for fault in found.registered.warnings],
    }


def register_line(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "year": row.year,
        "book": row.book,
        "label": label(row.number, row.year, row.suffix),
        "certified_at": local(row.certified_at),
        "dossier_code": row.dossier_code,
        "requester": None if row.requester is None else mask_name(row.requester),
        "paper": row.paper,
        "pages": row.pages,
        "copies": row.copies,
        "fee_vnd": row.fee_vnd,
        "signer": row.signer,
        "unit": {"code": row.unit_code, "name": row.unit_name},
    }


def fast_lane_list(rows: Any) -> bytes:
    names = FastLaneOut.model_fields
    return orjson.dumps({"items": [{name: row[name] for name in names} for row in rows]})
