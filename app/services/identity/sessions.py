"""Sessions: an access token for minutes, a refresh token for hours, each refresh token good for one use.

A refresh token used twice is in two hands: its whole family ends, and every access token of the account with it
(RFC 9700 §4.14.2). Renewing does not prolong a session; it ends when its first refresh token would have.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import TokenSigner, hash_secret, random_secret
from app.core.settings import Settings
from app.domain.errors import Refusal, Unauthenticated
from app.domain.permissions import Actor, Permission
from app.services.identity import queries, writes
from app.services.identity.tokens import sign_access_token

_FAMILY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Tokens:
    """The answer to a sign-in; `expires_in` in seconds, `scope` the permissions held, separated by spaces."""

    access_token: str
    expires_in: int
    refresh_token: str | None
    scope: str


@dataclass(frozen=True, slots=True)
class RedeemedToken:
    """A refresh token that was good, and is used now."""

    account_id: int
    family: str
    expires_at: dt.datetime


async def open_session(
    connection: AsyncConnection, account_id: int, *, signer: TokenSigner, settings: Settings, now: dt.datetime
) -> Tokens:
    """Give a member of staff who proved who they are their tokens; raise `Unauthenticated` if disabled."""
    await writes.forget_failures(connection, account_id)
    expires_at = now + dt.timedelta(hours=settings.refresh_token_hours)
    session = RedeemedToken(account_id=account_id, family=random_secret(_FAMILY_BYTES), expires_at=expires_at)
    return await continue_session(connection, session, signer=signer, settings=settings, now=now)


async def redeem_refresh_token(connection: AsyncConnection, token: str, *, now: dt.datetime) -> RedeemedToken | None:
    """Use up a refresh token. None: it is unknown, past its time, revoked, or was used before.

    In the last case its family is revoked; the caller refuses only after the transaction, so that this lasts.
    """
    digest = hash_secret(token)
    await writes.lock_holder(connection, digest)
    used = await writes.use_refresh_token(connection, digest, now=now)
    if used is None:
        await writes.revoke_family_of_used(connection, digest, now=now)
        return None
    return RedeemedToken(account_id=used.account_id, family=used.family, expires_at=used.expires_at)


async def continue_session(
    connection: AsyncConnection, session: RedeemedToken, *, signer: TokenSigner, settings: Settings, now: dt.datetime
) -> Tokens:
    """Give the next pair of tokens of a session; raise `Unauthenticated` if the account was disabled."""
    actor = await _actor(connection, session.account_id)
    refresh_token = random_secret()
    await writes.insert_refresh_token(
        connection,
        account_id=session.account_id,
        family=session.family,
        token_hash=hash_secret(refresh_token),
        issued_at=now,
        expires_at=session.expires_at,
    )
    return _tokens(actor, refresh_token, signer=signer, settings=settings, now=now)


async def open_machine_session(
    connection: AsyncConnection,
    account_id: int,
    *,
    scopes: frozenset[str] | None,
    signer: TokenSigner,
    settings: Settings,
    now: dt.datetime,
) -> Tokens:
    """Give a machine an access token, narrowed to `scopes` if it asked for fewer than it has."""
    actor = await _actor(connection, account_id)
    if scopes is not None:
        actor = Actor(
            account_id=account_id,
            kind=actor.kind,
            auth_version=actor.auth_version,
            grants=actor.grants,
            scopes=actor.scopes & scopes,
        )
    return _tokens(actor, None, signer=signer, settings=settings, now=now)


async def end_sessions(connection: AsyncConnection, account_id: int, *, now: dt.datetime) -> None:
    """End every session of the account at once."""
    await writes.end_sessions(connection, account_id, now=now)


def permissions_of(actor: Actor) -> list[str]:
    """Return the permissions the actor holds in some unit."""
    return [permission.value for permission in Permission if actor.holds(permission)]


async def myself(connection: AsyncConnection, actor: Actor) -> dict[str, Any]:
    """Return the actor's own account as it is shown, with the permissions of this token."""
    found = await queries.account_view(connection, actor.account_id or 0)
    if found is None:
        raise Unauthenticated(Refusal("token_revoked"))
    return found | {"permissions": permissions_of(actor)}


async def _actor(connection: AsyncConnection, account_id: int) -> Actor:
    actor = await queries.actor_of(connection, account_id)
    if actor is None:
        raise Unauthenticated(Refusal("account_disabled"))
    return actor


def _tokens(
    actor: Actor, refresh_token: str | None, *, signer: TokenSigner, settings: Settings, now: dt.datetime
) -> Tokens:
    lifetime = dt.timedelta(minutes=settings.access_token_minutes)
    return Tokens(
        access_token=sign_access_token(signer, actor, expires_at=now + lifetime),
        expires_in=int(lifetime.total_seconds()),
        refresh_token=refresh_token,
        scope=" ".join(permissions_of(actor)),
    )
