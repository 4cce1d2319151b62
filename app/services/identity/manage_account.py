"""Disable, enable, give a new secret: each ends the account's sessions at once and is audited."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.security import hash_secret, random_secret
from app.domain.errors import Forbidden, InvalidInput, Refusal, Unauthenticated, refuse_all
from app.domain.permissions import Actor
from app.models.identity import Account
from app.services.audit.queries import write_audit_entry
from app.services.identity import writes
from app.services.identity.create_account import CreatedAccount, password_faults
from app.services.identity.inputs import PasswordChange
from app.services.identity.managed_account import managed_account
from app.services.identity.passwords import generated_password, hashed


async def disable_account(session: AsyncSession, actor: Actor, username: str, *, now: dt.datetime) -> int:
    """Shut the account out from this moment; return its id. Disabling twice is disabling once."""
    account, _ = await managed_account(session, actor, username)
    if account.disabled_at is None:
        account.disabled_at = now
        await _end_sessions_and_audit(session, actor, account, "account.disable", now=now)
    return account.id


async def enable_account(session: AsyncSession, actor: Actor, username: str, *, now: dt.datetime) -> int:
    """Let the account in again, with a clean count of failures; return its id."""
    account, _ = await managed_account(session, actor, username)
    if account.disabled_at is not None or account.locked_until is not None:
        account.disabled_at = None
        account.locked_until = None
        account.failed_attempts = 0
        await _end_sessions_and_audit(session, actor, account, "account.enable", now=now)
    return account.id


async def reset_secret(
    session: AsyncSession, actor: Actor, username: str, password: str | None, *, now: dt.datetime
) -> CreatedAccount:
    """Give a member of staff a new password, or a machine a new secret, and lift a lock-out.

    Made up unless `password` is given; `InvalidInput` (`password_not_for_machines`, `password_contains_username`).
    """
    account, _ = await managed_account(session, actor, username)
    if account.kind == "machine":
        refuse_all(InvalidInput, [Refusal("password_not_for_machines", "password")] if password else [])
        secret: str | None = random_secret()
        account.password_hash = hash_secret(secret or "").hex()
    else:
        refuse_all(InvalidInput, password_faults(password, username=account.username, field="password"))
        secret = None if password else generated_password()
        account.password_hash = await hashed(password or secret or "")
    account.locked_until = None
    account.failed_attempts = 0
    await _end_sessions_and_audit(session, actor, account, "account.reset_secret", now=now)
    return CreatedAccount(account.id, secret)


async def change_own_password(session: AsyncSession, actor: Actor, given: PasswordChange, *, now: dt.datetime) -> None:
    """Set one's own new password, after the present one was proved; ends all sessions, this one too.

    Raises `InvalidInput` (`password_unchanged`, `password_contains_username`), `Forbidden` (`staff_only`) for machines.
    """
    account = await session.get(Account, actor.account_id, with_for_update=True)
    if account is None:
        raise Unauthenticated(Refusal("token_revoked"))
    if account.kind != "staff":
        raise Forbidden(Refusal("staff_only"))
    faults = password_faults(given.new_password, username=account.username, field="new_password")
    if given.new_password == given.current_password:
        faults.append(Refusal("password_unchanged", "new_password"))
    refuse_all(InvalidInput, faults)
    account.password_hash = await hashed(given.new_password)
    account.failed_attempts = 0
    await _end_sessions_and_audit(session, actor, account, "account.change_password", now=now)


async def _end_sessions_and_audit(
    session: AsyncSession, actor: Actor, account: Account, action: str, *, now: dt.datetime, **data: Any
) -> None:
    await session.flush()
    connection = await session.connection()
    await writes.end_sessions(connection, account.id, now=now)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action=action,
        subject=f"account:{account.id}",
        data={"kind": account.kind, **data},
    )
