"""People and machines of the suite, with the headers that show who they are. Names are made up.

Most tests need only headers: `signed_in` writes account and grant and signs a token without hashing a password.
"""

import datetime as dt
from functools import cache
from itertools import count

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.permissions import Actor, Grant, Permission, Role
from app.services.identity.tokens import sign_access_token

PASSWORD = "mật khẩu của bộ kiểm thử"
NO_PASSWORD = "no password was set"
PROVINCE = "37"
"""Ninh Bình, the root of the shipped tree."""
COMMUNE = "13285"
"""Phường Châu Sơn."""
OTHER_COMMUNE = "13291"
"""Phường Phủ Lý."""
DEPARTMENT = "37.SNV"
"""Sở Nội vụ."""

_numbers = count(1)


async def signed_in(application: Application, role: Role, unit_code: str) -> dict[str, str]:
    """Make a new member of staff with `role` in the unit; return the headers of their requests."""
    return headers_of(application, await account_of(application, role, unit_code))


async def signed_in_machine(application: Application, scopes: set[Permission], unit_code: str) -> dict[str, str]:
    """Make a new machine client with these scopes over the unit; return the headers of its requests."""
    actor = await account_of(application, Role.MACHINE_CLIENT, unit_code, kind="machine", scopes=frozenset(scopes))
    return headers_of(application, actor)


async def staff_with_password(application: Application, role: Role, unit_code: str) -> tuple[str, str, dict[str, str]]:
    """Make a member of staff who can sign in; return user name, password and the headers of their requests."""
    username = f"staff{next(_numbers)}"
    actor = await account_of(application, role, unit_code, username=username, password_hash=hash_of_the_suite())
    return username, PASSWORD, headers_of(application, actor)


async def account_of(
    application: Application,
    role: Role,
    unit_code: str,
    *,
    username: str | None = None,
    kind: str = "staff",
    scopes: frozenset[Permission] = frozenset(),
    password_hash: str = NO_PASSWORD,
) -> Actor:
    """Write an account with one role; return it as an actor, for calls of use cases without HTTP."""
    number = next(_numbers)
    now = application.clock.now()
    async with application.database.write() as connection:
        unit = await fetch_one(connection, "select id, path from unit where code = $1", unit_code)
        assert unit is not None, f"no unit {unit_code}"
        account = await fetch_one(
            connection,
            "insert into account (username, kind, display_name, password_hash, scopes, auth_version, failed_attempts, "
            "created_at) values ($1, $2, $3, $4, $5, 1, 0, $6) returning id",
            username or f"person{number}",
            kind,
            f"Người thử {number}",
            password_hash,
            sorted(scopes),
            now,
        )
        assert account is not None
        await fetch_one(
            connection,
            "insert into role_grant (account_id, role, unit_id, granted_at) values ($1, $2, $3, $4) returning id",
            account.id,
            role.value,
            unit.id,
            now,
        )
    return Actor(
        account_id=account.id,
        kind=kind,
        auth_version=1,
        grants=(Grant(role, unit.id, unit.path),),
        scopes=frozenset(scope.value for scope in scopes),
    )


def headers_of(application: Application, actor: Actor) -> dict[str, str]:
    """Return the Authorization header of a fresh access token of `actor`."""
    expires_at = application.clock.now() + dt.timedelta(days=365)
    return {"Authorization": f"Bearer {sign_access_token(application.signer, actor, expires_at=expires_at)}"}


@cache
def hash_of_the_suite() -> str:
    """Return the hash of `PASSWORD` with the least work that Argon2 knows: a hash says what checking it takes."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
