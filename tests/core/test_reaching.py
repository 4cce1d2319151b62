"""A database that cannot be used is told in plain words, without the password of its address."""

import asyncio
import struct

import pytest
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from app.bootstrap import Application
from app.core.postgres_binaries import PostgresUnavailable
from app.core.reaching import ensure_reachable
from app.core.settings import Settings

PASSWORD = "thử-mật-khẩu"


async def told(url: str) -> str:
    """Return what is said of an address that does not work: a sentence in each language."""
    with pytest.raises(PostgresUnavailable) as refused:
        await ensure_reachable(url)
    text = str(refused.value)
    assert PASSWORD not in text
    assert len(text.splitlines()) == 2
    assert refused.value.__suppress_context__, "the driver's own error may quote the address"
    return text


async def test_a_server_that_does_not_answer_is_named_by_host_and_port() -> None:
    text = await told(f"postgresql://motcua:{PASSWORD}@127.0.0.1:1/motcua")
    assert "Không kết nối được PostgreSQL tại 127.0.0.1:1" in text
    assert "cannot be reached" in text


async def test_an_address_that_is_none_is_not_repeated() -> None:
    text = await told(f"postgresql://motcua:{PASSWORD}@host:port/motcua")
    assert "MOTCUA_DATABASE_URL không đúng dạng" in text


async def test_a_missing_database_and_an_unknown_login_are_told_apart(application: Application) -> None:
    known = make_url(application.service_url)
    missing = known.set(database="no_such_database").render_as_string(hide_password=False)
    assert "không có cơ sở dữ liệu no_such_database" in await told(missing)
    stranger = known.set(username="no_such_login", password=PASSWORD).render_as_string(hide_password=False)
    assert "không nhận tài khoản no_such_login" in await told(stranger)


async def test_a_wrong_password_is_told_as_such() -> None:
    fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!i", await reader.readexactly(4))
        await reader.readexactly(length - 4)
        writer.write(b"E" + struct.pack("!i", 4 + len(fields)) + fields)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        text = await told(f"postgresql://motcua:{PASSWORD}@127.0.0.1:{port}/motcua?sslmode=disable")
    assert "không nhận tài khoản motcua: sai tên hoặc mật khẩu" in text


@pytest.mark.parametrize("setting", ["database_url", "owner_database_url"])
@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://u:p@h/x", "postgresql+psycopg2://h/x", "x"])
def test_only_postgresql_is_a_database(setting: str, url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({setting: url})
    assert [(fault["loc"], fault["type"]) for fault in refused.value.errors()] == [((setting,), "database_scheme")]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_postgresql_is_taken_with_either_driver(scheme: str) -> None:
    assert Settings.model_validate({"database_url": f"{scheme}://h/x"}).database_url is not None
