"""Apologies drafted by the scan: the date that will not be kept, the date the engine proposes, who answers for it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.deadlines import Extension, Limit, LimitUnit
from app.domain.errors import InvalidInput
from app.services.alerts.apologies import queries, writes
from app.services.deadlines.compiled import CompiledCalendar, read_policy
from app.services.deadlines.promises import deadline_after, recorded_facts

# A limit of a day or of half a day cannot be added to a date; the shortest that can is one working day.
_SHORTEST = {LimitUnit.SAME_DAY, LimitUnit.HALF_DAY}


@dataclass(frozen=True, slots=True)
class _LedgerLine:
    cause: str
    effect: str
    from_at: dt.datetime
    to_at: dt.datetime | None
    after_due: dt.datetime
    legal_basis: str


async def draft_apologies(
    connection: AsyncConnection,
    calendar: CompiledCalendar,
    dossiers: Collection[int],
    *,
    extension_days: int | None,
    now: dt.datetime,
) -> int:
    """Draft an apology for each of `dossiers`; return how many. The cause is left for people to say."""
    if not dossiers:
        return 0
    drafts = [
        {
            "dossier_id": row.dossier_id,
            "unit_id": row.unit_id,
            "due_at": row.current_due_at,
            "new_due_at": proposed_due(calendar, row, extension_days=extension_days, now=now),
            "responsible_id": row.assignee_id,
        }
        for row in await queries.facts_of_drafts(connection, dossiers)
    ]
    return await writes.write_drafts(connection, drafts, now=now)


def proposed_due(
    calendar: CompiledCalendar, row: Any, *, extension_days: int | None, now: dt.datetime
) -> dt.datetime | None:
    """Return the date that the engine gives with more time from `now`; None where its calendar or its rules give none.

    More time is `extension_days` working days, or the dossier's own limit once more.
    """
    own = Limit(row.limit_value, LimitUnit(row.limit_unit))
    if extension_days is not None:
        own = Limit(extension_days, LimitUnit.WORKING_DAYS)
    elif own.unit in _SHORTEST:
        own = Limit(1, LimitUnit.WORKING_DAYS)
    policy = read_policy(row.policy)
    suspensions, extensions = recorded_facts(_ledger_line(item) for item in from_json(row.ledger))
    try:
        return deadline_after(
            calendar,
            policy,
            Limit(row.limit_value, LimitUnit(row.limit_unit)),
            row.accepted_at,
            suspensions,
            [*extensions, Extension(granted_at=now, limit=own)],
            recomputing=True,
        ).due_at
    except InvalidInput:
        return None


def _ledger_line(item: dict[str, Any]) -> _LedgerLine:
    to_at = item["to_at"]
    return _LedgerLine(
        cause=item["cause"],
        effect=item["effect"],
        from_at=dt.datetime.fromisoformat(item["from_at"]),
        to_at=None if to_at is None else dt.datetime.fromisoformat(to_at),
        after_due=dt.datetime.fromisoformat(item["after_due"]),
        legal_basis=item["legal_basis"],
    )
