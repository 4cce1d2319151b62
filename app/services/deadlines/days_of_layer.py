"""The days one layer says itself, without those of the layers below: what is exported and imported."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.deadlines.changes import CalendarName
from app.services.deadlines.read_calendars import DayListed, view_calendar


async def days_of_layer(
    connection: AsyncConnection, name: CalendarName, *, year: int, now: dt.datetime
) -> Sequence[DayListed]:
    """Return what the layer says of the days of `year`; raises NotFound like `view_calendar`."""
    found = await view_calendar(connection, name, year=year, now=now, warning_days=0)
    return [day for day in found.days if (day.calendar, day.purpose) == (name.code, name.purpose)]
