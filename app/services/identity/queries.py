"""Reads of accounts, grants and secrets."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.db import fetch_all, fetch_one, from_json
from app.domain.permissions import Actor, Grant, Permission, Role
from app.models.identity import Account, RoleGrant
from app.models.organization import Unit
from app.services.identity.scope import scope_parameters, unit_in_scope

# Part of every hot statement: one comparison with the version in the token makes revocation work at once.
AUTH_VERSION_OF = "(select a.auth_version from account a where a.id = {account} and a.disabled_at is null)"

_ROLES_OF_A = """
  coalesce((
    select json_agg(json_build_object('role', g.role, 'unit', u.code, 'unit_name', u.name, 'granted_at', g.granted_at)
                    order by u.code, g.role)
    from role_grant g join unit u on u.id = g.unit_id
    where g.account_id = a.id and g.revoked_at is null
  ), '[]')::text as roles
"""

_VIEW = f"""
select a.id, a.username, a.kind, a.display_name, a.scopes, a.created_at, a.disabled_at, a.locked_until, {_ROLES_OF_A}
from account a
"""

# Visible are accounts with a role in scope; one whose last role was revoked stays visible where it was held.
_VISIBLE = f"""
exists (
  select from role_grant g join unit u on u.id = g.unit_id
  where g.account_id = a.id and {unit_in_scope("u.path", "$1", "$2")}
    and (g.revoked_at is null
         or not exists (select from role_grant o where o.account_id = a.id and o.revoked_at is null)))
"""

# Names as people type them: without accents, in small letters.
_FOLDED_NAME = "replace(regexp_replace(normalize(lower(a.display_name), NFD), '[\u0300-\u036f]', '', 'g'), 'đ', 'd')"

_LIKE_SIGNS = re.compile(r"([\\%_])")
_ESCAPED = r"\\\1"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    account_id: int
    password_hash: str
    scopes: frozenset[str]
    locked_until: dt.datetime | None


async def auth_version(connection: AsyncConnection, account_id: int) -> int | None:
    """Return the account's present auth version; None if it is unknown or disabled."""
    row: Any = await fetch_one(connection, f"select {AUTH_VERSION_OF.format(account='$1')} as version", account_id)
    return None if row is None else row.version


async def token_key(connection: AsyncConnection, *, candidate: str) -> str:
    """Return the installation's token key; store `candidate` as such if there is none yet.

    Several processes may start at once on a fresh database: the first insert wins, all read the same key.
    """
    await fetch_one(
        connection,
        "insert into stored_secret (name, value) values ('token_key', $1) on conflict (name) do nothing returning id",
        candidate,
    )
    row: Any = await fetch_one(connection, "select value from stored_secret where name = 'token_key'")
    return str(row.value)


async def credentials(connection: AsyncConnection, username: str, *, kind: str) -> Credentials | None:
    """Return what the account of that name and kind signs in with; None if there is none."""
    row: Any = await fetch_one(
        connection,
        "select id, password_hash, scopes, locked_until from account where username = $1 and kind = $2",
        username,
        kind,
    )
    return None if row is None else _credentials(row)


async def staff_credentials(
    connection: AsyncConnection, username: str, *, name_digest: bytes
) -> tuple[Credentials | None, dt.datetime | None]:
    """Return what the member of staff of that name signs in with, None if there is none; and until when it is locked.

    One statement, whether somebody has the name or nobody.
    """
    row: Any = await fetch_one(
        connection,
        "select a.id, a.password_hash, a.scopes, case when a.id is null then s.locked_until else a.locked_until end "
        "as locked_until from (select 1) one left join account a on a.username = $1 and a.kind = 'staff' "
        "left join stranger_sign_in s on s.name_digest = $2",
        username,
        name_digest,
    )
    return None if row.id is None else _credentials(row), row.locked_until


async def credentials_of(connection: AsyncConnection, account_id: int) -> Credentials | None:
    """Return what a member of staff signs in with."""
    row: Any = await fetch_one(
        connection,
        "select id, password_hash, scopes, locked_until from account where id = $1 and kind = 'staff'",
        account_id,
    )
    return None if row is None else _credentials(row)


async def actor_of(connection: AsyncConnection, account_id: int) -> Actor | None:
    """Return the account as an actor with the roles it holds now; None if it is unknown or disabled."""
    row: Any = await fetch_one(
        connection,
        "select a.kind, a.auth_version, a.scopes, coalesce((select json_agg(json_build_array(g.role, u.id, u.path) "
        "order by u.path, g.role) from role_grant g join unit u on u.id = g.unit_id "
        "where g.account_id = a.id and g.revoked_at is null), '[]')::text as grants "
        "from account a where a.id = $1 and a.disabled_at is null",
        account_id,
    )
    if row is None:
        return None
    return Actor(
        account_id=account_id,
        kind=row.kind,
        auth_version=row.auth_version,
        grants=tuple(Grant(Role(role), unit_id, path) for role, unit_id, path in from_json(row.grants)),
        scopes=frozenset(row.scopes),
    )


async def account_view(connection: AsyncConnection, account_id: int) -> dict[str, Any] | None:
    """Return an account as it is shown, whoever asks."""
    row: Any = await fetch_one(connection, f"{_VIEW} where a.id = $1", account_id)
    return None if row is None else _view(row)


async def account_in_scope(connection: AsyncConnection, actor: Actor, username: str) -> dict[str, Any] | None:
    """Return an account as it is shown, if it lies in the actor's reach of `accounts:manage`."""
    everything, patterns = scope_parameters(actor, Permission.ACCOUNTS_MANAGE)
    row: Any = await fetch_one(
        connection,
        f"{_VIEW} where ($1::boolean or {_VISIBLE}) and a.username = $3",
        everything,
        patterns,
        username,
    )
    return None if row is None else _view(row)


async def accounts_in_scope(
    connection: AsyncConnection,
    actor: Actor,
    *,
    kind: str | None,
    role: str | None,
    unit_code: str | None,
    words: Sequence[str],
    disabled: bool | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` accounts in reach after the user name `after`, in the order of user names.

    `words` must all be found in the user name or the name without accents; `unit_code` and `role` select by roles held.
    """
    everything, patterns = scope_parameters(actor, Permission.ACCOUNTS_MANAGE)
    found = await fetch_all(
        connection,
        f"""{_VIEW}
        where ($1::boolean or {_VISIBLE})
          and ($3::text is null or a.kind = $3)
          and (($4::text is null and $5::text is null) or exists (
            select from role_grant g join unit u on u.id = g.unit_id
            where g.account_id = a.id and g.revoked_at is null
              and ($4::text is null or g.role = $4) and ($5::text is null or u.code = $5)))
          and a.username || ' ' || {_FOLDED_NAME} like all ($6::text[])
          and ($7::boolean is null or (a.disabled_at is not null) = $7)
          and ($8::text is null or a.username > $8)
        order by a.username limit $9""",
        everything,
        patterns,
        kind,
        role,
        unit_code,
        [f"%{_LIKE_SIGNS.sub(_ESCAPED, word)}%" for word in words],
        disabled,
        after,
        limit,
    )
    return [_view(row) for row in found]


async def lock_account(session: AsyncSession, username: str) -> Account | None:
    """Return the account's row, locked until the transaction ends."""
    return await session.scalar(select(Account).where(Account.username == username).with_for_update())


async def roles_of(session: AsyncSession, account_id: int, *, ended: bool) -> list[tuple[Role, str]]:
    """Return (role, unit path) of the account's present roles, or of its `ended` ones."""
    rows = await session.execute(
        select(RoleGrant.role, Unit.path)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(
            RoleGrant.account_id == account_id,
            RoleGrant.revoked_at.is_not(None) if ended else RoleGrant.revoked_at.is_(None),
        )
    )
    return [(Role(role), path) for role, path in rows]


async def held_grant(session: AsyncSession, *, account_id: int, role: Role, unit_id: int) -> RoleGrant | None:
    return await session.scalar(
        select(RoleGrant).where(
            RoleGrant.account_id == account_id,
            RoleGrant.role == role.value,
            RoleGrant.unit_id == unit_id,
            RoleGrant.revoked_at.is_(None),
        )
    )


async def units_by_code(session: AsyncSession, codes: Sequence[str]) -> dict[str, Unit]:
    return {unit.code: unit for unit in await session.scalars(select(Unit).where(Unit.code.in_(codes)))}


async def taken_usernames(session: AsyncSession, usernames: Sequence[str]) -> set[str]:
    return set(await session.scalars(select(Account.username).where(Account.username.in_(usernames))))


def _credentials(row: Any) -> Credentials:
    return Credentials(
        account_id=row.id,
        password_hash=row.password_hash,
        scopes=frozenset(row.scopes),
        locked_until=row.locked_until,
    )


def _view(row: Any) -> dict[str, Any]:
    found = dict(row)
    return found | {"roles": from_json(found["roles"])}
