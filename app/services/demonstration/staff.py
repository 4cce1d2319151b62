"""Who works in the demonstration, and the accounts they sign in with: random passwords, told once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.permissions import SYSTEM, Actor, Permission, Role
from app.services.demonstration import queries
from app.services.identity.create_account import create_machine
from app.services.identity.create_accounts_bulk import NewStaff, create_accounts_bulk
from app.services.identity.inputs import MachineInput
from app.services.identity.queries import actor_of, credentials

STAFFED_COMMUNES = 10
PORTAL = "cong-dvc"
DEPARTMENTS = ("TTPVHCC", "SNV", "CA")
"""Provincial units with staff: the one-stop centre, a department, and the police, who decide on residence."""

_TITLES = {
    Role.RECEPTION_CLERK: ("tiepnhan", "Cán bộ tiếp nhận"),
    Role.SPECIALIST: ("chuyenmon", "Công chức chuyên môn"),
    Role.APPROVING_LEADER: ("lanhdao", "Lãnh đạo phê duyệt"),
    Role.RECORDS_OFFICER: ("vanthu", "Văn thư"),
    Role.CASHIER: ("thungan", "Thu ngân"),
    Role.UNIT_ADMINISTRATOR: ("quantri", "Quản trị đơn vị"),
}
_PROVINCE_TITLES = {
    Role.PROVINCE_ADMINISTRATOR: ("quantri.tinh", "Quản trị tỉnh"),
    Role.INSPECTOR: ("thanhtra.tinh", "Thanh tra"),
}
_PORTAL_SCOPES = (
    Permission.DOSSIERS_READ,
    Permission.DOSSIERS_SUBMIT,
    Permission.PAYMENTS_CONFIRM,
    Permission.STATISTICS_READ,
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How somebody of the demonstration signs in. A machine's user name is its client id, its password the secret."""

    username: str
    password: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Staff:
    """The accounts, and the people as they act, by unit and role."""

    accounts: Sequence[DemoAccount]
    actors: dict[tuple[str, Role], Actor]
    portal: Actor
    communes: Sequence[str]
    departments: Sequence[str]


async def hire(session: AsyncSession, *, province_code: str, communes: int, now: dt.datetime) -> Staff:
    """Create the accounts of `communes` communes and some departments, of the province, and of the portal."""
    connection = await session.connection()
    all_communes = await queries.communes(connection)
    staffed = all_communes[:: max(1, len(all_communes) // communes)][:communes]
    wanted = [f"{province_code}.{code}" for code in DEPARTMENTS]
    names = await queries.unit_names(connection, [*staffed, *wanted])
    departments = [code for code in wanted if code in names]
    people = [
        (NewStaff(username=f"{login}.{unit.lower()}", display_name=f"{title}, {names[unit]}", roles=((role, unit),)))
        for unit in (*staffed, *departments)
        for role, (login, title) in _TITLES.items()
    ] + [
        NewStaff(username=login, display_name=title, roles=((role, province_code),))
        for role, (login, title) in _PROVINCE_TITLES.items()
    ]
    passwords = await create_accounts_bulk(session, people, now=now)
    machine = await create_machine(
        session,
        SYSTEM,
        MachineInput(
            client_id=PORTAL,
            display_name="Cổng dịch vụ công (dùng thử)",
            scopes=list(_PORTAL_SCOPES),
            units=[province_code],
        ),
        now=now,
    )
    accounts = [
        DemoAccount(person.username, passwords[person.username], role.value, unit)
        for person in people
        for role, unit in person.roles
    ]
    accounts.append(DemoAccount(PORTAL, machine.secret or "", Role.MACHINE_CLIENT.value, province_code))
    actors = {}
    for account in accounts[:-1]:
        found = await credentials(connection, account.username, kind="staff")
        actor = None if found is None else await actor_of(connection, found.account_id)
        if actor is not None:
            actors[account.unit, Role(account.role)] = actor
    portal = await actor_of(connection, machine.account_id)
    if portal is None:
        raise AssertionError("the account was just created")
    return Staff(accounts, actors, portal, staffed, departments)
