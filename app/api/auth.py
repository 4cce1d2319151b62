"""Signing in over HTTP: reads the OAuth2 form and opens the short transactions of each step, one after the other.

The refusal is raised after the transaction that records the failure has ended: it must not be rolled back with it.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from app.bootstrap import Application
from app.domain.errors import Forbidden, InvalidInput, Refusal, Unauthenticated, refuse_all
from app.domain.permissions import Actor
from app.services.identity import sessions, sign_in
from app.services.identity.inputs import PasswordChange, TokenForm
from app.services.identity.manage_account import change_own_password
from app.services.identity.passwords import password_matches, password_slot
from app.services.identity.sessions import Tokens

_NEEDS = {
    "password": ("username", "password"),
    "client_credentials": ("client_id", "client_secret"),
    "refresh_token": ("refresh_token",),
}


async def tokens_for(app: Application, form: TokenForm, authorization: str | None) -> Tokens:
    """Answer a token request; raise `InvalidInput`, `Unauthenticated` or `TooManyAttempts`."""
    if form.grant_type == "client_credentials" and authorization is not None:
        client_id, client_secret = basic_credentials(authorization)
        form = form.model_copy(update={"client_id": client_id, "client_secret": client_secret})
    absent = [name for name in _NEEDS[form.grant_type] if getattr(form, name) is None]
    refuse_all(InvalidInput, [Refusal("missing", name) for name in absent])
    if form.grant_type == "password":
        return await _by_password(app, form.username or "", form.password or "")
    if form.grant_type == "client_credentials":
        return await _by_secret(app, form.client_id or "", form.client_secret or "", form.scope)
    return await _by_refresh(app, form.refresh_token or "")


def basic_credentials(authorization: str) -> tuple[str, str]:
    """Return (client id, secret) of an HTTP Basic header (RFC 6749 §2.3.1); raise `Unauthenticated`."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise sign_in.bad_credentials() from error
    if scheme.lower() != "basic" or not colon or "\x00" in client_id:
        raise sign_in.bad_credentials()
    return unquote_plus(client_id), unquote_plus(secret)


async def change_password(app: Application, actor: Actor, given: PasswordChange) -> None:
    """Set the actor's own new password; a wrong present one counts towards the lock-out and is `InvalidInput`."""
    await _prove_own_password(app, actor, given.current_password)
    async with app.database.session() as session:
        await change_own_password(session, actor, given, now=app.clock.now())


async def _prove_own_password(app: Application, actor: Actor, password: str) -> None:
    """Raise unless `password` is the actor's own; a wrong one counts towards the lock-out."""
    now = app.clock.now()
    async with password_slot():
        async with app.database.read() as connection:
            found = await sign_in.own_credentials(connection, actor.account_id or 0, now=now)
        if found is None:
            raise Forbidden(Refusal("staff_only"))
        if await password_matches(password, found.password_hash):
            return
        async with app.database.write() as connection:
            await sign_in.record_failure(connection, found, settings=app.settings, now=now)
    raise InvalidInput(Refusal("current_password_wrong", "current_password"))


async def _by_password(app: Application, username: str, password: str) -> Tokens:
    now = app.clock.now()
    async with password_slot():
        async with app.database.read() as connection:
            found = await sign_in.staff_credentials(connection, username, now=now)
        matches = await password_matches(password, None if found is None else found.password_hash)
        async with app.database.write() as connection:
            if matches and found is not None:
                return await sessions.open_session(
                    connection, found.account_id, signer=app.signer, settings=app.settings, now=now
                )
            if found is None:
                await sign_in.record_stranger(connection, username, settings=app.settings, now=now)
            else:
                await sign_in.record_failure(connection, found, settings=app.settings, now=now)
    raise sign_in.bad_credentials()


async def _by_secret(app: Application, client_id: str, client_secret: str, scope: str) -> Tokens:
    async with app.database.read() as connection:
        found = await sign_in.machine_credentials(connection, client_id, client_secret)
        return await sessions.open_machine_session(
            connection,
            found.account_id,
            scopes=sign_in.requested_scopes(found, scope),
            signer=app.signer,
            settings=app.settings,
            now=app.clock.now(),
        )


async def _by_refresh(app: Application, refresh_token: str) -> Tokens:
    now = app.clock.now()
    async with app.database.write() as connection:
        session = await sessions.redeem_refresh_token(connection, refresh_token, now=now)
        if session is not None:
            return await sessions.continue_session(
                connection, session, signer=app.signer, settings=app.settings, now=now
            )
    raise Unauthenticated(Refusal("refresh_token_invalid"))
