"""Routes of money at the counter: charges of a dossier, receipts, the cashier's day."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.fees import (
    ClosedDayOut,
    ClosedDayPageOut,
    DossierFeesOut,
    FeeReceiptOut,
    TillOut,
    closed_day_document,
    fees_document,
    page,
    receipt_document,
    till_document,
)
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code, Day
from app.services.payments.charge import charge_fees, fees_of
from app.services.payments.close_day import close_day, closed_days, open_till, till_of
from app.services.payments.inputs import ChargeFees, CloseDay, CollectFee, OpenTill, RefundReceipt, VoidReceipt
from app.services.payments.paper import print_receipt
from app.services.payments.receipts import collect_fee, read_receipt, refund_receipt, void_receipt
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["fees"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Cashier = Annotated[Actor, Depends(Requires(Permission.PAYMENTS_CONFIRM))]
Refunder = Annotated[Actor, Depends(Requires(Permission.PAYMENTS_REFUND))]
_SORT = "-closed_at"
PDF = "application/pdf"


@router.get(
    "/dossiers/{code}/fees",
    summary="Phí, lệ phí của hồ sơ: các lần tính, biên lai, hoàn trả / Charges and receipts of a dossier",
    response_model=None,
    responses={200: {"model": DossierFeesOut}},
)
async def fees(code: Code, connection: ReadConnection, actor: Reader) -> Response:
    return json_answer(fees_document(await fees_of(connection, actor, code)))


@router.post(
    "/dossiers/{code}/fees",
    status_code=201,
    summary="Tính phí, lệ phí của hồ sơ theo biểu phí / Charge a dossier by the tariff",
    response_model=None,
    responses={201: {"model": DossierFeesOut}},
)
async def charge(code: Code, body: ChargeFees, connection: WriteConnection, actor: Cashier, once: Once) -> Response:
    async def act() -> Any:
        await charge_fees(connection, actor, code, body, now=once.now)
        return await fees_of(connection, actor, code)

    return await once(connection, actor, act, show=fees_document, status=201)


@router.post(
    "/dossiers/{code}/fees/collect",
    status_code=201,
    summary="Thu phí, lệ phí và cấp biên lai có số / Take the money and issue a numbered receipt",
    response_model=None,
    responses={201: {"model": FeeReceiptOut}},
)
async def collect(code: Code, body: CollectFee, connection: WriteConnection, actor: Cashier, once: Once) -> Response:
    async def act() -> Any:
        number = await collect_fee(connection, actor, code, body, now=once.now)
        return await read_receipt(connection, actor, number)

    return await once(connection, actor, act, show=receipt_document, status=201)


@router.get(
    "/fee-receipts/{number}",
    summary="Một biên lai thu phí, lệ phí / One fee receipt",
    response_model=None,
    responses={200: {"model": FeeReceiptOut}},
)
async def receipt(number: Code, connection: ReadConnection, actor: Reader) -> Response:
    return json_answer(receipt_document(await read_receipt(connection, actor, number)))


@router.put(
    "/fee-receipts/{number}/paper",
    summary="Bản in biên lai: in một lần, lần sau đúng từng byte / The printed receipt, bit for bit",
    response_class=Response,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def receipt_paper(number: Code, app: App, connection: WriteConnection, actor: Reader) -> Response:
    content = await print_receipt(
        connection, app.storage, actor, number, public_base_url=app.settings.public_base_url, now=app.clock.now()
    )
    return Response(content, media_type=PDF, headers={"Cache-Control": "private, no-store"})


@router.post(
    "/fee-receipts/{number}/void",
    summary="Hủy biên lai trong ngày, trước khi chốt ca / Void a receipt on its day, before the close",
    response_model=None,
    responses={200: {"model": FeeReceiptOut}},
)
async def void(number: Code, body: VoidReceipt, connection: WriteConnection, actor: Cashier, once: Once) -> Response:
    async def act() -> Any:
        await void_receipt(connection, actor, number, body, now=once.now)
        return await read_receipt(connection, actor, number)

    return await once(connection, actor, act, show=receipt_document)


@router.post(
    "/fee-receipts/{number}/refund",
    status_code=201,
    summary="Hoàn phí, lệ phí đã thu / Give money back",
    response_model=None,
    responses={201: {"model": FeeReceiptOut}},
)
async def refund(
    number: Code, body: RefundReceipt, connection: WriteConnection, actor: Refunder, once: Once
) -> Response:
    async def act() -> Any:
        await refund_receipt(connection, actor, number, body, now=once.now)
        return await read_receipt(connection, actor, number)

    return await once(connection, actor, act, show=receipt_document, status=201)


@router.get(
    "/cash-closes/till",
    summary="Tiền mặt phải có trong quầy của tôi / The cash that must be in my till",
    response_model=None,
    responses={200: {"model": TillOut}},
)
async def till(
    app: App,
    connection: ReadConnection,
    actor: Cashier,
    unit: Annotated[Code, Query()],
    day: Annotated[Day | None, Query()] = None,
) -> Response:
    return json_answer(till_document(await till_of(connection, actor, unit=unit, day=day, now=app.clock.now())))


@router.put(
    "/cash-closes/till",
    summary="Khai tiền mặt đầu ngày trong quầy của tôi / State the cash my till starts the day with",
    response_model=None,
    responses={200: {"model": TillOut}},
)
async def opening(body: OpenTill, app: App, connection: WriteConnection, actor: Cashier) -> Response:
    """Said again until the day is closed, it is put right; each change is recorded."""
    return json_answer(till_document(await open_till(connection, actor, body, now=app.clock.now())))


@router.post(
    "/cash-closes",
    status_code=201,
    summary="Chốt quỹ tiền mặt trong ngày / Close the cashier's day",
    response_model=None,
    responses={201: {"model": ClosedDayOut}},
)
async def close(body: CloseDay, connection: WriteConnection, actor: Cashier, once: Once) -> Response:
    return await once(
        connection,
        actor,
        lambda: close_day(connection, actor, body, now=once.now),
        show=closed_day_document,
        status=201,
    )


@router.get(
    "/cash-closes",
    summary="Các ngày đã chốt quỹ / Closed days",
    response_model=None,
    responses={200: {"model": ClosedDayPageOut}},
)
async def closes(
    connection: ReadConnection,
    actor: Reader,
    unit: Annotated[Code | None, Query()] = None,
    day: Annotated[Day | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Response:
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    rows = await closed_days(connection, actor, unit=unit, day=day, after=after, limit=limit + 1)
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    last = rows[limit - 1] if len(rows) > limit else None
    more = None if last is None else encode_cursor(_SORT, [last.closed_at.isoformat(), last.id])
    return Response(page([closed_day_document(row) for row in rows[:limit]], more), media_type="application/json")
