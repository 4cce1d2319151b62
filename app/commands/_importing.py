"""How a file of any length is imported: batch by batch, each in a transaction of its own."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from app.core.clock import Clock
from app.core.db import Database
from app.services.dossiers.importing.import_batch import ReadRow, import_batch, read_rows
from app.services.dossiers.importing.report import RowReport
from app.services.dossiers.importing.shape import HistoricRow

BATCH = 2_000


async def import_rows(
    database: Database, rows: Iterable[HistoricRow], *, clock: Clock, dry_run: bool = False, size: int = BATCH
) -> AsyncIterator[list[RowReport]]:
    """Import `rows` and yield the reports of each batch once it is committed.

    A crash leaves whole batches; importing the same rows again goes on behind them. A dry run only reads.
    """
    remaining = iter(rows)
    now = clock.now()
    # While the database takes one batch in, a thread reads the next one.
    coming = asyncio.create_task(asyncio.to_thread(_read_batch, remaining, size, now))
    try:
        while batch := await coming:
            coming = asyncio.create_task(asyncio.to_thread(_read_batch, remaining, size, now))
            door = database.read if dry_run else database.write
            async with door() as connection:
                reports = await import_batch(connection, batch, dry_run=dry_run)
            yield reports
    finally:
        coming.cancel()


def _read_batch(rows: Iterator[HistoricRow], size: int, now: dt.datetime) -> list[ReadRow]:
    return read_rows(islice(rows, size), now=now)
