"""Alerts in people's hands: seen in scope, acknowledged at their level, counted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.alerts import AlertKind, AlertLevel
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.alerts import queries, writes
from app.services.identity.scope import scope_parameters

_DUTIES = (
    Permission.DOSSIERS_PROCESS,
    Permission.DOSSIERS_RECEIVE,
    Permission.DOSSIERS_HAND_OVER,
    Permission.DOSSIERS_EXTEND,
    Permission.RESULTS_SIGN,
)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What a list of alerts is narrowed by; None: not at all."""

    unit: str | None = None
    kinds: tuple[AlertKind, ...] = ()
    level: AlertLevel | None = None
    is_open: bool | None = True
    acknowledged: bool | None = None


async def list_alerts(
    connection: AsyncConnection,
    actor: Actor,
    wanted: AlertFilter,
    *,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` alerts about dossiers of units in scope, the newest first."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    return await queries.alerts_page(
        connection,
        everything=everything,
        patterns=patterns,
        unit=wanted.unit,
        kinds=[kind.value for kind in wanted.kinds] or None,
        level=None if wanted.level is None else int(wanted.level),
        is_open=wanted.is_open,
        acknowledged=wanted.acknowledged,
        after=after,
        limit=limit,
    )


async def acknowledge(connection: AsyncConnection, actor: Actor, alert_id: int, *, note: str, now: dt.datetime) -> Any:
    """Take the alert upon oneself, with a note of what is done; it climbs no further. Returns the alert.

    Raises `NotFound` out of scope, `Forbidden` below the level it has reached, `Conflict` if somebody was first or its
    reason is gone.
    """
    row = await queries.lock_alert(connection, alert_id)
    if row is None or not actor.scope(Permission.DOSSIERS_READ).covers(row.path):
        raise NotFound(Refusal("alert_unknown"))
    level = AlertLevel(row.level)
    if not _answers_for(actor, level, row.path):
        raise Forbidden(Refusal("alert_of_higher_level", params={"level": level.label}))
    if row.acknowledged_at is not None:
        raise Conflict(Refusal("alert_acknowledged"))
    if row.closed_at is not None:
        raise Conflict(Refusal("alert_closed"))
    await writes.write_acknowledgement(connection, alert_id, account_id=actor.account_id, note=note, now=now)
    return await queries.one_alert(connection, alert_id)


async def summarize(
    connection: AsyncConnection, actor: Actor, *, unit: str | None, first: dt.date, last: dt.date
) -> Sequence[Any]:
    """Return the counts of alerts raised from `first` to `last` by unit and kind."""
    if last < first:
        params = {"first": first.isoformat(), "last": last.isoformat()}
        raise InvalidInput(Refusal("period_reversed", "to", params))
    everything, patterns = scope_parameters(actor, Permission.STATISTICS_READ)
    return await queries.summary(
        connection, everything=everything, patterns=patterns, unit=unit, first=first, last=last
    )


def _answers_for(actor: Actor, level: AlertLevel, path: str) -> bool:
    """Whoever oversees the province answers for every level, the head of the unit up to their own."""
    if actor.kind == "machine":
        return False
    if actor.scope(Permission.DOSSIERS_READ).everything:
        return True
    if level is AlertLevel.PROVINCE:
        return False
    duties = _DUTIES if level is AlertLevel.HOLDER else (Permission.DOSSIERS_EXTEND,)
    return any(actor.scope(duty).covers(path) for duty in duties)
