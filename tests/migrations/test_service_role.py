"""What the service may do to its own tables: it owns nothing and cannot rewrite what happened."""

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import Application
from app.core.db import SERVICE_ROLE, fetch_all, fetch_one

APPEND_ONLY = ("dossier_event", "audit_entry", "dossier_correction")
NEVER_DELETED = (
    "dossier", "receipt", "deadline_adjustment", "supplement_request", "dossier_outcome", "hand_over", "rating",
)  # fmt: skip


async def _refusal(connection: AsyncConnection, statement: str) -> str:
    """Return the SQLSTATE with which PostgreSQL refuses `statement`; fail if it does not."""
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the driver's error is inside SQLAlchemy's; its code is asserted
        async with connection.begin_nested():
            await connection.exec_driver_sql(statement)
    error: BaseException | None = refused.value
    while error is not None and not isinstance(error, asyncpg.PostgresError):
        error = error.__cause__
    assert isinstance(error, asyncpg.PostgresError)
    return str(error.sqlstate)


INSUFFICIENT_PRIVILEGE = "42501"


async def test_the_service_works_as_the_service_role(application: Application) -> None:
    async with application.database.write() as connection:
        row = await fetch_one(connection, "select current_user as name")
    assert row is not None
    assert row.name == SERVICE_ROLE


async def test_the_service_role_owns_nothing_and_is_no_superuser(application: Application) -> None:
    async with application.database.read() as connection:
        owned = await fetch_all(
            connection,
            "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = $1",
            SERVICE_ROLE,
        )
        role = await fetch_one(
            connection,
            "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as mighty from pg_roles "
            "where rolname = $1",
            SERVICE_ROLE,
        )
    assert owned == []
    assert role is not None
    assert role.mighty is False


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["update {0} set {1}", "delete from {0}", "truncate {0}"])
async def test_what_is_written_in_the_log_stays(application: Application, table: str, change: str) -> None:
    column = "reason" if table == "dossier_correction" else "data"
    statement = change.format(table, f"{column} = {column}")
    async with application.database.write() as connection:
        assert await _refusal(connection, statement) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize("table", NEVER_DELETED)
async def test_what_happened_to_a_dossier_is_never_deleted(application: Application, table: str) -> None:
    async with application.database.write() as connection:
        assert await _refusal(connection, f"delete from {table}") == INSUFFICIENT_PRIVILEGE


async def test_a_rating_stands_as_it_was_given(application: Application) -> None:
    async with application.database.write() as connection:
        assert await _refusal(connection, "update rating set level = 5") == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    "statement",
    ["create table of_the_service (id integer)", "drop table rating", "alter table dossier add column extra integer"],
)
async def test_the_service_role_makes_no_tables(application: Application, statement: str) -> None:
    async with application.database.write() as connection:
        assert await _refusal(connection, statement) == INSUFFICIENT_PRIVILEGE


async def test_even_the_owner_cannot_rewrite_the_log(own_application: Application) -> None:
    """The trigger holds against the owner, who has every right on the table."""
    owner = await asyncpg.connect(own_application.service_url)  # of the suite: the service only sets its role
    try:
        for change in (
            "update dossier_event set data = data",
            "delete from dossier_event",
            "truncate dossier_event cascade",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(change)
    finally:
        await owner.close()


async def test_a_published_procedure_version_never_changes(application: Application) -> None:
    async with application.database.write() as connection:
        row = await fetch_one(connection, "select id from procedure_version where status = 'published' limit 1")
        assert row is not None
        for statement in (
            f"update procedure_version set name = name || '!' where id = {row.id}",
            f"update procedure_version set status = 'draft' where id = {row.id}",
            f"delete from procedure_version where id = {row.id}",
            f"update procedure_component set name = name || '!' where version_id = {row.id}",
            f"delete from procedure_term where version_id = {row.id}",
        ):
            assert await _refusal(connection, statement) == INSUFFICIENT_PRIVILEGE
