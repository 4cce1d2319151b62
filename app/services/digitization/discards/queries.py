"""What is read of discarded papers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all


async def due_to_let_go(connection: AsyncConnection, *, now: dt.datetime, limit: int) -> Sequence[Any]:
    """Return discarded pieces whose pages are to leave the store, with where those lie in the files of the batch."""
    return await fetch_all(
        connection,
        "select l.piece_id, i.batch_id, (select coalesce(json_agg(json_build_object('source', g.source_position, "
        "'page', g.source_page)), '[]') from scan_page g where g.piece_id = l.piece_id) as pages "
        "from scan_let_go l join scan_piece i on i.id = l.piece_id join scan_batch b on b.id = i.batch_id "
        "where l.let_go_at is null and l.due_at <= $1 and b.state not in ('received', 'processing') "
        "order by i.batch_id, l.piece_id limit $2",
        now,
        limit,
    )
