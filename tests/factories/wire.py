"""What goes over the wire: every statement of a connection, BEGIN and COMMIT included, counted as round trips."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.core.db import Database, driver_of


@asynccontextmanager
async def statements_on(database: Database) -> AsyncIterator[list[str]]:
    """Collect the statements sent on the connections that `database` lends now, in order.

    For databases of one connection (rolled-back applications) that is everything; with a pool only what the first
    free connections of each kind send.
    """
    sent: list[str] = []

    def note(record: Any) -> None:
        sent.append(record.query)

    async with database.read() as connection:
        reader = await driver_of(connection)
    async with database.write() as connection:
        writer = await driver_of(connection)
    drivers = {id(driver): driver for driver in (reader, writer)}.values()
    for driver in drivers:
        driver.add_query_logger(note)
    try:
        yield sent
    finally:
        await asyncio.sleep(0)  # the driver tells its loggers a turn of the loop later
        for driver in drivers:
            driver.remove_query_logger(note)
