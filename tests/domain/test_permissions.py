"""Who may do what: roles, reach over the tree, machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Forbidden
from app.domain.lifecycle import TRANSITIONS, DossierAction, Side
from app.domain.permissions import ROLE_PERMISSIONS, SYSTEM, Actor, Grant, Permission, Role, Scope, is_root, require

PROVINCE, COMMUNE, NEIGHBOUR = "/1/", "/1/7/", "/1/71/"
CHANGES = {permission for permission in Permission if not permission.value.endswith(":read")}


def staff(*grants: tuple[Role, str]) -> Actor:
    return Actor(
        account_id=1,
        kind="staff",
        auth_version=1,
        grants=tuple(Grant(role, int(path.split("/")[-2]), path) for role, path in grants),
    )


def machine(scopes: set[Permission], path: str = COMMUNE) -> Actor:
    grants = (Grant(Role.MACHINE_CLIENT, int(path.split("/")[-2]), path),)
    return Actor(2, "machine", 1, grants, frozenset(scope.value for scope in scopes))


def holders_of(action: DossierAction) -> set[Role]:
    return {role for role, permissions in ROLE_PERMISSIONS.items() if TRANSITIONS[action].permission in permissions}


def test_every_role_is_defined_and_every_permission_is_held_by_somebody() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert {permission for held in ROLE_PERMISSIONS.values() for permission in held} == set(Permission)


def test_an_inspector_reads_all_and_changes_nothing() -> None:
    assert not ROLE_PERMISSIONS[Role.INSPECTOR] & CHANGES
    assert {Permission.DOSSIERS_READ, Permission.STATISTICS_READ} <= ROLE_PERMISSIONS[Role.INSPECTOR]


def test_whoever_does_something_to_dossiers_may_read_them() -> None:
    for role, held in ROLE_PERMISSIONS.items():
        if any(permission.value.startswith(("dossiers:", "payments:")) for permission in held):
            assert Permission.DOSSIERS_READ in held, role


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (DossierAction.ACCEPT, {Role.RECEPTION_CLERK}),
        (DossierAction.REFUSE, {Role.RECEPTION_CLERK}),
        (DossierAction.REQUEST_SUPPLEMENT, {Role.RECEPTION_CLERK, Role.SPECIALIST, Role.APPROVING_LEADER}),
        (DossierAction.RECEIVE_SUPPLEMENT, {Role.RECEPTION_CLERK, Role.MACHINE_CLIENT}),
        (DossierAction.START_PROCESSING, {Role.SPECIALIST, Role.APPROVING_LEADER}),
        (DossierAction.REQUEST_PAYMENT, {Role.SPECIALIST, Role.APPROVING_LEADER}),
        (DossierAction.CONFIRM_PAYMENT, {Role.CASHIER, Role.RECEPTION_CLERK, Role.MACHINE_CLIENT}),
        (DossierAction.EXTEND, {Role.APPROVING_LEADER}),
        (DossierAction.RESOLVE, {Role.SPECIALIST, Role.APPROVING_LEADER}),
        (DossierAction.HAND_OVER, {Role.RECEPTION_CLERK, Role.RECORDS_OFFICER}),
        (DossierAction.WITHDRAW, {Role.RECEPTION_CLERK, Role.MACHINE_CLIENT}),
        (DossierAction.STOP, {Role.APPROVING_LEADER}),
        (DossierAction.CORRECT, {Role.RECEPTION_CLERK, Role.APPROVING_LEADER}),
    ],
)
def test_each_act_belongs_to_its_roles(action: DossierAction, roles: set[Role]) -> None:
    assert holders_of(action) == roles


def test_only_the_competent_side_decides_extends_and_stops() -> None:
    competent = {action for action, row in TRANSITIONS.items() if row.side is Side.COMPETENT}
    assert competent == {
        DossierAction.START_PROCESSING,
        DossierAction.REQUEST_PAYMENT,
        DossierAction.EXTEND,
        DossierAction.RESOLVE,
        DossierAction.STOP,
    }


def test_only_a_leader_overrides() -> None:
    assert [role for role, held in ROLE_PERMISSIONS.items() if Permission.DOSSIERS_OVERRIDE in held] == [
        Role.APPROVING_LEADER
    ]


def test_a_role_reaches_its_unit_and_what_is_below_but_no_neighbour() -> None:
    scope = staff((Role.SPECIALIST, COMMUNE)).scope(Permission.DOSSIERS_DECIDE)
    assert scope.covers(COMMUNE)
    assert scope.covers(COMMUNE + "9/")
    assert not scope.covers(NEIGHBOUR)
    assert not scope.covers(PROVINCE)


def test_each_permission_reaches_only_where_its_role_is_held() -> None:
    actor = staff((Role.SPECIALIST, COMMUNE), (Role.RECEPTION_CLERK, NEIGHBOUR))
    assert actor.scope(Permission.DOSSIERS_DECIDE).paths == (COMMUNE,)
    assert actor.scope(Permission.DOSSIERS_RECEIVE).paths == (NEIGHBOUR,)
    assert actor.scope(Permission.DOSSIERS_READ).paths == (COMMUNE, NEIGHBOUR)
    assert actor.scope(Permission.UNITS_MANAGE).is_empty


def test_a_role_in_the_root_reaches_everything() -> None:
    scope = staff((Role.INSPECTOR, PROVINCE)).scope(Permission.DOSSIERS_READ)
    assert scope.everything
    assert scope.covers("/1/2/3/")
    assert not staff((Role.INSPECTOR, COMMUNE)).scope(Permission.DOSSIERS_READ).everything
    assert is_root(PROVINCE)
    assert not is_root(COMMUNE)


def test_a_machine_may_do_what_its_scopes_and_its_role_both_allow() -> None:
    actor = machine({Permission.DOSSIERS_SUBMIT, Permission.DOSSIERS_DECIDE})
    assert actor.holds(Permission.DOSSIERS_SUBMIT)
    assert not actor.holds(Permission.DOSSIERS_DECIDE), "no scope makes a machine decide"
    assert not actor.holds(Permission.DOSSIERS_READ), "the scope was not given"


def test_scopes_mean_nothing_for_staff() -> None:
    actor = Actor(3, "staff", 1, (Grant(Role.CASHIER, 7, COMMUNE),), frozenset({Permission.DOSSIERS_DECIDE.value}))
    assert not actor.holds(Permission.DOSSIERS_DECIDE)
    assert actor.holds(Permission.PAYMENTS_CONFIRM)


def test_the_missing_permission_is_named() -> None:
    actor = staff((Role.INSPECTOR, PROVINCE))
    require(actor, Permission.DOSSIERS_READ)
    with pytest.raises(Forbidden) as refused:
        require(actor, Permission.DOSSIERS_DECIDE)
    assert refused.value.refusals[0].params == {"permission": "dossiers:decide"}


def test_the_system_of_itself_only_reads_and_stops_dossiers() -> None:
    held = {permission for permission in Permission if SYSTEM.holds(permission)}
    assert held == {Permission.DOSSIERS_READ, Permission.DOSSIERS_STOP}
    assert SYSTEM.scope(Permission.DOSSIERS_STOP).covers(COMMUNE)


paths = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(lambda ids: "/" + "".join(f"{id_}/" for id_ in ids))


@given(st.lists(paths, max_size=3), paths)
def test_reach_is_exactly_what_lies_at_or_below(held: list[str], wanted: str) -> None:
    ids = wanted.strip("/").split("/")
    ancestors = {"/" + "/".join(ids[:length]) + "/" for length in range(1, len(ids) + 1)}
    assert Scope(tuple(held)).covers(wanted) == bool(ancestors & set(held))
