"""What is read of discarded papers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all

_SOURCES = """
select d.id, d.component_code, o.code as dossier_code from scan_piece i
join scan_batch b on b.id = i.batch_id
join document d on d.dossier_id = b.dossier_id and d.id is distinct from i.document_id
join dossier o on o.id = d.dossier_id
join stored_content c on c.sha256 = d.content_sha256 and c.withdrawn_at is null
where i.id = $1 and (
  exists (select from scan_page g join scan_source s on s.batch_id = i.batch_id and s.position = g.source_position
    where g.piece_id = i.id and s.content_sha256 = d.content_sha256)
  or exists (select from released_content r join scan_piece n on n.id = r.piece_id
    where n.batch_id = i.batch_id and r.sha256 = d.content_sha256))
order by d.id
"""


async def source_documents(connection: AsyncConnection, piece_id: int) -> Sequence[Any]:
    """Return the documents of the batch's dossier that are the files from which the piece was cut, now or before."""
    return await fetch_all(connection, _SOURCES, piece_id)


async def due_to_let_go(connection: AsyncConnection, *, now: dt.datetime, limit: int) -> Sequence[Any]:
    """Return discarded pieces whose pages are to leave the store, with where those lie in the files of the batch."""
    return await fetch_all(
        connection,
        "select l.piece_id, i.batch_id, i.reason, (select coalesce(json_agg(json_build_object("
        "'source', g.source_position, 'page', g.source_page)), '[]') "
        "from scan_page g where g.piece_id = l.piece_id) as pages "
        "from scan_let_go l join scan_piece i on i.id = l.piece_id join scan_batch b on b.id = i.batch_id "
        "where l.let_go_at is null and l.due_at <= $1 and b.state not in ('received', 'processing') "
        "order by i.batch_id, l.piece_id limit $2",
        now,
        limit,
    )
