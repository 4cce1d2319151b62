"""Publishing a change of a calendar: the lock, the proof that it compiles, the version, and the work it makes."""

import asyncio
import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.domain.calendars import WorkingCalendar
from app.domain.errors import Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import SYSTEM, Actor, Permission
from app.models.calendars import CALENDAR_VERSIONS, Calendar, CalendarDay, CalendarPublication, OfficeHours
from app.services.audit.queries import write_audit_entry
from app.services.deadlines import queries
from app.services.deadlines.draft import NATIONAL, CalendarName, Draft, draft_of, lay_over
from app.services.deadlines.inputs import ChangesInput
from app.services.deadlines.layers import compile_rows, known_until, ordered_layers
from app.services.deadlines.queries import Purpose
from app.services.integration.jobs import defer

__all__ = ["NATIONAL", "RECOMPUTE_TASK", "CalendarChanged", "CalendarName", "Change", "publish", "publish_changes"]

RECOMPUTE_TASK: Final = "recompute_after_calendar_change"
"""The job that carries a published calendar to the open dossiers; its argument is `publication_id`."""

_INSTANTS: Final = ("effective_at",)
_DATES: Final = ("day", "decided_on", "replaces", "valid_from", "valid_to")


@dataclasses.dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The calendar after a change; `version` is that of the whole calendar of the unit, all layers together."""

    code: str
    purpose: Purpose
    version: str
    known_until: dt.date
    publication: int


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What is done to a layer: `lay` changes the draft and returns every fault; the rest tells of it.

    `source`: the act behind it; None: the acts of the days that are set or removed.
    """

    lay: Callable[[Draft], Sequence[Refusal]]
    action: str
    data: dict[str, Any]
    source: str | None = None
    decided_by: str | None = None


async def publish_changes(
    session: AsyncSession, actor: Actor, name: CalendarName, changes: ChangesInput, *, now: dt.datetime
) -> CalendarChanged:
    """Publish a set of changes as one version; raises what `publish` and `lay_over` raise."""
    other = [period.source for period in (changes.hours.periods if changes.hours else ())]
    other += [changes.known_until.source] if changes.known_until else []
    source = changes.source or _in_one_line([*(day.source for day in changes.days), *other])
    return await publish(
        session,
        actor,
        name,
        Change(
            lay=lambda draft: lay_over(draft, changes),
            action="calendars.publish",
            data=changes.model_dump(mode="json", exclude_defaults=True),
            source=source,
            decided_by=changes.decided_by,
        ),
        now=now,
    )


async def publish(
    session: AsyncSession, actor: Actor, name: CalendarName, change: Change, *, now: dt.datetime
) -> CalendarChanged:
    """Lock the layer, change it, prove every calendar it is part of, and put the recomputation into the queue.

    A unit's first change makes its layer. Raises NotFound (`calendar_unknown`, `calendar_missing`), Forbidden
    (`out_of_scope`: the nation's calendar needs the right over the whole tree) and InvalidInput with every fault of the
    change, else of the first calendar that does not compile; `calendar` names a unit below.
    """
    connection = await session.connection()
    unit_id, path = await place_of(connection, actor, name)
    calendar = await _locked(session, name, unit_id)
    row = await queries.layers_and_hours(connection, unit_id, name.purpose)
    draft = draft_of(name, path, row)
    refuse_all(InvalidInput, change.lay(draft))
    await prove(connection, draft, unit_id, path, row)
    return await _write(session, actor, calendar, draft, change, now=now)


async def place_of(connection: AsyncConnection, actor: Actor, name: CalendarName) -> tuple[int | None, str]:
    """Return id and path of the layer's unit (None and empty: the nation) if the actor may change its calendar."""
    unit: Any = None if name.code == NATIONAL else await queries.unit_of(connection, name.code)
    if unit is None and name.code != NATIONAL:
        raise NotFound(Refusal("calendar_unknown"))
    scope = actor.scope(Permission.CALENDARS_MANAGE)
    if actor != SYSTEM and not (scope.covers(unit.path) if unit else scope.everything):
        raise Forbidden(Refusal("out_of_scope"))
    return (unit.id, unit.path) if unit else (None, "")


async def prove(connection: AsyncConnection, draft: Draft, unit_id: int | None, path: str, row: Any) -> WorkingCalendar:
    """Compile every calendar that the draft would be part of; return that of its own unit."""
    compiled = await asyncio.to_thread(_compile, draft, row, None)
    purpose = draft.name.purpose
    for unit in await queries.units_with_layers_below(connection, path, purpose):
        if unit.id != unit_id:
            below = await queries.layers_and_hours(connection, unit.id, purpose)
            await asyncio.to_thread(_compile, draft, below, unit.code)
    return compiled


async def _locked(session: AsyncSession, name: CalendarName, unit_id: int | None) -> Calendar:
    if unit_id is not None or name.purpose == "reception":
        made = insert(Calendar).values(purpose=name.purpose, unit_id=unit_id).on_conflict_do_nothing()
        await session.execute(made)
    wanted = select(Calendar).where(Calendar.purpose == name.purpose, Calendar.unit_id.is_not_distinct_from(unit_id))
    calendar = await session.scalar(wanted.with_for_update())
    if calendar is None:
        raise NotFound(Refusal("calendar_missing"))
    return calendar


async def _write(
    session: AsyncSession, actor: Actor, calendar: Calendar, draft: Draft, change: Change, *, now: dt.datetime
) -> CalendarChanged:
    removed = "; ".join(dict.fromkeys(row["source"] for row in draft.removed))
    calendar.version = await session.scalar(select(CALENDAR_VERSIONS.next_value())) or 0
    calendar.known_until = draft.known_until
    publication = CalendarPublication(
        calendar_id=calendar.id,
        version=calendar.version,
        changes=change.data,
        content=draft.content,
        legal_basis=change.source or (f"Bãi bỏ: {removed}" if removed else ""),
        decided_by=change.decided_by or "",
        published_at=now,
        published_by=actor.account_id,
        finished_at=now if calendar.purpose == "reception" else None,
    )
    session.add(publication)
    await session.flush()
    await session.execute(delete(CalendarDay).where(CalendarDay.id.in_([row["id"] for row in draft.removed])))
    session.add_all(
        CalendarDay(calendar_id=calendar.id, publication_id=publication.id, **_values(row)) for row in draft.added
    )
    if draft.hours_replaced:
        of_layer = OfficeHours.unit_id.is_not_distinct_from(calendar.unit_id)
        await session.execute(delete(OfficeHours).where(OfficeHours.purpose == calendar.purpose, of_layer))
        session.add_all(
            OfficeHours(
                purpose=calendar.purpose,
                unit_id=calendar.unit_id,
                **_values({key: row[key] for key in row.keys() - {"code", "purpose", "depth"}}),
            )
            for row in draft.hours
        )
    await session.flush()
    connection = await session.connection()
    row = await queries.layers_and_hours(connection, calendar.unit_id, draft.name.purpose)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action=change.action,
        subject=f"calendar:{calendar.purpose}:{draft.name.code}",
        data={**change.data, "version": row.version, "publication": publication.id},
    )
    if publication.finished_at is None:
        await defer(connection, RECOMPUTE_TASK, {"publication_id": publication.id})
    known = known_until(ordered_layers(row))
    return CalendarChanged(draft.name.code, draft.name.purpose, row.version, known, publication.id)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON row with dates and instants as the columns take them."""
    read: dict[str, Callable[[str], Any]] = dict.fromkeys(_DATES, dt.date.fromisoformat)
    read |= dict.fromkeys(_INSTANTS, dt.datetime.fromisoformat)
    return {key: read[key](value) if key in read and value is not None else value for key, value in row.items()}


def _in_one_line(sources: Sequence[str]) -> str | None:
    return "; ".join(dict.fromkeys(sources)) or None


def _compile(draft: Draft, row: Any, calendar: str | None) -> WorkingCalendar:
    """Compile off the event loop; faults lose the position in a list that nobody has sent."""
    try:
        return compile_rows(draft.within(row))
    except InvalidInput as error:
        raise InvalidInput(*(_as_of(fault, calendar) for fault in error.refusals)) from error


def _as_of(fault: Refusal, calendar: str | None) -> Refusal:
    field = re.sub(r"^(entries|weekly)(\.\d+)?\.?", "", fault.field or "")
    params = {**fault.params} if calendar is None else {**fault.params, "calendar": calendar}
    return Refusal(fault.code, field if field and calendar is None else None, params)
