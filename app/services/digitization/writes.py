"""What is written of scan batches. Each function is one statement; repeated after a crash it changes nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json

_RECEIVE = """
with batch as (
  insert into scan_batch (unit_id, dossier_id, fingerprint, cut, state, scanned_at, device, received_at, received_by)
  values ($1, $2, $3, $4, 'received', $5, $6, $7, $8)
  on conflict (unit_id, fingerprint) do nothing
  returning id
),
sources as (
  insert into scan_source (batch_id, position, content_sha256, original_sha256, page_count)
  select batch.id, s.position, s.content_sha256, s.original_sha256, s.page_count
  from batch cross join jsonb_to_recordset($9::jsonb) as s(position int, content_sha256 text, original_sha256 text,
    page_count int)
)
select id from batch
"""

# A page that is looked at anew after a failure keeps its place; one that turned out empty leaves its piece.
_SEEN_PAGE = """
insert into scan_page (batch_id, number, source_position, source_page, kind, reason, separator, dpi)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (batch_id, number) do update
set kind = excluded.kind, reason = excluded.reason, separator = excluded.separator, dpi = excluded.dpi,
  piece_id = case when excluded.kind in ('content', 'failed') then scan_page.piece_id end
where scan_page.kind = 'failed'
"""

_CUT = """
with wanted as (
  select * from jsonb_to_recordset($2::jsonb) as w(position int, dossier_id bigint, component_code text,
    matched_by text, numbers jsonb)
),
pieces as (
  insert into scan_piece (batch_id, position, unit_id, dossier_id, component_code, matched_by, candidates, state,
    recognition)
  select b.id, w.position, b.unit_id, coalesce(w.dossier_id, b.dossier_id), w.component_code, w.matched_by, '[]',
    'open', 'waiting'
  from wanted w join scan_batch b on b.id = $1
  on conflict (batch_id, position) do nothing
  returning id, position
)
update scan_page g set piece_id = pieces.id
from pieces join wanted w using (position) cross join jsonb_array_elements_text(w.numbers) as n(number)
where g.batch_id = $1 and g.number = n.number::int
"""

_READ = """
with piece as (
  update scan_piece set recognition = $2, reason = $3, picture_sha256 = $4, content_sha256 = $5, confidence = $6,
    candidates = $7::jsonb, component_code = coalesce(component_code, $8),
    matched_by = case when component_code is null and $8::text is not null then 'text' else matched_by end
  where id = $1 and recognition = 'waiting' and state = 'open'
  returning id
),
pages as (
  update scan_page g set text = r.text, confidence = r.confidence, turned = r.turned, skew = r.skew,
    enhanced = r.enhanced, reason = r.reason
  from piece, jsonb_to_recordset($9::jsonb) as r(number int, text text, confidence real, turned int, skew real,
    enhanced boolean, reason text)
  where g.piece_id = piece.id and g.number = r.number
),
before as (
  delete from scan_field f using piece
  where f.piece_id = piece.id and f.value is null
    and f.name not in (select n.name from jsonb_to_recordset($10::jsonb) as n(name text))
)
insert into scan_field (piece_id, name, kind, label, page, proposed, confidence)
select piece.id, n.name, n.kind, n.label, n.page, n.value, n.confidence
from piece cross join jsonb_to_recordset($10::jsonb) as n(name text, kind text, label text, page int, value text,
  confidence real)
on conflict (piece_id, name) do update set kind = excluded.kind, label = excluded.label, page = excluded.page,
  proposed = excluded.proposed, confidence = excluded.confidence
"""

_RETRY = """
with pages as (
  update scan_page set reason = 'waiting_for_retry' where batch_id = $1 and kind = 'failed'
    and not exists (select from scan_piece i where i.id = scan_page.piece_id and i.state = 'discarded')
  returning piece_id
),
pieces as (
  update scan_piece set recognition = 'waiting', reason = null, content_sha256 = null
  where batch_id = $1 and state = 'open'
    and (recognition in ('failed', 'unavailable') or id in (select piece_id from pages))
)
update scan_batch set state = 'received', reason = null, finished_at = null where id = $1
"""

_QUARANTINE = """
insert into scan_batch (unit_id, dossier_id, fingerprint, cut, state, reason, virus, virus_file,
  quarantine_key, scanned_at, device, received_at, received_by, finished_at)
values ($1, $2, $3, $4, 'quarantined', 'virus_found', $5, $11, $6, $7, $8, $9, $10, $9)
on conflict (unit_id, fingerprint) do nothing
returning id
"""

_CONFIRM_VALUES = """
insert into scan_field (piece_id, name, kind, label, value, confirmed_at, confirmed_by)
select $1, v.name, v.kind, v.label, v.value, $3, $4
from jsonb_to_recordset($2::jsonb) as v(name text, kind text, label text, value text)
on conflict (piece_id, name) do update set value = excluded.value, confirmed_at = excluded.confirmed_at,
  confirmed_by = excluded.confirmed_by
"""


async def receive_batch(
    connection: AsyncConnection,
    *,
    unit_id: int,
    dossier_id: int | None,
    fingerprint: str,
    cut: str,
    scanned_at: dt.datetime | None,
    device: str | None,
    received_by: int | None,
    sources: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> int | None:
    """Insert a batch with its files and return its id; None if the unit sent the very same before."""
    row = await fetch_one(
        connection,
        _RECEIVE,
        unit_id,
        dossier_id,
        fingerprint,
        cut,
        scanned_at,
        device,
        now,
        received_by,
        to_json(list(sources)),
    )
    return None if row is None else int(row.id)


async def begin_batch(connection: AsyncConnection, batch_id: int, *, now: dt.datetime) -> Any | None:
    """Take up a batch that waits or was interrupted; None if there is nothing to do."""
    return await fetch_one(
        connection,
        "update scan_batch set state = 'processing', started_at = coalesce(started_at, $2) "
        "where id = $1 and state in ('received', 'processing') returning id, unit_id, dossier_id, cut",
        batch_id,
        now,
    )


async def store_seen_page(
    connection: AsyncConnection,
    batch_id: int,
    *,
    number: int,
    source_position: int,
    source_page: int,
    kind: str,
    reason: str | None,
    separator: str | None,
    dpi: int | None,
) -> None:
    """Write what a page is; one that is known already stays unless it had failed."""
    await execute(connection, _SEEN_PAGE, batch_id, number, source_position, source_page, kind, reason, separator, dpi)


async def store_pieces(connection: AsyncConnection, batch_id: int, pieces: Sequence[Mapping[str, Any]]) -> None:
    """Write the pieces and put their pages into them."""
    await execute(connection, _CUT, batch_id, to_json(list(pieces)))


async def store_reading(
    connection: AsyncConnection,
    piece_id: int,
    *,
    recognition: str,
    reason: str | None,
    picture_sha256: str | None,
    content_sha256: str | None = None,
    confidence: float | None = None,
    candidates: Sequence[Mapping[str, Any]] = (),
    component_code: str | None = None,
    pages: Sequence[Mapping[str, Any]] = (),
    fields: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write what came of reading a piece that waits; nothing happens to any other."""
    await execute(
        connection,
        _READ,
        piece_id,
        recognition,
        reason,
        picture_sha256,
        content_sha256,
        confidence,
        to_json(list(candidates)),
        component_code,
        to_json(list(pages)),
        to_json(list(fields)),
    )


async def finish_batch(
    connection: AsyncConnection, batch_id: int, *, state: str, reason: str | None, now: dt.datetime
) -> None:
    await execute(
        connection,
        "update scan_batch set state = $2, reason = $3, finished_at = $4 where id = $1 and state = 'processing'",
        batch_id,
        state,
        reason,
        now,
    )


async def restate_batch(connection: AsyncConnection, batch_id: int, *, state: str, reason: str | None) -> None:
    """Write what a finished batch is since some piece of it was discarded."""
    await execute(
        connection,
        "update scan_batch set state = $2, reason = $3 "
        "where id = $1 and state in ('processed', 'partly_failed', 'not_digitized', 'failed')",
        batch_id,
        state,
        reason,
    )


async def quarantine_batch(
    connection: AsyncConnection,
    *,
    unit_id: int,
    dossier_id: int | None,
    fingerprint: str,
    cut: str,
    virus: str,
    virus_file: int,
    quarantine_key: str,
    scanned_at: dt.datetime | None,
    device: str | None,
    received_by: int | None,
    now: dt.datetime,
) -> bool:
    """Insert a batch of which a file lies in quarantine; False if the unit sent the very same file before."""
    row = await fetch_one(
        connection,
        _QUARANTINE,
        unit_id,
        dossier_id,
        fingerprint,
        cut,
        virus,
        quarantine_key,
        scanned_at,
        device,
        now,
        received_by,
        virus_file,
    )
    return row is not None


async def forget_quarantined(connection: AsyncConnection, batch_id: int) -> None:
    """Write that the file in quarantine is not kept any longer."""
    await execute(connection, "update scan_batch set quarantine_key = null where id = $1", batch_id)


async def fail_batch(connection: AsyncConnection, batch_id: int, *, reason: str, now: dt.datetime) -> None:
    """Write that a batch is not processed any further."""
    await execute(
        connection,
        "update scan_batch set state = 'failed', reason = $2, finished_at = $3 "
        "where id = $1 and state in ('received', 'processing')",
        batch_id,
        reason,
        now,
    )


async def retry_batch(connection: AsyncConnection, batch_id: int) -> None:
    """Let what failed or was not read wait for another try."""
    await execute(connection, _RETRY, batch_id)


async def assign_piece(
    connection: AsyncConnection,
    piece_id: int,
    *,
    dossier_id: int,
    component_code: str,
    without: str | None,
    by: int | None,
    now: dt.datetime,
) -> None:
    """Write which component a piece is, and take the note `without` away if it bears that."""
    await execute(
        connection,
        "update scan_piece set dossier_id = $2, component_code = $3, matched_by = 'clerk', changed_at = $4, "
        "changed_by = $5, reason = nullif(reason, $6) where id = $1",
        piece_id,
        dossier_id,
        component_code,
        now,
        by,
        without,
    )


async def confirm_values(
    connection: AsyncConnection, piece_id: int, values: Sequence[Mapping[str, Any]], *, by: int | None, now: dt.datetime
) -> None:
    await execute(connection, _CONFIRM_VALUES, piece_id, to_json(list(values)), now, by)


async def confirm_piece(
    connection: AsyncConnection, piece_id: int, *, document_id: int, by: int | None, now: dt.datetime
) -> None:
    await execute(
        connection,
        "update scan_piece set state = 'confirmed', document_id = $2, confirmed_at = $3, confirmed_by = $4 "
        "where id = $1",
        piece_id,
        document_id,
        now,
        by,
    )


async def sign_piece(
    connection: AsyncConnection,
    piece_id: int,
    *,
    document_id: int,
    paper_id: int,
    by: int | None,
    now: dt.datetime,
) -> None:
    await execute(
        connection,
        "update scan_piece set state = 'signed', document_id = $2, paper_id = $3, signed_at = $4, signed_by = $5 "
        "where id = $1",
        piece_id,
        document_id,
        paper_id,
        now,
        by,
    )


async def record_scan_read(connection: AsyncConnection, piece_id: int, *, by: int | None, now: dt.datetime) -> None:
    await execute(
        connection, "insert into scan_read (piece_id, read_at, read_by) values ($1, $2, $3)", piece_id, now, by
    )
