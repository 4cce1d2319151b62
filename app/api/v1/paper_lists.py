"""Routes of the lists of papers: kinds, and which component or result is which. A line ends, and another begins."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from app.api.deps import ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, SMALL_IDS, decode_id_cursor, encode_cursor
from app.api.v1.schemas.paper_lists import (
    PaperKindOut,
    PaperKindPageOut,
    PaperUseOut,
    PaperUsePageOut,
    kind_document,
    use_document,
)
from app.domain.permissions import Actor, Permission
from app.services.inputs import Day, ProcedureCode
from app.services.procedures.named_filters import refuse_unknown_filters
from app.services.vault import queries
from app.services.vault.inputs import AddPaperKind, AddPaperUse, EndPaperLine
from app.services.vault.lists import add_kind, add_use, end_line

router = NounRouter(tags=["vault"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Administrator = Annotated[Actor, Depends(Requires(Permission.PROCEDURES_MANAGE))]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
LineId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SORT = "id"


@router.get("/paper-kinds", summary="Danh mục loại giấy tờ / Kinds of papers")
async def kinds(
    _actor: Reader,
    connection: ReadConnection,
    on: Annotated[Day | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PaperKindPageOut:
    """Those that count on a day; without one every line there ever was."""
    rows = await queries.kinds_page(
        connection, on=on, after=decode_id_cursor(cursor, sort=_SORT, last=SMALL_IDS), limit=limit + 1
    )
    more = encode_cursor(_SORT, [rows[limit - 1].id]) if len(rows) > limit else None
    return PaperKindPageOut(items=[kind_document(row) for row in rows[:limit]], next_cursor=more)


@router.post(
    "/paper-kinds", status_code=201, summary="Thêm loại giấy tờ / Add a kind of paper", response_model=PaperKindOut
)
async def post_kind(body: AddPaperKind, actor: Administrator, connection: WriteConnection, once: Once) -> Response:
    return await once(
        connection, actor, lambda: add_kind(connection, actor, body, now=once.now), show=kind_document, status=201
    )


@router.post(
    "/paper-kinds/{line_id}/end",
    summary="Chấm dứt hiệu lực một dòng loại giấy tờ / End a line of the kinds",
    response_model=PaperKindOut,
)
async def post_end_kind(
    line_id: LineId, body: EndPaperLine, actor: Administrator, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: end_line(connection, actor, "paper_kind", line_id, body, now=once.now),
        show=kind_document,
    )


@router.get("/paper-uses", summary="Thành phần, kết quả nào là loại giấy tờ nào / Which component is which paper")
async def uses(
    _actor: Reader,
    connection: ReadConnection,
    procedure: Annotated[ProcedureCode | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PaperUsePageOut:
    """Those that count on a day, of one procedure or of all."""
    rows = await queries.uses_page(
        connection,
        procedure_code=procedure,
        on=on,
        after=decode_id_cursor(cursor, sort=_SORT, last=SMALL_IDS),
        limit=limit + 1,
    )
    if not rows:
        await refuse_unknown_filters(connection, procedure=procedure)
    more = encode_cursor(_SORT, [rows[limit - 1].id]) if len(rows) > limit else None
    return PaperUsePageOut(items=[use_document(row) for row in rows[:limit]], next_cursor=more)


@router.post(
    "/paper-uses",
    status_code=201,
    summary="Ghi một thành phần, kết quả là loại giấy tờ nào / Say which paper a component is",
    response_model=PaperUseOut,
)
async def post_use(body: AddPaperUse, actor: Administrator, connection: WriteConnection, once: Once) -> Response:
    return await once(
        connection, actor, lambda: add_use(connection, actor, body, now=once.now), show=use_document, status=201
    )


@router.post(
    "/paper-uses/{line_id}/end",
    summary="Chấm dứt hiệu lực một dòng / End a line of the uses",
    response_model=PaperUseOut,
)
async def post_end_use(
    line_id: LineId, body: EndPaperLine, actor: Administrator, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: end_line(connection, actor, "paper_use", line_id, body, now=once.now),
        show=use_document,
    )
