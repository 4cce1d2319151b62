"""The calendar and the clock policy a unit counts with, compiled once a version and kept in the process.

A hot statement selects `calendar_version_of(path)` and `policy_in_force_on(day)` among its own columns, then asks
`calendar_at` and `read_policy`: no round trip more, unless the calendar has changed since it was compiled.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.calendars import WorkingCalendar
from app.domain.deadlines import CountMode, DeadlinePolicy, SuspensionEffect
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.services.deadlines import queries
from app.services.deadlines.layers import compile_rows
from app.services.deadlines.queries import (
    Purpose,
    calendar_version_of,
    policy_in_force_on,
    policy_with_id,
)

__all__ = [
    "CALENDAR_VERSION_OF",
    "CompiledCalendar",
    "PolicyRow",
    "calendar_at",
    "calendar_of",
    "calendar_version_of",
    "pinned_policy",
    "policy_in_force",
    "policy_in_force_on",
    "policy_with_id",
    "read_policy",
]

CALENDAR_VERSION_OF: Final = calendar_version_of("{path}")
"""The present version of the deadline calendar of the unit at `path`: `CALENDAR_VERSION_OF.format(path="u.path")`."""


@dataclass(frozen=True, slots=True)
class CompiledCalendar:
    """A unit's calendar, shared by all units with the same layers. `version` says of which layers it is made."""

    calendar: WorkingCalendar
    version: str


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A row of `clock_policy`: the rules of the clock from `valid_from` on, pinned on a dossier at acceptance."""

    id: int
    regime: str
    valid_from: dt.date
    clock: DeadlinePolicy
    """What the engine takes: count mode, 15:00 rule, minutes of a day, extensions allowed."""
    supplement_effect: SuspensionEffect
    payment_effect: SuspensionEffect
    supplement_requests_allowed: int
    supplement_wait_days: int
    extensions_allowed: int
    online_reply_hours: int
    legal_basis: str
    confidence: str
    field: str | None = None
    """The field of procedures that the row is for alone; None: all."""


# By database and set of layers: a newer version takes the place of the older one, so that this cannot grow.
_kept: dict[tuple[URL, str], CompiledCalendar] = {}


async def calendar_of(
    connection: AsyncConnection, unit_id: int | None, purpose: Purpose = "deadline"
) -> CompiledCalendar:
    """Return the present calendar of the unit (None: the nation's) in one round trip, two if it must be compiled.

    Raises NotFound `calendar_missing` on a database without a national calendar.
    """
    version = await queries.present_version(connection, unit_id, purpose)
    return await calendar_at(connection, unit_id, version, purpose)


async def calendar_at(
    connection: AsyncConnection, unit_id: int | None, version: str | None, purpose: Purpose = "deadline"
) -> CompiledCalendar:
    """Return the calendar whose `version` the caller's own statement has just read: no round trip if it is known here.

    If it is not, the present one is read and compiled; what was compiled names its own version.
    """
    if version is None:
        raise NotFound(Refusal("calendar_missing"))
    database = connection.engine.url
    kept = _kept.get((database, _layers_of(version)))
    if kept is not None and kept.version == version:
        return kept
    row = await queries.layers_and_hours(connection, unit_id, purpose)
    compiled = CompiledCalendar(compile_rows(row), row.version)
    _kept[database, _layers_of(row.version)] = compiled
    return compiled


def _layers_of(version: str) -> str:
    """The version without its version numbers: `n3.u7v12` → `n.u7v`."""
    return re.sub(r"(?<=[nv])\d+", "", version)


async def policy_in_force(connection: AsyncConnection, on_date: dt.date) -> PolicyRow:
    """Return the clock policy in force on `on_date`; raises InvalidInput `clock_policy_missing` if there was none."""
    text = await queries.policy_text_on(connection, on_date)
    if text is None:
        raise InvalidInput(Refusal("clock_policy_missing", params={"day": on_date.isoformat()}))
    return read_policy(text)


async def pinned_policy(connection: AsyncConnection, policy_id: int) -> PolicyRow:
    """Return the clock policy pinned on a dossier. Raises NotFound `clock_policy_unknown`."""
    text = await queries.policy_text_of(connection, policy_id)
    if text is None:
        raise NotFound(Refusal("clock_policy_unknown"))
    return read_policy(text)


@lru_cache(maxsize=64)
def read_policy(text: str) -> PolicyRow:
    """Read what `policy_in_force_on` or `policy_with_id` selected; the same text gives the same object."""
    row = from_json(text)
    return PolicyRow(
        id=row["id"],
        regime=row["regime"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        clock=DeadlinePolicy(
            count_mode=CountMode(row["count_mode"]),
            same_day_cutoff=row["same_day_cutoff"],
            minutes_per_working_day=row["minutes_per_working_day"],
            extensions_allowed=row["extensions_allowed"],
        ),
        supplement_effect=SuspensionEffect(row["supplement_effect"]),
        payment_effect=SuspensionEffect(row["payment_effect"]),
        supplement_requests_allowed=row["supplement_requests_allowed"],
        supplement_wait_days=row["supplement_wait_days"],
        extensions_allowed=row["extensions_allowed"],
        online_reply_hours=row["online_reply_hours"],
        legal_basis=row["legal_basis"],
        confidence=row["confidence"],
        field=row["field"],
    )
