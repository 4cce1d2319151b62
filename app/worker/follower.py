"""Followers of the log: each takes in every committed event exactly once, in order, and remembers how far it came.

Effect and position move in one transaction under the position's row lock, so a crash repeats a batch as if it had never
begun, and any number of workers may run: one works, the others find the row locked and look again later.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import Clock
from app.core.db import Database
from app.services.integration.queries import LogEvent, read_events, waiting_events
from app.services.integration.writes import claim_position, move_position

Effect = Callable[[AsyncConnection, Sequence[LogEvent], dt.datetime], Awaitable[None]]

BATCH = 1000
HELD_BACK_SECONDS = 0.05
"""How soon to look again when a running transaction holds back events that are written already."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Follower:
    """A consumer of the log. `effect` runs in the follower's transaction and must not commit or call the network."""

    name: str
    effect: Effect
    batch: int = BATCH


class Step(Enum):
    """What a look at the log came to."""

    MOVED = "moved"
    HELD_BACK = "held back"
    NOTHING_NEW = "nothing new"


class Bell:
    """Wakes one follower: rung when events may have come and when it is time to stop."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    def silence(self) -> None:
        self._rung.clear()

    async def wait(self, seconds: float) -> None:
        """Return when the bell rings, after `seconds` at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()


async def take_step(database: Database, follower: Follower, *, now: dt.datetime) -> Step:
    """Take in one batch if there is any and no other worker is at it.

    Raises whatever the effect raises; nothing is kept of a batch whose effect fails.
    """
    async with database.read() as connection:
        waiting = await waiting_events(connection, follower.name)
    if not waiting.readable:
        return Step.HELD_BACK if waiting.held_back else Step.NOTHING_NEW
    async with database.write() as connection:
        position = await claim_position(connection, follower.name)
        if position is None:
            return Step.NOTHING_NEW
        events = await read_events(connection, position, limit=follower.batch)
        if not events:
            return Step.NOTHING_NEW
        await follower.effect(connection, events, now)
        await move_position(connection, follower.name, events[-1].position, now=now)
    return Step.MOVED


async def catch_up(database: Database, follower: Follower, *, now: dt.datetime) -> int:
    """Take in batches until there is nothing new; return how many.

    Waits for transactions that hold events back (of the whole server: transaction ids are the server's), so never call
    it within a transaction of one's own. Returns early if another worker is at it.
    """
    batches = 0
    while (step := await take_step(database, follower, now=now)) is not Step.NOTHING_NEW:
        if step is Step.MOVED:
            batches += 1
        else:
            await asyncio.sleep(HELD_BACK_SECONDS)
    return batches


async def follow(
    database: Database,
    follower: Follower,
    *,
    clock: Clock,
    bell: Bell,
    stop: asyncio.Event,
    poll_seconds: float,
) -> None:
    """Take in events until `stop` is set (ring the bell with it); a batch that has begun is finished.

    After an error the same batch is tried again, after pauses that double up to `LONGEST_PAUSE_SECONDS`: an event that
    cannot be taken in holds its follower and shows in the log and in its lag; it is never left out.
    """
    failures = 0
    while True:
        bell.silence()
        if stop.is_set():
            return
        try:
            step = await take_step(database, follower, now=clock.now())
        except Exception as error:
            pause = pause_after(failures)
            failures += 1
            log.exception(
                "follower_failed", follower=follower.name, kind=type(error).__name__, failures=failures, pause=pause
            )
            await rest(stop, pause)
            continue
        if failures:
            log.info("follower_recovered", follower=follower.name, failures=failures)
            failures = 0
        if step is Step.HELD_BACK:
            await bell.wait(HELD_BACK_SECONDS)
        elif step is Step.NOTHING_NEW:
            await bell.wait(poll_seconds)


def pause_after(failures: int) -> float:
    """Return how many seconds to pause after one more failure, `failures` having gone before."""
    return float(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures, 16)))


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Pause for `seconds`, or until `stop` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
