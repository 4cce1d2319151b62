"""What is written of discarded papers. Repeated after a crash it changes nothing."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute

_DISCARD = """
with piece as (
  update scan_piece set state = 'discarded', reason = $2, changed_at = $3, changed_by = $4 where id = $1
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
  recognition = case recognition when 'done' then 'failed' else recognition end
where id = $1
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
