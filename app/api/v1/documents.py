"""Routes of documents: sent in one request, listed, linked to, read, published."""

import datetime as dt
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from app import filing
from app.api import tus
from app.api.answers import json_answer
from app.api.content import stream_content
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.idempotency import Once
from app.api.multipart import receive_form
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_id_cursor, encode_cursor
from app.api.v1.schemas.documents import (
    DocumentOut,
    DocumentPageOut,
    LimitsOut,
    LinkOut,
    ReadPageOut,
    document_out,
    limits_out,
    local_time,
    read_out,
)
from app.domain.documents import FileType
from app.domain.permissions import Actor, Permission
from app.services.documents import read
from app.services.documents.inputs import MakeLink, filing_from
from app.services.documents.limits import limits_of
from app.services.documents.links import make_link
from app.services.documents.workplace import open_workplace
from app.services.inputs import Code

router = NounRouter(tags=["documents"])

Adder = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_ADD))]
Reader = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_READ))]
Publisher = Annotated[Actor, Depends(Requires(Permission.RESULTS_PUBLISH))]
DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "component": {"type": "string", "maxLength": 64, "description": "Mã thành phần hồ sơ"},
                        "kind": {"type": "string", "enum": ["component", "attachment", "result", "internal"]},
                        "name": {"type": "string", "maxLength": 200},
                        "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
                        "supersedes": {"type": "string", "pattern": "^[0-9]{1,19}$"},
                    },
                }
            }
        },
    }
}
_CONTENTS: dict[str, Any] = {file_type.value: {} for file_type in FileType}


async def _may_add(code: Code, actor: Adder, app: App) -> Actor:
    """Let in who may add to this dossier, before a byte of the file is read; no connection is held meanwhile."""
    await filing.ensure_may_add(app, actor, code)
    return actor


@router.get("/documents/limits", summary="Giới hạn tệp / What a file may be", dependencies=[Depends(public)])
async def limits(app: App) -> LimitsOut:
    """To be shown before anything is sent."""
    return limits_out(
        limits_of(app.settings),
        extensions=tus.EXTENSIONS,
        algorithms=tus.ALGORITHMS,
        path=tus.PATH,
        expire_hours=app.settings.upload_expire_hours,
        virus_checked=app.virus_scanner is not None,
    )


@router.post(
    "/dossiers/{code}/documents",
    status_code=201,
    summary="Thêm tài liệu vào hồ sơ / Add a document",
    response_model=None,
    responses={
        201: {"model": DocumentOut},
        200: {"model": DocumentOut, "description": "Tệp này đã có / This very file is there already"},
    },
    openapi_extra=_FORM,
)
async def add(code: Code, request: Request, app: App, actor: Annotated[Actor, Depends(_may_add)]) -> Response:
    """One file as `multipart/form-data`; the same file for the same place again is the same document (200).

    `changes` tells what was done to it; the file as handed in is kept beside it.
    """
    with open_workplace(app.settings.data_dir) as workplace:
        form = await receive_form(request, workplace, max_bytes=app.settings.file_max_bytes)
        named = form.fields.get("name")
        where = filing_from(form.fields, name=named or form.file_name, name_field="name" if named else "file")
        filed = await filing.file_handed_in(app, actor, code, form.file, where, workplace=workplace)
    row = await filing.filed_document(app, filed)
    headers = {"Location": f"/api/v1/documents/{filed.document_id}"}
    return json_answer(document_out(row), status=201 if filed.is_new else 200, headers=headers)


@router.get("/dossiers/{code}/documents", summary="Tài liệu của hồ sơ / Documents of a dossier")
async def documents(
    code: Code,
    actor: Reader,
    connection: ReadConnection,
    superseded: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DocumentPageOut:
    """In the order they were added; older versions only with `superseded`."""
    after = decode_id_cursor(cursor, sort="id")
    rows = await read.documents_of(connection, actor, code, superseded=superseded, after=after, limit=limit + 1)
    more = encode_cursor("id", [rows[limit - 1].id]) if len(rows) > limit else None
    return DocumentPageOut(items=[document_out(row) for row in rows[:limit]], next_cursor=more)


@router.get("/documents/{document_id}", summary="Một tài liệu / One document")
async def document(document_id: DocumentId, actor: Reader, connection: ReadConnection) -> DocumentOut:
    return document_out(await read.seen_document(connection, actor, document_id))


@router.post(
    "/documents/{document_id}/links",
    status_code=201,
    summary="Lấy liên kết tải về, có hạn / A link that ends",
    response_model=None,
    responses={201: {"model": LinkOut}},
)
async def link(
    document_id: DocumentId, body: MakeLink, actor: Reader, connection: WriteConnection, app: App, once: Once
) -> Response:
    """Its uses are recorded in the name of who asks for it, with the purpose."""
    expires_at = once.now + dt.timedelta(minutes=app.settings.link_minutes)

    def shown(token: str) -> LinkOut:
        url = f"{app.settings.public_base_url}/api/v1/content/{token}"
        return LinkOut(url=url, expires_at=local_time(expires_at))

    return await once(
        connection,
        actor,
        lambda: make_link(
            connection,
            app.signer,
            actor,
            document_id,
            purpose=body.purpose,
            is_original=body.original,
            expires_at=expires_at,
        ),
        show=shown,
        status=201,
    )


@router.get("/documents/{document_id}/reads", summary="Ai đã xem tài liệu / Who read the document")
async def reads(
    document_id: DocumentId,
    actor: Reader,
    connection: ReadConnection,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> ReadPageOut:
    """The newest first."""
    after = decode_id_cursor(cursor, sort="-id")
    rows = await read.reads_of(connection, actor, document_id, after=after, limit=limit + 1)
    more = encode_cursor("-id", [rows[limit - 1].id]) if len(rows) > limit else None
    return ReadPageOut(items=[read_out(row) for row in rows[:limit]], next_cursor=more)


@router.post(
    "/documents/{document_id}/publication",
    summary="Công bố bản này / Publish this version",
    response_model=DocumentOut,
)
async def publication(document_id: DocumentId, actor: Publisher, connection: WriteConnection, once: Once) -> Response:
    """A draft becomes the published version, once."""
    return await once(
        connection,
        actor,
        lambda: read.publish_document(connection, actor, document_id, now=once.now),
        show=document_out,
    )


@router.get(
    "/content/{token}",
    summary="Tải nội dung theo liên kết / The bytes behind a link",
    response_class=Response,
    dependencies=[Depends(public)],
    responses={200: {"content": _CONTENTS}, 206: {"content": _CONTENTS, "description": "Một phần / A part"}},
)
async def content(token: Annotated[str, Path(max_length=2000)], request: Request, app: App) -> Response:
    """No sign-in: the link is the key. Over, altered or foreign links are answered alike."""
    found = await filing.open_linked(app, token)
    return await stream_content(app.storage, found, range_header=request.headers.get("range"))
