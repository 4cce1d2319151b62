"""Routes of tariffs, grounds to pay less, and the public calculator of fees."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, SMALL_IDS, decode_id_cursor, encode_cursor
from app.api.v1.schemas.fees import (
    CalculationOut,
    FeeReductionOut,
    FeeReductionPageOut,
    TariffOut,
    TariffPageOut,
    calculation_document,
    page,
    reduction_document,
    tariff_document,
)
from app.domain.permissions import Actor, Permission
from app.domain.procedures import Channel
from app.services.inputs import Code, Day, ProcedureCode
from app.services.payments import queries
from app.services.payments.charge import calculate_fees
from app.services.payments.inputs import CalculateFees, EndTariff, SetReduction, SetTariff
from app.services.payments.tariffs import end_reduction, end_tariff, set_reduction, set_tariff
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["fees"])

Administrator = Annotated[Actor, Depends(Requires(Permission.TARIFFS_MANAGE))]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SORT = "id"


@router.post(
    "/fees/calculate",
    summary="Tính thử phí, lệ phí / What a dossier would pay",
    dependencies=[Depends(public)],
    response_model=None,
    responses={200: {"model": CalculationOut}},
)
async def calculate(body: CalculateFees, app: App, connection: ReadConnection) -> Response:
    found = await calculate_fees(connection, body, now=app.clock.now())
    return json_answer(calculation_document(found))


@router.get(
    "/tariffs",
    summary="Biểu phí theo thủ tục, kênh, đơn vị, ngày / Tariffs",
    dependencies=[Depends(public)],
    response_model=None,
    responses={200: {"model": TariffPageOut}},
)
async def tariffs(
    connection: ReadConnection,
    procedure: Annotated[ProcedureCode | None, Query()] = None,
    unit: Annotated[Code | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    rows = await queries.tariffs_page(
        connection,
        procedure_code=procedure,
        unit=unit,
        channel=channel,
        on=on,
        after=decode_id_cursor(cursor, sort=_SORT, last=SMALL_IDS),
        limit=limit + 1,
    )
    if not rows:
        await refuse_unknown_filters(connection, procedure=procedure, unit=unit)
    more = encode_cursor(_SORT, [rows[limit - 1].id]) if len(rows) > limit else None
    return Response(page([tariff_document(row) for row in rows[:limit]], more), media_type="application/json")


@router.post(
    "/tariffs",
    status_code=201,
    summary="Ban hành mức thu trong biểu phí / Set a tariff",
    response_model=None,
    responses={201: {"model": TariffOut}},
)
async def create_tariff(body: SetTariff, connection: WriteConnection, actor: Administrator, once: Once) -> Response:
    return await once(
        connection, actor, lambda: set_tariff(connection, actor, body, now=once.now), show=tariff_document, status=201
    )


@router.post(
    "/tariffs/{tariff_id}/end",
    summary="Chấm dứt hiệu lực mức thu / End a tariff",
    response_model=None,
    responses={200: {"model": TariffOut}},
)
async def finish_tariff(
    tariff_id: Id, body: EndTariff, connection: WriteConnection, actor: Administrator, once: Once
) -> Response:
    return await once(
        connection, actor, lambda: end_tariff(connection, actor, tariff_id, body, now=once.now), show=tariff_document
    )


@router.get(
    "/fee-reductions",
    summary="Căn cứ miễn, giảm phí / Grounds to pay less",
    dependencies=[Depends(public)],
    response_model=None,
    responses={200: {"model": FeeReductionPageOut}},
)
async def reductions(
    connection: ReadConnection,
    unit: Annotated[Code | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response:
    rows = await queries.reductions_page(
        connection, unit=unit, on=on, after=decode_id_cursor(cursor, sort=_SORT, last=SMALL_IDS), limit=limit + 1
    )
    if not rows:
        await refuse_unknown_filters(connection, unit=unit)
    more = encode_cursor(_SORT, [rows[limit - 1].id]) if len(rows) > limit else None
    return Response(page([reduction_document(row) for row in rows[:limit]], more), media_type="application/json")


@router.post(
    "/fee-reductions",
    status_code=201,
    summary="Thêm căn cứ miễn, giảm phí / Set a ground to pay less",
    response_model=None,
    responses={201: {"model": FeeReductionOut}},
)
async def create_reduction(
    body: SetReduction, connection: WriteConnection, actor: Administrator, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: set_reduction(connection, actor, body, now=once.now),
        show=reduction_document,
        status=201,
    )


@router.post(
    "/fee-reductions/{reduction_id}/end",
    summary="Chấm dứt căn cứ miễn, giảm / End a ground to pay less",
    response_model=None,
    responses={200: {"model": FeeReductionOut}},
)
async def finish_reduction(
    reduction_id: Id, body: EndTariff, connection: WriteConnection, actor: Administrator, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: end_reduction(connection, actor, reduction_id, body, now=once.now),
        show=reduction_document,
    )
