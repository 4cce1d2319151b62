"""A result in somebody's hands: seen by who may see its dossier, changed with the dossier's row locked first."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import ActionRefused, Forbidden, NotFound, Refusal, refuse_all
from app.domain.lifecycle import DossierState
from app.domain.permissions import Actor, Permission
from app.services.dossiers.access import may_see
from app.services.dossiers.recording.record import seen_dossier, state_of
from app.services.results import queries

RESULT_STATES = frozenset(
    {DossierState.ACCEPTED, DossierState.PROCESSING, DossierState.RESOLVED, DossierState.RETURNED}
)
"""Where a dossier may be while a result of it is made: taken in, and neither waiting nor ended without a decision."""


class ResultInHand(NamedTuple):
    """The rows of a dossier and of its result, both locked."""

    dossier: Any
    result: Any


async def seen_result(connection: AsyncConnection, actor: Actor, result_id: int) -> Any:
    """Return the result with what is told of it; `NotFound` alike for unknown and out of scope."""
    row = await queries.one_result(connection, result_id)
    if row is None or not may_see(actor, row.receiving_path, row.competent_path):
        raise NotFound(Refusal("result_unknown"))
    return row


async def result_in_hand(
    connection: AsyncConnection,
    actor: Actor,
    result_id: int,
    permission: Permission,
    *,
    statuses: tuple[str, ...],
    either_side: bool = False,
) -> ResultInHand:
    """Lock dossier and result for an act.

    Raises `NotFound`, `Forbidden` without `permission` over the competent unit (or, with `either_side`, the receiving
    one), and `ActionRefused` (result_not_possible_now) unless the result has one of `statuses`.
    """
    seen = await seen_result(connection, actor, result_id)
    dossier = await seen_dossier(connection, actor, seen.dossier_code, permission, lock=True)
    if not either_side:
        require_competent(actor, permission, dossier)
    result = await queries.lock_result(connection, result_id)
    if result.status not in statuses:
        params = {"status": result.status, "expected": ", ".join(statuses)}
        raise ActionRefused(Refusal("result_not_possible_now", params=params))
    return ResultInHand(dossier, result)


def require_competent(actor: Actor, permission: Permission, dossier: Any) -> None:
    """Raise `Forbidden` unless the actor holds `permission` over the unit that decides."""
    if not actor.scope(permission).covers(dossier.competent_path):
        raise Forbidden(Refusal("out_of_scope", params={"side": "competent"}))


def require_open(dossier: Any) -> None:
    """Raise `ActionRefused` (result_dossier_not_open) where no result of the dossier can be made."""
    refuse_all(ActionRefused, open_faults(state_of(dossier)))


def open_faults(state: DossierState) -> list[Refusal]:
    return [] if state in RESULT_STATES else [Refusal("result_dossier_not_open", params={"state": state.label})]
