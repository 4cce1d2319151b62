"""Rings the followers' bells when PostgreSQL says that events were committed. Polling covers whatever it misses."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog

from app.core.db import SERVICE_ROLE, plain_url
from app.worker.follower import pause_after, rest

CHANNEL = "dossier_event"

log = structlog.get_logger(__name__)


async def listen(url: str, ring: Callable[[], None], stop: asyncio.Event) -> None:
    """Keep one connection that listens until `stop`; when it breaks, ring once (something may be missed), reconnect."""
    failures = 0
    while not stop.is_set():
        try:
            connection = await asyncpg.connect(
                plain_url(url), server_settings={"role": SERVICE_ROLE, "application_name": "motcua listener"}
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            pause = pause_after(failures)
            failures += 1
            log.warning("listener_cannot_connect", kind=type(error).__name__, failures=failures, pause=pause)
            await rest(stop, pause)
            continue
        try:
            await _listen_on(connection, ring, stop)
            failures = 0
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            failures += 1
            log.warning("listener_lost", kind=type(error).__name__)
        finally:
            connection.terminate()
        ring()


async def _listen_on(connection: Any, ring: Callable[[], None], stop: asyncio.Event) -> None:
    """Listen until `stop` or until the connection ends."""
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    await connection.add_listener(CHANNEL, lambda *_notification: ring())
    ring()
    waiting = [asyncio.create_task(event.wait()) for event in (stop, lost)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    if lost.is_set() and not stop.is_set():
        log.warning("listener_lost", kind="terminated")
