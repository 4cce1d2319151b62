"""Create an account: a member of staff with a password, or a machine client with a secret."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import local_date
from app.core.security import hash_secret, random_secret
from app.domain.errors import Conflict, DomainError, Forbidden, InvalidInput, Refusal, refuse_all
from app.domain.permissions import ROLE_PERMISSIONS, Actor, Role
from app.models.identity import Account, RoleGrant
from app.models.organization import Unit
from app.services.audit.queries import write_audit_entry
from app.services.identity import queries
from app.services.identity.authority import faults_of_grant
from app.services.identity.inputs import MachineInput, StaffInput
from app.services.identity.passwords import generated_password, hashed


@dataclass(frozen=True, slots=True)
class CreatedAccount:
    """The new account's id, and its secret if it was made up: to be shown once and kept nowhere."""

    account_id: int
    secret: str | None


async def create_staff(session: AsyncSession, actor: Actor, given: StaffInput, *, now: dt.datetime) -> CreatedAccount:
    """Create a member of staff with at least one role.

    Raises `InvalidInput` (`unit_unknown`, `unit_closed`, `password_contains_username`, `role_…`), `Forbidden`
    (`out_of_scope`, `role_above_own`), `Conflict` (`username_taken`).
    """
    secret = None if given.password else generated_password()
    password_hash = await hashed(given.password or secret or "")
    wanted = [(role.role, role.unit, f"roles.{index}") for index, role in enumerate(given.roles)]
    faults = password_faults(given.password, username=given.username, field="password")
    units = await _checked_units(session, actor, wanted, kind="staff", faults=faults, now=now)
    account = Account(
        username=given.username,
        kind="staff",
        display_name=given.display_name,
        password_hash=password_hash,
        created_at=now,
    )
    await _store(session, actor, account, [(role, units[code]) for role, code, _ in wanted], now=now)
    return CreatedAccount(account.id, secret)


async def create_machine(
    session: AsyncSession, actor: Actor, given: MachineInput, *, now: dt.datetime
) -> CreatedAccount:
    """Create a machine client; its secret is always made up.

    Raises as `create_staff` does, and `InvalidInput` (`scope_not_for_machines`).
    """
    allowed = ROLE_PERMISSIONS[Role.MACHINE_CLIENT]
    faults = [
        Refusal("scope_not_for_machines", f"scopes.{index}", {"scope": scope.value})
        for index, scope in enumerate(given.scopes)
        if scope not in allowed
    ]
    wanted = [(Role.MACHINE_CLIENT, code, f"units.{index}") for index, code in enumerate(given.units)]
    units = await _checked_units(session, actor, wanted, kind="machine", faults=faults, now=now)
    secret = random_secret()
    account = Account(
        username=given.client_id,
        kind="machine",
        display_name=given.display_name,
        password_hash=hash_secret(secret).hex(),
        scopes=sorted({scope.value for scope in given.scopes}),
        created_at=now,
    )
    await _store(session, actor, account, [(role, units[code]) for role, code, _ in wanted], now=now)
    return CreatedAccount(account.id, secret)


def password_faults(password: str | None, *, username: str, field: str) -> list[Refusal]:
    """Return what is wrong with a new password beyond its length."""
    if password is not None and username in password.lower():
        return [Refusal("password_contains_username", field)]
    return []


def unit_faults(unit: Unit | None, code: str, *, field: str, now: dt.datetime) -> list[Refusal]:
    """Return why no role can be held in this unit."""
    if unit is None:
        return [Refusal("unit_unknown", field, {"code": code})]
    if unit.valid_to is not None and unit.valid_to <= local_date(now):
        return [Refusal("unit_closed", field, {"code": code})]
    return []


async def _checked_units(
    session: AsyncSession,
    actor: Actor,
    wanted: Sequence[tuple[Role, str, str]],
    *,
    kind: str,
    faults: list[Refusal],
    now: dt.datetime,
) -> dict[str, Unit]:
    """Return the units by code; raise everything that stands against these roles (role, unit code, field)."""
    units = await queries.units_by_code(session, [code for _, code, _ in wanted])
    refused: list[Refusal] = []
    for role, code, field in wanted:
        unit = units.get(code)
        faults += unit_faults(unit, code, field=_unit_field(field), now=now)
        if unit is not None:
            for fault in faults_of_grant(actor, role, unit.path, kind=kind, field=field):
                (refused if fault.code in BEYOND_AUTHORITY else faults).append(fault)
    if refused and not faults:
        raise Forbidden(*refused)
    refuse_all(InvalidInput, [*faults, *refused])
    return units


BEYOND_AUTHORITY = frozenset({"out_of_scope", "role_above_own"})
"""Faults that say "not you" rather than "not so"."""


def _unit_field(field: str) -> str:
    return f"{field}.unit" if field.startswith("roles") else field


async def _store(
    session: AsyncSession, actor: Actor, account: Account, roles: Sequence[tuple[Role, Unit]], *, now: dt.datetime
) -> None:
    taken = Conflict(Refusal("username_taken", "username" if account.kind == "staff" else "client_id"))
    if await queries.taken_usernames(session, [account.username]):
        raise taken
    session.add(account)
    await _flush_or_raise(session, taken)
    for role, unit_id in sorted({(role, unit.id) for role, unit in roles}):
        session.add(
            RoleGrant(
                account_id=account.id, role=role.value, unit_id=unit_id, granted_at=now, granted_by=actor.account_id
            )
        )
    await session.flush()
    await write_audit_entry(
        await session.connection(),
        at=now,
        account_id=actor.account_id,
        action="account.create",
        subject=f"account:{account.id}",
        data={
            "kind": account.kind,
            "scopes": account.scopes,
            "roles": [{"role": role.value, "unit": unit.code} for role, unit in roles],
        },
    )


async def _flush_or_raise(session: AsyncSession, error: DomainError) -> None:
    """Flush; two requests for the same name at once end here for the slower one."""
    try:
        await session.flush()
    except IntegrityError as broken:
        raise error from broken
