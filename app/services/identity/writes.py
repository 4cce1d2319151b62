"""Statements of sign-in that must be atomic by themselves: counting failures, using a refresh token once."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one


async def count_failure(connection: AsyncConnection, account_id: int, *, limit: int, locked_until: dt.datetime) -> None:
    """Count a failed attempt; the one that reaches `limit` locks the account and starts the count anew."""
    await execute(
        connection,
        "update account set "
        "failed_attempts = case when failed_attempts + 1 >= $2 then 0 else failed_attempts + 1 end, "
        "locked_until = case when failed_attempts + 1 >= $2 then $3 else locked_until end where id = $1",
        account_id,
        limit,
        locked_until,
    )


async def count_stranger_failure(
    connection: AsyncConnection, name_digest: bytes, *, limit: int, locked_until: dt.datetime, now: dt.datetime
) -> None:
    """Count a failed attempt under a name that nobody has, just as `count_failure` does."""
    await execute(
        connection,
        "insert into stranger_sign_in as s (name_digest, failed_attempts, failed_at) values ($1, 1, $4) "
        "on conflict (name_digest) do update set failed_at = $4, "
        "failed_attempts = case when s.failed_attempts + 1 >= $2 then 0 else s.failed_attempts + 1 end, "
        "locked_until = case when s.failed_attempts + 1 >= $2 then $3 else s.locked_until end",
        name_digest,
        limit,
        locked_until,
        now,
    )


async def forget_strangers(connection: AsyncConnection, *, before: dt.datetime) -> int:
    """Delete the counts of names nobody has that were last tried before `before`; return how many."""
    return await execute(connection, "delete from stranger_sign_in where failed_at < $1", before)


async def forget_failures(connection: AsyncConnection, account_id: int) -> None:
    await execute(
        connection,
        "update account set failed_attempts = 0, locked_until = null "
        "where id = $1 and (failed_attempts > 0 or locked_until is not null)",
        account_id,
    )


async def insert_refresh_token(
    connection: AsyncConnection,
    *,
    account_id: int,
    family: str,
    token_hash: bytes,
    issued_at: dt.datetime,
    expires_at: dt.datetime,
) -> None:
    await execute(
        connection,
        "insert into refresh_token (account_id, family, token_hash, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
        account_id,
        family,
        token_hash,
        issued_at,
        expires_at,
    )


async def lock_holder(connection: AsyncConnection, token_hash: bytes) -> None:
    """Let those who come with a token of the same account at once go on one after the other.

    Without it they wait for each other's rows of tokens in no set order, which PostgreSQL ends as a deadlock.
    """
    await execute(
        connection,
        "select from account where id = (select account_id from refresh_token where token_hash = $1) for no key update",
        token_hash,
    )


async def use_refresh_token(connection: AsyncConnection, token_hash: bytes, *, now: dt.datetime) -> Any | None:
    """Mark the token used and return (account_id, family, expires_at); None if it cannot be used (any more)."""
    return await fetch_one(
        connection,
        "update refresh_token set used_at = $2 "
        "where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2 "
        "returning account_id, family, expires_at",
        token_hash,
        now,
    )


async def revoke_family_of_used(connection: AsyncConnection, token_hash: bytes, *, now: dt.datetime) -> int | None:
    """If this token was used before, revoke its whole family and every access token; return the account's id."""
    row: Any = await fetch_one(
        connection,
        "with reused as (select account_id, family from refresh_token where token_hash = $1 and used_at is not null "
        "and revoked_at is null), "
        "ended as (update refresh_token set revoked_at = $2 from reused "
        "where refresh_token.family = reused.family and refresh_token.revoked_at is null) "
        "update account set auth_version = auth_version + 1 from reused where account.id = reused.account_id "
        "returning account.id",
        token_hash,
        now,
    )
    return None if row is None else row.id


async def end_sessions(connection: AsyncConnection, account_id: int, *, now: dt.datetime) -> None:
    """End every access and refresh token of the account."""
    await execute(
        connection,
        "with ended as (update refresh_token set revoked_at = $2 where account_id = $1 and revoked_at is null) "
        "update account set auth_version = auth_version + 1 where id = $1",
        account_id,
        now,
    )


async def end_access_tokens(connection: AsyncConnection, account_id: int) -> None:
    """End every access token of the account: the next refresh brings one with the rights as they are now."""
    await execute(connection, "update account set auth_version = auth_version + 1 where id = $1", account_id)


async def forget_refresh_tokens(connection: AsyncConnection, *, before: dt.datetime) -> int:
    """Delete refresh tokens that expired before `before`; return how many."""
    return await execute(connection, "delete from refresh_token where expires_at < $1", before)
