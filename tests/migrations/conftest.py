"""Databases of their own for the migrations: empty ones, as an owner finds them on the first day."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url


@pytest.fixture
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """URL of a new database without a single table."""
    name = f"motcua_migrations_{uuid4().hex[:12]}"
    await _run(server_url, f'create database "{name}"')
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _run(server_url, f'drop database "{name}" with (force)')


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
