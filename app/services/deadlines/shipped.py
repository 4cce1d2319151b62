"""Fills calendars, office hours and clock policies from the shipped data."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.data import rows
from app.domain.calendars import clock_minutes
from app.models.base import Base
from app.models.calendars import Calendar, CalendarDay, ClockPolicy, OfficeHours
from app.services.audit.queries import write_audit_entry
from app.services.deadlines.writes import publish_first_versions

_PURPOSES: Final = ("deadline", "reception")


async def load_shipped_calendars(session: AsyncSession, *, now: dt.datetime) -> None:
    """Load the national calendars with their days, the default office hours and the clock policies.

    Only what is not there at all is loaded: a national calendar that exists belongs to its administrator. The national
    reception calendar has no day of its own, it is the deadline calendar until somebody says otherwise.
    """
    loaded = [
        await _load_calendars(session),
        await _load_missing(
            session, select(OfficeHours.id).where(OfficeHours.unit_id.is_(None)), map(_hours, rows("working_hours.csv"))
        ),
        await _load_policies(session),
    ]
    if any(loaded):
        await publish_first_versions(await session.connection(), now=now)
        names = ("calendar_days", "office_hours", "clock_policies")
        await write_audit_entry(
            await session.connection(),
            at=now,
            account_id=None,
            action="calendars.load_shipped",
            subject="calendar:national",
            data=dict(zip(names, loaded, strict=True)),
        )


async def _load_calendars(session: AsyncSession) -> int:
    national = await session.scalars(select(Calendar.purpose).where(Calendar.unit_id.is_(None)))
    missing = set(_PURPOSES) - set(national)
    known_until = {row["purpose"]: dt.date.fromisoformat(row["known_until"]) for row in rows("calendars.csv")}
    calendars = {
        purpose: Calendar(purpose=purpose, known_until=known_until.get(purpose)) for purpose in sorted(missing)
    }
    session.add_all(calendars.values())
    await session.flush()
    if "deadline" not in calendars:
        return 0
    days = [_day(row, calendars["deadline"].id) for row in rows("calendar_days.csv")]
    session.add_all(days)
    await session.flush()
    return len(days)


async def _load_policies(session: AsyncSession) -> int:
    """Load the policies of regimes that are not there at all, so that a new law reaches old installations too."""
    known = set(await session.scalars(select(ClockPolicy.regime)))
    added = [_policy(row) for row in rows("clock_policies.csv") if row["regime"] not in known]
    session.add_all(added)
    await session.flush()
    return len(added)


async def _load_missing(session: AsyncSession, present: Select[int], shipped: Iterable[Base]) -> int:
    if (await session.scalars(present.limit(1))).first() is not None:
        return 0
    added = list(shipped)
    session.add_all(added)
    await session.flush()
    return len(added)


def _day(row: dict[str, str], calendar_id: int) -> CalendarDay:
    return CalendarDay(
        calendar_id=calendar_id,
        day=dt.date.fromisoformat(row["day"]),
        kind=row["kind"],
        name=row["name"],
        source=row["source"],
        confidence=row["confidence"],
        decided_on=_date(row["decided_on"]),
        replaces=_date(row["replaces"]),
    )


def _hours(row: dict[str, str]) -> OfficeHours:
    return OfficeHours(
        purpose=row["purpose"],
        weekday=int(row["weekday"]),
        opens=clock_minutes(row["opens"]),
        closes=clock_minutes(row["closes"]),
        valid_from=_date(row["valid_from"]),
        valid_to=_date(row["valid_to"]),
        source=row["source"],
        confidence=row["confidence"],
    )


def _policy(row: dict[str, str]) -> ClockPolicy:
    return ClockPolicy(
        regime=row["regime"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        field=row["field"] or None,
        count_mode=row["count_mode"],
        same_day_cutoff=clock_minutes(row["same_day_cutoff"]),
        minutes_per_working_day=int(row["minutes_per_working_day"]),
        supplement_effect=row["supplement_effect"],
        payment_effect=row["payment_effect"],
        supplement_requests_allowed=int(row["supplement_requests_allowed"]),
        supplement_wait_days=int(row["supplement_wait_days"]),
        extensions_allowed=int(row["extensions_allowed"]),
        online_reply_hours=int(row["online_reply_hours"]),
        legal_basis=row["legal_basis"],
        confidence=row["confidence"],
    )


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
