"""Proving who one is. Every step is its own short transaction of the entrance: a failure is recorded for good although
the request fails, and nothing is held open while a password is hashed.
"""

import datetime as dt
import hmac

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import hash_secret
from app.core.settings import Settings
from app.domain.errors import InvalidInput, Refusal, TooManyAttempts, Unauthenticated
from app.services.identity import queries, writes
from app.services.identity.queries import Credentials

_DIGEST_OF_NOBODY = "0" * 64


def bad_credentials() -> Unauthenticated:
    """The one answer to a wrong password, a wrong secret and an unknown name."""
    return Unauthenticated(Refusal("bad_credentials"))


async def staff_credentials(connection: AsyncConnection, username: str, *, now: dt.datetime) -> Credentials | None:
    """Return what the member of staff signs in with; raise `TooManyAttempts` while that name is locked out.

    A name that nobody has is locked out as well: whoever guesses names learns nothing from the lock.
    """
    name = _name(username)
    found, locked_until = await queries.staff_credentials(connection, name, name_digest=_digest(name))
    refuse_while_locked(locked_until, now=now)
    return found


async def own_credentials(connection: AsyncConnection, account_id: int, *, now: dt.datetime) -> Credentials | None:
    """Return one's own credentials; None for machines; raise `TooManyAttempts` while locked out."""
    found = await queries.credentials_of(connection, account_id)
    refuse_while_locked(None if found is None else found.locked_until, now=now)
    return found


def refuse_while_locked(locked_until: dt.datetime | None, *, now: dt.datetime) -> None:
    if locked_until is not None and locked_until > now:
        seconds = int((locked_until - now).total_seconds())
        raise TooManyAttempts(Refusal("account_locked", params={"minutes": seconds // 60 + 1}))


async def record_failure(
    connection: AsyncConnection, found: Credentials, *, settings: Settings, now: dt.datetime
) -> None:
    """Count the failure against the account."""
    await writes.count_failure(
        connection, found.account_id, limit=settings.lockout_after_failures, locked_until=_locked_until(settings, now)
    )


async def record_stranger(connection: AsyncConnection, username: str, *, settings: Settings, now: dt.datetime) -> None:
    """Count the failure against a name that nobody has."""
    await writes.count_stranger_failure(
        connection,
        _digest(_name(username)),
        limit=settings.lockout_after_failures,
        locked_until=_locked_until(settings, now),
        now=now,
    )


def _name(username: str) -> str:
    return username.strip().lower()


def _digest(name: str) -> bytes:
    """Under which failures of a name nobody has are kept: people type passwords there by mistake."""
    return hash_secret(name)


def _locked_until(settings: Settings, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(minutes=settings.lockout_minutes)


async def machine_credentials(connection: AsyncConnection, client_id: str, client_secret: str) -> Credentials:
    """Return the machine's credentials; raise `Unauthenticated` if the secret is not its own.

    No lock-out here: nobody guesses 256 random bits, and a stranger must not be able to shut the portal out.
    """
    found = await queries.credentials(connection, client_id.strip().lower(), kind="machine")
    expected = _DIGEST_OF_NOBODY if found is None else found.password_hash
    if not hmac.compare_digest(hash_secret(client_secret).hex(), expected) or found is None:
        raise bad_credentials()
    return found


def requested_scopes(found: Credentials, asked: str) -> frozenset[str] | None:
    """Return the scopes asked for (None: all of the client's); raise `InvalidInput` for those it does not have."""
    wanted = frozenset(asked.split())
    beyond = sorted(wanted - found.scopes)
    if beyond:
        raise InvalidInput(*(Refusal("scope_not_granted", "scope", {"scope": scope}) for scope in beyond))
    return wanted or None
