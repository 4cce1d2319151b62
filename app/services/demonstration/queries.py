"""Reads of the demonstration."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one


async def let_one_in(connection: AsyncConnection) -> None:
    """Let one demonstration at a time be built, until the transaction ends."""
    await fetch_all(connection, "select pg_advisory_xact_lock(hashtext('demonstration'))::text")


async def has_units(connection: AsyncConnection) -> bool:
    row: Any = await fetch_one(connection, "select exists (select from unit) as found")
    return bool(row.found)


async def communes(connection: AsyncConnection) -> list[str]:
    """Return the codes of all communes in order."""
    rows = await fetch_all(connection, "select code from unit where level = 'commune' order by code")
    return [row.code for row in rows]


async def unit_names(connection: AsyncConnection, codes: list[str]) -> dict[str, str]:
    """Return the names of those of `codes` that exist."""
    rows = await fetch_all(connection, "select code, name from unit where code = any($1::text[])", codes)
    return {row.code: row.name for row in rows}


async def versions_in_force(connection: AsyncConnection, day: dt.date) -> list[int]:
    """Return the ids of the procedure versions in force on `day`, in the order of their codes."""
    rows = await fetch_all(
        connection,
        "select v.id from procedure p join procedure_version v on v.procedure_id = p.id where v.status = 'published' "
        "and v.valid_from <= $1 and (v.valid_to is null or v.valid_to > $1) order by p.code",
        day,
    )
    return [row.id for row in rows]


async def dossiers_by_state(connection: AsyncConnection) -> dict[int, int]:
    rows = await fetch_all(connection, "select state, count(*) as n from dossier group by state order by state")
    return {row.state: row.n for row in rows}


async def fullest_till(connection: AsyncConnection, *, before: dt.date) -> Any:
    """Return unit, cashier and day of the till with most cash receipts before `before`; None without any."""
    return await fetch_one(
        connection,
        "select u.code as unit, t.cashier_id, t.collected_on as day from fee_receipt t join unit u on u.id = t.unit_id "
        "where t.method = 'cash' and t.voided_at is null and t.collected_on < $1 group by 1, 2, 3 "
        "order by count(*) desc, t.collected_on desc, u.code limit 1",
        before,
    )


async def imported_dossiers(connection: AsyncConnection) -> int:
    row: Any = await fetch_one(connection, "select count(*) as n from dossier where imported")
    return int(row.n)


async def counted_dossiers(connection: AsyncConnection) -> int:
    """Return how many dossiers the figures know."""
    row: Any = await fetch_one(connection, "select count(*) as n from dossier_fact")
    return int(row.n)
