"""Routes of procedures: the public catalogue, and its administration."""

import hashlib
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Query, Request, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, Session, WriteConnection, public
from app.api.idempotency import Once
from app.api.messages import text_of
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, encode_cursor
from app.api.v1.schemas.procedures import ImportReportOut, ProcedureDetail, ProcedurePage, VersionList
from app.core.clock import local_date
from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import is_procedure_code
from app.domain.permissions import Actor, Permission
from app.domain.procedures import Channel, ServiceLevel
from app.services.audit.queries import write_audit_entry
from app.services.inputs import SearchText
from app.services.procedures import browse, drafts
from app.services.procedures.csv_rows import rows_from_csv
from app.services.procedures.import_procedures import import_procedures
from app.services.procedures.import_report import ImportReport, RowOutcome
from app.services.procedures.inputs import ProcedureInput, ReplacementInput, VersionInput
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["procedures"])

Manager = Annotated[Actor, Depends(Requires(Permission.PROCEDURES_MANAGE))]
ProcedureCode = Annotated[str, Path(max_length=64)]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000)]

_CSV = {"text/csv": {"schema": {"type": "string"}}}
_UTF8 = "utf-8"
_WIDEST = 10_000


@router.get(
    "/procedures",
    summary="Tìm thủ tục / Search procedures",
    response_model=ProcedurePage,
    dependencies=[Depends(public)],
)
async def list_procedures(
    connection: ReadConnection,
    app: App,
    q: Annotated[SearchText | None, Query()] = None,
    field: Annotated[SearchText | None, Query()] = None,
    level: Annotated[ServiceLevel | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    search = browse.Search(text=q, field=field, level=level, channel=channel)
    after = None if cursor is None else _after(cursor, search)
    today = local_date(app.clock.now())
    found = await browse.search_procedures(connection, search, today=today, after=after, limit=limit)
    if not found.documents:
        await refuse_unknown_filters(connection, field=field)
    following = None if found.next_after is None else encode_cursor(search.sort, found.next_after)
    items = [orjson.Fragment(document) for document in found.documents]
    return json_answer({"items": items, "next_cursor": following})


@router.get(
    "/procedures/{code}",
    summary="Một thủ tục đang có hiệu lực / One procedure as in force",
    response_model=ProcedureDetail,
    dependencies=[Depends(public)],
)
async def show_procedure(
    connection: ReadConnection, app: App, code: ProcedureCode, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    document = await browse.procedure_document(connection, code, today=local_date(app.clock.now()))
    return _tagged(document, if_none_match)


@router.get(
    "/procedures/{code}/versions",
    summary="Các phiên bản đã công bố / Published versions",
    response_model=VersionList,
    dependencies=[Depends(public)],
)
async def list_versions(connection: ReadConnection, app: App, code: ProcedureCode) -> Response:
    document = await browse.versions_document(connection, code, today=local_date(app.clock.now()))
    return json_answer({"items": orjson.Fragment(document)})


@router.get(
    "/procedures/{code}/versions/{number}",
    summary="Một phiên bản đã công bố / One published version",
    response_model=ProcedureDetail,
    dependencies=[Depends(public)],
)
async def show_version(
    connection: ReadConnection,
    app: App,
    code: ProcedureCode,
    number: VersionNumber,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    today = local_date(app.clock.now())
    return _tagged(await browse.procedure_document(connection, code, today=today, number=number), if_none_match)


@router.get(
    "/procedures/{code}/draft",
    summary="Bản thảo đang soạn / The open draft",
    response_model=ProcedureDetail,
)
async def show_draft(connection: ReadConnection, app: App, actor: Manager, code: ProcedureCode) -> Response:  # noqa: ARG001 - the guard
    document = await drafts.draft_document(connection, code, today=local_date(app.clock.now()))
    return json_answer(orjson.Fragment(document))


@router.post(
    "/procedures/import",
    summary="Nhập danh mục từ CSV / Import from CSV",
    response_model=ImportReportOut,
    openapi_extra={"requestBody": {"required": True, "content": _CSV}},
)
async def import_catalogue(
    request: Request, session: Session, actor: Manager, once: Once, *, dry_run: Annotated[bool, Query()] = False
) -> Response:
    rows = rows_from_csv(_csv_text(request, await request.body()))

    async def act() -> ImportReport:
        report = await import_procedures(session, rows, now=once.now, dry_run=dry_run)
        if not dry_run:
            await write_audit_entry(
                await session.connection(),
                at=once.now,
                account_id=actor.account_id,
                action="procedure.import",
                subject="catalogue",
                data={outcome.value: report.count(outcome) for outcome in RowOutcome},
            )
        return report

    return await once(session, actor, act, show=_report)


@router.post(
    "/procedures",
    summary="Thêm thủ tục với bản thảo đầu tiên / Enter a procedure with its first draft",
    response_model=ProcedureDetail,
    status_code=201,
)
async def create_procedure(connection: WriteConnection, actor: Manager, once: Once, given: ProcedureInput) -> Response:
    return await once(
        connection,
        actor,
        lambda: drafts.create_procedure(connection, given, actor=actor, now=once.now),
        show=orjson.Fragment,
        status=201,
    )


@router.post(
    "/procedures/{code}/versions",
    summary="Soạn phiên bản mới / Begin a new version",
    response_model=ProcedureDetail,
    status_code=201,
)
async def create_draft(
    connection: WriteConnection, actor: Manager, once: Once, code: ProcedureCode, content: VersionInput
) -> Response:
    return await once(
        connection,
        actor,
        lambda: drafts.create_draft(connection, code, content, actor=actor, now=once.now),
        show=orjson.Fragment,
        status=201,
    )


@router.put(
    "/procedures/{code}/versions/{number}",
    summary="Sửa bản thảo / Change a draft",
    response_model=ProcedureDetail,
)
async def change_draft(
    connection: WriteConnection,
    app: App,
    actor: Manager,
    code: ProcedureCode,
    number: VersionNumber,
    content: VersionInput,
) -> Response:
    changed = await drafts.change_draft(connection, code, number, content, actor=actor, now=app.clock.now())
    return json_answer(orjson.Fragment(changed))


@router.post(
    "/procedures/{code}/versions/{number}/publish",
    summary="Công bố phiên bản / Publish a version",
    response_model=ProcedureDetail,
)
async def publish_version(
    connection: WriteConnection, actor: Manager, once: Once, code: ProcedureCode, number: VersionNumber
) -> Response:
    return await once(
        connection,
        actor,
        lambda: drafts.publish(connection, code, number, actor=actor, now=once.now),
        show=orjson.Fragment,
    )


@router.post(
    "/procedures/{code}/replaced-by",
    summary="Ghi thủ tục thay thế / Name the procedure that stands in",
    response_model=ProcedureDetail,
)
async def replace_procedure(
    connection: WriteConnection, actor: Manager, once: Once, code: ProcedureCode, given: ReplacementInput
) -> Response:
    return await once(
        connection,
        actor,
        lambda: drafts.replace_procedure(connection, code, given, actor=actor, now=once.now),
        show=orjson.Fragment,
    )


def _after(cursor: str, search: browse.Search) -> list[object]:
    rank, size, code = after = decode_cursor(cursor, sort=search.sort, kinds=(int, int, str))
    if not (abs(rank) <= _WIDEST and 0 <= size <= _WIDEST and is_procedure_code(code)):
        raise InvalidInput(Refusal("cursor_invalid", "cursor"))
    return after


def _tagged(document: str, if_none_match: str | None) -> Response:
    digest = hashlib.blake2b(document.encode(), digest_size=12).hexdigest()
    tag = f'"{digest}"'
    known = {offered.strip().removeprefix("W/") for offered in (if_none_match or "").split(",")}
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(document, media_type="application/json", headers=headers)


def _csv_text(request: Request, body: bytes) -> str:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "text/csv":
        raise InvalidInput(Refusal("import_not_csv", "Content-Type"))
    try:
        text = body.decode(_UTF8)
    except UnicodeDecodeError as error:
        raise InvalidInput(Refusal("import_not_utf8")) from error
    if "\x00" in text:
        raise InvalidInput(Refusal("nul_character"))
    return text


def _report(report: ImportReport) -> dict[str, Any]:
    return {
        "dry_run": report.dry_run,
        **{outcome.value: report.count(outcome) for outcome in RowOutcome},
        "rows": [
            {
                "row": row.row,
                "code": row.code,
                "outcome": row.outcome.value,
                "version": row.version,
                "faults": [_fault(fault) for fault in row.faults],
            }
            for row in report.rows
        ],
    }


def _fault(fault: Refusal) -> dict[str, object]:
    vi, en = text_of(fault.code, dict(fault.params))
    return {"code": fault.code, "field": fault.field, "vi": vi, "en": en}
