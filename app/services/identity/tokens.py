"""Access tokens: what is in them, and when one still counts.

A token carries the actor's grants and the account's auth version. Any change of password, role or status raises the
version, so one comparison with the account row ends every older token at once.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from app.core.security import TokenInvalid, TokenSigner
from app.domain.errors import Refusal, Unauthenticated
from app.domain.permissions import SYSTEM, Actor, Grant, Role


def sign_access_token(signer: TokenSigner, actor: Actor, *, expires_at: dt.datetime) -> str:
    claims: dict[str, Any] = {
        "sub": actor.account_id,
        "kind": actor.kind,
        "v": actor.auth_version,
        "grants": [[grant.role.value, grant.unit_id, grant.path] for grant in actor.grants],
        "scopes": sorted(actor.scopes),
    }
    return signer.sign(claims, expires_at=expires_at)


def read_access_token(signer: TokenSigner, token: str, *, now: dt.datetime) -> Actor:
    """Return the actor the token speaks of, not yet compared with the account row; raise `Unauthenticated`."""
    try:
        actor, expires_at = _read(signer, token)
    except (TokenInvalid, KeyError, ValueError, TypeError) as error:
        raise Unauthenticated(Refusal("token_invalid")) from error
    if expires_at <= now.timestamp():
        raise Unauthenticated(Refusal("token_invalid"))
    return actor


# The same text under the same key is the same actor for ever, so its signature is checked once; its time always.
@lru_cache(maxsize=4096)
def _read(signer: TokenSigner, token: str) -> tuple[Actor, float]:
    claims = signer.read(token)
    actor = Actor(
        account_id=int(claims["sub"]),
        kind=str(claims["kind"]),
        auth_version=int(claims["v"]),
        grants=tuple(Grant(Role(role), int(unit_id), str(path)) for role, unit_id, path in claims["grants"]),
        scopes=frozenset(claims["scopes"]),
    )
    return actor, float(claims["exp"])


def ensure_current(actor: Actor, auth_version: int | None) -> None:
    """Raise `Unauthenticated` unless the account is still at the version the token was made for.

    The system itself has neither; no token speaks of it.
    """
    if actor is SYSTEM:
        return
    if auth_version is None or auth_version != actor.auth_version:
        raise Unauthenticated(Refusal("token_revoked"))
