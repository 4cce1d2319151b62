"""Create the staff of a whole province at once: the demo and the first set-up, as the system itself."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import Conflict, InvalidInput, Refusal, refuse_all
from app.domain.permissions import Role
from app.models.identity import Account, RoleGrant
from app.services.audit.queries import write_audit_entry
from app.services.identity import queries
from app.services.identity.passwords import generated_password, hashed_all


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """A member of staff to create, with roles as (role, unit code); without a password one is made up."""

    username: str
    display_name: str
    roles: tuple[tuple[Role, str], ...]
    password: str | None = None


async def create_accounts_bulk(session: AsyncSession, staff: Sequence[NewStaff], *, now: dt.datetime) -> dict[str, str]:
    """Create all of them; return the password of each by user name, hashed on every processor.

    Raises `Conflict` (`username_taken`) and `InvalidInput` (`unit_unknown`) with every fault.
    """
    taken = await queries.taken_usernames(session, [person.username for person in staff])
    refuse_all(Conflict, [Refusal("username_taken", "username", {"username": name}) for name in sorted(taken)])
    codes = sorted({code for person in staff for _, code in person.roles})
    units = await queries.units_by_code(session, codes)
    unknown = [Refusal("unit_unknown", "unit", {"code": code}) for code in codes if code not in units]
    refuse_all(InvalidInput, unknown)

    passwords = {person.username: person.password or generated_password() for person in staff}
    hashes = await hashed_all([passwords[person.username] for person in staff])
    accounts = [
        Account(
            username=person.username,
            kind="staff",
            display_name=person.display_name,
            password_hash=password_hash,
            created_at=now,
        )
        for person, password_hash in zip(staff, hashes, strict=True)
    ]
    session.add_all(accounts)
    await session.flush()
    session.add_all(
        RoleGrant(account_id=account.id, role=role.value, unit_id=units[code].id, granted_at=now)
        for account, person in zip(accounts, staff, strict=True)
        for role, code in person.roles
    )
    await session.flush()
    await write_audit_entry(
        await session.connection(),
        at=now,
        account_id=None,
        action="account.create_bulk",
        subject="account:*",
        data={"accounts": len(accounts)},
    )
    return passwords
