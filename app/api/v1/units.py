"""Routes of units: the public tree, and the acts of those who administer it."""

import datetime as dt
from collections.abc import Awaitable
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, Session, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, encode_cursor
from app.api.v1.schemas.dossiers import notice
from app.api.v1.schemas.units import UnitAfterClosing, UnitDetail, UnitPage, UnitRow
from app.core.clock import local_date
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code, Day, SearchText
from app.services.organization.find_units import find_units, unit_by_code
from app.services.organization.inputs import AgencyIdentifierInput, CounterInput, Level, UnitClosing, UnitInput
from app.services.organization.manage_units import add_counter, close_unit, create_unit, set_agency_identifier
from app.services.organization.queries import UNIT_SORTS
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["units"])

Manager = Annotated[Actor, Depends(Requires(Permission.UNITS_MANAGE))]


@router.get("/units", dependencies=[Depends(public)], summary="Danh sách đơn vị / Units")
async def units(
    app: App,
    connection: ReadConnection,
    q: Annotated[SearchText | None, Query(description="Tên hoặc mã, không cần dấu / name or code, no accents")] = None,
    level: Level | None = None,
    parent: Code | None = None,
    on: Annotated[Day | None, Query(description="Có hiệu lực vào ngày / existing on this day")] = None,
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
    if not found:
        await refuse_unknown_filters(connection, parent=parent)
    shown = found[:limit]
    more = encode_cursor(sort, [shown[-1][column] for column in columns]) if len(found) > limit else None
    return UnitPage(items=[UnitRow.model_validate(unit) for unit in shown], next_cursor=more)


@router.get("/units/{code}", dependencies=[Depends(public)], summary="Một đơn vị / One unit")
async def unit(code: Code, app: App, connection: ReadConnection) -> UnitDetail:
    return UnitDetail.model_validate(await unit_by_code(connection, code, now=app.clock.now()))


@router.post("/units", status_code=201, response_model=UnitDetail, summary="Lập đơn vị / Create a unit")
async def create(given: UnitInput, actor: Manager, session: Session, once: Once) -> Response:
    return await once(
        session,
        actor,
        lambda: _after(create_unit(session, actor, given, now=once.now), session, given.code, now=once.now),
        show=_created,
    )


@router.post("/units/{code}/close", response_model=UnitAfterClosing, summary="Chấm dứt đơn vị / Close a unit")
async def close(code: Code, given: UnitClosing, actor: Manager, session: Session, once: Once) -> Response:
    return await once(
        session,
        actor,
        lambda: _closed(session, actor, code, given, now=once.now),
        show=UnitAfterClosing.model_validate,
    )


@router.post("/units/{code}/counters", status_code=201, response_model=UnitDetail, summary="Thêm quầy / Add a counter")
async def counters(code: Code, given: CounterInput, actor: Manager, session: Session, once: Once) -> Response:
    return await once(
        session,
        actor,
        lambda: _after(add_counter(session, actor, code, given, now=once.now), session, code, now=once.now),
        show=_created,
    )


@router.post(
    "/units/{code}/agency-identifiers",
    status_code=201,
    response_model=UnitDetail,
    summary="Gán mã định danh / Set the agency identifier",
)
async def agency_identifiers(
    code: Code, given: AgencyIdentifierInput, actor: Manager, session: Session, once: Once
) -> Response:
    return await once(
        session,
        actor,
        lambda: _after(set_agency_identifier(session, actor, code, given, now=once.now), session, code, now=once.now),
        show=_created,
    )


async def _closed(session: Session, actor: Actor, code: str, given: UnitClosing, *, now: dt.datetime) -> dict[str, Any]:
    warnings = await close_unit(session, actor, code, given, now=now)
    found = await unit_by_code(await session.connection(), code, now=now)
    return {**found, "warnings": [notice(warning) for warning in warnings]}


async def _after(act: Awaitable[object], session: Session, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Do the act and return the unit as it is afterwards."""
    await act
    return await unit_by_code(await session.connection(), code, now=now)


def _created(found: dict[str, Any]) -> Response:
    unit = UnitDetail.model_validate(found)
    return json_answer(unit, status=201, headers={"Location": f"/api/v1/units/{unit.code}"})
