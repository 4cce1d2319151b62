"""Reads of the log by its followers: what has come since a position, and how far behind each follower is.

Only events below every running transaction are read: `xid` is the writer's transaction, so whatever is still to be
committed sorts after everything read so far, however low its `id` is.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, from_json

UNREAD = "(e.xid, e.id) > (p.xid, p.event_id)"
BELOW_RUNNING = "e.xid < pg_snapshot_xmin(pg_current_snapshot())"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log: everything up to and including event `event_id` of transaction `xid` has been taken in."""

    xid: int
    event_id: int


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line of the log as its followers see it; `state` is the dossier's state after it."""

    id: int
    xid: int
    dossier_id: int
    seq: int
    type: str
    state: int
    actor_id: int | None
    unit_id: int | None
    occurred_at: dt.datetime
    data: dict[str, Any]

    @property
    def position(self) -> Position:
        return Position(self.xid, self.id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a follower would find now: events it can read, or only such as a running transaction still holds back."""

    readable: bool
    held_back: bool


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a follower is behind: unread events, and seconds since it could have read the oldest of them."""

    follower: str
    events: int
    seconds: float


async def waiting_events(connection: AsyncConnection, follower: str) -> Waiting:
    """Tell whether there is anything to read, without taking a lock or a transaction id."""
    row: Any = await fetch_one(
        connection,
        f"select exists (select from dossier_event e where {UNREAD} and {BELOW_RUNNING}) as readable, "
        f"exists (select from dossier_event e where {UNREAD}) as written from follower_position p where p.name = $1",
        follower,
    )
    if row is None:
        return Waiting(readable=False, held_back=False)
    return Waiting(readable=row.readable, held_back=row.written and not row.readable)


async def read_events(connection: AsyncConnection, after: Position, *, limit: int) -> list[LogEvent]:
    """Return at most `limit` events after the position, in the log's order `(xid, id)`."""
    rows = await fetch_all(
        connection,
        "select e.id, e.xid::text::bigint as xid, e.dossier_id, e.seq, e.type, e.state, e.actor_id, e.unit_id, "
        "e.occurred_at, e.data from dossier_event e "
        f"where (e.xid, e.id) > ($1::bigint::text::xid8, $2::bigint) and {BELOW_RUNNING} "
        "order by e.xid, e.id limit $3",
        after.xid,
        after.event_id,
        limit,
    )
    return [
        LogEvent(
            id=row.id,
            xid=row.xid,
            dossier_id=row.dossier_id,
            seq=row.seq,
            type=row.type,
            state=row.state,
            actor_id=row.actor_id,
            unit_id=row.unit_id,
            occurred_at=row.occurred_at,
            data=from_json(row.data),
        )
        for row in rows
    ]


LAGS = f"""
select p.name, behind.events,
  case when behind.events = 0 then 0
  else greatest(0, extract(epoch from $1::timestamptz - greatest(p.moved_at, behind.oldest))) end as seconds
from follower_position p
cross join lateral (
  select count(*) as events,
    (select e.occurred_at from dossier_event e where {UNREAD} order by e.xid, e.id limit 1) as oldest
  from dossier_event e where {UNREAD}
) behind
order by p.name
"""
"""`$1` is now. What is imported may have occurred years ago: waiting counts from the last move at the earliest."""


async def follower_lag(connection: AsyncConnection, *, now: dt.datetime) -> list[Lag]:
    """Return how far every known follower is behind the log, events of running transactions not counted."""
    rows = await fetch_all(connection, LAGS, now)
    return [Lag(follower=row.name, events=row.events, seconds=float(row.seconds)) for row in rows]
