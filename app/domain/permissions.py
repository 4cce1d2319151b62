"""Who may do what: permissions, the roles that bundle them, and an actor's reach over the tree of units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.errors import Forbidden, Refusal


class Permission(StrEnum):
    """Every permission, in alphabetical order. A route or a transition names exactly one."""

    ACCOUNTS_MANAGE = "accounts:manage"
    CALENDARS_MANAGE = "calendars:manage"
    DOCUMENTS_ADD = "documents:add"
    DOCUMENTS_READ = "documents:read"
    DOSSIERS_CORRECT = "dossiers:correct"
    DOSSIERS_DECIDE = "dossiers:decide"
    DOSSIERS_EXTEND = "dossiers:extend"
    DOSSIERS_HAND_OVER = "dossiers:hand_over"
    DOSSIERS_OVERRIDE = "dossiers:override"
    DOSSIERS_PROCESS = "dossiers:process"
    DOSSIERS_READ = "dossiers:read"
    DOSSIERS_RECEIVE = "dossiers:receive"
    DOSSIERS_STOP = "dossiers:stop"
    DOSSIERS_SUBMIT = "dossiers:submit"
    DOSSIERS_SUPPLEMENT = "dossiers:supplement"
    PAYMENTS_CONFIRM = "payments:confirm"
    PAYMENTS_REFUND = "payments:refund"
    PROCEDURES_MANAGE = "procedures:manage"
    RESULTS_PREPARE = "results:prepare"
    RESULTS_PUBLISH = "results:publish"
    RESULTS_SIGN = "results:sign"
    STATISTICS_READ = "statistics:read"
    TARIFFS_MANAGE = "tariffs:manage"
    UNITS_MANAGE = "units:manage"


class Role(StrEnum):
    """A function held in a unit (domain: one-stop desk and competent agency)."""

    APPROVING_LEADER = "approving_leader"
    CASHIER = "cashier"
    INSPECTOR = "inspector"
    MACHINE_CLIENT = "machine_client"
    PROVINCE_ADMINISTRATOR = "province_administrator"
    RECEPTION_CLERK = "reception_clerk"
    RECORDS_OFFICER = "records_officer"
    SPECIALIST = "specialist"
    UNIT_ADMINISTRATOR = "unit_administrator"


_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.APPROVING_LEADER: frozenset(
        {
            _P.DOCUMENTS_ADD,
            _P.DOCUMENTS_READ,
            _P.PAYMENTS_REFUND,
            _P.RESULTS_PREPARE,
            _P.RESULTS_PUBLISH,
            _P.RESULTS_SIGN,
            _P.DOSSIERS_CORRECT,
            _P.DOSSIERS_DECIDE,
            _P.DOSSIERS_EXTEND,
            _P.DOSSIERS_OVERRIDE,
            _P.DOSSIERS_PROCESS,
            _P.DOSSIERS_READ,
            _P.DOSSIERS_STOP,
            _P.DOSSIERS_SUPPLEMENT,
            _P.STATISTICS_READ,
        }
    ),
    Role.CASHIER: frozenset({_P.PAYMENTS_REFUND, _P.DOSSIERS_READ, _P.PAYMENTS_CONFIRM}),
    Role.INSPECTOR: frozenset({_P.DOCUMENTS_READ, _P.DOSSIERS_READ, _P.STATISTICS_READ}),
    # What a machine may do is the intersection of its scopes with this; its grants say over which units.
    Role.MACHINE_CLIENT: frozenset(
        {_P.DOCUMENTS_ADD, _P.DOSSIERS_READ, _P.DOSSIERS_SUBMIT, _P.PAYMENTS_CONFIRM, _P.STATISTICS_READ}
    ),
    Role.PROVINCE_ADMINISTRATOR: frozenset(
        {
            _P.ACCOUNTS_MANAGE,
            _P.CALENDARS_MANAGE,
            _P.DOSSIERS_READ,
            _P.PROCEDURES_MANAGE,
            _P.STATISTICS_READ,
            _P.TARIFFS_MANAGE,
            _P.UNITS_MANAGE,
        }
    ),
    Role.RECEPTION_CLERK: frozenset(
        {
            _P.DOCUMENTS_ADD,
            _P.DOCUMENTS_READ,
            _P.DOSSIERS_CORRECT,
            _P.DOSSIERS_HAND_OVER,
            _P.DOSSIERS_READ,
            _P.DOSSIERS_RECEIVE,
            _P.DOSSIERS_SUBMIT,
            _P.DOSSIERS_SUPPLEMENT,
            _P.PAYMENTS_CONFIRM,
            _P.STATISTICS_READ,
        }
    ),
    Role.RECORDS_OFFICER: frozenset(
        {_P.DOCUMENTS_ADD, _P.DOCUMENTS_READ, _P.RESULTS_PUBLISH, _P.DOSSIERS_HAND_OVER, _P.DOSSIERS_READ}
    ),
    Role.SPECIALIST: frozenset(
        {
            _P.DOCUMENTS_ADD,
            _P.DOCUMENTS_READ,
            _P.RESULTS_PREPARE,
            _P.DOSSIERS_DECIDE,
            _P.DOSSIERS_PROCESS,
            _P.DOSSIERS_READ,
            _P.DOSSIERS_SUPPLEMENT,
            _P.STATISTICS_READ,
        }
    ),
    Role.UNIT_ADMINISTRATOR: frozenset(
        {_P.ACCOUNTS_MANAGE, _P.CALENDARS_MANAGE, _P.DOSSIERS_READ, _P.STATISTICS_READ, _P.TARIFFS_MANAGE}
    ),
}


SYSTEM_PERMISSIONS = frozenset({_P.DOSSIERS_READ, _P.DOSSIERS_STOP})
"""What the law lets happen by itself: a dossier whose supplement never came is stopped. Nobody is granted these."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in the unit at `path` (`/1/7/`), and so in everything below it."""

    role: Role
    unit_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows an actor may touch: units whose path starts with one of `paths`, or all of them."""

    paths: tuple[str, ...]
    everything: bool = False

    def covers(self, path: str) -> bool:
        return self.everything or any(path.startswith(prefix) for prefix in self.paths)

    @property
    def is_empty(self) -> bool:
        return not self.paths and not self.everything


NOWHERE = Scope(paths=())
EVERYWHERE = Scope(paths=(), everything=True)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody known who acts. `account_id` None is the system itself (import, follower, scan)."""

    account_id: int | None
    kind: str
    auth_version: int
    grants: tuple[Grant, ...]
    scopes: frozenset[str] = frozenset()
    """For machines: the permissions the client was given; ignored for staff."""
    _reach: Mapping[Permission, Scope] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: an answer about one dossier asks for every permission there is.
        paths: dict[Permission, set[str]] = {}
        for grant in self.grants:
            for permission in ROLE_PERMISSIONS[grant.role]:
                if self.kind != "machine" or permission.value in self.scopes:
                    paths.setdefault(permission, set()).add(grant.path)
        reach = {
            permission: Scope(tuple(sorted(found)), everything=any(is_root(path) for path in found))
            for permission, found in paths.items()
        }
        if self.kind == "system":
            reach |= dict.fromkeys(SYSTEM_PERMISSIONS, EVERYWHERE)
        object.__setattr__(self, "_reach", reach)

    def holds(self, permission: Permission) -> bool:
        return permission in self._reach

    def scope(self, permission: Permission) -> Scope:
        """Return where the actor holds `permission`; empty if nowhere."""
        return self._reach.get(permission, NOWHERE)


def is_root(path: str) -> bool:
    """Tell whether `path` is the root of the tree: one installation serves one province, so a root sees everything."""
    return path.count("/") == 2  # noqa: PLR2004 - "/1/": one id between two slashes


SYSTEM = Actor(account_id=None, kind="system", auth_version=0, grants=())


def require(actor: Actor, permission: Permission) -> None:
    """Raise `Forbidden` unless the actor holds `permission` somewhere."""
    if not actor.holds(permission):
        raise Forbidden(Refusal("permission_missing", params={"permission": permission.value}))
