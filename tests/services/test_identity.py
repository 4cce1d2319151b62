"""Accounts without HTTP: many at once, the system's own hand, secrets at rest."""

import pytest

from app.bootstrap import Application
from app.core.db import fetch_all
from app.core.security import verify_password
from app.domain.errors import Conflict, InvalidInput
from app.domain.permissions import SYSTEM, Role
from app.services.identity.create_account import create_machine, create_staff
from app.services.identity.create_accounts_bulk import NewStaff, create_accounts_bulk
from app.services.identity.inputs import MachineInput, RoleInput, StaffInput
from tests.factories.people import COMMUNE, DEPARTMENT, PROVINCE


def clerk(username: str, unit: str = COMMUNE, password: str | None = None) -> NewStaff:
    return NewStaff(
        username=username,
        display_name="Lê Văn Thử",
        roles=((Role.RECEPTION_CLERK, unit), (Role.RECORDS_OFFICER, unit)),
        password=password,
    )


async def test_many_accounts_at_once_get_different_passwords_and_all_their_roles(application: Application) -> None:
    staff = [clerk("le.mot"), clerk("le.hai", DEPARTMENT), clerk("le.ba", password="do người gọi chọn")]
    async with application.database.session() as session:
        passwords = await create_accounts_bulk(session, staff, now=application.clock.now())
    assert passwords["le.ba"] == "do người gọi chọn"
    assert len(set(passwords.values())) == 3
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select a.username, a.password_hash, count(g.id) as roles from account a "
            "join role_grant g on g.account_id = a.id group by a.id order by a.id",
        )
    assert [(row.username, row.roles) for row in rows] == [("le.mot", 2), ("le.hai", 2), ("le.ba", 2)]
    assert all(verify_password(passwords[row.username], row.password_hash) for row in rows)


async def test_many_accounts_at_once_are_all_made_or_none(application: Application) -> None:
    async with application.database.session() as session:
        await create_accounts_bulk(session, [clerk("le.mot")], now=application.clock.now())
    with pytest.raises(Conflict) as taken:
        async with application.database.session() as session:
            await create_accounts_bulk(session, [clerk("le.hai"), clerk("le.mot")], now=application.clock.now())
    assert [refusal.code for refusal in taken.value.refusals] == ["username_taken"]
    with pytest.raises(InvalidInput) as unknown:
        async with application.database.session() as session:
            await create_accounts_bulk(
                session,
                [clerk("le.hai"), clerk("le.ba", "00000"), clerk("le.tu", "00001")],
                now=application.clock.now(),
            )
    assert [refusal.params["code"] for refusal in unknown.value.refusals] == ["00000", "00001"]
    async with application.database.read() as connection:
        assert len(await fetch_all(connection, "select id from account")) == 1


async def test_the_system_itself_makes_the_first_province_administrator(application: Application) -> None:
    given = StaffInput(
        username="quan.tri",
        display_name="Quản trị tỉnh",
        roles=[RoleInput(role=Role.PROVINCE_ADMINISTRATOR, unit=PROVINCE)],
    )
    async with application.database.session() as session:
        created = await create_staff(session, SYSTEM, given, now=application.clock.now())
    assert created.secret is not None
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select password_hash from account")
    assert rows[0].password_hash.startswith("$argon2id$")


async def test_a_client_secret_is_kept_as_a_digest_only(application: Application) -> None:
    given = MachineInput.model_validate(
        {"client_id": "portal", "display_name": "Cổng", "scopes": ["dossiers:read"], "units": [PROVINCE]}
    )
    async with application.database.session() as session:
        created = await create_machine(session, SYSTEM, given, now=application.clock.now())
    assert created.secret is not None
    async with application.database.read() as connection:
        rows = await fetch_all(connection, "select password_hash from account")
    assert created.secret not in rows[0].password_hash
    assert len(rows[0].password_hash) == 64
