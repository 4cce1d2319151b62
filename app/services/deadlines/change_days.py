"""Say what a day is in a calendar, take that back, and say until when the calendar is known."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.calendar_layers import layer_faults
from app.domain.calendars import CalendarEntry, DayKind, clock_minutes
from app.domain.errors import InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor
from app.models.calendars import CalendarDay
from app.services.deadlines import queries
from app.services.deadlines.changes import NATIONAL, CalendarChanged, CalendarName, Layer, close_layer, open_layer
from app.services.deadlines.inputs import DayInput, KnownUntilInput
from app.services.deadlines.layers import FIRST_DAY

_SWAPS: Final = frozenset({DayKind.SWAP_WORK, DayKind.SWAP_REST})


async def set_day(
    session: AsyncSession, actor: Actor, name: CalendarName, day: dt.date, given: DayInput, *, now: dt.datetime
) -> CalendarChanged:
    """Put `given` in the place of what the layer said of the whole day, or of the closure that begins at the same time.

    Raises what `open_layer` and `close_layer` raise, and InvalidInput with every fault: those of an entry (see
    `app.domain.calendars.compile_calendar`), `replaces_without_swap`.
    """
    layer = await open_layer(session, actor, name)
    row = _row(layer, day, given)
    refuse_all(InvalidInput, await _faults(session, layer, row))
    same = CalendarDay.kind != DayKind.CLOSURE
    if row.kind == DayKind.CLOSURE:
        same = (CalendarDay.kind == DayKind.CLOSURE) & (CalendarDay.closes_from == row.closes_from)
    of_day = (CalendarDay.calendar_id == layer.calendar.id) & (CalendarDay.day == day)
    before = (await session.scalars(select(CalendarDay).where(of_day, same))).all()
    data = {"day": day, "before": [_told(entry) for entry in before], "after": _told(row)}
    await session.execute(delete(CalendarDay).where(of_day, same))
    session.add(row)
    return await close_layer(session, actor, layer, action="calendars.set_day", data=data, now=now)


async def remove_day(
    session: AsyncSession, actor: Actor, name: CalendarName, day: dt.date, *, now: dt.datetime
) -> CalendarChanged:
    """Take back everything the layer says of `day`, closures too; what the layers below say counts again.

    Raises NotFound `calendar_day_unknown` if it says nothing, and what `open_layer` and `close_layer` raise.
    """
    layer = await open_layer(session, actor, name)
    of_day = (CalendarDay.calendar_id == layer.calendar.id) & (CalendarDay.day == day)
    before = (await session.scalars(select(CalendarDay).where(of_day))).all()
    if not before:
        raise NotFound(Refusal("calendar_day_unknown", "day", {"day": day.isoformat()}))
    data = {"day": day, "before": [_told(entry) for entry in before]}
    await session.execute(delete(CalendarDay).where(of_day))
    return await close_layer(session, actor, layer, action="calendars.remove_day", data=data, now=now)


async def confirm_until(
    session: AsyncSession, actor: Actor, name: CalendarName, given: KnownUntilInput, *, now: dt.datetime
) -> CalendarChanged:
    """Say until when the days off of the calendar are confirmed.

    Raises what `open_layer` and `close_layer` raise, and InvalidInput: `known_until_required` (the nation's),
    `known_until_without_days` (beyond the years the nation has days for).
    """
    layer = await open_layer(session, actor, name)
    known_until = given.known_until
    if known_until is None and name == CalendarName(NATIONAL):
        raise InvalidInput(Refusal("known_until_required", "known_until"))
    national = await queries.last_national_day(await session.connection()) or FIRST_DAY
    if known_until is not None and known_until.year > national.year:
        last_day = national.replace(month=12, day=31).isoformat()
        raise InvalidInput(Refusal("known_until_without_days", "known_until", {"last_day": last_day}))
    data = {"before": layer.calendar.known_until, "after": known_until, "source": given.source}
    layer.calendar.known_until = known_until
    return await close_layer(session, actor, layer, action="calendars.confirm_until", data=data, now=now)


def _row(layer: Layer, day: dt.date, given: DayInput) -> CalendarDay:
    return CalendarDay(
        calendar_id=layer.calendar.id,
        day=day,
        kind=given.kind.value,
        name=given.name,
        source=given.source,
        confidence=given.confidence,
        decided_on=given.decided_on,
        closes_from=None if given.closes_from is None else clock_minutes(given.closes_from),
        closes_to=None if given.closes_to is None else clock_minutes(given.closes_to),
        replaces=given.replaces,
    )


async def _faults(session: AsyncSession, layer: Layer, row: CalendarDay) -> list[Refusal]:
    """The faults of one entry. The nation's calendar may grow by one year at a time, a unit's stays within it."""
    national = await queries.last_national_day(await session.connection()) or FIRST_DAY
    grows = layer.name == CalendarName(NATIONAL)
    entry = CalendarEntry(
        row.day, DayKind(row.kind), row.name, row.source, closes_from=row.closes_from, closes_to=row.closes_to
    )
    last_day = dt.date(national.year + grows, 12, 31)
    found = layer_faults([], [entry], FIRST_DAY, last_day)
    faults = [Refusal(fault.code, _field(fault.field), fault.params) for fault in found]
    if row.replaces is not None and entry.kind not in _SWAPS:
        faults.append(Refusal("replaces_without_swap", "replaces"))
    return faults


def _field(field: str | None) -> str | None:
    return (field or "").removeprefix("entries.0").removeprefix(".") or "kind"


def _told(row: CalendarDay) -> dict[str, Any]:
    told = ("kind", "name", "source", "confidence", "decided_on", "closes_from", "closes_to", "replaces")
    return {name: getattr(row, name) for name in told}
