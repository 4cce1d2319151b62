"""Writes of the log's followers and of the job queue."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json
from app.services.integration.queries import Position


async def ensure_position(connection: AsyncConnection, follower: str) -> None:
    """Make the follower known; a new one starts at the beginning of the log."""
    await execute(
        connection,
        "insert into follower_position (name, event_id) values ($1, 0) on conflict (name) do nothing",
        follower,
    )


async def count_worker_acts(connection: AsyncConnection, acts: Sequence[str]) -> None:
    """Add acts that a worker did by itself to what all of them did; in the transaction of the acts."""
    await execute(
        connection,
        "insert into worker_act (action, acts) select a.action, count(*) from unnest($1::text[]) as a (action) "
        "group by a.action order by a.action on conflict (action) do update set acts = worker_act.acts + excluded.acts",
        list(acts),
    )


async def claim_position(connection: AsyncConnection, follower: str, *, wait: bool = False) -> Position | None:
    """Lock the follower's position until the transaction ends; None if another worker holds it (or it is unknown)."""
    row: Any = await fetch_one(
        connection,
        "select xid::text::bigint as xid, event_id from follower_position where name = $1 for update"
        + ("" if wait else " skip locked"),
        follower,
    )
    return None if row is None else Position(row.xid, row.event_id)


async def move_position(connection: AsyncConnection, follower: str, to: Position, *, now: dt.datetime) -> None:
    """Record how far the follower has come; in the transaction of its effect, under `claim_position`."""
    await execute(
        connection,
        "update follower_position set xid = $2::bigint::text::xid8, event_id = $3, moved_at = $4 where name = $1",
        follower,
        to.xid,
        to.event_id,
        now,
    )


async def safe_position(connection: AsyncConnection) -> Position:
    """Return the end of what is certainly visible to every later statement of this transaction."""
    row: Any = await fetch_one(connection, "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xid")
    return Position(row.xid, 0)


async def insert_job(
    connection: AsyncConnection,
    *,
    queue: str,
    task: str,
    arguments: dict[str, Any],
    priority: int,
    lock: str | None,
    queueing_lock: str | None,
    scheduled_at: dt.datetime | None,
) -> int:
    """Put a job into the queue with the queue's own function, whose name carries its version; return its id."""
    row: Any = await fetch_one(
        connection,
        "select (procrastinate_defer_jobs_v1(array[row($1::text, $2::text, $3::integer, $4::text, $5::text, "
        "$6::jsonb, $7::timestamptz)::procrastinate_job_to_defer_v1]))[1] as id",
        queue,
        task,
        priority,
        lock,
        queueing_lock,
        to_json(arguments),
        scheduled_at,
    )
    return int(row.id)
