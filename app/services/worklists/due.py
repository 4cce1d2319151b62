"""What expires today, in the next working hours, what is overdue, and who will have how much to do."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.core.db import from_json
from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.deadlines.compiled import calendar_at
from app.services.identity.scope import scope_parameters
from app.services.identity.tokens import ensure_current
from app.services.procedures.named_filters import refuse_unknown_filters
from app.services.worklists import queries

FORECAST_DAYS = 5
SECTIONS = ("today", "soon", "overdue", "load")
_MINUTES_PER_HOUR = 60
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueWork:
    """Lines of each section as JSON rows (one more than asked for if there are more), and the bounds they lie in.

    What is overdue since `newly_overdue_from`, the beginning of the last working day before today, nobody has seen yet.
    """

    now: dt.datetime
    soon_until: dt.datetime
    newly_overdue_from: dt.datetime
    days: list[dt.date]
    sections: dict[str, list[dict[str, Any]]]


async def due_work(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    hours: int,
    section: str | None,
    after: tuple[dt.datetime | int, int] | None,
    limit: int,
    now: dt.datetime,
) -> DueWork:
    """Return the work due in the actor's units, or in `unit` and what is below it; hours and days are its calendar's.

    `soon` may repeat what is in `today`: it is what expires within `hours` working hours. `overdue` is everything that
    is, the latest first. Dossiers whose clock stands are in no section. Raises `InvalidInput` (unit_unknown) for a
    unit that does not exist, `NotFound` for one that is not in scope.
    """
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    place = await queries.place_of(
        connection, account_id=actor.account_id or 0, everything=everything, patterns=patterns, unit=unit
    )
    ensure_current(actor, place.auth_version)
    if place.id is None:
        await refuse_unknown_filters(connection, unit=unit)
        raise NotFound(Refusal("unit_unknown", "unit", {"code": unit}))
    calendar = (await calendar_at(connection, place.id, place.version)).calendar
    today = local_date(now)
    first = calendar.add_working_days(today, 0)
    days = [first, *(calendar.add_working_days(first, later) for later in range(1, FORECAST_DAYS))]
    soon_until = calendar.add_working_minutes(now, hours * _MINUTES_PER_HOUR)
    end_of_today = _midnight_after(today)
    newly_overdue_from = _midnight_after(calendar.add_working_days(today, -1)) - _DAY
    row = await queries.due_work(
        connection,
        everything=everything,
        patterns=patterns,
        unit=unit,
        since=end_of_today - _DAY,
        known_until=max(soon_until + dt.timedelta(minutes=1), end_of_today, _midnight_after(days[-1])),
        section=section,
        after=after,
        limit=limit + 1,
        now=now,
        end_of_today=end_of_today,
        soon_until=soon_until,
        days=days,
    )
    sections = {name: from_json(getattr(row, name)) or [] for name in SECTIONS}
    return DueWork(now, soon_until, newly_overdue_from, days, sections)


def _midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + _DAY, dt.time(), LOCAL_ZONE)
