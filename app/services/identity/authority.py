"""How far an administrator's hand reaches: which roles they may give, and so whose accounts they may manage.

Whoever resets a password holds that account's roles. So an account may be managed by those who could have granted
every role it holds, and by nobody else.
"""

from collections.abc import Iterable

from app.domain.errors import Refusal
from app.domain.permissions import SYSTEM, Actor, Permission, Role, is_root


def faults_of_grant(actor: Actor, role: Role, path: str, *, kind: str, field: str | None = None) -> list[Refusal]:
    """Return why `actor` may not give `role` in the unit at `path` to an account of `kind`; empty if they may."""
    faults = []
    if kind == "machine" and role is not Role.MACHINE_CLIENT:
        faults.append(Refusal("role_not_for_machines", field, {"role": role.value}))
    if kind != "machine" and role is Role.MACHINE_CLIENT:
        faults.append(Refusal("role_for_machines_only", field, {"role": role.value}))
    if role is Role.PROVINCE_ADMINISTRATOR and not is_root(path):
        faults.append(Refusal("role_at_root_only", field, {"role": role.value}))
    return faults + faults_of_authority(actor, [(role, path)], field=field)


def faults_of_authority(actor: Actor, held: Iterable[tuple[Role, str]], *, field: str | None = None) -> list[Refusal]:
    """Return why roles at these paths are beyond `actor`'s authority, each reason once."""
    if actor is SYSTEM:
        return []
    scope = actor.scope(Permission.ACCOUNTS_MANAGE)
    codes: dict[str, Refusal] = {}
    for role, path in held:
        if not scope.covers(path):
            codes["out_of_scope"] = Refusal("out_of_scope", field)
        if _is_reserved(role, path) and not _administers_province(actor):
            codes["role_above_own"] = Refusal("role_above_own", field, {"role": role.value})
    return list(codes.values())


def _is_reserved(role: Role, path: str) -> bool:
    """Tell whether only a province administrator may give this."""
    if role is Role.INSPECTOR:
        return is_root(path)
    return role in (Role.PROVINCE_ADMINISTRATOR, Role.MACHINE_CLIENT)


def _administers_province(actor: Actor) -> bool:
    return any(grant.role is Role.PROVINCE_ADMINISTRATOR and is_root(grant.path) for grant in actor.grants)
