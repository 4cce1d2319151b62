"""Find units, and look at one: public, as the catalogue is."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import NotFound, Refusal
from app.domain.search_text import tokens
from app.services.organization import queries


async def find_units(
    connection: AsyncConnection,
    *,
    q: str | None,
    level: str | None,
    parent: str | None,
    on: dt.date,
    sort: str,
    after: Sequence[str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` units that exist on the day `on`; "phuong chau son" finds Phường Châu Sơn."""
    words = tokens(q) if q is not None else ()
    if q is not None and not words:
        return []
    return await queries.units_page(
        connection, words=words, level=level, parent=parent, on=on, sort=sort, after=after, limit=limit
    )


async def unit_by_code(connection: AsyncConnection, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return one unit with its surroundings; raise `NotFound` (`unit_unknown`)."""
    found = await queries.unit_detail(connection, code, on=local_date(now))
    if found is None:
        raise NotFound(Refusal("unit_unknown", params={"code": code}))
    return found
