"""Routes of units: the public tree, and the acts of those who administer it."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from app.api.deps import App, ReadConnection, Requires, Session, public
from app.api.idempotency import idempotency_key, once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, encode_cursor
from app.api.v1.schemas.units import UnitDetail, UnitPage, UnitRow
from app.bootstrap import Application
from app.core.clock import local_date
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code, SearchText
from app.services.organization.find_units import find_units, unit_by_code
from app.services.organization.inputs import AgencyIdentifierInput, CounterInput, Level, UnitClosing, UnitInput
from app.services.organization.manage_units import add_counter, close_unit, create_unit, set_agency_identifier
from app.services.organization.queries import UNIT_SORTS

router = NounRouter(tags=["units"])

Manager = Annotated[Actor, Depends(Requires(Permission.UNITS_MANAGE))]
Key = Annotated[str | None, Depends(idempotency_key)]


@router.get("/units", dependencies=[Depends(public)], summary="Danh sách đơn vị / Units")
async def units(
    app: App,
    connection: ReadConnection,
    q: Annotated[SearchText | None, Query(description="Tên hoặc mã, không cần dấu / name or code, no accents")] = None,
    level: Level | None = None,
    parent: Code | None = None,
    on: Annotated[dt.date | None, Query(description="Có hiệu lực vào ngày / existing on this day")] = None,
    sort: Literal["code", "name"] = "code",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> UnitPage:
    columns = UNIT_SORTS[sort]
    found = await find_units(
        connection,
        q=q,
        level=level,
        parent=parent,
        on=on or local_date(app.clock.now()),
        sort=sort,
        after=decode_cursor(cursor, sort=sort, kinds=[str] * len(columns)) if cursor else None,
        limit=limit + 1,
    )
    shown = found[:limit]
    more = encode_cursor(sort, [shown[-1][column] for column in columns]) if len(found) > limit else None
    return UnitPage(items=[UnitRow.model_validate(unit) for unit in shown], next_cursor=more)


@router.get("/units/{code}", dependencies=[Depends(public)], summary="Một đơn vị / One unit")
async def unit(code: Code, app: App, connection: ReadConnection) -> UnitDetail:
    return UnitDetail.model_validate(await unit_by_code(connection, code, now=app.clock.now()))


@router.post("/units", status_code=201, response_model=UnitDetail, summary="Lập đơn vị / Create a unit")
async def create(given: UnitInput, actor: Manager, session: Session, app: App, request: Request, key: Key) -> Response:
    async def act() -> Any:
        return await create_unit(session, actor, given, now=app.clock.now())

    return await _acted(request, app, session, actor, key, given.code, act, status=201)


@router.post("/units/{code}/close", response_model=UnitDetail, summary="Chấm dứt đơn vị / Close a unit")
async def close(
    code: Code, given: UnitClosing, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> Any:
        return await close_unit(session, actor, code, given, now=app.clock.now())

    return await _acted(request, app, session, actor, key, code, act)


@router.post("/units/{code}/counters", status_code=201, response_model=UnitDetail, summary="Thêm quầy / Add a counter")
async def counters(
    code: Code, given: CounterInput, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> Any:
        return await add_counter(session, actor, code, given, now=app.clock.now())

    return await _acted(request, app, session, actor, key, code, act, status=201)


@router.post(
    "/units/{code}/agency-identifiers",
    status_code=201,
    response_model=UnitDetail,
    summary="Gán mã định danh / Set the agency identifier",
)
async def agency_identifiers(
    code: Code, given: AgencyIdentifierInput, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> Any:
        return await set_agency_identifier(session, actor, code, given, now=app.clock.now())

    return await _acted(request, app, session, actor, key, code, act, status=201)


async def _acted(
    request: Request,
    app: Application,
    session: Session,
    actor: Actor,
    key: str | None,
    code: str,
    act: Callable[[], Awaitable[Any]],
    *,
    status: int = 200,
) -> Response:
    """Do the act once per key and answer with the unit as it is afterwards."""

    async def answer() -> Response:
        await act()
        found = await unit_by_code(await session.connection(), code, now=app.clock.now())
        headers = {"Location": f"/api/v1/units/{code}"} if status == 201 else {}  # noqa: PLR2004 - HTTP "created"
        body = UnitDetail.model_validate(found).model_dump_json()
        return Response(body, status_code=status, headers=headers, media_type="application/json")

    return await once(session, request, scope=f"account:{actor.account_id}", key=key, now=app.clock.now(), act=answer)
