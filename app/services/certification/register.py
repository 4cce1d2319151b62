"""The register of certifications as it is read, and which procedures the fast lane takes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.certification import queries, writes
from app.services.certification.inputs import AllowFastLane
from app.services.identity.scope import scope_parameters


def label(number: int, year: int, suffix: str) -> str:
    """Return a number as the stamp prints it: `120/2026-SCT/BS`."""
    return f"{number}/{year}-{suffix}"


async def register_of(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    book: str | None,
    from_day: dt.date | None,
    to_day: dt.date | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return lines of the register of the units in reach, the latest first; `to_day` is the last day wanted."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    return await queries.register_page(
        connection,
        everything=everything,
        patterns=patterns,
        unit=unit,
        book=book,
        from_day=from_day,
        to_day=to_day,
        after=after,
        limit=limit,
    )


async def allow_fast_lane(
    connection: AsyncConnection, actor: Actor, procedure_code: str, body: AllowFastLane, *, now: dt.datetime
) -> Sequence[Any]:
    """Let a procedure into the fast lane or take it out; return the list as it is now."""
    found = await queries.procedure_and_book(connection, procedure_code=procedure_code, book=body.book)
    faults = []
    if found.procedure_id is None:
        faults.append(Refusal("procedure_unknown", "procedure_code", {"code": procedure_code}))
    if body.book is not None and found.book is None:
        faults.append(Refusal("certification_book_unknown", "book", {"book": body.book}))
    refuse_all(InvalidInput, faults)
    await writes.set_book(connection, found.procedure_id, body.book)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action="fast_lane_changed",
        subject=f"procedure:{procedure_code}",
        data={"book": body.book},
    )
    return await queries.fast_lane(connection)
