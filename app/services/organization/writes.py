"""Set-wise inserts of units and identifiers: two statements for a whole province."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all
from app.domain.search_text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A unit to create; `parent_code` None makes it the root, of which there is one."""

    code: str
    name: str
    level: str
    parent_code: str | None
    valid_from: dt.date
    valid_to: dt.date | None = None
    is_one_stop: bool = False
    source: str = ""
    confidence: str = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIdentifier:
    """The identifier code of a unit from `valid_from` on."""

    unit_code: str
    code: str
    valid_from: dt.date
    source: str = ""
    confidence: str = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCounter:
    """A counter to open at a one-stop desk."""

    unit_code: str
    code: str
    name: str


def search_text(name: str, code: str) -> str:
    """Return the text that a search for units looks at."""
    return fold(f"{name} {code}")


async def insert_units(connection: AsyncConnection, units: Sequence[NewUnit]) -> dict[str, int]:
    """Insert the units whose codes are new, still without place in the tree; return their ids by code."""
    found = await fetch_all(
        connection,
        "insert into unit (code, name, level, path, search, valid_from, valid_to, is_one_stop, source, confidence) "
        "select u.code, u.name, u.level, '', u.search, u.valid_from, u.valid_to, u.is_one_stop, u.source, u.confidence "
        "from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::boolean[], "
        "$8::text[], $9::text[]) with ordinality as u (code, name, level, search, valid_from, valid_to, is_one_stop, "
        "source, confidence, place) order by u.place on conflict (code) do nothing returning id, code",
        [unit.code for unit in units],
        [unit.name for unit in units],
        [unit.level for unit in units],
        [search_text(unit.name, unit.code) for unit in units],
        [unit.valid_from for unit in units],
        [unit.valid_to for unit in units],
        [unit.is_one_stop for unit in units],
        [unit.source for unit in units],
        [unit.confidence for unit in units],
    )
    return {row.code: row.id for row in found}


async def place_units(connection: AsyncConnection, places: Mapping[int, tuple[int | None, str]]) -> None:
    """Give units (by id) their parent's id and their path."""
    await execute(
        connection,
        "update unit set parent_id = p.parent_id, path = p.path "
        "from unnest($1::integer[], $2::integer[], $3::text[]) as p (id, parent_id, path) where unit.id = p.id",
        list(places),
        [parent_id for parent_id, _ in places.values()],
        [path for _, path in places.values()],
    )


async def insert_first_identifiers(connection: AsyncConnection, identifiers: Sequence[NewIdentifier]) -> int:
    """Insert identifiers for those units that never had one; return how many."""
    return await execute(
        connection,
        "insert into agency_identifier (unit_id, code, valid_from, source, confidence) "
        "select unit.id, i.code, i.valid_from, i.source, i.confidence "
        "from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[]) "
        "as i (unit_code, code, valid_from, source, confidence) join unit on unit.code = i.unit_code "
        "where not exists (select from agency_identifier held where held.unit_id = unit.id) "
        "on conflict (code, valid_from) do nothing",
        [identifier.unit_code for identifier in identifiers],
        [identifier.code for identifier in identifiers],
        [identifier.valid_from for identifier in identifiers],
        [identifier.source for identifier in identifiers],
        [identifier.confidence for identifier in identifiers],
    )


async def insert_counters(connection: AsyncConnection, counters: Sequence[NewCounter]) -> int:
    """Insert counters whose codes are new at their units; return how many."""
    return await execute(
        connection,
        "insert into counter (unit_id, code, name) select unit.id, c.code, c.name "
        "from unnest($1::text[], $2::text[], $3::text[]) as c (unit_code, code, name) "
        "join unit on unit.code = c.unit_code and unit.is_one_stop on conflict (unit_id, code) do nothing",
        [counter.unit_code for counter in counters],
        [counter.code for counter in counters],
        [counter.name for counter in counters],
    )
