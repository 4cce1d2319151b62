"""Routes of uploads in pieces: tus 1.0 (core, creation, checksum, expiration, termination), and what became of them."""

import datetime as dt
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from starlette.requests import ClientDisconnect

from app import filing
from app.api import tus
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.noun_router import NounRouter
from app.api.problems import PrescribedRefusal
from app.api.v1.schemas.documents import UploadListOut, UploadOut, upload_out
from app.domain.errors import Conflict, InvalidInput, Refusal
from app.domain.permissions import Actor, Permission
from app.services.documents.inputs import filing_from
from app.services.documents.limits import limits_of
from app.services.documents.uploads import carry
from app.services.documents.uploads.carry import NewUpload, UploadState
from app.services.inputs import Code

router = NounRouter(tags=["uploads"])

Adder = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_ADD))]
UploadId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
_NO_CONTENT: dict[int | str, dict[str, Any]] = {204: {"description": "Không có nội dung / No content"}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {tus.PIECE_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_HEADERS: dict[str, dict[str, Any]] = {
    "Tus-Resumable": {"type": "string", "const": tus.VERSION},
    "Upload-Length": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    "Upload-Offset": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    "Upload-Metadata": {"type": "string", "maxLength": 8192},
    "Upload-Checksum": {"type": "string", "pattern": "^(sha1|sha256) [A-Za-z0-9+/]+=*$"},
}


def _headers(*names: str) -> dict[str, Any]:
    return {
        "parameters": [
            {"name": name, "in": "header", "required": name != "Upload-Checksum", "schema": _HEADERS[name]}
            for name in ("Tus-Resumable", *names)
        ]
    }


async def _own(request: Request, upload_id: UploadId, actor: Adder, app: App) -> Any:
    """The upload, for who opened it and may still add to its dossier; no connection is held while its bytes come."""
    tus.ensure_version(request.headers)
    row = await filing.own_upload(app, actor, upload_id)
    if carry.is_expired(row, app.clock.now()):
        raise PrescribedRefusal(tus.GONE, Refusal("upload_expired"))
    return row


Own = Annotated[Any, Depends(_own)]


@router.options("/uploads", summary="Máy chủ hỗ trợ gì / What the server can", status_code=204, response_class=Response)
async def capabilities(app: App, _open: Annotated[None, Depends(public)]) -> Response:
    headers = {
        "Tus-Version": tus.VERSION,
        "Tus-Max-Size": str(app.settings.file_max_bytes),
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "/uploads",
    status_code=201,
    summary="Mở một lần tải lên / Open an upload",
    response_class=Response,
    openapi_extra=_headers("Upload-Length", "Upload-Metadata"),
)
async def create(request: Request, actor: Adder, connection: WriteConnection, app: App) -> Response:
    """`Upload-Metadata` names `filename` and `dossier`, and may name `component`, `kind`, `sha256`, `supersedes`."""
    tus.ensure_version(request.headers)
    length = tus.whole_number(request.headers, "Upload-Length") if "upload-length" in request.headers else None
    if length is None:
        raise PrescribedRefusal(tus.BAD_REQUEST, Refusal("upload_length_missing", "Upload-Length"))
    limits, now = limits_of(app.settings), app.clock.now()
    if length > limits.max_bytes:
        params = {"size": length, "max": limits.max_bytes}
        raise PrescribedRefusal(tus.TOO_LARGE, Refusal("file_too_large", "Upload-Length", params))
    header = request.headers.get("upload-metadata", "")
    fields = tus.metadata_of(header)
    if not fields.get("dossier"):
        raise InvalidInput(Refusal("upload_dossier_missing", "Upload-Metadata"))
    name_field = "name" if fields.get("name") and not fields.get("filename") else "filename"
    where = filing_from(fields, name=fields.get(name_field) or "", name_field=name_field)
    expires_at = now + dt.timedelta(hours=app.settings.upload_expire_hours)
    new = NewUpload(fields["dossier"], length, where, header)
    upload_id = await carry.open_upload(connection, actor, new, limits, expires_at=expires_at, now=now)
    headers = {"Location": f"{tus.PATH}/{upload_id}", "Upload-Expires": tus.http_date(expires_at)}
    return Response(status_code=201, headers=headers)


@router.head(
    "/uploads/{upload_id}",
    summary="Đã nhận đến đâu / How much is safe",
    response_class=Response,
    openapi_extra=_headers(),
)
async def progress(upload: Own) -> Response:
    """`Upload-Offset` bytes will not be asked for again, whatever happens to the server."""
    if upload.state in (UploadState.REFUSED, UploadState.QUARANTINED):
        raise PrescribedRefusal(tus.GONE, Refusal("upload_ended"))
    headers = {
        "Upload-Offset": str(upload.received_bytes),
        "Upload-Length": str(upload.length_bytes),
        "Upload-Expires": tus.http_date(upload.expires_at),
        "Cache-Control": "no-store",
    }
    if upload.metadata_header:
        headers["Upload-Metadata"] = upload.metadata_header
    return Response(headers=headers)


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    summary="Gửi tiếp / Send the next piece",
    response_class=Response,
    responses=_NO_CONTENT,
    openapi_extra=_headers("Upload-Offset", "Upload-Checksum") | _BODY,
)
async def send_piece(request: Request, upload: Own, app: App) -> Response:
    """The last piece makes the document: `Content-Location` names it, a refusal says why it is none.

    Without a checksum, what arrived before the line broke counts. With one, a piece counts whole or not at all.
    """
    if request.headers.get("content-type") != tus.PIECE_MEDIA_TYPE:
        raise PrescribedRefusal(tus.UNSUPPORTED, Refusal("piece_expected", "Content-Type"))
    if tus.whole_number(request.headers, "Upload-Offset") != upload.received_bytes:
        params = {"offset": upload.received_bytes}
        raise PrescribedRefusal(tus.CONFLICT, Refusal("upload_offset_wrong", "Upload-Offset", params))
    if upload.state not in (UploadState.RECEIVING, UploadState.RECEIVED):
        raise Conflict(Refusal("upload_ended"))
    taker = filing.PieceTaker(app, upload, checksum=tus.checksum_of(request.headers))
    try:
        async for piece in request.stream():
            await taker.take(piece)
        state = await taker.end()
    except ClientDisconnect:
        await taker.break_off()
        raise
    headers = {"Upload-Offset": str(taker.received), "Upload-Expires": tus.http_date(taker.expires_at)}
    if state is UploadState.RECEIVED:
        filed = await filing.finish_upload(app, upload.id)
        if filed is not None:
            headers["Content-Location"] = f"/api/v1/documents/{filed.document_id}"
    return Response(status_code=204, headers=headers)


@router.delete(
    "/uploads/{upload_id}",
    status_code=204,
    summary="Bỏ lần tải lên / Give an upload up",
    response_class=Response,
    responses=_NO_CONTENT,
    openapi_extra=_headers(),
)
async def give_up(request: Request, upload_id: UploadId, actor: Adder, connection: WriteConnection) -> Response:
    """What was received is forgotten; the collector removes it from the store."""
    tus.ensure_version(request.headers)
    await carry.give_up(connection, actor, upload_id)
    return Response(status_code=204)


@router.get("/uploads/{upload_id}", summary="Kết quả tải lên / What became of an upload")
async def outcome(upload_id: UploadId, actor: Adder, connection: ReadConnection) -> UploadOut:
    """For who may add to the dossier: its state, its faults, the document it became."""
    return upload_out(await carry.seen_upload(connection, actor, upload_id))


@router.get("/dossiers/{code}/uploads", summary="Các lần tải lên của hồ sơ / Uploads of a dossier")
async def uploads(code: Code, actor: Adder, connection: ReadConnection) -> UploadListOut:
    """The newest 100, files refused and files in quarantine among them."""
    return UploadListOut(items=[upload_out(row) for row in await carry.uploads_of(connection, actor, code)])
