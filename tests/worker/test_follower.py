"""Followers of the log, with real transactions that overlap."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import Application
from app.core.db import execute, fetch_one
from app.services.integration.queries import LogEvent, follower_lag
from app.services.integration.writes import ensure_position
from app.services.statistics.follow_log import FOLLOWER, take_events
from app.services.statistics.rebuild import Rebuilt, rebuild, verify
from app.services.statistics.rollups import Difference
from app.worker.follower import LONGEST_PAUSE_SECONDS, Bell, Follower, Step, catch_up, follow, pause_after, take_step
from tests.conftest import NOW
from tests.factories.histories import (
    Office,
    live_on,
    make_office,
    random_histories,
    write_dossier,
    write_event,
)


class ChangedMind(Exception):  # noqa: N818 - what happens in the story of a test
    """Makes a transaction roll back."""


class Notebook:
    """An effect that keeps what it was given, and can be told to fail or to wait in the middle of a batch."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.failures = 0
        self.entered = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def take(self, connection: AsyncConnection, events: Sequence[LogEvent], _now: dt.datetime) -> None:
        for event in events:
            await execute(
                connection,
                "insert into stored_secret (name, value) values ($1, 'taken')",
                f"event {event.id}",
            )
        self.entered.set()
        await self.go_on.wait()
        if self.failures:
            self.failures -= 1
            raise ValueError("told to fail")
        self.seen += [event.id for event in events]


@pytest.fixture
async def office(own_application: Application) -> Office:
    async with own_application.database.session() as session:
        office = await make_office(session)
    async with own_application.database.write() as connection:
        await ensure_position(connection, FOLLOWER)
        await ensure_position(connection, "notebook")
    return office


async def add_dossiers(
    application: Application, office: Office, *, seed: int, count: int, wait: bool = True
) -> list[int]:
    async with application.database.session() as session:
        histories = random_histories(office, seed=seed, count=count, now=NOW)
        written = [await write_dossier(session, office, history) for history in histories]
    if wait:
        await until_readable(application)
    return written


async def until_readable(application: Application) -> None:
    """Wait out transactions of other tests on this server, which hold back what is committed here."""
    await eventually(lambda: _is_readable(application))


async def _is_readable(application: Application) -> bool:
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select not exists (select from dossier_event where xid >= pg_snapshot_xmin(pg_current_snapshot())) as yes",
        )
    assert row is not None
    return bool(row.yes)


async def count_of(application: Application, table: str) -> int:
    async with application.database.read() as connection:
        row = await fetch_one(connection, f"select count(*) as rows from {table}")
    assert row is not None
    return int(row.rows)


async def event_ids(application: Application) -> list[int]:
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select array_agg(id order by xid, id) as ids from dossier_event")
    assert row is not None
    return list(row.ids)


@asynccontextmanager
async def running(application: Application, follower: Follower) -> AsyncIterator[Bell]:
    bell, stop = Bell(), asyncio.Event()
    task = asyncio.create_task(
        follow(application.database, follower, clock=application.clock, bell=bell, stop=stop, poll_seconds=0.05)
    )
    try:
        yield bell
    finally:
        stop.set()
        bell.ring()
        await task


async def rebuilt(application: Application) -> Rebuilt:
    async with application.database.write() as connection:
        return await rebuild(connection, now=NOW)


async def differences(application: Application) -> list[Difference]:
    async with application.database.read() as connection:
        return await verify(connection)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.02)


async def until(condition: asyncio.Event) -> None:
    async with asyncio.timeout(20):
        await condition.wait()


async def test_events_are_taken_in_batches_in_the_order_of_the_log(
    own_application: Application, office: Office
) -> None:
    await add_dossiers(own_application, office, seed=1, count=6)
    notebook = Notebook()
    batches = await catch_up(own_application.database, Follower("notebook", notebook.take, batch=5), now=NOW)
    assert batches == 3
    assert notebook.seen == await event_ids(own_application)


async def test_a_late_commit_with_a_lower_number_is_not_skipped(own_application: Application, office: Office) -> None:
    (dossier,) = await add_dossiers(own_application, office, seed=1, count=1)
    notebook = Notebook()
    follower = Follower("notebook", notebook.take)
    await catch_up(own_application.database, follower, now=NOW)
    already = list(notebook.seen)
    async with own_application.database.write() as slow:
        await write_event(slow, dossier, seq=50, kind="extended", state=4, at=NOW)
        async with own_application.database.write() as quick:
            await write_event(quick, dossier, seq=51, kind="extended", state=4, at=NOW)
        assert await take_step(own_application.database, follower, now=NOW) is Step.HELD_BACK
        assert notebook.seen == already
    await catch_up(own_application.database, follower, now=NOW)
    assert notebook.seen == await event_ids(own_application)
    assert len(notebook.seen) == len(already) + 2


async def test_what_is_rolled_back_is_never_seen(own_application: Application, office: Office) -> None:
    (dossier,) = await add_dossiers(own_application, office, seed=1, count=1)
    with suppress(ChangedMind):
        async with own_application.database.write() as connection:
            await write_event(connection, dossier, seq=50, kind="extended", state=4, at=NOW)
            raise ChangedMind
    notebook = Notebook()
    await catch_up(own_application.database, Follower("notebook", notebook.take), now=NOW)
    assert len(notebook.seen) == 2


async def test_a_second_worker_skips_while_the_first_is_at_it(own_application: Application, office: Office) -> None:
    await add_dossiers(own_application, office, seed=1, count=2)
    first, second = Notebook(), Notebook()
    first.go_on.clear()
    step = asyncio.create_task(take_step(own_application.database, Follower("notebook", first.take), now=NOW))
    await until(first.entered)
    assert await take_step(own_application.database, Follower("notebook", second.take), now=NOW) is Step.NOTHING_NEW
    first.go_on.set()
    assert await step is Step.MOVED
    assert second.seen == []
    assert first.seen == await event_ids(own_application)


async def test_two_followers_at_once_count_every_dossier_once(own_application: Application, office: Office) -> None:
    follower = Follower(FOLLOWER, take_events, batch=7)
    async with running(own_application, follower) as one, running(own_application, follower) as other:
        for seed in range(5):
            await add_dossiers(own_application, office, seed=seed, count=12)
            one.ring()
            other.ring()

        async def all_counted() -> bool:
            return await count_of(own_application, "dossier_fact") == 60

        await eventually(all_counted)
    await catch_up(own_application.database, follower, now=NOW)
    assert await differences(own_application) == []
    async with own_application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select sum(received) as received from statistics_cell "
            "where unit_id = 0 and procedure_id = 0 and grain = 'y'",
        )
    assert row is not None
    assert row.received == 60


async def test_a_batch_broken_off_in_the_middle_is_taken_once_in_the_end(
    own_application: Application, office: Office
) -> None:
    await add_dossiers(own_application, office, seed=1, count=3)
    notebook = Notebook()
    follower = Follower("notebook", notebook.take, batch=4)
    notebook.go_on.clear()
    step = asyncio.create_task(take_step(own_application.database, follower, now=NOW))
    await until(notebook.entered)
    step.cancel()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert await count_of(own_application, "stored_secret where value = 'taken'") == 0
    notebook.go_on.set()
    await catch_up(own_application.database, follower, now=NOW)
    assert notebook.seen == await event_ids(own_application)
    assert await count_of(own_application, "stored_secret where value = 'taken'") == len(notebook.seen)


async def test_a_batch_whose_effect_fails_is_tried_again_and_leaves_nothing_out(
    own_application: Application, office: Office
) -> None:
    await add_dossiers(own_application, office, seed=1, count=2)
    notebook = Notebook()
    notebook.failures = 1
    async with running(own_application, Follower("notebook", notebook.take)):

        async def all_seen() -> bool:
            return len(notebook.seen) == 4

        await eventually(all_seen)
    assert notebook.seen == await event_ids(own_application)


def test_pauses_after_failures_double_and_are_bounded() -> None:
    assert [pause_after(failures) for failures in range(4)] == [0.5, 1, 2, 4]
    assert pause_after(10_000) == LONGEST_PAUSE_SECONDS


async def test_a_follower_asked_to_stop_finishes_its_batch(own_application: Application, office: Office) -> None:
    await add_dossiers(own_application, office, seed=1, count=2)
    notebook = Notebook()
    notebook.go_on.clear()
    async with running(own_application, Follower("notebook", notebook.take)):
        await until(notebook.entered)
        notebook.go_on.set()
    assert len(notebook.seen) == 4
    assert await take_step(own_application.database, Follower("notebook", notebook.take), now=NOW) is Step.NOTHING_NEW


async def test_lag_counts_unread_events_and_the_time_they_wait(own_application: Application, office: Office) -> None:
    (dossier,) = await add_dossiers(own_application, office, seed=1, count=1)
    async with own_application.database.read() as connection:
        lags = {lag.follower: lag for lag in await follower_lag(connection, now=NOW)}
    assert lags["notebook"].events == 2
    await catch_up(own_application.database, Follower("notebook", Notebook().take), now=NOW)
    async with own_application.database.write() as connection:
        await write_event(connection, dossier, seq=50, kind="extended", state=4, at=NOW - dt.timedelta(days=9))
    await until_readable(own_application)
    async with own_application.database.read() as connection:
        later = NOW + dt.timedelta(seconds=30)
        lags = {lag.follower: lag for lag in await follower_lag(connection, now=later)}
    assert lags["notebook"].events == 1
    assert lags["notebook"].seconds == 30


async def test_a_rebuild_while_events_keep_coming_counts_nothing_twice_or_never(
    own_application: Application, office: Office
) -> None:
    follower = Follower(FOLLOWER, take_events, batch=5)
    written = await add_dossiers(own_application, office, seed=1, count=20)
    async with running(own_application, follower) as bell, own_application.database.session() as session:
        open_still = await write_dossier(session, office, random_histories(office, seed=2, count=1, now=NOW)[0])
        for seed in range(3, 6):
            await rebuilt(own_application)
            await add_dossiers(own_application, office, seed=seed, count=5, wait=False)
            turned = random_histories(office, seed=seed, count=4, now=NOW)
            async with own_application.database.write() as connection:
                await execute(connection, "update supplement_request set received_at = requested_at")
                for dossier, history in zip(written, turned, strict=False):
                    await live_on(connection, office, dossier, history)
            bell.ring()
        assert open_still > 0
    await catch_up(own_application.database, follower, now=NOW)
    assert await count_of(own_application, "dossier_fact") == 36
    assert await differences(own_application) == []
