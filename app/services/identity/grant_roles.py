"""Grant a role in a unit, revoke it: from the next request on the account acts under its new rights."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor, Role
from app.models.identity import Account, RoleGrant
from app.services.audit.queries import write_audit_entry
from app.services.identity import queries, writes
from app.services.identity.authority import faults_of_grant
from app.services.identity.create_account import BEYOND_AUTHORITY, unit_faults
from app.services.identity.inputs import RoleInput
from app.services.identity.managed_account import managed_account


async def grant_role(session: AsyncSession, actor: Actor, username: str, given: RoleInput, *, now: dt.datetime) -> int:
    """Give the account a role in a unit; return the account's id. Granting twice is granting once.

    Raises `NotFound` and `Forbidden` as `managed_account` does, `InvalidInput` (`unit_unknown`, `unit_closed`,
    `role_…`), `Forbidden` (`out_of_scope`, `role_above_own`).
    """
    account, _ = await managed_account(session, actor, username)
    unit = (await queries.units_by_code(session, [given.unit])).get(given.unit)
    closed = unit_faults(unit, given.unit, field="unit", now=now)
    if unit is None or closed:
        raise InvalidInput(*closed)
    faults = faults_of_grant(actor, given.role, unit.path, kind=account.kind)
    refuse_all(InvalidInput, [fault for fault in faults if fault.code not in BEYOND_AUTHORITY])
    refuse_all(Forbidden, faults)
    if await queries.held_grant(session, account_id=account.id, role=given.role, unit_id=unit.id) is None:
        session.add(
            RoleGrant(
                account_id=account.id,
                role=given.role.value,
                unit_id=unit.id,
                granted_at=now,
                granted_by=actor.account_id,
            )
        )
        await _audit(session, actor, account, "role.grant", given.role, given.unit, now=now)
    return account.id


async def revoke_role(
    session: AsyncSession, actor: Actor, username: str, role: Role, unit_code: str, *, now: dt.datetime
) -> int:
    """Take a role in a unit from the account; return the account's id. Raises `NotFound` (`role_not_held`)."""
    account, _ = await managed_account(session, actor, username)
    unit = (await queries.units_by_code(session, [unit_code])).get(unit_code)
    grant = (
        None if unit is None else await queries.held_grant(session, account_id=account.id, role=role, unit_id=unit.id)
    )
    if grant is None:
        raise NotFound(Refusal("role_not_held", params={"role": role.value, "unit": unit_code}))
    grant.revoked_at = now
    grant.revoked_by = actor.account_id
    await _audit(session, actor, account, "role.revoke", role, unit_code, now=now)
    return account.id


async def _audit(
    session: AsyncSession,
    actor: Actor,
    account: Account,
    action: str,
    role: Role,
    unit_code: str,
    *,
    now: dt.datetime,
) -> None:
    await session.flush()
    connection = await session.connection()
    await writes.end_access_tokens(connection, account.id)
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action=action,
        subject=f"account:{account.id}",
        data={"role": role.value, "unit": unit_code},
    )
