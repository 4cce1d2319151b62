"""Routes of apologies (Mẫu 04): drafted before a breach, edited, sent by the head of the agency."""

from typing import Annotated

from fastapi import Depends, Query, Response

from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.apologies import ApologyOut, ApologyPageOut, apology_document, apology_list_item
from app.domain.permissions import Actor, Permission
from app.services.alerts.apologies.inputs import ApologyStatus, SendApology, WriteApology
from app.services.alerts.apologies.letters import list_letters, read_letter, send_letter, write_letter
from app.services.inputs import Code
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["apologies"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Writer = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_PROCESS))]
Sender = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_EXTEND))]
_SORT = "due_at"


@router.get("/apologies", summary="Văn bản xin lỗi chờ ký, đã gửi / Apologies to be signed, or sent")
async def apologies(
    actor: Reader,
    connection: ReadConnection,
    unit: Annotated[Code | None, Query()] = None,
    status: Annotated[ApologyStatus, Query()] = "draft",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> ApologyPageOut:
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    rows = await list_letters(connection, actor, unit=unit, status=status, after=after, limit=limit + 1)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    page = rows[:limit]
    more = encode_cursor(_SORT, [page[-1].due_at.isoformat(), page[-1].id]) if len(rows) > limit else None
    return ApologyPageOut(items=[apology_list_item(row) for row in page], next_cursor=more)


@router.get("/dossiers/{code}/apology", summary="Nội dung văn bản xin lỗi (Mẫu 04) / The apology's content")
async def apology(code: Code, actor: Reader, connection: ReadConnection) -> ApologyOut:
    return apology_document(await read_letter(connection, actor, code))


@router.put("/dossiers/{code}/apology", summary="Soạn văn bản xin lỗi / Write the apology's content")
async def put_apology(
    code: Code, body: WriteApology, actor: Writer, connection: WriteConnection, app: App
) -> ApologyOut:
    """Replaces what the draft said; begins a draft where there is none."""
    return apology_document(await write_letter(connection, actor, code, body, now=app.clock.now()))


@router.post(
    "/dossiers/{code}/apology/send",
    summary="Lãnh đạo ký gửi xin lỗi và gia hạn / The head sends the apology, which extends the dossier",
    response_model=ApologyOut,
)
async def send_apology(
    code: Code, body: SendApology, actor: Sender, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection, actor, lambda: send_letter(connection, actor, code, body, now=once.now), show=apology_document
    )
