"""Connections, and nothing that knows a table.

Three doors, all opened at an entrance (request, job, follower step, command) and nowhere else:

* `write()`: one transaction on one connection, for hand-written SQL; commits when the block ends, rolls back on error;
* `session()`: the same for the ORM;
* `read()`: a connection in autocommit on which PostgreSQL itself refuses to write; each statement is one round trip.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol
from uuid import uuid4

import asyncpg
import orjson
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

SERVICE_ROLE = "motcua_service"
_PATIENCE_SECONDS = 30.0


class Database(Protocol):
    def write(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction; it commits when the block ends without an error."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a read-only connection in autocommit."""

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction for the ORM; it commits when the block ends without an error."""


class PostgresDatabase:
    """The database over TCP or a unix socket, as the service role.

    Two pools: writers, and readers with `default_transaction_read_only`. `prepared_statements=False` makes it work
    behind transaction poolers that cannot keep them.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        prepared_statements: bool = True,
        role: str | None = SERVICE_ROLE,
        application: str = "motcua",
    ) -> None:
        self.url = url
        self._writer, self._reader = (
            Pool(
                _engine(
                    url,
                    pool_size=pool_size,
                    prepared_statements=prepared_statements,
                    role=role,
                    application=application,
                    read_only=read_only,
                ),
                pool_size,
            )
            for read_only in (False, True)
        )

    @property
    def writer(self) -> AsyncEngine:
        return self._writer.engine

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with lend(self._writer) as connection, transaction(connection):
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with lend(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with (
            lend(self._writer) as connection,
            transaction(connection),
            AsyncSession(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        await self._writer.engine.dispose()
        await self._reader.engine.dispose()


def asyncpg_url(url: str) -> str:
    """Return `url` with SQLAlchemy's asyncpg driver, whatever driver it named."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def plain_url(url: str) -> str:
    """Return `url` as libpq understands it (`postgresql://…`)."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _engine(
    url: str, *, pool_size: int, prepared_statements: bool, role: str | None, application: str, read_only: bool
) -> AsyncEngine:
    server_settings = {
        "application_name": application,
        "timezone": "UTC",
        "datestyle": "ISO",
        "jit": "off",
        # Statements are few and prepared once; planning the list anew for each request cost more than running it.
        "plan_cache_mode": "force_generic_plan",
    }
    if role is not None:
        server_settings["role"] = role
    if read_only:
        server_settings["default_transaction_read_only"] = "on"
    connect_args: dict[str, Any] = {"server_settings": server_settings}
    if not prepared_statements:
        connect_args["statement_cache_size"] = 0
        connect_args["prepared_statement_cache_size"] = 0
        connect_args["prepared_statement_name_func"] = lambda: f"__motcua_{uuid4()}__"
    return create_async_engine(
        asyncpg_url(url),
        pool_size=pool_size,
        # Who comes when all are lent waits for a turn (`Pool`). Connections beyond the pool would be opened and thrown
        # away under load, each with every statement prepared anew: that doubled the database's work at 16 clients.
        max_overflow=0,
        pool_recycle=1800,
        connect_args=connect_args,
        # SQLAlchemy leaves transactions alone: they are the driver's own (`transaction`), shared by ORM and hand SQL.
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        json_deserializer=orjson.loads,
    )


class Pool:
    """An engine's connections, lent in the order of asking.

    SQLAlchemy's own queue lets a newcomer take what another waits for: of 16 clients at once, one request in twenty
    waited ten times as long as the rest.
    """

    def __init__(self, engine: AsyncEngine, size: int) -> None:
        self.engine = engine
        self._turns = asyncio.Semaphore(size)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises TimeoutError for who waited too long."""
        if self._turns.locked():
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._turns.acquire()
        else:
            await self._turns.acquire()
        try:
            yield
        finally:
            self._turns.release()


@asynccontextmanager
async def lend(pool: Pool) -> AsyncIterator[AsyncConnection]:
    """Lend a pooled connection when its turn has come."""
    async with pool.turn(), _connected(pool.engine) as connection:
        yield connection


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A pooled connection; one that broke is thrown away instead of going back to the pool."""
    connection = await engine.connect()
    try:
        if (await driver_of(connection)).is_closed():
            await connection.invalidate()
        yield connection
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
        await connection.invalidate()
        raise
    finally:
        # Nothing is waited for: transactions ended before, and the pool only takes the connection back. SQLAlchemy's
        # own context manager would make a task of it.
        await connection.close()


@asynccontextmanager
async def transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    """Run the block in a transaction, or in a savepoint of the one under way; an error rolls it back."""
    async with (await driver_of(connection)).transaction():
        yield


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """Return the driver's own connection: hand-written SQL goes there, past SQLAlchemy's description of results."""
    started = connection.sync_connection
    if started is None or started.closed or started.invalidated:
        pooled = await connection.get_raw_connection()
    else:
        pooled = started.connection  # at hand: no greenlet is needed to ask for it
    driver = pooled.driver_connection
    if driver is None:
        raise asyncpg.InterfaceError("the connection is closed")
    return driver


class Row(asyncpg.Record):  # type: ignore[misc]  # asyncpg publishes no types
    """A row whose columns are attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


async def fetch_all(connection: AsyncConnection, sql: str, *parameters: object) -> Sequence[Any]:
    """Run driver-level SQL (`$1`…) and return all rows. One round trip."""
    rows: Sequence[Any] = await (await driver_of(connection)).fetch(sql, *parameters, record_class=Row)
    return rows


async def fetch_one(connection: AsyncConnection, sql: str, *parameters: object) -> Any | None:
    """Run driver-level SQL (`$1`…) and return the first row or None. One round trip."""
    return await (await driver_of(connection)).fetchrow(sql, *parameters, record_class=Row)


async def execute(connection: AsyncConnection, sql: str, *parameters: object) -> int:
    """Run driver-level SQL (`$1`…) and return the number of rows it touched. One round trip."""
    status = await (await driver_of(connection)).execute(sql, *parameters)
    return int(status.rpartition(" ")[2])


def to_json(value: object) -> str:
    """Return JSON text as jsonb parameters need it; instants as RFC 3339."""
    return orjson.dumps(value, default=_json_default, option=orjson.OPT_NON_STR_KEYS).decode()


def from_json(value: Any) -> Any:
    """Return a JSON column's content: json and jsonb arrive parsed already, text that holds JSON is parsed here."""
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value


def _json_default(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return str(value)
