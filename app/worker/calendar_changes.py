"""Carries published calendars to the open dossiers: one transaction a batch, taken up again after a crash."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from app.bootstrap import Application
from app.services.calendar_changes.queries import running_transactions, unfinished_publications
from app.services.calendar_changes.recompute import BATCH, Step, recompute_batch

POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 120.0
"""How long to wait for transactions older than the publication before leaving its last pass to the next visit."""

log = structlog.get_logger(__name__)


async def carry_to_dossiers(application: Application, publication_id: int, *, batch: int = BATCH) -> None:
    """Recompute the open dossiers that the publication reaches until none is left; raises what a batch raises.

    Whoever began before the publication may still accept a dossier by the former calendar, so there is a last pass
    once all of them have ended.
    """
    async with application.database.read() as connection:
        older = await running_transactions(connection)
    last_pass = False
    while True:
        async with application.database.write() as connection:
            step = await recompute_batch(
                connection, publication_id, now=application.clock.now(), last_pass=last_pass, batch=batch
            )
        if step is Step.WORKED:
            continue
        if step is Step.NOTHING_TO_DO:
            log.info("calendar_publication_carried", publication=publication_id)
            return
        if not await _ended(application, older):
            log.warning("calendar_publication_waits", publication=publication_id)
            return
        last_pass = True


async def carry_what_is_unfinished(application: Application) -> int:
    """Take up the publications that a crash or a long transaction left unfinished; return how many there were."""
    async with application.database.read() as connection:
        unfinished = await unfinished_publications(connection)
    for publication_id in unfinished:
        await carry_to_dossiers(application, publication_id)
    return len(unfinished)


async def _ended(application: Application, transactions: Sequence[str]) -> bool:
    """Wait until these transactions have ended; False if they outlast the patience."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while transactions:
                async with application.database.read() as connection:
                    transactions = await running_transactions(connection, transactions)
                if transactions:
                    await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return False
    return True
