"""Taking an account in hand: only one that the administrator may know, and only within their authority."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import Forbidden, NotFound, Refusal, refuse_all
from app.domain.permissions import SYSTEM, Actor, Permission, Role
from app.models.identity import Account
from app.services.identity import queries
from app.services.identity.authority import faults_of_authority


async def managed_account(session: AsyncSession, actor: Actor, username: str) -> tuple[Account, list[tuple[Role, str]]]:
    """Return the account, locked, and the roles it holds as (role, unit path).

    Raises `NotFound` if it lies outside the actor's reach, `Forbidden` if it is their own or holds a role that they
    could not have granted.
    """
    account = await queries.lock_account(session, username)
    if account is None:
        raise NotFound(Refusal("account_unknown"))
    held = await queries.roles_of(session, account.id, ended=False)
    if actor is not SYSTEM:
        scope = actor.scope(Permission.ACCOUNTS_MANAGE)
        seen = held or await queries.roles_of(session, account.id, ended=True)
        if not scope.everything and not any(scope.covers(path) for _, path in seen):
            raise NotFound(Refusal("account_unknown"))
        if account.id == actor.account_id:
            raise Forbidden(Refusal("own_account"))
    refuse_all(Forbidden, faults_of_authority(actor, held))
    return account, held
