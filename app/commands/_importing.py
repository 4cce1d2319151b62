"""How a file of any length is imported: batch by batch, each in a transaction of its own."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from app.core.clock import Clock
from app.core.db import Database
from app.services.dossiers.importing.ground import Ground
from app.services.dossiers.importing.import_batch import (
    JudgedBatch,
    ReadRow,
    ground_of,
    judge_batch,
    read_rows,
    write_batch,
)
from app.services.dossiers.importing.report import RowReport
from app.services.dossiers.importing.shape import HistoricRow

BATCH = 2_000


async def import_rows(
    database: Database, rows: Iterable[HistoricRow], *, clock: Clock, dry_run: bool = False, size: int = BATCH
) -> AsyncIterator[list[RowReport]]:
    """Import `rows` and yield the reports of each batch once it is committed.

    While the database takes one batch in, a thread judges the next one and reads the one after it. A crash leaves whole
    batches; importing the same rows again goes on behind them. A dry run works on a read-only connection.
    """
    remaining, now = iter(rows), clock.now()
    read = await asyncio.to_thread(_read, remaining, size, now)
    judged = JudgedBatch(())
    while read or judged.rows:
        async with database.read() as connection:
            ground = await ground_of(connection, read)
        thread = asyncio.to_thread(_judge_and_read, read, ground, judged.names, remaining, size, now)
        ahead = asyncio.create_task(thread)
        try:
            if judged.rows and not dry_run:
                async with database.write() as connection:
                    judged = await write_batch(connection, judged)
        finally:
            following, read = await ahead  # a thread cannot be stopped, so it is never left alone
        if judged.rows:
            yield judged.reports
        judged = following


def _judge_and_read(
    batch: list[ReadRow],
    ground: Ground,
    taken: frozenset[str],
    rows: Iterator[HistoricRow],
    size: int,
    now: dt.datetime,
) -> tuple[JudgedBatch, list[ReadRow]]:
    return judge_batch(batch, ground, taken), _read(rows, size, now)


def _read(rows: Iterator[HistoricRow], size: int, now: dt.datetime) -> list[ReadRow]:
    return read_rows(islice(rows, size), now=now)
