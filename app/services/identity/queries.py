"""Reads of accounts, grants and secrets."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one

# Part of every hot statement: one comparison with the version in the token makes revocation work at once.
AUTH_VERSION_OF = "(select a.auth_version from account a where a.id = {account} and a.disabled_at is null)"


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
