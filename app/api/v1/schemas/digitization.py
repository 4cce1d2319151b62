"""Documents of scan batches and their pieces. Texts and values leave only with the piece that somebody asks for."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from app.api.messages import text_of
from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.core.db import from_json
from app.domain.digitization import BatchState, Cut, MatchedBy, PageKind, PieceState, Recognition, read_separator
from app.domain.digitization_fields import FieldKind
from app.services.digitization.overview import DigitizationStatus, DossierDigitization
from app.services.digitization.read import BatchView, PieceView

_LEAST_DPI = 200
_LEAST_CONFIDENCE = 0.6
"""Mean certainty of the words of a page below which what was read is no text: it may lie on its side."""


class ReasonOut(BaseModel):
    """Why, as a code and as people read it."""

    code: str
    vi: str
    en: str


class ScanUnitOut(BaseModel):
    """The unit that scanned."""

    code: str
    name: str


class ScanPageOut(BaseModel):
    """One side. `confidence` 0 to 1 of its words; null where nothing was read or it brought its own text.

    `turned` and `skew`: degrees by which it was set upright and straightened. `enhanced`: a cleaned copy read better.
    `reason`: why it failed, or what is wrong with it.
    """

    number: int
    kind: PageKind
    dpi: int | None
    component_code: str | None
    confidence: float | None
    turned: int | None
    skew: float | None
    enhanced: bool | None
    reason: ReasonOut | None


class CandidateOut(BaseModel):
    """A component that the text may be, with how well it fits, 0 to 1."""

    code: str
    score: float


class ScanPieceOut(BaseModel):
    """The sheets of one paper. `recognition`: what came of reading it; `state`: what people did with it."""

    id: int
    batch_id: int
    position: int
    unit: ScanUnitOut
    pages: list[int]
    state: PieceState
    recognition: Recognition
    reason: ReasonOut | None
    confidence: float | None
    dossier_code: str | None
    component_code: str | None
    matched_by: MatchedBy | None
    candidates: list[CandidateOut]
    document_id: int | None
    confirmed_at: LocalInstant | None
    confirmed_by: str | None
    signed_at: LocalInstant | None
    signed_by: str | None
    verify_token: str | None


class ScanBatchOut(BaseModel):
    """A batch in a list. Of `pages`, `looked_at` are known; `blank` and `separators` are in no piece.

    `failed`, `pieces`, `read` and `open` leave out what was discarded. `virus`: what was found in a quarantined one, in
    its file number `virus_file` (of those sent, the first is 1).
    """

    id: int
    state: BatchState
    vi: str
    en: str
    reason: ReasonOut | None
    virus: str | None
    virus_file: int | None
    unit: ScanUnitOut
    dossier_code: str | None
    cut: Cut
    device: str | None
    scanned_at: LocalInstant | None
    received_at: LocalInstant
    received_by: str | None
    started_at: LocalInstant | None
    finished_at: LocalInstant | None
    pages: int
    looked_at: int
    blank: int
    separators: int
    failed: int
    pieces: int
    read: int
    open: int


class ScanBatchPageOut(BaseModel):
    items: list[ScanBatchOut]
    next_cursor: str | None


class ScanBatchWholeOut(ScanBatchOut):
    """A batch with each of its sides and pieces."""

    page_list: list[ScanPageOut]
    piece_list: list[ScanPieceOut]


class ScanFieldOut(BaseModel):
    """A value: `proposed` was read by the program and counts for nothing; `value` was confirmed by a person."""

    name: str
    kind: FieldKind
    label: str
    page: int | None
    proposed: str | None
    confidence: float | None
    value: str | None
    confirmed_at: LocalInstant | None
    confirmed_by: str | None


class ScanTextOut(BaseModel):
    page: int
    text: str | None


class ScanPieceWholeOut(ScanPieceOut):
    texts: list[ScanTextOut]
    fields: list[ScanFieldOut]


class ComponentDigitizationOut(BaseModel):
    """A component and how far it is digitized; `outstanding`: handed in on paper, must be digitized, and is not."""

    code: str
    name: str
    required: bool
    source: str | None
    status: DigitizationStatus
    vi: str
    en: str
    outstanding: bool
    piece_id: int | None
    document_id: int | None
    confirmed_at: LocalInstant | None
    confirmed_by: str | None
    signed_at: LocalInstant | None
    signed_by: str | None


class Indicator42Out(BaseModel):
    """What the national indicator 4.2 (QĐ 766) asks of a dossier: a file among its components and one of its result."""

    digitized_component: bool
    result_file: bool
    counts: bool


class DossierDigitizationOut(BaseModel):
    dossier_code: str
    components: list[ComponentDigitizationOut]
    required: int
    outstanding: int
    indicator_4_2: Indicator42Out


STATES: dict[BatchState, tuple[str, str]] = {
    BatchState.RECEIVED: ("Đã nhận, chờ xử lý", "Received, waits"),
    BatchState.PROCESSING: ("Đang xử lý", "Under way"),
    BatchState.PROCESSED: ("Đã xử lý xong", "Processed"),
    BatchState.PARTLY_FAILED: ("Có phần không xử lý được", "Some of it failed"),
    BatchState.NOT_DIGITIZED: ("Chưa số hóa, bản quét được giữ", "Not digitized, the scan is kept"),
    BatchState.FAILED: ("Không xử lý được", "Failed"),
    BatchState.QUARANTINED: ("Có mã độc, tệp đã bị cách ly", "A virus was found, the file is in quarantine"),
}
STATUSES: dict[DigitizationStatus, tuple[str, str]] = {
    DigitizationStatus.SIGNED: ("Đã số hóa và ký số", "Digitized and signed"),
    DigitizationStatus.DIGITIZED: ("Đã số hóa, chưa ký", "Digitized, not signed"),
    DigitizationStatus.KEPT_AS_PICTURE: ("Chỉ có ảnh quét, chưa số hóa", "Kept as a picture, not digitized"),
    DigitizationStatus.IN_WORK: ("Đang số hóa", "Being digitized"),
    DigitizationStatus.NOT_SCANNED: ("Đã có dữ liệu điện tử, không cần quét", "Held as data or file, not scanned"),
    DigitizationStatus.MISSING: ("Chưa số hóa", "Not digitized"),
    DigitizationStatus.NOT_HANDED_IN: ("Chưa nộp", "Not handed in"),
}


def batch_document(row: Any) -> ScanBatchOut:
    return ScanBatchOut(**_batch_values(row))


def whole_batch_document(view: BatchView) -> ScanBatchWholeOut:
    return ScanBatchWholeOut(
        **_batch_values(view.row),
        page_list=[_page(page) for page in view.pages],
        piece_list=[piece_document(piece) for piece in view.pieces],
    )


def piece_document(row: Any) -> ScanPieceOut:
    return ScanPieceOut(**_piece_values(row))


def whole_piece_document(view: PieceView) -> ScanPieceWholeOut:
    return ScanPieceWholeOut(
        **_piece_values(view.row),
        texts=[ScanTextOut(page=row.number, text=row.text) for row in view.texts],
        fields=[
            ScanFieldOut(
                name=row.name,
                kind=FieldKind(row.kind),
                label=row.label,
                page=row.page,
                proposed=row.proposed,
                confidence=_rounded(row.confidence),
                value=row.value,
                confirmed_at=local(row.confirmed_at),
                confirmed_by=row.confirmed_by,
            )
            for row in view.fields
        ],
    )


def digitization_document(found: DossierDigitization) -> DossierDigitizationOut:
    components = []
    for one in found.components:
        vi, en = STATUSES[one.status]
        piece = one.piece
        components.append(
            ComponentDigitizationOut(
                code=one.component.code,
                name=one.component.name,
                required=one.component.digitization_required,
                source=one.source,
                status=one.status,
                vi=vi,
                en=en,
                outstanding=one.is_outstanding,
                piece_id=None if piece is None else piece.id,
                document_id=None if piece is None else piece.document_id,
                confirmed_at=None if piece is None else local(piece.confirmed_at),
                confirmed_by=None if piece is None else piece.confirmed_by,
                signed_at=None if piece is None else local(piece.signed_at),
                signed_by=None if piece is None else piece.signed_by,
            )
        )
    return DossierDigitizationOut(
        dossier_code=found.dossier_code,
        components=components,
        required=sum(one.required for one in components),
        outstanding=sum(one.outstanding for one in components),
        indicator_4_2=Indicator42Out(
            digitized_component=found.has_digitized_component,
            result_file=found.has_result_file,
            counts=found.has_digitized_component and found.has_result_file,
        ),
    )


def _reason(code: str | None, **params: object) -> ReasonOut | None:
    if code is None:
        return None
    vi, en = text_of(code, params)
    return ReasonOut(code=code, vi=vi, en=en)


def _page(row: Any) -> ScanPageOut:
    separator = None if row.separator is None else read_separator(row.separator)
    coarse = row.kind == PageKind.CONTENT and row.dpi is not None and row.dpi < _LEAST_DPI
    was_read = row.kind == PageKind.CONTENT and row.confidence is not None
    doubtful = was_read and (row.confidence < _LEAST_CONFIDENCE or row.turned is None)
    return ScanPageOut(
        number=row.number,
        kind=PageKind(row.kind),
        dpi=row.dpi,
        component_code=None if separator is None else separator.component_code,
        confidence=_rounded(row.confidence),
        turned=row.turned,
        skew=_rounded(row.skew),
        enhanced=row.enhanced,
        reason=_reason(row.reason or ("barely_read" if doubtful else "low_resolution" if coarse else None)),
    )


def _numbers(pages: Iterable[dict[str, Any]] | None) -> list[int]:
    return [page["number"] for page in from_json(pages) or ()]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 3)


def _piece_values(row: Any) -> dict[str, Any]:
    candidates: Sequence[dict[str, Any]] = from_json(row.candidates)
    return {
        "id": row.id,
        "batch_id": row.batch_id,
        "position": row.position,
        "unit": ScanUnitOut(code=row.unit_code, name=row.unit_name),
        "pages": _numbers(row.pages),
        "state": row.state,
        "recognition": row.recognition,
        "reason": _reason(row.reason),
        "confidence": _rounded(row.confidence),
        "dossier_code": row.dossier_code,
        "component_code": row.component_code,
        "matched_by": row.matched_by,
        "candidates": [CandidateOut(**candidate) for candidate in candidates],
        "document_id": row.document_id,
        "confirmed_at": local(row.confirmed_at),
        "confirmed_by": row.confirmed_by,
        "signed_at": local(row.signed_at),
        "signed_by": row.signed_by,
        "verify_token": row.verify_token,
    }


def _batch_values(row: Any) -> dict[str, Any]:
    state = BatchState(row.state)
    vi, en = STATES[state]
    return {
        "id": row.id,
        "state": state,
        "vi": vi,
        "en": en,
        "reason": _reason(row.reason, signature=row.virus),
        "virus": row.virus,
        "virus_file": row.virus_file,
        "unit": ScanUnitOut(code=row.unit_code, name=row.unit_name),
        "dossier_code": row.dossier_code,
        "cut": row.cut,
        "device": row.device,
        "scanned_at": local(row.scanned_at),
        "received_at": row.received_at.astimezone(LOCAL_ZONE),
        "received_by": row.received_by,
        "started_at": local(row.started_at),
        "finished_at": local(row.finished_at),
        **{
            name: int(row[name])
            for name in ("pages", "looked_at", "blank", "separators", "failed", "pieces", "read", "open")
        },
    }
