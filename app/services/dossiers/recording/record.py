"""Facts beside the state: a paper, a fee, a result. One line of the log each; the state stays as it is.

The state has its own door (`app.services.dossiers.transitions`); nothing here assigns it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import Forbidden, NotFound, Refusal
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor, Permission
from app.services.dossiers.access import may_see
from app.services.dossiers.recording import queries


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """Where a fact stands in the log."""

    id: int
    seq: int


async def seen_dossier(
    connection: AsyncConnection, actor: Actor, code: str, permission: Permission, *, lock: bool = False
) -> Any:
    """Return the dossier known by `code` or an alias, as a row of `queries.dossier_by_id`.

    Raises `NotFound` for what the actor may not know and `Forbidden` where they may see it but do not hold
    `permission` over its receiving or its competent unit. With `lock` the row is locked first and read after, so
    what is read is what the last writer left.
    """
    dossier_id = await queries.dossier_id_of(connection, code, lock=lock)
    row = None if dossier_id is None else await queries.dossier_by_id(connection, dossier_id)
    if row is None or not may_see(actor, row.receiving_path, row.competent_path):
        raise NotFound(Refusal("dossier_unknown"))
    scope = actor.scope(permission)
    if scope.is_empty:
        raise Forbidden(Refusal("permission_missing", params={"permission": permission.value}))
    if not (scope.covers(row.receiving_path) or scope.covers(row.competent_path)):
        raise Forbidden(Refusal("out_of_scope", params={"side": "either"}))
    return row


async def record_event(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    event: EventType,
    *,
    now: dt.datetime,
    data: Mapping[str, Any],
    at_competent_unit: bool = False,
) -> RecordedEvent:
    """Append one fact to the log of `dossier` (a row of `seen_dossier` with `lock`).

    `data` carries references and facts of procedure, never personal data. The event's unit is the receiving one
    unless `at_competent_unit`.
    """
    unit_id = dossier.competent_unit_id if at_competent_unit else dossier.receiving_unit_id
    row = await queries.write_event(
        connection,
        dossier_id=dossier.id,
        event_type=event.value,
        actor_id=actor.account_id,
        unit_id=unit_id,
        now=now,
        data=data,
    )
    return RecordedEvent(id=row.id, seq=row.seq)


async def record_events(
    connection: AsyncConnection,
    actor: Actor,
    facts: Sequence[Mapping[str, Any]],
    event: EventType,
    *,
    now: dt.datetime,
) -> None:
    """Append the same kind of fact to many dossiers, one line each, in one statement.

    `facts` are `{dossier_id, unit_id, data}`, a dossier at most once; the caller has looked at who may do so.
    """
    written = await queries.write_events(connection, facts, event_type=event.value, actor_id=actor.account_id, now=now)
    if written != len(facts):
        raise AssertionError("each dossier has its line")


def state_of(dossier: Any) -> DossierState:
    return DossierState(dossier.state)
