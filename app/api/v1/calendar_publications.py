"""Routes of published calendars: what a set of changes would move, publish it, a whole year, what was published."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from app.api.deps import App, ReadConnection, Requires, Session, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_id_cursor, encode_cursor
from app.api.v1.schemas.calendars import (
    CalendarChangedOut,
    CalendarPreviewOut,
    CalendarYearOut,
    MovedDossierOut,
    PublicationOut,
    PublicationsOut,
    Purpose,
    UnitEffectOut,
)
from app.domain.permissions import Actor, Permission
from app.services.calendar_changes.preview import preview, publications_of
from app.services.deadlines.change_days import set_year
from app.services.deadlines.changes import CalendarChanged, CalendarName, publish_changes
from app.services.deadlines.inputs import ChangesInput, YearInput
from app.services.deadlines.read_calendars import year_beside_proposals
from app.services.inputs import Code

router = NounRouter(tags=["calendars"])

Manager = Annotated[Actor, Depends(Requires(Permission.CALENDARS_MANAGE))]
Year = Annotated[int, Path(ge=2015, le=2100)]
CalendarCode = Annotated[Code, Path()]
ForPurpose = Annotated[Purpose, Query()]
Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.post(
    "/calendars/national/years/{year}",
    summary="Đặt ngày nghỉ của một năm cho mọi đơn vị / Set a year's days off for all units",
    response_model=CalendarYearOut,
)
async def post_year(year: Year, given: YearInput, actor: Manager, session: Session, app: App, once: Once) -> Response:
    """Replace all days of the year and confirm the calendar to its end. Proposals that are missing are told."""

    def shown(changed: CalendarChanged) -> CalendarYearOut:
        missing, unexpected = year_beside_proposals(given, app.propose_holidays(year))
        fields = CalendarChangedOut.model_validate(changed).model_dump()
        return CalendarYearOut(**fields, missing=missing, unexpected=unexpected)

    return await once(session, actor, lambda: set_year(session, actor, year, given, now=once.now), show=shown)


@router.post(
    "/calendars/{code}/preview",
    summary="Xem trước thay đổi lịch làm đổi những hạn trả nào / Preview what a change of the calendar would move",
)
async def post_preview(
    code: CalendarCode,
    given: ChangesInput,
    actor: Manager,
    connection: ReadConnection,
    purpose: ForPurpose = "deadline",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> CalendarPreviewOut:
    """Counts by unit and the list of dossiers with their dates before and after; nothing is stored."""
    after_id = decode_id_cursor(cursor, sort="id")
    found = await preview(connection, actor, CalendarName(code, purpose), given, after_id=after_id, limit=limit)
    return CalendarPreviewOut(
        code=found.code,
        purpose=found.purpose,
        known_until=found.known_until,
        examined=found.examined,
        moved=found.moved,
        units=None if found.units is None else [UnitEffectOut.model_validate(unit) for unit in found.units],
        items=[
            MovedDossierOut(
                code=one.code,
                competent_unit=found.unit_codes[one.unit_id],
                before_due=one.before_due,
                after_due=one.after_due,
                provisional=one.provisional,
            )
            for one in found.items
        ],
        next_cursor=None if found.next_id is None else encode_cursor("id", [found.next_id]),
    )


@router.post(
    "/calendars/{code}/publish",
    summary="Công bố một phiên bản lịch / Publish a version of a calendar",
    response_model=CalendarChangedOut,
)
async def post_publish(
    code: CalendarCode,
    given: ChangesInput,
    actor: Manager,
    session: Session,
    once: Once,
    purpose: ForPurpose = "deadline",
) -> Response:
    """All changes are one version; the open dossiers follow at once, batch by batch."""
    return await once(
        session,
        actor,
        lambda: publish_changes(session, actor, CalendarName(code, purpose), given, now=once.now),
        show=CalendarChangedOut.model_validate,
    )


@router.get(
    "/calendars/{code}/publications",
    summary="Các phiên bản đã công bố của một lịch / The published versions of a calendar",
    dependencies=[Depends(public)],
)
async def publications(
    code: CalendarCode,
    connection: ReadConnection,
    purpose: ForPurpose = "deadline",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PublicationsOut:
    """Who published what and when, the newest first, and how far it has come with the open dossiers."""
    before_id = None if cursor is None else decode_id_cursor(cursor, sort="-id")
    found = await publications_of(connection, CalendarName(code, purpose), before_id=before_id, limit=limit + 1)
    return PublicationsOut(
        items=[PublicationOut.model_validate(one) for one in found[:limit]],
        next_cursor=encode_cursor("-id", [found[limit - 1].id]) if len(found) > limit else None,
    )
