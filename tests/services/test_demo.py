"""A demonstration is whole or not there: every state, nobody real, nothing in the future, accounts that sign in."""

import datetime as dt
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import orjson
import pytest
from sqlalchemy.engine import make_url

from app.api.app import serve_opened
from app.bootstrap import Application, migrate_database, open_inspection, open_signing, open_storage
from app.commands.demo import write_accounts
from app.core.clock import FixedClock
from app.core.db import PostgresDatabase, fetch_all
from app.core.provisioning import ensure_database
from app.core.security import TokenSigner
from app.core.settings import Settings
from app.domain.errors import Conflict
from app.domain.identifiers import is_synthetic_citizen_number
from app.domain.lifecycle import DossierState
from app.domain.permissions import Role
from app.services.demonstration.fill import Filled, fill
from tests.conftest import NOW

DOSSIERS = 40


@asynccontextmanager
async def empty_application(server_url: str) -> AsyncIterator[Application]:
    """An application over a database that has tables and nothing in them."""
    name = f"motcua_test_{uuid4().hex[:12]}"
    await ensure_database(server_url, name, owner=None)
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    migrate_database(url)
    database = PostgresDatabase(url)
    try:
        settings = Settings(data_dir=Path("unused"), log_level="WARNING", storage_url="memory:///")
        yield Application(
            settings=settings,
            database=database,
            clock=FixedClock(NOW),
            signer=TokenSigner("a key of the suite"),
            service_url=url,
            storage=open_storage(settings),
            signing=open_signing(settings),
            inspection=open_inspection(settings),
        )
    finally:
        await database.close()
        connection = await asyncpg.connect(server_url)
        await connection.execute(f'drop database "{name}" with (force)')
        await connection.close()


@pytest.fixture(scope="module")
async def demonstration(server_url: str) -> AsyncIterator[tuple[Application, Filled]]:
    async with empty_application(server_url) as application:
        async with application.database.session() as session:
            filled = await fill(session, province_code="37", dossiers=DOSSIERS, seed=40, now=NOW, communes=2)
        yield application, filled


async def test_every_state_is_there(demonstration: tuple[Application, Filled]) -> None:
    _, filled = demonstration
    assert set(filled.states) == set(DossierState)
    assert sum(filled.states.values()) == DOSSIERS


async def test_fees_are_taken_in_cash_and_by_transfer(demonstration: tuple[Application, Filled]) -> None:
    application, _ = demonstration
    async with application.database.read() as connection:
        taken = await fetch_all(connection, "select distinct method from payment_request where method is not null")
    assert {row.method for row in taken} == {"cash", "bank_transfer"}


async def test_something_is_overdue_and_open(demonstration: tuple[Application, Filled]) -> None:
    application, _ = demonstration
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select code from dossier where ended_at is null and suspended_since is null and current_due_at < $1",
            NOW,
        )
    assert rows


async def test_nothing_happens_in_the_future_or_before_the_story_begins(
    demonstration: tuple[Application, Filled],
) -> None:
    application, _ = demonstration
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection, "select min(occurred_at) as first, max(occurred_at) as last from dossier_event"
        )
    assert rows[0].last <= NOW
    assert rows[0].first > NOW - dt.timedelta(weeks=8)


async def test_fees_were_taken_with_receipts_and_one_day_is_closed(
    demonstration: tuple[Application, Filled],
) -> None:
    application, _ = demonstration
    async with application.database.read() as connection:
        (money,) = await fetch_all(
            connection,
            "select count(*) as receipts, bool_and(t.amount_vnd = c.total_vnd and c.status = 'collected') as agree, "
            "bool_or(t.method = 'cash') as cash, bool_or(c.payment_seq is not null) as asked_for "
            "from fee_receipt t join fee_charge c on c.id = t.charge_id",
        )
        (closed,) = await fetch_all(
            connection, "select expected_vnd, counted_vnd, closed_at, day from cash_day where closed_at is not null"
        )
    assert money.receipts
    assert (money.agree, money.cash, money.asked_for) == (True, True, True)
    assert closed.expected_vnd == closed.counted_vnd > 0
    assert closed.closed_at < NOW


async def test_nobody_in_it_is_real(demonstration: tuple[Application, Filled]) -> None:
    application, _ = demonstration
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select identity_number from dossier_party")
    assert rows
    assert all(is_synthetic_citizen_number(row.identity_number) for row in rows)


async def test_every_role_has_an_account_that_signs_in(demonstration: tuple[Application, Filled]) -> None:
    application, filled = demonstration
    by_role = {account.role: account for account in filled.accounts}
    assert set(by_role) == {role.value for role in Role}
    transport = httpx.ASGITransport(app=serve_opened(application))
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        for account in by_role.values():
            form = {"grant_type": "password", "username": account.username, "password": account.password}
            if account.role == Role.MACHINE_CLIENT:
                form = {
                    "grant_type": "client_credentials",
                    "client_id": account.username,
                    "client_secret": account.password,
                }
            answer = await client.post("/api/v1/auth/token", data=form)
            assert answer.status_code == 200, (account.role, answer.text)


async def test_a_database_with_units_is_left_alone(demonstration: tuple[Application, Filled]) -> None:
    application, _ = demonstration
    with pytest.raises(Conflict):
        async with application.database.session() as session:
            await fill(session, province_code="37", dossiers=10, seed=1, now=NOW)


async def test_killed_in_the_middle_it_leaves_an_empty_database(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object, **__: object) -> None:
        raise ConnectionError("killed")

    async with empty_application(server_url) as application:
        monkeypatch.setattr("app.services.demonstration.fill.hire", killed)
        with pytest.raises(ConnectionError):
            async with application.database.session() as session:
                await fill(session, province_code="37", dossiers=10, seed=1, now=NOW)
        async with application.database.read() as connection:
            assert not await fetch_all(connection, "select from unit")


def test_accounts_are_written_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "demo-accounts.json"
    write_accounts(path, [])
    write_accounts(path, [])
    assert orjson.loads(path.read_bytes()) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == [path.name]
