"""A leader lets somebody sign in their stead for a time, so that an absence stops no dossier."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import ActionRefused, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.dossiers.queries import assignee_id
from app.services.identity.scope import scope_parameters
from app.services.results import queries, writes
from app.services.results.inputs import Delegate

_LONGEST_DAYS = 366


async def delegate(connection: AsyncConnection, actor: Actor, body: Delegate, *, now: dt.datetime) -> Any:
    """Write a delegation and return it.

    Raises `Forbidden` outside the units in which the actor signs by right (a delegate cannot delegate), `InvalidInput`
    for an unknown unit or person, for oneself, and for a time that is over, reversed or longer than a year.
    """
    unit = await queries.unit_with_code(connection, body.unit)
    if unit is None:
        raise InvalidInput(Refusal("unit_unknown", "unit", {"code": body.unit}))
    if not actor.scope(Permission.RESULTS_SIGN).covers(unit.path) or actor.account_id is None:
        raise Forbidden(Refusal("out_of_scope", params={"side": "competent"}))
    delegate_id = await assignee_id(connection, username=body.delegate, path=unit.path)
    valid_from = body.valid_from or now
    faults = []
    if delegate_id is None:
        faults.append(Refusal("signer_unknown", "delegate"))
    elif delegate_id == actor.account_id:
        faults.append(Refusal("delegate_is_oneself", "delegate"))
    if body.valid_to <= max(valid_from, now) or body.valid_to - valid_from > dt.timedelta(days=_LONGEST_DAYS):
        faults.append(Refusal("delegation_time", "valid_to", {"days": _LONGEST_DAYS}))
    refuse_all(InvalidInput, faults)
    delegation_id = await writes.insert_delegation(
        connection,
        unit_id=unit.id,
        delegate_id=delegate_id or 0,
        valid_from=valid_from,
        valid_to=body.valid_to,
        reason=body.reason,
        account_id=actor.account_id,
        now=now,
    )
    await _audit(connection, actor, "delegate_signing", delegation_id, now=now)
    return await queries.one_delegation(connection, delegation_id)


async def end_delegation(connection: AsyncConnection, actor: Actor, delegation_id: int, *, now: dt.datetime) -> Any:
    """End a delegation before its time; what was signed under it stands."""
    row = await queries.one_delegation(connection, delegation_id)
    if row is None or not actor.scope(Permission.RESULTS_SIGN).covers(row.path):
        raise NotFound(Refusal("delegation_unknown"))
    if row.revoked_at is not None or row.valid_to <= now:
        raise ActionRefused(Refusal("delegation_over"))
    await writes.revoke_delegation(connection, delegation_id, account_id=actor.account_id, now=now)
    await _audit(connection, actor, "end_signing_delegation", delegation_id, now=now)
    return await queries.one_delegation(connection, delegation_id)


async def list_delegations(
    connection: AsyncConnection, actor: Actor, *, only_standing: bool, now: dt.datetime
) -> Sequence[Any]:
    """Return delegations of units in which the actor signs, and those given to the actor, the newest first."""
    everything, patterns = scope_parameters(actor, Permission.RESULTS_SIGN)
    return await queries.delegations_in_scope(
        connection,
        everything=everything,
        patterns=patterns,
        account_id=actor.account_id or 0,
        only_standing=only_standing,
        now=now,
    )


async def _audit(
    connection: AsyncConnection, actor: Actor, action: str, delegation_id: int, *, now: dt.datetime
) -> None:
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action=action,
        subject=f"signing_delegation:{delegation_id}",
        data={},
    )
