"""The suite's PostgreSQL, its template, and applications over it.

One server a run: `MOTCUA_TEST_DATABASE_URL` if set (a superuser's URL), else the embedded one in a directory of the
suite's own. One template database, migrated and filled with the shipped reference data once, cloned per worker.

* `application`, `client`: everything a test does is rolled back; one connection, so no real concurrency.
* `own_application`, `own_client`: a clone of the template for this test alone; commits are real, followers see them.
"""

import asyncio
import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.bootstrap import Application, migrate_database, open_inspection, open_signing, open_storage
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import PostgresDatabase, driver_of, plain_url, transaction
from app.core.embedded_postgres import start_cluster
from app.core.security import TokenSigner
from app.core.settings import Settings
from app.services.ports import FileInspection
from tests.factories.api_over import api_over
from tests.factories.reference import load_reference_data

pytest_plugins = ["tests.reading"]

# A busy machine is no fault of the program: no test is judged by the clock.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

ROOT = Path(__file__).parent.parent
# Monday 2026-11-23, 09:00 in Vietnam: the day before the first Ngày Văn hóa Việt Nam.
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)


class SavepointDatabase:
    """The three doors of `Database` over one connection whose outer transaction is never committed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with transaction(self._connection):
            yield self._connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        yield self._connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with (
            transaction(self._connection),
            AsyncSession(self._connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end no process waits for another that still reads scans."""
    items.sort(key=lambda item: item.get_closest_marker("reads_texts") is None)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the suite's server, as a superuser, without a database's name."""
    given = os.environ.get("MOTCUA_TEST_DATABASE_URL")
    if given:
        yield plain_url(given)
        return
    directory = _shared_directory(tmp_path_factory) / "postgres-of-the-suite"
    with start_cluster(directory) as cluster:
        yield cluster.dsn("postgres", "motcua_admin")


@pytest.fixture(scope="session")
def template(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of the migrated and filled database that all others are copies of; made once for all workers."""
    shared = _shared_directory(tmp_path_factory)
    name = f"motcua_template_{hashlib.sha256(str(shared).encode()).hexdigest()[:10]}"
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shared / "template.made"
        if not made.exists():
            asyncio.run(_run_sql(server_url, f'create database "{name}"'))
            url = _url_of(server_url, name)
            migrate_database(url)
            asyncio.run(_fill(url))
            made.touch()
    return name


@pytest.fixture(scope="session")
async def worker_database(server_url: str, template: str) -> AsyncIterator[PostgresDatabase]:
    """Clone of this worker, shared by all its rolled-back tests."""
    async with _clone(server_url, template) as database:
        yield database


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
async def inspection() -> AsyncIterator[FileInspection]:
    """What inspects the files of all tests of this worker."""
    opened = open_inspection(Settings())
    yield opened
    await opened.close()


@pytest.fixture
async def application(
    worker_database: PostgresDatabase, clock: FixedClock, inspection: FileInspection, tmp_path: Path
) -> AsyncIterator[Application]:
    async with worker_database.writer.connect() as connection:
        outer = (await driver_of(connection)).transaction()
        await outer.start()
        try:
            yield _application(SavepointDatabase(connection), clock, worker_database.url, tmp_path, inspection)
        finally:
            await outer.rollback()


@pytest.fixture
async def client(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    async with _client_of(application) as found:
        yield found


@pytest.fixture
async def own_application(
    server_url: str, template: str, clock: FixedClock, inspection: FileInspection, tmp_path: Path
) -> AsyncIterator[Application]:
    async with _clone(server_url, template) as database:
        yield _application(database, clock, database.url, tmp_path, inspection)


@pytest.fixture
async def own_client(own_application: Application) -> AsyncIterator[httpx.AsyncClient]:
    async with _client_of(own_application) as found:
        yield found


def _application(
    database: "SavepointDatabase | PostgresDatabase",
    clock: FixedClock,
    url: str,
    directory: Path,
    inspection: FileInspection,
) -> Application:
    settings = Settings(data_dir=directory, log_level="WARNING", storage_url="memory:///")
    return Application(
        settings=settings,
        database=database,
        clock=clock,
        signer=TokenSigner("a key of the suite"),
        service_url=url,
        storage=open_storage(settings),
        signing=open_signing(settings),
        inspection=inspection,
    )


def _client_of(application: Application) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=api_over(application), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://motcua.test")


@asynccontextmanager
async def _clone(server_url: str, template: str) -> AsyncIterator[PostgresDatabase]:
    name = f"motcua_test_{uuid4().hex[:12]}"
    await _run_sql(server_url, f'create database "{name}" template "{template}"')
    database = PostgresDatabase(_url_of(server_url, name), pool_size=20)
    try:
        yield database
    finally:
        await database.close()
        await _run_sql(server_url, f'drop database "{name}" with (force)')


async def _fill(url: str) -> None:
    database = PostgresDatabase(url)
    try:
        async with database.session() as session:
            await load_reference_data(session, now=NOW)
    finally:
        await database.close()


async def _run_sql(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _url_of(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _shared_directory(factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of one run share."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
