"""Set the office hours of a unit: standing weeks and seasonal ones."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.calendar_layers import layer_faults
from app.domain.calendars import Session, WeeklyHours, clock_minutes
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.permissions import Actor
from app.models.calendars import OfficeHours
from app.services.deadlines.changes import CalendarChanged, CalendarName, close_layer, open_layer
from app.services.deadlines.inputs import HoursInput, PeriodInput, WeekdayInput
from app.services.deadlines.layers import FIRST_DAY


async def set_hours(
    session: AsyncSession, actor: Actor, name: CalendarName, given: HoursInput, *, now: dt.datetime
) -> CalendarChanged:
    """Put `given` in the place of all hours of the layer; without periods the unit above gives the hours again.

    Raises what `open_layer` and `close_layer` raise, and InvalidInput with every fault of the hours (see
    `app.domain.calendars.compile_calendar`).
    """
    layer = await open_layer(session, actor, name)
    refuse_all(InvalidInput, _faults(given.periods))
    unit_id = layer.calendar.unit_id
    await session.execute(
        delete(OfficeHours).where(
            OfficeHours.purpose == name.purpose, OfficeHours.unit_id.is_not_distinct_from(unit_id)
        )
    )
    session.add_all(
        OfficeHours(
            purpose=name.purpose,
            unit_id=unit_id,
            weekday=weekday.weekday,
            opens=session_hours.opens,
            closes=session_hours.closes,
            valid_from=period.valid_from,
            valid_to=period.valid_to,
            source=period.source,
            confidence=period.confidence,
        )
        for period in given.periods
        for weekday in period.week
        for session_hours in _sessions(weekday)
    )
    data = given.model_dump(mode="json")
    return await close_layer(session, actor, layer, action="calendars.set_hours", data=data, now=now)


def _sessions(weekday: WeekdayInput) -> tuple[Session, ...]:
    return tuple(Session(clock_minutes(given.opens), clock_minutes(given.closes)) for given in weekday.sessions)


def _faults(periods: Sequence[PeriodInput]) -> list[Refusal]:
    """The engine's faults of the weeks, each at the place where the sender wrote it."""
    weekly: list[WeeklyHours] = []
    places: dict[str, tuple[int, int]] = {}
    for number, period in enumerate(periods):
        for index, weekday in enumerate(period.week):
            places[f"weekly.{len(weekly)}"] = (number, index)
            weekly.append(WeeklyHours(weekday.weekday, _sessions(weekday), period.valid_from, period.valid_to))
    faults = [_placed(fault, places) for fault in layer_faults(weekly, [], FIRST_DAY, FIRST_DAY)]
    return [fault for index, fault in enumerate(faults) if fault not in faults[:index]]


def _placed(fault: Refusal, places: dict[str, tuple[int, int]]) -> Refusal:
    head, _, rest = (fault.field or "").removeprefix("weekly.").partition(".")
    number, index = places[f"weekly.{head}"]
    if rest == "valid_to":
        return Refusal(fault.code, f"periods.{number}.valid_to", fault.params)
    return Refusal(fault.code, f"periods.{number}.week.{index}" + (f".{rest}" if rest else ""), fault.params)
