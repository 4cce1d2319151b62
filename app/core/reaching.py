"""Connects to the database for a moment, and says in plain words why that is impossible."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.core.db import plain_url
from app.core.postgres_binaries import PostgresUnavailable

_PATIENCE_SECONDS = 15.0
_DEFAULT_PORT = 5432


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Lend a connection of its own; raise `PostgresUnavailable`, which names no password, if there is none."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise PostgresUnavailable(
            "MOTCUA_DATABASE_URL không đúng dạng postgresql://tài-khoản:mật-khẩu@máy-chủ:cổng/tên.",
            "MOTCUA_DATABASE_URL is not of the form postgresql://user:password@host:port/name.",
        ) from None
    try:
        connection = await asyncpg.connect(plain_url(database_url), timeout=_PATIENCE_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise PostgresUnavailable(*_why_not(url, error)) from None
    try:
        yield connection
    finally:
        await connection.close()


async def ensure_reachable(database_url: str) -> None:
    """Raise `PostgresUnavailable` unless the database lets us in."""
    async with connected(database_url):
        return


def _why_not(url: URL, error: Exception) -> tuple[str, str]:
    place = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or url.query.get('port') or _DEFAULT_PORT}"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return (
            f"PostgreSQL tại {place} không nhận tài khoản {url.username}: sai tên hoặc mật khẩu (MOTCUA_DATABASE_URL).",
            f"PostgreSQL at {place} refuses the login {url.username}: wrong name or password (MOTCUA_DATABASE_URL).",
        )
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return (
            f"PostgreSQL tại {place} không có cơ sở dữ liệu {url.database}; hãy tạo, hoặc sửa MOTCUA_DATABASE_URL.",
            f"PostgreSQL at {place} has no database {url.database}; create it, or correct MOTCUA_DATABASE_URL.",
        )
    if isinstance(error, OSError):
        return (
            f"Không kết nối được PostgreSQL tại {place}; hãy kiểm tra máy chủ, mạng và MOTCUA_DATABASE_URL.",
            f"PostgreSQL at {place} cannot be reached; check the server, the network and MOTCUA_DATABASE_URL.",
        )
    kind = type(error).__name__
    return (
        f"PostgreSQL tại {place} không nhận kết nối ({kind}); hãy kiểm tra máy chủ và MOTCUA_DATABASE_URL.",
        f"PostgreSQL at {place} accepts no connection ({kind}); check the server and MOTCUA_DATABASE_URL.",
    )
