"""What is written of discarded papers. Repeated after a crash it changes nothing."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute

_DISCARD = """
with piece as (
  update scan_piece set state = 'discarded', reason = $2, changed_at = $3, changed_by = $4, document_id = null,
    signed_at = null, signed_by = null
  where id = $1
  returning id
)
insert into scan_let_go (piece_id, due_at) select id, $5 from piece
"""

# What was read of a discarded paper goes, and nothing leads to its pictures any more.
_LET_GO = """
with released as (
  insert into released_content (sha256, piece_id, released_at)
  select h.sha256, i.id, $2 from scan_piece i
  cross join lateral (values (i.picture_sha256), (i.content_sha256)) as h (sha256)
  where i.id = $1 and h.sha256 is not null
),
pages as (
  update scan_page set text = null, confidence = null where piece_id = $1
),
fields as (
  delete from scan_field where piece_id = $1
)
update scan_piece set picture_sha256 = null, content_sha256 = null, candidates = '[]', confidence = null,
  recognition = case recognition when 'done' then 'removed' else recognition end
where id = $1
"""

# Documents keep their rows and hashes: only the bytes of both versions, the sealed one and the one before it, go.
_RELEASE_DOCUMENTS = """
insert into released_content (sha256, piece_id, released_at)
select distinct h.sha256, $1::bigint, $3::timestamptz from document d
left join document b on b.id = d.supersedes_id
cross join lateral (values (d.content_sha256), (d.original_sha256), (b.content_sha256), (b.original_sha256))
  as h (sha256)
where d.id = $2 and h.sha256 is not null
  and not exists (select from released_content r where r.piece_id = $1 and r.sha256 = h.sha256)
"""
_WITHDRAW = """
update stored_content c set withdrawn_at = $2 from released_content r
where r.piece_id = $1 and r.sha256 = c.sha256 and c.withdrawn_at is null and c.doomed_at is null
"""

# The file without those pages takes the place of the file, unless another one did so meanwhile.
_REPLACE_SOURCE = """
with old as (
  select batch_id, position, content_sha256, original_sha256 from scan_source
  where batch_id = $1 and position = $2 and content_sha256 = $3 for update
),
released as (
  insert into released_content (sha256, piece_id, released_at)
  select h.sha256, $5, $6 from old cross join lateral (values (old.content_sha256), (old.original_sha256)) as h (sha256)
  where h.sha256 is not null and h.sha256 <> $4
)
update scan_source s set content_sha256 = $4, original_sha256 = null
from old where s.batch_id = old.batch_id and s.position = old.position
"""


async def discard_piece(
    connection: AsyncConnection,
    piece_id: int,
    *,
    reason: str,
    by: int | None,
    let_go_due: dt.datetime,
    now: dt.datetime,
) -> None:
    """Write that a piece becomes no document, and when its pages are to leave the store."""
    await execute(connection, _DISCARD, piece_id, reason, now, by, let_go_due)


async def let_go(connection: AsyncConnection, piece_id: int, *, now: dt.datetime) -> None:
    """Remove text and values of a discarded piece, and release its pictures."""
    await execute(connection, _LET_GO, piece_id, now)


async def withdraw_documents(connection: AsyncConnection, piece_id: int, document_id: int, *, now: dt.datetime) -> None:
    """Release the contents of the document that a piece became, and let nobody get them from now on."""
    await execute(connection, _RELEASE_DOCUMENTS, piece_id, document_id, now)
    await execute(connection, _WITHDRAW, piece_id, now)


async def replace_source(
    connection: AsyncConnection,
    batch_id: int,
    position: int,
    *,
    old: str,
    new: str,
    piece_id: int,
    now: dt.datetime,
) -> None:
    """Put a file without the pages of discarded pieces (`piece_id` is one of them) in the place of a batch's file."""
    await execute(connection, _REPLACE_SOURCE, batch_id, position, old, new, piece_id, now)


async def note_let_go(connection: AsyncConnection, piece_id: int, *, now: dt.datetime) -> None:
    await execute(
        connection, "update scan_let_go set let_go_at = $2 where piece_id = $1 and let_go_at is null", piece_id, now
    )
