"""Routes of calendars. `{code}` is a unit's code, or `national`."""

import datetime as dt
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response

from app.api.deps import App, ReadConnection, Requires, Session, public
from app.api.idempotency import Once
from app.api.messages import text_of
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, SMALL_IDS, decode_id_cursor, encode_cursor
from app.api.v1.schemas.calendars import (
    CalendarChangedOut,
    CalendarLayerOut,
    CalendarLayers,
    CalendarOut,
    CalendarWarningOut,
    ProposedDayOut,
    ProposedDays,
    Purpose,
)
from app.domain.permissions import Actor, Permission
from app.services.deadlines.change_days import confirm_until, remove_day, set_day
from app.services.deadlines.change_hours import set_hours
from app.services.deadlines.changes import CalendarName
from app.services.deadlines.inputs import DayInput, HoursInput, KnownUntilInput
from app.services.deadlines.read_calendars import CalendarWarning, list_layers, proposed_days, view_calendar
from app.services.inputs import Code, Text

router = NounRouter(tags=["calendars"])

Manager = Annotated[Actor, Depends(Requires(Permission.CALENDARS_MANAGE))]
Year = Annotated[int, Path(ge=2015, le=2100)]
CalendarCode = Annotated[Code, Path()]
ForPurpose = Annotated[Purpose, Query()]


@router.get("/calendars", summary="Các lớp lịch làm việc / The layers of calendars", dependencies=[Depends(public)])
async def calendars(
    app: App,
    connection: ReadConnection,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> CalendarLayers:
    """Every layer with days or hours of its own, and a warning where its days off are not confirmed for long."""
    after_id = decode_id_cursor(cursor, sort="id", last=SMALL_IDS)
    found = await list_layers(
        connection,
        after_id=after_id,
        limit=limit + 1,
        now=app.clock.now(),
        warning_days=app.settings.calendar_warning_days,
    )
    items = [CalendarLayerOut.model_validate(_with_warning(layer)) for layer in found[:limit]]
    return CalendarLayers(
        items=items, next_cursor=encode_cursor("id", [found[limit - 1].id]) if len(found) > limit else None
    )


@router.get(
    "/calendars/proposals/{year}",
    summary="Ngày nghỉ đề xuất cho một năm, chờ xác nhận / Days off proposed for a year, to be confirmed",
)
async def proposals(year: Year, app: App, _actor: Manager, connection: ReadConnection) -> ProposedDays:
    found = await proposed_days(connection, year, app.propose_holidays)
    return ProposedDays(year=year, items=[ProposedDayOut.model_validate(day) for day in found])


@router.get(
    "/calendars/{code}",
    summary="Lịch làm việc của một đơn vị, có căn cứ / The calendar of a unit, with its legal acts",
    dependencies=[Depends(public)],
)
async def calendar(
    code: CalendarCode,
    app: App,
    connection: ReadConnection,
    purpose: ForPurpose = "deadline",
    year: Annotated[int | None, Query(ge=2015, le=2100)] = None,
) -> CalendarOut:
    name = CalendarName(code, purpose)
    found = await view_calendar(
        connection, name, year=year, now=app.clock.now(), warning_days=app.settings.calendar_warning_days
    )
    return CalendarOut.model_validate(_with_warning(found))


@router.put("/calendars/{code}/days/{day}", summary="Quy định một ngày / Say what a day is")
async def put_day(
    code: CalendarCode,
    day: dt.date,
    given: DayInput,
    actor: Manager,
    session: Session,
    app: App,
    purpose: ForPurpose = "deadline",
) -> CalendarChangedOut:
    """Replace what the layer said of the whole day; `closure` is added, for hours of a day."""
    changed = await set_day(session, actor, CalendarName(code, purpose), day, given, now=app.clock.now())
    return CalendarChangedOut.model_validate(changed)


@router.delete("/calendars/{code}/days/{day}", summary="Bỏ quy định riêng của một ngày / Take back what a day is")
async def delete_day(
    code: CalendarCode,
    day: dt.date,
    actor: Manager,
    session: Session,
    app: App,
    purpose: ForPurpose = "deadline",
    source: Annotated[Text | None, Query()] = None,
) -> CalendarChangedOut:
    """`source`: the act that takes it back; without it the basis names the acts that are taken back."""
    changed = await remove_day(session, actor, CalendarName(code, purpose), day, now=app.clock.now(), source=source)
    return CalendarChangedOut.model_validate(changed)


@router.put("/calendars/{code}/hours", summary="Đặt giờ làm việc / Set the office hours")
async def put_hours(
    code: CalendarCode,
    given: HoursInput,
    actor: Manager,
    session: Session,
    app: App,
    purpose: ForPurpose = "deadline",
) -> CalendarChangedOut:
    """Replace all hours of the layer. Every period is a whole week; without periods the unit above decides."""
    changed = await set_hours(session, actor, CalendarName(code, purpose), given, now=app.clock.now())
    return CalendarChangedOut.model_validate(changed)


@router.post(
    "/calendars/{code}/known-until",
    summary="Xác nhận lịch đến một ngày / Confirm the calendar until a day",
    response_model=CalendarChangedOut,
)
async def post_known_until(
    code: CalendarCode,
    given: KnownUntilInput,
    actor: Manager,
    session: Session,
    once: Once,
    purpose: ForPurpose = "deadline",
) -> Response:
    return await once(
        session,
        actor,
        lambda: confirm_until(session, actor, CalendarName(code, purpose), given, now=once.now),
        show=CalendarChangedOut.model_validate,
    )


def _with_warning(found: Any) -> dict[str, Any]:
    """The fields of `found` with its warning in words."""
    fields = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return {**fields, "warning": _warning(fields["warning"])}


def _warning(found: CalendarWarning | None) -> CalendarWarningOut | None:
    if found is None:
        return None
    vi, en = text_of(found.code, {"known_until": found.known_until.isoformat(), "days_left": found.days_left})
    return CalendarWarningOut(code=found.code, known_until=found.known_until, days_left=found.days_left, vi=vi, en=en)
