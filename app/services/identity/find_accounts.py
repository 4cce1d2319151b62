"""Find accounts, and look at one: within the asker's reach of `accounts:manage`."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor, Role
from app.domain.search_text import fold
from app.services.identity import queries


async def find_accounts(
    connection: AsyncConnection,
    actor: Actor,
    *,
    kind: str | None,
    role: Role | None,
    unit: str | None,
    q: str | None,
    disabled: bool | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` accounts with a role in reach, in the order of user names.

    `q` is looked for in user names and, without accents, in names; `role` and `unit` select by roles held now.
    """
    return await queries.accounts_in_scope(
        connection,
        actor,
        kind=kind,
        role=None if role is None else role.value,
        unit_code=unit,
        words=fold(q or "").split(),
        disabled=disabled,
        after=after,
        limit=limit,
    )


async def account_by_username(connection: AsyncConnection, actor: Actor, username: str) -> dict[str, Any]:
    """Return one account; raise `NotFound` (`account_unknown`) if there is none in reach."""
    found = await queries.account_in_scope(connection, actor, username)
    if found is None:
        raise NotFound(Refusal("account_unknown"))
    return found


async def account_by_id(connection: AsyncConnection, account_id: int) -> dict[str, Any]:
    """Return the account just acted on, whatever its reach is now."""
    found = await queries.account_view(connection, account_id)
    if found is None:
        raise NotFound(Refusal("account_unknown"))
    return found
