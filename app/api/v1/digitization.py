"""Routes of digitization: separator sheets, scan batches, their pieces, what of a dossier is digitized."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app import scanning
from app.api.answers import json_answer
from app.api.content import stream_content
from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.multipart import receive_files
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.digitization import (
    DossierDigitizationOut,
    ScanBatchOut,
    ScanBatchPageOut,
    ScanBatchWholeOut,
    ScanPieceOut,
    ScanPieceWholeOut,
    batch_document,
    digitization_document,
    piece_document,
    whole_batch_document,
    whole_piece_document,
)
from app.domain.digitization import BatchState, Cut
from app.domain.permissions import Actor, Permission
from app.services.digitization import pieces, read
from app.services.digitization.inputs import AssignPiece, ConfirmPiece, DiscardPiece, SignPiece
from app.services.digitization.overview import dossier_digitization
from app.services.digitization.receive import retry_batch
from app.services.digitization.separators import print_sheets, separator_sheets
from app.services.digitization.sign import write_sealed
from app.services.documents.workplace import open_workplace
from app.services.inputs import Code
from app.services.procedures.named_filters import refuse_unknown_filters
from app.signing import written

router = NounRouter(tags=["digitization"])

Scanner = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_ADD))]
PaperReader = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_READ))]
DossierReader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_SORT = "received_at"
_PDF = "application/pdf"
_PDF_ANSWER: dict[str, Any] = {"content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["unit"],
                    "properties": {
                        "unit": {"type": "string", "maxLength": 64, "description": "Mã đơn vị quét"},
                        "dossier": {"type": "string", "maxLength": 64, "description": "Mã hồ sơ"},
                        "cut": {"type": "string", "enum": [how.value for how in Cut]},
                        "device": {"type": "string", "maxLength": 100},
                        "scanned_at": {"type": "string", "format": "date-time"},
                        "document": {"type": "string", "pattern": "^[0-9]{1,19}$"},
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


@router.get(
    "/dossiers/{code}/separator-sheets",
    summary="In tờ phân cách của hồ sơ / Separator sheets of a dossier",
    response_class=Response,
    responses={200: _PDF_ANSWER},
)
async def get_separator_sheets(code: Code, actor: Scanner, connection: ReadConnection, app: App) -> Response:
    """One page a component and one for any other paper, each with the QR code that the scan is cut by."""
    sheets = await separator_sheets(connection, actor, code)
    printed = await asyncio.to_thread(print_sheets, sheets, at=app.clock.now())
    name = f"to-phan-cach-{sheets.dossier_code}.pdf"
    return Response(printed, media_type=_PDF, headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/dossiers/{code}/digitization", summary="Tình trạng số hóa của hồ sơ / What of a dossier is digitized")
async def get_digitization(code: Code, actor: DossierReader, connection: ReadConnection) -> DossierDigitizationOut:
    return digitization_document(await dossier_digitization(connection, actor, code))


@router.post(
    "/scan-batches",
    status_code=202,
    summary="Gửi lô quét / Send a scan batch",
    response_model=None,
    responses={
        202: {"model": ScanBatchOut},
        200: {"model": ScanBatchOut, "description": "Lô này đã có / This very batch is there already"},
    },
    openapi_extra=_FORM,
)
async def post_batch(actor: Scanner, request: Request, app: App) -> Response:
    """PDFs of many pages or pictures, in their order, as `multipart/form-data`; or the `document` of a dossier.

    The same files again are the same batch (200). Digitization follows in the background: see `GET`.
    """
    settings = app.settings
    with open_workplace(settings.data_dir) as workplace:
        form = await receive_files(
            request, workplace, max_bytes=settings.upload_max_bytes, max_files=settings.scan_batch_max_files
        )
        row, is_new = await scanning.batch_handed_in(app, actor, form.fields, form.files, workplace=workplace)
    headers = {"Location": f"/api/v1/scan-batches/{row.id}"}
    return json_answer(batch_document(row), status=202 if is_new else 200, headers=headers)


@router.get("/scan-batches", summary="Các lô quét trong phạm vi / Scan batches in scope")
async def get_batches(
    actor: Scanner,
    connection: ReadConnection,
    unit: Annotated[Code | None, Query()] = None,
    state: Annotated[list[BatchState] | None, Query(max_length=10)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> ScanBatchPageOut:
    """The newest first."""
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    states = [one.value for one in state or ()]
    rows = await read.batches_of(connection, actor, unit=unit, states=states, after=after, limit=limit + 1)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    last = rows[limit - 1] if len(rows) > limit else None
    more = None if last is None else encode_cursor(_SORT, [last.received_at.isoformat(), last.id])
    return ScanBatchPageOut(items=[batch_document(row) for row in rows[:limit]], next_cursor=more)


@router.get("/scan-batches/{batch_id}", summary="Một lô quét, từng trang và từng giấy tờ / One batch, page by page")
async def get_batch(batch_id: Id, actor: Scanner, connection: ReadConnection) -> ScanBatchWholeOut:
    return whole_batch_document(await read.seen_batch(connection, actor, batch_id))


@router.post(
    "/scan-batches/{batch_id}/retry",
    status_code=202,
    summary="Làm lại phần chưa xong / Try again what failed",
    response_model=ScanBatchOut,
)
async def post_retry(batch_id: Id, actor: Scanner, connection: WriteConnection, once: Once) -> Response:
    """What was read or confirmed stays."""

    async def act() -> Any:
        await retry_batch(connection, actor, batch_id)
        return (await read.seen_batch(connection, actor, batch_id)).row

    return await once(connection, actor, act, show=batch_document, status=202)


@router.get("/scan-pieces/{piece_id}", summary="Một giấy tờ quét: chữ và giá trị đề xuất / One paper: text and values")
async def get_piece(piece_id: Id, actor: PaperReader, connection: WriteConnection, app: App) -> ScanPieceWholeOut:
    """Who asked is written down."""
    return whole_piece_document(await read.read_piece(connection, actor, piece_id, now=app.clock.now()))


@router.get(
    "/scan-pieces/{piece_id}/file",
    summary="Ảnh quét của giấy tờ / The picture of a paper",
    response_class=Response,
    responses={200: _PDF_ANSWER},
)
async def get_piece_file(piece_id: Id, actor: PaperReader, app: App, request: Request) -> Response:
    """Searchable if it was read. Who opened it is written down before the first byte leaves."""
    found = await scanning.opened_picture(app, actor, piece_id)
    return await stream_content(app.storage, found, range_header=request.headers.get("range"))


@router.post(
    "/scan-pieces/{piece_id}/assign",
    summary="Gán giấy tờ vào thành phần hồ sơ / Say which component it is",
    response_model=ScanPieceOut,
)
async def post_assign(
    piece_id: Id, body: AssignPiece, actor: Scanner, connection: WriteConnection, once: Once
) -> Response:
    async def act() -> Any:
        await pieces.assign_piece(connection, actor, piece_id, body, now=once.now)
        return await _piece(connection, actor, piece_id)

    return await once(connection, actor, act, show=piece_document)


@router.post(
    "/scan-pieces/{piece_id}/confirm",
    summary="Xác nhận giấy tờ và giá trị / Confirm the paper and its values",
    response_model=ScanPieceOut,
)
async def post_confirm(
    piece_id: Id, body: ConfirmPiece, actor: Scanner, connection: WriteConnection, once: Once
) -> Response:
    """It becomes a document of the dossier; the values stand with who confirmed them and when."""

    async def act() -> Any:
        await pieces.confirm_piece(connection, actor, piece_id, body, now=once.now)
        return await _piece(connection, actor, piece_id)

    return await once(connection, actor, act, show=piece_document)


@router.post(
    "/scan-pieces/{piece_id}/discard",
    summary="Bỏ giấy tờ quét / Discard a scanned paper",
    response_model=ScanPieceOut,
)
async def post_discard(
    piece_id: Id, body: DiscardPiece, actor: Scanner, connection: WriteConnection, app: App, once: Once
) -> Response:
    async def act() -> Any:
        keep_days = app.settings.upload_keep_days
        await pieces.discard_piece(connection, actor, piece_id, body, keep_days=keep_days, now=once.now)
        return await _piece(connection, actor, piece_id)

    return await once(connection, actor, act, show=piece_document)


@router.post(
    "/scan-pieces/{piece_id}/sign", summary="Ký số bản số hóa / Sign the digitized copy", response_model=ScanPieceOut
)
async def post_sign(piece_id: Id, body: SignPiece, actor: Scanner, app: App, once: Once) -> Response:
    """With the unit's seal, at the top right of the first page, with time and place; the copy can then be verified."""
    sealed = await scanning.sealed_copy(app, actor, piece_id, body)

    async def write(connection: AsyncConnection) -> Response:
        async def act() -> Any:
            await write_sealed(connection, actor, sealed, now=app.clock.now())
            return await _piece(connection, actor, piece_id)

        return await once(connection, actor, act, show=piece_document)

    return await written(app, write)


async def _piece(connection: AsyncConnection, actor: Actor, piece_id: int) -> Any:
    return await read.seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_ADD)
