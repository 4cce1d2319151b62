"""Set the office hours of a unit: standing weeks and seasonal ones."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.permissions import Actor
from app.services.deadlines import draft as drafts
from app.services.deadlines.changes import CalendarChanged, CalendarName, Change, publish
from app.services.deadlines.inputs import HoursInput


async def set_hours(
    session: AsyncSession, actor: Actor, name: CalendarName, given: HoursInput, *, now: dt.datetime
) -> CalendarChanged:
    """Put `given` in the place of all hours of the layer; without periods the unit above gives the hours again.

    Raises what `publish` raises, and InvalidInput with every fault of the hours (see
    `app.domain.calendars.compile_calendar`).
    """
    source = "; ".join(dict.fromkeys(period.source for period in given.periods)) or None
    change = Change(
        lambda draft: drafts.set_hours(draft, given.periods),
        "calendars.set_hours",
        given.model_dump(mode="json"),
        source,
    )
    return await publish(session, actor, name, change, now=now)
