"""What every change of a calendar has in common: whose it is, the lock, the proof that it compiles, the version."""

import asyncio
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.calendars import WorkingCalendar
from app.domain.errors import Forbidden, InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.models.calendars import CALENDAR_VERSIONS, Calendar
from app.services.audit.queries import write_audit_entry
from app.services.deadlines import queries
from app.services.deadlines.layers import compile_rows
from app.services.deadlines.queries import Purpose

NATIONAL: Final = "national"
"""Stands for the nation where a unit's code is asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class CalendarName:
    """Which layer: a unit's code or `national`, and its purpose."""

    code: str
    purpose: Purpose = "deadline"


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """A layer that is being changed, locked. `path` is empty for the nation."""

    name: CalendarName
    calendar: Calendar
    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The calendar after a change; `version` is that of the whole calendar of the unit, all layers together."""

    code: str
    purpose: Purpose
    version: str
    known_until: dt.date


async def open_layer(session: AsyncSession, actor: Actor, name: CalendarName) -> Layer:
    """Lock the layer for a change by `actor`; a unit's first change makes its layer.

    Raises NotFound (`calendar_unknown`, `calendar_missing`) and Forbidden (`out_of_scope`: the nation's calendar needs
    the right over the whole tree).
    """
    unit: Any = None if name.code == NATIONAL else await queries.unit_of(await session.connection(), name.code)
    if unit is None and name.code != NATIONAL:
        raise NotFound(Refusal("calendar_unknown"))
    scope = actor.scope(Permission.CALENDARS_MANAGE)
    if not (scope.covers(unit.path) if unit else scope.everything):
        raise Forbidden(Refusal("out_of_scope"))
    unit_id = unit.id if unit else None
    if unit or name.purpose == "reception":
        made = insert(Calendar).values(purpose=name.purpose, unit_id=unit_id).on_conflict_do_nothing()
        await session.execute(made)
    wanted = select(Calendar).where(Calendar.purpose == name.purpose, Calendar.unit_id.is_not_distinct_from(unit_id))
    calendar = await session.scalar(wanted.with_for_update())
    if calendar is None:
        raise NotFound(Refusal("calendar_missing"))
    return Layer(name, calendar, unit.path if unit else "")


async def close_layer(
    session: AsyncSession, actor: Actor, layer: Layer, *, action: str, data: Mapping[str, Any], now: dt.datetime
) -> CalendarChanged:
    """Give the layer its new version, prove that every calendar it is part of compiles, and write the audit entry.

    Raises InvalidInput with every fault of the first calendar that does not compile; `calendar` names a unit below.
    """
    layer.calendar.version = await session.scalar(select(CALENDAR_VERSIONS.next_value())) or 0
    await session.flush()
    connection = await session.connection()
    purpose = layer.name.purpose
    row = await queries.layers_and_hours(connection, layer.calendar.unit_id, purpose)
    compiled = await asyncio.to_thread(_compile, row, None)
    for unit in await queries.units_with_layers_below(connection, layer.path, purpose):
        await asyncio.to_thread(_compile, await queries.layers_and_hours(connection, unit.id, purpose), unit.code)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action=action,
        subject=f"calendar:{purpose}:{layer.name.code}",
        data={**data, "version": compiled.version},
    )
    return CalendarChanged(layer.name.code, purpose, compiled.version, compiled.known_until)


def _compile(row: Any, calendar: str | None) -> WorkingCalendar:
    """Compile off the event loop; faults lose the position in a list that nobody has sent."""
    try:
        return compile_rows(row)
    except InvalidInput as error:
        raise InvalidInput(*(_as_of(fault, calendar) for fault in error.refusals)) from error


def _as_of(fault: Refusal, calendar: str | None) -> Refusal:
    field = re.sub(r"^(entries|weekly)(\.\d+)?\.?", "", fault.field or "")
    params = {**fault.params} if calendar is None else {**fault.params, "calendar": calendar}
    return Refusal(fault.code, field if field and calendar is None else None, params)
