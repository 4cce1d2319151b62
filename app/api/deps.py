"""What routes are given: the application, a connection or session that commits before the answer leaves, the actor.

All of them are coroutines, and none depends on another: FastAPI sends plain functions to a thread and back, and walks
a tree of dependencies anew for each request; both cost more than what these functions do. The busiest reads take the
request and ask for their connection with `lent_reader`.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security.utils import get_authorization_scheme_param
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.api.transitions import counting_transitions
from app.bootstrap import Application
from app.domain.errors import Refusal, Unauthenticated
from app.domain.permissions import Actor, Permission, require
from app.services.identity.queries import auth_version
from app.services.identity.tokens import ensure_current, read_access_token


def application_of(request: Request) -> Application:
    found: Application = request.app.state.application
    return found


async def application(request: Request) -> Application:
    return application_of(request)


App = Annotated[Application, Depends(application)]


async def _write_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    with counting_transitions():
        async with application_of(request).database.write() as connection:
            yield connection


async def _read_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    async with application_of(request).database.read() as connection:
        yield connection


async def _orm_session(request: Request) -> AsyncIterator[AsyncSession]:
    with counting_transitions():
        async with application_of(request).database.session() as session:
            yield session


# Function scope: the transaction ends before the answer leaves, so a failing commit is an error and not a lost 200.
WriteConnection = Annotated[AsyncConnection, Depends(_write_connection, scope="function")]
ReadConnection = Annotated[AsyncConnection, Depends(_read_connection, scope="function")]
Session = Annotated[AsyncSession, Depends(_orm_session, scope="function")]


def lent_reader(request: Request) -> AbstractAsyncContextManager[AsyncConnection]:
    """Lend what `ReadConnection` gives, at a third of its cost; nothing is committed on it that could fail."""
    return application_of(request).database.read()


def token_actor(request: Request) -> Actor:
    """Return the actor of the bearer token, not yet compared with the account row."""
    app = application_of(request)
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(Refusal("token_missing"))
    return read_access_token(app.signer, token, now=app.clock.now())


class Requires:
    """Guard of a route: the actor is known, still valid in the database, and holds `permission` somewhere."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Actor:
        actor = token_actor(request)
        if self.permission is not None:
            require(actor, self.permission)
        async with application_of(request).database.read() as connection:
            ensure_current(actor, await auth_version(connection, actor.account_id or 0))
        return actor


class RequiresInStatement:
    """Guard of a hot route: like `Requires`, but the use case's own first statement reads the account's version.

    It saves a round trip; the use case must call `ensure_current`. A test revokes an account and calls each such route.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Actor:
        actor = token_actor(request)
        require(actor, self.permission)
        return actor


async def public() -> None:
    """Marks a route that anybody may call; a test fails on a route without any mark."""
