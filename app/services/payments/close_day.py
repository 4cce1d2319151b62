"""The cashier's daily close: what must be in the till against what was counted, the difference named and explained."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import ActionRefused, Conflict, Forbidden, InvalidInput, Refusal, refuse_all
from app.domain.fees import DENOMINATIONS, counted_cash
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.identity.scope import scope_parameters
from app.services.payments import queries, writes
from app.services.payments.inputs import CloseDay, OpenTill


@dataclass(frozen=True, slots=True)
class Till:
    """What a cashier's day comes to by the receipts: the cash that must be there, and all sums behind it.

    `opening_vnd`: the cash the day was said to start with; None where nobody said, which counts as nothing.
    """

    day: dt.date
    opening_vnd: int | None
    expected_vnd: int
    totals: dict[str, Any]
    closed_at: dt.datetime | None


async def till_of(
    connection: AsyncConnection, actor: Actor, *, unit: str, day: dt.date | None, now: dt.datetime
) -> Till:
    """Return the actor's own till of a day (today without one) in a unit, as it stands now."""
    place = await _place(connection, actor, unit)
    wanted = day or local_date(now)
    return await till_by_receipts(connection, place.unit_id, actor.account_id or 0, wanted)


async def open_till(connection: AsyncConnection, actor: Actor, body: OpenTill, *, now: dt.datetime) -> Till:
    """State the cash that the actor's own till starts a day with, or put it right, until the day is closed.

    Raises `Conflict` (cash_day_closed), `InvalidInput` (date_in_future, till_day_empty), `ActionRefused`
    (till_opening_given_back) for less than what was given back out of it already.
    """
    place = await _place(connection, actor, body.unit)
    day = body.day or local_date(now)
    refuse_all(InvalidInput, [Refusal("date_in_future", "day")] if day > local_date(now) else [])
    cashier = actor.account_id or 0
    locked = await writes.lock_day(connection, unit_id=place.unit_id, cashier_id=cashier, day=day)
    if locked.closed_at is not None:
        raise Conflict(Refusal("cash_day_closed"))
    before = await till_by_receipts(connection, place.unit_id, cashier, day)
    _require_something(before, now)
    least = (before.opening_vnd or 0) - before.expected_vnd
    if body.opening_vnd < least:
        params = {"opening_vnd": body.opening_vnd, "least_vnd": least}
        raise ActionRefused(Refusal("till_opening_given_back", "opening_vnd", params))
    if body.opening_vnd == before.opening_vnd:
        return before
    await writes.set_opening(connection, locked.id, body.opening_vnd)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action="till_opening_stated",
        subject=f"cash_day:{locked.id}",
        data={"opening_vnd": body.opening_vnd, "before_vnd": before.opening_vnd},
    )
    return await till_by_receipts(connection, place.unit_id, cashier, day)


async def close_day(connection: AsyncConnection, actor: Actor, body: CloseDay, *, now: dt.datetime) -> Any:
    """Close the actor's own day; raises `InvalidInput` for an earlier day without anything to close (till_day_empty).

    The same names a difference that nobody explained.

    The day's row is locked first, so money is either in the sum or is refused afterwards.
    """
    place = await _place(connection, actor, body.unit)
    day = body.day or local_date(now)
    counted, faults = _counted(body)
    if day > local_date(now):
        faults.append(Refusal("date_in_future", "day"))
    refuse_all(InvalidInput, faults)
    locked = await writes.lock_day(connection, unit_id=place.unit_id, cashier_id=actor.account_id or 0, day=day)
    if locked.closed_at is not None:
        raise Conflict(Refusal("cash_day_closed"))
    till = await till_by_receipts(connection, place.unit_id, actor.account_id or 0, day)
    _require_something(till, now)
    difference = counted - till.expected_vnd
    if difference and body.explanation is None:
        params = {"expected_vnd": till.expected_vnd, "counted_vnd": counted, "difference_vnd": difference}
        raise InvalidInput(Refusal("cash_difference_unexplained", "explanation", params))
    await writes.close_day(
        connection,
        locked.id,
        expected_vnd=till.expected_vnd,
        counted_vnd=counted,
        denominations=None if body.notes is None else {str(item.note): item.pieces for item in body.notes},
        explanation=body.explanation,
        totals=till.totals,
        now=now,
    )
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action="cash_day_closed",
        subject=f"cash_day:{locked.id}",
        data={"expected_vnd": till.expected_vnd, "counted_vnd": counted},
    )
    return await queries.closed_day(connection, locked.id)


async def closed_days(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    day: dt.date | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` closed days of the units in reach, the latest first."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    return await queries.closed_days(
        connection, everything=everything, patterns=patterns, unit=unit, day=day, after=after, limit=limit
    )


async def _place(connection: AsyncConnection, actor: Actor, unit: str) -> Any:
    place = await queries.unit_place(connection, unit)
    if place.unit_id is None:
        raise InvalidInput(Refusal("unit_unknown", "unit", {"code": unit}))
    if not actor.scope(Permission.PAYMENTS_CONFIRM).covers(place.unit_path):
        raise Forbidden(Refusal("out_of_scope", "unit"))
    return place


async def till_by_receipts(connection: AsyncConnection, unit_id: int, cashier_id: int, day: dt.date) -> Till:
    """Return what a cashier's day comes to: opening cash, receipts, refunds; stays so while the day's row is locked."""
    row = await queries.till(connection, unit_id=unit_id, cashier_id=cashier_id, day=day)
    receipts, refunds, voided = (from_json(part) for part in (row.receipts, row.refunds, row.voided))
    cash_in, cash_out = (part.get("cash", {"amount_vnd": 0})["amount_vnd"] for part in (receipts, refunds))
    totals = {"receipts": receipts, "refunds": refunds, "voided": voided}
    return Till(day, row.opening_vnd, (row.opening_vnd or 0) + cash_in - cash_out, totals, row.closed_at)


def _require_something(till: Till, now: dt.datetime) -> None:
    """Raise `InvalidInput` (till_day_empty) for an earlier day without receipts, refunds or cash at the start."""
    if till.day < local_date(now) and till.opening_vnd is None and not any(till.totals.values()):
        raise InvalidInput(Refusal("till_day_empty", "day", {"day": till.day.isoformat()}))


def _counted(body: CloseDay) -> tuple[int, list[Refusal]]:
    """Return what was counted, and why it cannot be told."""
    if body.notes is None:
        return body.counted_vnd or 0, [Refusal("missing", "counted_vnd")] if body.counted_vnd is None else []
    faults = [
        Refusal("note_unknown", f"notes.{index}.note", {"note": item.note})
        for index, item in enumerate(body.notes)
        if item.note not in DENOMINATIONS
    ]
    if len({item.note for item in body.notes}) < len(body.notes):
        faults.append(Refusal("note_repeated", "notes"))
    if faults:
        return 0, faults
    counted = counted_cash({item.note: item.pieces for item in body.notes})
    if body.counted_vnd is not None and body.counted_vnd != counted:
        faults.append(Refusal("counted_differs_from_notes", "counted_vnd", {"notes_vnd": counted}))
    return counted, faults
