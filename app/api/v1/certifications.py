"""Routes of the fast lane for certification and of its register."""

from typing import Annotated

from fastapi import Depends, Query, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.certifications import (
    CertificationOut,
    FastLaneListOut,
    RegisterPageOut,
    certification_document,
    fast_lane_list,
    register_line,
)
from app.api.v1.schemas.fees import page
from app.domain.permissions import Actor, Permission
from app.services.certification import queries
from app.services.certification.certify import Certified, certify
from app.services.certification.inputs import AllowFastLane, CertifyPapers
from app.services.certification.paper import print_certification
from app.services.certification.register import allow_fast_lane, register_of
from app.services.inputs import Code, Day
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["certifications"])

Receiver = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_RECEIVE))]
Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Keeper = Annotated[Actor, Depends(Requires(Permission.PROCEDURES_MANAGE))]
_SORT = "-certified_at"
PDF = "application/pdf"


@router.post(
    "/certifications",
    status_code=201,
    summary="Chứng thực nhanh: tiếp nhận, thu phí, vào sổ, ký và trả trong một lần / Certify in one request",
    response_model=None,
    responses={201: {"model": CertificationOut}},
)
async def create(body: CertifyPapers, connection: WriteConnection, actor: Receiver, once: Once) -> Response:
    return await once(connection, actor, lambda: certify(connection, actor, body, now=once.now), show=_certified)


@router.get(
    "/certifications",
    summary="Sổ chứng thực / The register of certifications",
    response_model=None,
    responses={200: {"model": RegisterPageOut}},
)
async def register(
    connection: ReadConnection,
    actor: Reader,
    unit: Annotated[Code | None, Query()] = None,
    book: Annotated[Code | None, Query()] = None,
    from_day: Annotated[Day | None, Query(alias="from")] = None,
    to_day: Annotated[Day | None, Query(alias="to")] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Response:
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    rows = await register_of(
        connection, actor, unit=unit, book=book, from_day=from_day, to_day=to_day, after=after, limit=limit + 1
    )
    if not rows:
        await refuse_unknown_filters(connection, unit=unit, book=book)
    last = rows[limit - 1] if len(rows) > limit else None
    more = None if last is None else encode_cursor(_SORT, [last.certified_at.isoformat(), last.id])
    return Response(page([register_line(row) for row in rows[:limit]], more), media_type="application/json")


@router.put(
    "/certifications/{code}/paper",
    summary="Phiếu chứng thực: khoản thu, số chứng thực, mã đánh giá / The slip of a certification, bit for bit",
    response_class=Response,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def paper(code: Code, app: App, connection: WriteConnection, actor: Reader) -> Response:
    content = await print_certification(
        connection, app.storage, actor, code, public_base_url=app.settings.public_base_url, now=app.clock.now()
    )
    return Response(content, media_type=PDF, headers={"Cache-Control": "private, no-store"})


@router.get(
    "/certification-procedures",
    summary="Thủ tục được chứng thực nhanh và sổ của từng thủ tục / Procedures of the fast lane",
    dependencies=[Depends(public)],
    response_model=None,
    responses={200: {"model": FastLaneListOut}},
)
async def fast_lane(connection: ReadConnection) -> Response:
    return Response(fast_lane_list(await queries.fast_lane(connection)), media_type="application/json")


@router.put(
    "/certification-procedures/{code}",
    summary="Cho hoặc thôi cho một thủ tục chứng thực nhanh / Let a procedure into the fast lane, or take it out",
    response_model=None,
    responses={200: {"model": FastLaneListOut}},
)
async def put_fast_lane(
    code: Code, body: AllowFastLane, app: App, connection: WriteConnection, actor: Keeper
) -> Response:
    rows = await allow_fast_lane(connection, actor, code, body, now=app.clock.now())
    return Response(fast_lane_list(rows), media_type="application/json")


def _certified(found: Certified) -> Response:
    headers = {"Location": f"/api/v1/dossiers/{found.dossier.code}", "ETag": f'"{found.dossier.version}"'}
    return json_answer(certification_document(found), status=201, headers=headers)
