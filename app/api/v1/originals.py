"""Routes of originals: taking in, handing on in batches, confirming, and where each is now."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Response

from app.api.deps import ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_id_cursor, encode_cursor
from app.api.v1.schemas.custody import (
    HandOverOut,
    OriginalPageOut,
    OriginalsOut,
    OriginalWayOut,
    hand_over_document,
    original_document,
    originals_document,
    way_document,
)
from app.domain.custody import Holding
from app.domain.permissions import Actor, Permission
from app.services.custody import find, hand_on, take_in
from app.services.custody.inputs import Confirm, HandOn, TakeBack, TakeIn
from app.services.custody.label import label_of
from app.services.inputs import Code
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["originals"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Keeper = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_ADD))]
HandOver = tuple[Any, Sequence[Any]]


@router.post(
    "/dossiers/{code}/originals",
    summary="Nhận giữ bản chính, cấp mã vạch / Take originals in, each under its barcode",
    status_code=201,
    response_model=OriginalsOut,
)
async def post_originals(code: Code, body: TakeIn, actor: Keeper, connection: WriteConnection, once: Once) -> Response:
    """The answer lists all originals of the dossier."""
    return await once(
        connection,
        actor,
        lambda: take_in.take_in(connection, actor, code, body, now=once.now),
        show=originals_document,
        status=201,
    )


@router.get(
    "/dossiers/{code}/originals", summary="Bản chính của hồ sơ, đang ở đâu / The dossier's originals, and where"
)
async def of_dossier(code: Code, actor: Reader, connection: ReadConnection) -> OriginalsOut:
    return originals_document(await find.of_dossier(connection, actor, code))


@router.get("/originals", summary="Bản chính đơn vị đang giữ, chờ nhận, đã gửi đi / What units hold, await, have sent")
async def originals(
    actor: Reader,
    connection: ReadConnection,
    where: Annotated[Holding, Query()] = Holding.HELD,
    unit: Annotated[Code | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> OriginalPageOut:
    """In the order they were taken in. `awaited`: to be confirmed there; `sent`: given away, not yet confirmed."""
    after = decode_id_cursor(cursor, sort=where)
    rows = await find.originals_of(connection, actor, where, unit=unit, after=after, limit=limit + 1)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    more = encode_cursor(where, [rows[limit - 1].id]) if len(rows) > limit else None
    return OriginalPageOut(items=[original_document(row) for row in rows[:limit]], next_cursor=more)


@router.post(
    "/originals/hand-overs",
    summary="Giao một loạt bản chính / Hand a batch of originals on",
    status_code=201,
    response_model=HandOverOut,
)
async def post_hand_over(body: HandOn, actor: Keeper, connection: WriteConnection, once: Once) -> Response:
    """As scanned. They are on their way until confirmed; if one paper does not fit, none goes."""

    async def act() -> HandOver:
        code = await hand_on.hand_on(connection, actor, body, now=once.now)
        return await find.hand_over(connection, actor, code)

    return await once(connection, actor, act, show=lambda found: hand_over_document(*found), status=201)


@router.get("/originals/hand-overs/{code}", summary="Một lần giao nhận / One hand-over")
async def get_hand_over(code: Code, actor: Reader, connection: ReadConnection) -> HandOverOut:
    return hand_over_document(*await find.hand_over(connection, actor, code))


@router.post(
    "/originals/hand-overs/{code}/confirm",
    summary="Xác nhận đã nhận / Confirm what arrived",
    response_model=HandOverOut,
)
async def post_confirm(code: Code, body: Confirm, actor: Keeper, connection: WriteConnection, once: Once) -> Response:
    """What was scanned on arrival; the rest stays on its way. A delivery by post to the citizen needs its notice."""

    async def act() -> HandOver:
        done = await hand_on.confirm(connection, actor, code, body, now=once.now)
        return await find.hand_over(connection, actor, done)

    return await once(connection, actor, act, show=lambda found: hand_over_document(*found))


@router.post(
    "/originals/hand-overs/{code}/take-back",
    summary="Lấy lại bản chính chưa ai nhận / Take back what nobody received",
    response_model=HandOverOut,
)
async def post_take_back(
    code: Code, body: TakeBack, actor: Keeper, connection: WriteConnection, once: Once
) -> Response:
    """They lie again where they lay before."""

    async def act() -> HandOver:
        done = await hand_on.take_back(connection, actor, code, body, now=once.now)
        return await find.hand_over(connection, actor, done)

    return await once(connection, actor, act, show=lambda found: hand_over_document(*found))


@router.get("/originals/{barcode}", summary="Bản chính này đang ở đâu / Where is this original now")
async def where_is(barcode: Code, actor: Reader, connection: ReadConnection) -> OriginalWayOut:
    """And every hand that held it since it was taken in."""
    return way_document(await find.where_is(connection, actor, barcode))


@router.get(
    "/originals/{barcode}/label",
    summary="Nhãn mã vạch / The label to stick on it",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def label(barcode: Code, actor: Reader, connection: ReadConnection) -> Response:
    """PDF, 70 × 37 mm, Code 128; nothing on it says whose paper it is."""
    found = await label_of(connection, actor, barcode)
    printed = await asyncio.to_thread(found.print)
    headers = {"Content-Disposition": f'inline; filename="{found.barcode}.pdf"'}
    return Response(printed, media_type="application/pdf", headers=headers)
