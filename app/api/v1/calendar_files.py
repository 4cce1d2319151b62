"""Routes of calendars as files: CSV and iCalendar, out and in."""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from app.api.deps import App, ReadConnection, Requires, Session, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.v1.schemas.calendars import CalendarChangedOut, Purpose
from app.domain.errors import InvalidInput, Refusal
from app.domain.permissions import Actor, Permission
from app.services.deadlines.changes import CalendarName, publish_changes
from app.services.deadlines.days_of_layer import days_of_layer
from app.services.deadlines.exchange import days_as_csv, days_as_icalendar, days_from_csv, days_from_icalendar
from app.services.deadlines.inputs import ChangesInput
from app.services.inputs import Code, Text

router = NounRouter(tags=["calendars"])

_CSV = "text/csv"
_ICALENDAR = "text/calendar"


class FileFormat(StrEnum):
    CSV = "csv"
    ICALENDAR = "ics"


@router.get(
    "/calendars/{code}/export",
    summary="Xuất ngày của lịch ra CSV hoặc iCalendar / Export the days of a calendar",
    dependencies=[Depends(public)],
    response_class=Response,
    responses={200: {"content": {_CSV: {}, _ICALENDAR: {}}}},
)
async def export_days(
    code: Annotated[Code, Path()],
    app: App,
    connection: ReadConnection,
    year: Annotated[int, Query(ge=2015, le=2100)],
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.CSV,
    purpose: Annotated[Purpose, Query()] = "deadline",
) -> Response:
    """What this layer itself says of the days of the year."""
    now = app.clock.now()
    days = await days_of_layer(connection, CalendarName(code, purpose), year=year, now=now)
    if file_format is FileFormat.CSV:
        return Response(days_as_csv(days), media_type=f"{_CSV}; charset=utf-8")
    return Response(days_as_icalendar(days, name=f"{code} {year}", now=now), media_type=f"{_ICALENDAR}; charset=utf-8")


@router.post(
    "/calendars/{code}/import",
    summary="Nhập ngày từ CSV hoặc iCalendar / Import days from CSV or iCalendar",
    response_model=CalendarChangedOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_CSV: {"schema": {"type": "string"}}, _ICALENDAR: {"schema": {"type": "string"}}},
        }
    },
)
async def import_days(
    code: Annotated[Code, Path()],
    actor: Annotated[Actor, Depends(Requires(Permission.CALENDARS_MANAGE))],
    session: Session,
    request: Request,
    once: Once,
    source: Annotated[Text | None, Query()] = None,
    purpose: Annotated[Purpose, Query()] = "deadline",
) -> Response:
    """Publish the days of the file as one version. `source`: the act of rows and events that name none."""
    name, changes = CalendarName(code, purpose), await _changes(request, source)
    return await once(
        session,
        actor,
        lambda: publish_changes(session, actor, name, changes, now=once.now),
        show=CalendarChangedOut.model_validate,
    )


async def _changes(request: Request, source: str | None) -> ChangesInput:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    if kind == _ICALENDAR:
        return ChangesInput(days=days_from_icalendar(content, source), source=source)
    if kind != _CSV:
        raise InvalidInput(Refusal("calendar_file_kind", "Content-Type", {"expected": f"{_CSV}, {_ICALENDAR}"}))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(Refusal("calendar_file_malformed")) from error
    return ChangesInput(days=days_from_csv(text, source), source=source)
