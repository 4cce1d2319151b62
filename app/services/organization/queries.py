"""Reads of units."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.db import fetch_all, fetch_one, from_json
from app.models.organization import AgencyIdentifier, Counter, Unit

# Sorts that a list may be asked for, each with the columns of its keyset (the last one is unique).
UNIT_SORTS: dict[str, tuple[str, ...]] = {"code": ("code",), "name": ("search", "code")}

_VALID_ON = "u.valid_from <= {on} and (u.valid_to is null or u.valid_to > {on})"

_ROW = """
select u.code, u.name, u.level, p.code as parent, u.is_one_stop, u.valid_from, u.valid_to, u.search,
  (select i.code from agency_identifier i where i.unit_id = u.id and i.valid_from <= {on}
    and (i.valid_to is null or i.valid_to > {on}) order by i.valid_from desc limit 1) as agency_identifier
from unit u left join unit p on p.id = u.parent_id
"""


async def paths_by_code(connection: AsyncConnection) -> dict[str, tuple[int, str]]:
    """Return (id, path) of every unit by its code."""
    return {row.code: (row.id, row.path) for row in await fetch_all(connection, "select code, id, path from unit")}


async def units_page(
    connection: AsyncConnection,
    *,
    words: Sequence[str],
    level: str | None,
    parent: str | None,
    on: dt.date,
    sort: str,
    after: Sequence[str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` units that exist on the day `on`, after the keyset values `after` of `sort`.

    `words` (folded) must all occur in a unit's name or code.
    """
    columns = UNIT_SORTS[sort]
    keyset = ", ".join(f'u.{column} collate "C"' for column in columns)
    values = ", ".join(f"${place}" for place in range(6, 6 + len(columns)))
    rows = await fetch_all(
        connection,
        f"""{_ROW.format(on="$1")}
        where {_VALID_ON.format(on="$1")}
          and u.search like all ($2::text[]) and ($3::text is null or u.level = $3)
          and ($4::text is null or p.code = $4)
          {f"and ({keyset}) > ({values})" if after else ""}
        order by {keyset} limit $5""",
        on,
        [f"%{word}%" for word in words],
        level,
        parent,
        limit,
        *(after or ()),
    )
    return [dict(row) for row in rows]


async def unit_detail(connection: AsyncConnection, code: str, *, on: dt.date) -> dict[str, Any] | None:
    """Return a unit with its parent, its identifiers of all times, its open counters and its number of children."""
    row: Any = await fetch_one(
        connection,
        f"""
        select u.code, u.name, u.level, u.is_one_stop, u.valid_from, u.valid_to, u.source, u.confidence,
          (select json_build_object('code', p.code, 'name', p.name) from unit p where p.id = u.parent_id)::text
            as parent,
          (select count(*) from unit c where c.parent_id = u.id and {_VALID_ON.replace("u.", "c.").format(on="$2")})
            as children_count,
          coalesce((select json_agg(json_build_object('code', i.code, 'valid_from', i.valid_from, 'valid_to',
            i.valid_to, 'source', i.source, 'confidence', i.confidence) order by i.valid_from)
            from agency_identifier i where i.unit_id = u.id), '[]')::text as agency_identifiers,
          coalesce((select json_agg(json_build_object('code', c.code, 'name', c.name) order by c.code)
            from counter c where c.unit_id = u.id and c.closed_at is null), '[]')::text as counters
        from unit u where u.code = $1""",
        code,
        on,
    )
    if row is None:
        return None
    found = dict(row)
    return found | {part: from_json(found[part]) for part in ("parent", "agency_identifiers", "counters")}


async def lock_unit(session: AsyncSession, code: str) -> Unit | None:
    """Return the unit's row, locked until the transaction ends."""
    return await session.scalar(select(Unit).where(Unit.code == code).with_for_update())


async def open_children(session: AsyncSession, unit_id: int, *, on: dt.date) -> int:
    """Return how many units directly below still exist on the day `on`."""
    found = await session.scalar(
        select(func.count())
        .select_from(Unit)
        .where(Unit.parent_id == unit_id, or_(Unit.valid_to.is_(None), Unit.valid_to > on))
    )
    return found or 0


async def counter_of(session: AsyncSession, unit_id: int, code: str) -> Counter | None:
    return await session.scalar(select(Counter).where(Counter.unit_id == unit_id, Counter.code == code))


async def lock_unit_by_id(session: AsyncSession, unit_id: int) -> Unit | None:
    return await session.scalar(select(Unit).where(Unit.id == unit_id).with_for_update())


async def open_dossiers(session: AsyncSession, unit_id: int) -> int:
    """Return how many open dossiers were received by the unit or are its to decide."""
    row = await fetch_one(
        await session.connection(),
        "select count(*) as dossiers from dossier d "
        "where (d.receiving_unit_id = $1 or d.competent_unit_id = $1) and d.ended_at is null",
        unit_id,
    )
    return 0 if row is None else int(row.dossiers)


async def last_registration(session: AsyncSession, unit_id: int) -> dt.datetime | None:
    """Return when the unit registered a dossier for the last time."""
    row = await fetch_one(
        await session.connection(),
        "select max(d.registered_at) as at from dossier d where d.receiving_unit_id = $1",
        unit_id,
    )
    return None if row is None else row.at


async def last_identifier(session: AsyncSession, unit_id: int) -> AgencyIdentifier | None:
    """Return the identifier of the unit that begins last."""
    held = select(AgencyIdentifier).where(AgencyIdentifier.unit_id == unit_id)
    return await session.scalar(held.order_by(AgencyIdentifier.valid_from.desc()).limit(1))


async def identifier_on(session: AsyncSession, unit_id: int, day: dt.date) -> AgencyIdentifier | None:
    """Return the identifier that the unit uses on the day."""
    return await session.scalar(
        select(AgencyIdentifier).where(
            AgencyIdentifier.unit_id == unit_id,
            AgencyIdentifier.valid_from <= day,
            or_(AgencyIdentifier.valid_to.is_(None), AgencyIdentifier.valid_to > day),
        )
    )


async def drop_identifiers_after(session: AsyncSession, unit_id: int, day: dt.date) -> None:
    """Forget identifiers of the unit that have not begun on the day: nothing was named by them."""
    await session.execute(
        delete(AgencyIdentifier).where(AgencyIdentifier.unit_id == unit_id, AgencyIdentifier.valid_from > day)
    )


async def last_code_by(session: AsyncSession, code: str, *, besides: int) -> dt.datetime | None:
    """Return when a unit other than `besides` gave a dossier a code by this identifier for the last time."""
    row = await fetch_one(
        await session.connection(),
        "select max(d.registered_at) as at from agency_identifier i join dossier d on d.receiving_unit_id = i.unit_id "
        "where i.code = $1 and i.unit_id <> $2 and starts_with(d.code, $1 || '-')",
        code,
        besides,
    )
    return None if row is None else row.at


async def lock_identifiers(session: AsyncSession) -> None:
    """Let one transaction at a time decide who uses which identifier: two units with one code would mix dossiers."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("agency_identifier"))))


async def identifier_in_use(session: AsyncSession, code: str, *, since: dt.date, besides: int) -> str | None:
    """Return the code of a unit other than `besides` that uses this identifier on or after the day `since`."""
    return await session.scalar(
        select(Unit.code)
        .join(AgencyIdentifier, AgencyIdentifier.unit_id == Unit.id)
        .where(
            AgencyIdentifier.code == code,
            AgencyIdentifier.unit_id != besides,
            or_(AgencyIdentifier.valid_to.is_(None), AgencyIdentifier.valid_to > since),
        )
        .limit(1)
    )
