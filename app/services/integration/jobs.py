"""Work for later: put into the queue in the caller's own transaction, so a job exists exactly if its cause does."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.integration.writes import insert_job

DEFAULT_QUEUE = "default"


async def defer(
    connection: AsyncConnection,
    task: str,
    arguments: Mapping[str, Any],
    *,
    queue: str = DEFAULT_QUEUE,
    priority: int = 0,
    lock: str | None = None,
    queueing_lock: str | None = None,
    scheduled_at: dt.datetime | None = None,
) -> int:
    """Ask the worker to run `task` once this transaction is committed; return the job's number.

    Jobs with the same `lock` run one after another. `arguments` must be JSON and carry references, no personal data.
    With `queueing_lock`, a second waiting job of that name is refused by the database (IntegrityError).
    """
    return await insert_job(
        connection,
        queue=queue,
        task=task,
        arguments=dict(arguments),
        priority=priority,
        lock=lock,
        queueing_lock=queueing_lock,
        scheduled_at=scheduled_at,
    )
