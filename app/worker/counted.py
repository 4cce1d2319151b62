"""Transactions of the worker whose acts on dossiers are counted, as those of callers are by the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.acts import noting_acts
from app.core.db import Database
from app.services.integration.writes import count_worker_acts


@asynccontextmanager
async def acting(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open a transaction; what was done to dossiers in it is counted in it, or rolled back with it."""
    with noting_acts() as acts:
        async with database.write() as connection:
            yield connection
            if acts:
                await count_worker_acts(connection, acts)
