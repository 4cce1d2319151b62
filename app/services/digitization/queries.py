"""What is read of scan batches, their pages, pieces and values. Each function is one statement."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.identity.scope import unit_in_scope

_UNIT = "select u.id, u.code, u.name, u.path from unit u where u.code = $1"

_BATCHES = """
select b.id, b.state, b.reason, b.virus, b.virus_file, b.cut, b.scanned_at, b.device, b.received_at, b.started_at,
  b.finished_at, u.code as unit_code, u.name as unit_name, u.path as unit_path, d.code as dossier_code,
  by.display_name as received_by, n.pages, n.looked_at, n.blank, n.separators, n.failed, p.pieces, p.read, p.open
from {batches} b join unit u on u.id = b.unit_id
left join dossier d on d.id = b.dossier_id left join account by on by.id = b.received_by
cross join lateral (
  select (select coalesce(sum(s.page_count), 0) from scan_source s where s.batch_id = b.id) as pages,
    count(*) as looked_at, count(*) filter (where g.kind = 'blank') as blank,
    count(*) filter (where g.kind = 'separator') as separators,
    count(*) filter (where g.reason is not null and i.state is distinct from 'discarded') as failed
  from scan_page g left join scan_piece i on i.id = g.piece_id where g.batch_id = b.id
) n
cross join lateral (
  select count(*) as pieces, count(*) filter (where i.recognition = 'done') as read,
    count(*) filter (where i.state = 'open') as open
  from scan_piece i where i.batch_id = b.id and i.state <> 'discarded'
) p
"""

_PIECES = """
select i.id, i.batch_id, i.position, i.state, i.recognition, i.reason, i.component_code, i.matched_by, i.candidates,
  i.confidence, i.document_id, i.confirmed_at, i.signed_at, i.dossier_id, i.picture_sha256, i.content_sha256,
  i.unit_id, i.paper_id, u.code as unit_code, u.name as unit_name, u.path as unit_path, d.code as dossier_code,
  cb.display_name as confirmed_by, sb.display_name as signed_by,
  (select c.name from document c where c.id = i.document_id) as document_name,
  (select p.token from issued_paper p where p.id = i.paper_id) as verify_token,
  (select json_agg(json_build_object('number', g.number, 'kind', g.kind, 'reason', g.reason, 'dpi', g.dpi,
    'confidence', g.confidence, 'turned', g.turned, 'skew', g.skew, 'enhanced', g.enhanced) order by g.number)
    from scan_page g where g.piece_id = i.id) as pages
from scan_piece i join unit u on u.id = i.unit_id left join dossier d on d.id = i.dossier_id
left join account cb on cb.id = i.confirmed_by left join account sb on sb.id = i.signed_by
"""


async def unit_with_code(connection: AsyncConnection, code: str) -> Any | None:
    return await fetch_one(connection, _UNIT, code)


async def batch_with_fingerprint(connection: AsyncConnection, unit_id: int, fingerprint: str) -> int | None:
    """Return the id of the batch that was made of the same files before."""
    row = await fetch_one(
        connection, "select id from scan_batch where unit_id = $1 and fingerprint = $2", unit_id, fingerprint
    )
    return None if row is None else int(row.id)


async def batch_view(connection: AsyncConnection, batch_id: int) -> Any | None:
    """Return a batch as it is shown."""
    return await fetch_one(connection, f"{_BATCHES.format(batches='scan_batch')} where b.id = $1", batch_id)


async def batches_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    states: Sequence[str] | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` batches of units in scope, the newest first, before the cursor `after`."""
    found = f"""(
      select b.* from scan_batch b join unit u on u.id = b.unit_id
      where {unit_in_scope("u.path", "$1", "$2")}
        and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
        and ($4::text[] is null or b.state = any ($4))
        and ($5::timestamptz is null or (b.received_at, b.id) < ($5, $6::bigint))
      order by b.received_at desc, b.id desc limit $7)"""
    return await fetch_all(
        connection,
        f"{_BATCHES.format(batches=found)} order by b.received_at desc, b.id desc",
        everything,
        patterns,
        unit,
        states,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )


async def old_quarantined(connection: AsyncConnection, *, before: dt.datetime) -> Sequence[Any]:
    """Return `id` and `quarantine_key` of batches whose file lies in quarantine since before then."""
    return await fetch_all(
        connection,
        "select id, quarantine_key from scan_batch where state = 'quarantined' and quarantine_key is not null "
        "and finished_at < $1 order by id limit 1000",
        before,
    )


async def lock_batch(connection: AsyncConnection, batch_id: int) -> Any | None:
    """Return state and unit of the batch, its row locked."""
    return await fetch_one(
        connection,
        "select b.id, b.state, b.unit_id, u.path as unit_path from scan_batch b join unit u on u.id = b.unit_id "
        "where b.id = $1 for update of b",
        batch_id,
    )


async def forsaken_batches(connection: AsyncConnection, task: str) -> list[int]:
    """Return the unfinished batches that no job waits or works for."""
    rows = await fetch_all(
        connection,
        "select b.id from scan_batch b where b.state in ('received', 'processing') and not exists ("
        "select from procrastinate_jobs j where j.task_name = $1 and j.status in ('todo', 'doing') "
        "and (j.args ->> 'batch_id')::bigint = b.id) order by b.id for update of b skip locked",
        task,
    )
    return [row.id for row in rows]


async def sources_of(connection: AsyncConnection, batch_id: int) -> Sequence[Any]:
    """Return the files of the batch in order, with how many pages come before each."""
    return await fetch_all(
        connection,
        "select s.position, s.content_sha256, s.page_count, "
        "coalesce(sum(s.page_count) over (order by s.position rows between unbounded preceding and 1 preceding), 0)"
        "::int as before from scan_source s where s.batch_id = $1 order by s.position",
        batch_id,
    )


async def pages_of_batch(connection: AsyncConnection, batch_id: int) -> Sequence[Any]:
    return await fetch_all(
        connection,
        "select number, source_position, source_page, kind, reason, separator, dpi, piece_id, confidence, turned, "
        "skew, enhanced from scan_page where batch_id = $1 order by number",
        batch_id,
    )


async def pieces_of_batch(connection: AsyncConnection, batch_id: int) -> Sequence[Any]:
    """Return the pieces of a batch as they are shown, in order."""
    return await fetch_all(connection, f"{_PIECES} where i.batch_id = $1 order by i.position", batch_id)


async def pieces_of_dossier(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return the pieces that belong to a dossier, discarded ones left out, the oldest first."""
    return await fetch_all(
        connection, f"{_PIECES} where i.dossier_id = $1 and i.state <> 'discarded' order by i.id", dossier_id
    )


async def piece_view(connection: AsyncConnection, piece_id: int) -> Any | None:
    return await fetch_one(connection, f"{_PIECES} where i.id = $1", piece_id)


async def lock_piece(connection: AsyncConnection, piece_id: int) -> bool:
    """Lock the piece's row; False if there is none."""
    return await fetch_one(connection, "select 1 as one from scan_piece where id = $1 for update", piece_id) is not None


async def texts_of_piece(connection: AsyncConnection, piece_id: int) -> Sequence[Any]:
    return await fetch_all(
        connection, "select number, text from scan_page where piece_id = $1 order by number", piece_id
    )


async def picture_of_piece(connection: AsyncConnection, piece_id: int) -> Any | None:
    """Return the content that shows the piece, the searchable one if there is one."""
    return await fetch_one(
        connection,
        "select c.sha256, c.size_bytes, c.media_type, c.withdrawn_at from scan_piece i "
        "join stored_content c on c.sha256 = coalesce(i.content_sha256, i.picture_sha256) where i.id = $1",
        piece_id,
    )


async def fields_of_piece(connection: AsyncConnection, piece_id: int) -> Sequence[Any]:
    """Return proposed and confirmed values; numbers of pages count within the piece."""
    return await fetch_all(
        connection,
        "select f.name, f.kind, f.label, f.page, f.proposed, f.confidence, f.value, f.confirmed_at, "
        "by.display_name as confirmed_by from scan_field f left join account by on by.id = f.confirmed_by "
        "where f.piece_id = $1 order by f.page nulls last, f.name",
        piece_id,
    )


async def dossier_near_unit(connection: AsyncConnection, code: str, unit_id: int) -> Any | None:
    """Return the dossier with that code if the unit, or one above or below it, received it or decides it."""
    return await fetch_one(
        connection,
        "select d.id, d.procedure_version_id, d.case_variant from dossier d "
        "join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id "
        "join unit u on u.id = $2 where d.code = $1 and (r.path like u.path || '%' or c.path like u.path || '%' "
        "or u.path like r.path || '%' or u.path like c.path || '%')",
        code,
        unit_id,
    )


async def dossier_for_matching(connection: AsyncConnection, dossier_id: int) -> Any:
    return await fetch_one(
        connection, "select d.procedure_version_id, d.case_variant from dossier d where d.id = $1", dossier_id
    )


async def components_of_dossier(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    return await fetch_all(
        connection,
        "select code, originals, certified_copies, photocopies, source from dossier_component where dossier_id = $1",
        dossier_id,
    )


async def has_published_result(connection: AsyncConnection, dossier_id: int) -> bool:
    """Tell whether the dossier has its result as a file: one half of the national indicator 4.2."""
    found = await fetch_one(
        connection,
        "select 1 as one from result where dossier_id = $1 and status = 'published' limit 1",
        dossier_id,
    )
    return found is not None
