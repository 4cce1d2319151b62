"""Reads of units."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all


async def paths_by_code(connection: AsyncConnection) -> dict[str, tuple[int, str]]:
    """Return (id, path) of every unit by its code."""
    return {row.code: (row.id, row.path) for row in await fetch_all(connection, "select code, id, path from unit")}
