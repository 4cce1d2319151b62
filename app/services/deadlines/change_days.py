"""Say what a day is in a calendar, take that back, say until when the calendar is known, set a whole year."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor
from app.services.deadlines.changes import NATIONAL, CalendarChanged, CalendarName, Change, publish
from app.services.deadlines.draft import Draft, remove_days, set_days, set_known_until
from app.services.deadlines.inputs import DayInput, KnownUntilInput, YearInput

_TOLD = ("kind", "name", "source", "confidence", "decided_on", "closes_from", "closes_to", "replaces")


async def set_day(
    session: AsyncSession, actor: Actor, name: CalendarName, day: dt.date, given: DayInput, *, now: dt.datetime
) -> CalendarChanged:
    """Put `given` in the place of what the layer said of the whole day, or of the closure that begins at the same time.

    Raises what `publish` raises, and InvalidInput with every fault: those of an entry (see
    `app.domain.calendars.compile_calendar`), `replaces_without_swap`.
    """
    data: dict[str, Any] = {"day": day.isoformat(), "after": given.model_dump(mode="json", exclude_none=True)}

    def lay(draft: Draft) -> list[Refusal]:
        faults = set_days(draft, [(day, given)], "")
        data["before"] = [_told(row) for row in draft.removed]
        return faults

    change = Change(lay, "calendars.set_day", data, given.source, given.decided_by)
    return await publish(session, actor, name, change, now=now)


async def remove_day(
    session: AsyncSession,
    actor: Actor,
    name: CalendarName,
    day: dt.date,
    *,
    now: dt.datetime,
    source: str | None = None,
) -> CalendarChanged:
    """Take back everything the layer says of `day`, closures too; what the layers below say counts again.

    Raises NotFound `calendar_day_unknown` if it says nothing, and what `publish` raises.
    """
    data: dict[str, Any] = {"day": day.isoformat()}

    def lay(draft: Draft) -> list[Refusal]:
        if not remove_days(draft, {day}):
            raise NotFound(Refusal("calendar_day_unknown", "day", {"day": day.isoformat()}))
        data["before"] = [_told(row) for row in draft.removed]
        return []

    return await publish(session, actor, name, Change(lay, "calendars.remove_day", data, source), now=now)


async def confirm_until(
    session: AsyncSession, actor: Actor, name: CalendarName, given: KnownUntilInput, *, now: dt.datetime
) -> CalendarChanged:
    """Say until when the days off of the calendar are confirmed.

    Raises what `publish` raises, and InvalidInput: `known_until_required` (the nation's), `known_until_without_days`
    (beyond the years the nation has days for).
    """
    data = given.model_dump(mode="json")

    def lay(draft: Draft) -> list[Refusal]:
        data["before"] = None if draft.known_until is None else draft.known_until.isoformat()
        return set_known_until(draft, given.known_until)

    return await publish(session, actor, name, Change(lay, "calendars.confirm_until", data, given.source), now=now)


async def set_year(
    session: AsyncSession, actor: Actor, year: int, given: YearInput, *, now: dt.datetime
) -> CalendarChanged:
    """Set all days of `year` in the nation's calendar, and so for every unit, and confirm the calendar to its end.

    Raises what `publish` raises, and InvalidInput with every fault: `day_of_another_year`, `year_before_unconfirmed`
    (the year before must be known to its end), those of an entry.
    """
    data = {"year": year, **given.model_dump(mode="json", exclude_none=True)}
    change = Change(
        lambda draft: _lay_year(draft, year, given), "calendars.set_year", data, given.source, given.decided_by
    )
    return await publish(session, actor, CalendarName(NATIONAL), change, now=now)


def _lay_year(draft: Draft, year: int, given: YearInput) -> list[Refusal]:
    faults = [
        Refusal("day_of_another_year", f"days.{index}.day", {"day": said.day.isoformat(), "year": year})
        for index, said in enumerate(given.days)
        if said.day.year != year
    ]
    known = draft.known_until
    if known is None or known < dt.date(year - 1, 12, 31):
        faults.append(Refusal("year_before_unconfirmed", "year", {"year": year - 1}))
    of_year = [dt.date.fromisoformat(row["day"]) for row in draft.days if row["day"].startswith(f"{year:04}-")]
    remove_days(draft, of_year)
    faults += set_days(draft, [(said.day, said) for said in given.days])
    end = dt.date(year, 12, 31)
    return faults or (set_known_until(draft, end) if known is None or known < end else [])


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: row.get(column) for column in _TOLD}
