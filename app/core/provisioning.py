"""Makes roles and databases on a server: the only place with SQL that no table knows."""

import asyncpg

from app.core.db import SERVICE_ROLE
from app.core.reaching import connected

OWNER_ROLE = "motcua_owner"


async def prepare_embedded(admin_url: str, name: str) -> None:
    """Make the owner, the service login and the database; safe when two programs do it at once."""
    async with connected(admin_url) as connection:
        for statement in (
            f"create role {OWNER_ROLE} login createrole",
            f"create role {SERVICE_ROLE} login",
            f"grant {SERVICE_ROLE} to {OWNER_ROLE}",
        ):
            try:
                await connection.execute(statement)
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                continue  # made before, or by a program starting beside this one
    await ensure_database(admin_url, name, owner=OWNER_ROLE)


async def stored_revision(owner_url: str) -> str | None:
    """Return the migration the tables stand at; None before the first."""
    async with connected(owner_url) as connection:
        try:
            revision: str | None = await connection.fetchval("select version_num from alembic_version")
        except asyncpg.UndefinedTableError:
            return None
        return revision


async def ensure_database(admin_url: str, name: str, *, owner: str | None) -> None:
    """Make the database `name` unless it is there."""
    async with connected(admin_url) as connection:
        if await connection.fetchval("select 1 from pg_database where datname = $1", name):
            return
        clause = f' owner "{owner}"' if owner else ""
        try:
            await connection.execute(f'create database "{name}"{clause}')
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            return  # made by a program starting beside this one
