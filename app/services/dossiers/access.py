"""What an actor may see and do of a dossier: the permissions of the transition table over the units of the row."""

import datetime as dt
from collections.abc import Sequence

from app.domain.errors import Forbidden, Refusal
from app.domain.lifecycle import TRANSITIONS, DossierAction, DossierSituation, Side, refusals_now
from app.domain.permissions import Actor, Permission
from app.services.dossiers.view import ActionView


def may_see(actor: Actor, *paths: str) -> bool:
    """Tell whether the actor may read a dossier of the units at `paths`."""
    scope = actor.scope(Permission.DOSSIERS_READ)
    return any(scope.covers(path) for path in paths)


def permission_faults(
    actor: Actor, action: DossierAction, *, receiving_path: str, competent_path: str
) -> list[Refusal]:
    """Return why the actor may not do `action` whatever the dossier's state; empty if they may."""
    row = TRANSITIONS[action]
    scope = actor.scope(row.permission)
    if scope.is_empty:
        return [Refusal("permission_missing", params={"permission": row.permission.value})]
    sides = {
        Side.RECEIVING: (receiving_path,),
        Side.COMPETENT: (competent_path,),
        Side.EITHER: (receiving_path, competent_path),
    }[row.side]
    if any(scope.covers(path) for path in sides):
        return []
    return [Refusal("out_of_scope", params={"side": row.side.value})]


def require_action(actor: Actor, action: DossierAction, *, receiving_path: str, competent_path: str) -> None:
    """Raise `Forbidden` unless the actor may do `action` to dossiers of these units."""
    faults = permission_faults(actor, action, receiving_path=receiving_path, competent_path=competent_path)
    if faults:
        raise Forbidden(*faults)


def actions_now(
    actor: Actor, situation: DossierSituation, *, receiving_path: str, competent_path: str, now: dt.datetime
) -> Sequence[ActionView]:
    """Return every act with what stands in its way at `now`: rights first, then the dossier's situation."""
    overrides = actor.scope(Permission.DOSSIERS_OVERRIDE)
    may_override = overrides.covers(receiving_path) or overrides.covers(competent_path)
    views = []
    for action in DossierAction:
        faults = permission_faults(actor, action, receiving_path=receiving_path, competent_path=competent_path)
        faults += refusals_now(situation, action, now, may_override=may_override)
        views.append(ActionView(action=action.value, possible=not faults, refusals=tuple(faults)))
    return tuple(views)
