"""Jobs in one's own transaction, and the worker as a whole."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from app.bootstrap import Application
from app.core.db import execute, fetch_all, fetch_one
from app.services.integration.jobs import defer
from app.worker.jobs import STRANGERS_KEPT, forget_old_answers, purge_expired_tokens, warn_before_calendar_ends
from app.worker.main import run_worker
from tests.conftest import NOW
from tests.factories.histories import make_office, random_histories, write_dossier


class ChangedMind(Exception):  # noqa: N818 - what happens in the story of a test
    """Makes a transaction roll back."""


async def jobs_of(application: Application) -> list[tuple[str, dict[str, object]]]:
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select task_name, args from procrastinate_jobs order by id")
    return [(row.task_name, row.args) for row in rows]


@asynccontextmanager
async def working(application: Application) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(application, stop=stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await worker


async def test_a_job_exists_once_its_cause_is_committed(own_application: Application) -> None:
    async with own_application.database.write() as connection:
        number = await defer(connection, "scan", {"document": 7}, lock="document 7")
    assert number > 0
    assert await jobs_of(own_application) == [("scan", {"document": 7})]


async def test_a_job_is_gone_with_its_cause_when_that_is_rolled_back(own_application: Application) -> None:
    with suppress(ChangedMind):
        async with own_application.database.write() as connection:
            await defer(connection, "scan", {"document": 7})
            raise ChangedMind
    assert await jobs_of(own_application) == []


async def test_the_worker_runs_a_deferred_job_and_forgets_it(own_application: Application) -> None:
    old = NOW - dt.timedelta(hours=own_application.settings.idempotency_keep_hours, minutes=1)
    async with own_application.database.write() as connection:
        for key, at in (("old", old), ("new", NOW)):
            await execute(
                connection,
                "insert into idempotency_key (scope, key, request_hash, status, headers, body, created_at) "
                "values ('account:1', $1, '', 201, '{}', '', $2)",
                key,
                at,
            )
        await defer(connection, "forget_idempotency_answers", {"timestamp": 0})
    async with working(own_application), asyncio.timeout(20):
        while ("forget_idempotency_answers", {"timestamp": 0}) in await jobs_of(own_application):  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)
    async with own_application.database.read() as connection:
        rows = await fetch_all(connection, "select key from idempotency_key")
    assert [row.key for row in rows] == ["new"]


async def test_the_worker_wakes_for_a_commit_and_stops_when_told(own_application: Application) -> None:
    async with working(own_application):
        async with own_application.database.session() as session:
            office = await make_office(session)
            dossier = await write_dossier(session, office, random_histories(office, seed=1, count=1, now=NOW)[0])
        async with asyncio.timeout(20):
            while True:
                async with own_application.database.read() as connection:
                    fact = await fetch_one(
                        connection, "select unit_id from dossier_fact where dossier_id = $1", dossier
                    )
                if fact is not None:
                    break
                await asyncio.sleep(0.02)


async def test_only_expired_refresh_tokens_are_purged(own_application: Application) -> None:
    async with own_application.database.write() as connection:
        account = await fetch_one(
            connection,
            "insert into account (username, kind, display_name, password_hash, scopes, auth_version, failed_attempts, "
            "created_at) values ('t', 'staff', 'T', '', '{}', 1, 0, $1) returning id",
            NOW,
        )
        assert account is not None
        for index, expires_at in enumerate((NOW - dt.timedelta(seconds=1), NOW + dt.timedelta(hours=1))):
            await execute(
                connection,
                "insert into refresh_token (account_id, family, token_hash, issued_at, expires_at) "
                "values ($1, 'f', $2, $3, $4)",
                account.id,
                bytes([index]),
                NOW,
                expires_at,
            )
        for index, failed_at in enumerate((NOW - STRANGERS_KEPT, NOW - STRANGERS_KEPT - dt.timedelta(seconds=1))):
            await execute(
                connection,
                "insert into stranger_sign_in (name_digest, failed_attempts, failed_at) values ($1, 1, $2)",
                bytes([index]),
                failed_at,
            )
    assert await purge_expired_tokens(own_application) == 1
    async with own_application.database.read() as connection:
        assert len(await fetch_all(connection, "select name_digest from stranger_sign_in")) == 1
    assert await purge_expired_tokens(own_application) == 0
    assert await forget_old_answers(own_application) == 0


async def test_days_left_of_the_confirmed_calendar_are_told(own_application: Application) -> None:
    async with own_application.database.write() as connection:
        await execute(connection, "update calendar set known_until = $1 where unit_id is null", NOW.date())
        await execute(
            connection,
            "insert into calendar (purpose, version, known_until) values ('deadline', 1, $1) on conflict do nothing",
            NOW.date(),
        )
    assert await warn_before_calendar_ends(own_application) == 0
