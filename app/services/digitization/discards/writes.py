"""What is written of discarded papers. Repeated after a crash it changes nothing."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all

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
left join document b on b.id = d.supersedes_id and $4
cross join lateral (values (d.content_sha256), (d.original_sha256), (b.content_sha256), (b.original_sha256))
  as h (sha256)
where d.id = $2 and h.sha256 is not null
  and not exists (select from released_content r where r.piece_id = $1 and r.sha256 = h.sha256)
"""
_WITHDRAW = """
update stored_content c set withdrawn_at = $2 from released_content r
where r.piece_id = $1 and r.sha256 = c.sha256 and c.withdrawn_at is null and c.doomed_at is null
returning c.sha256
"""
# What a document of some dossier holds beside stays with it: whoever discards here does not see that dossier.
_WITHDRAW_UNFILED = """
update stored_content c set withdrawn_at = $2 from released_content r
where r.piece_id = $1 and r.sha256 = c.sha256 and c.withdrawn_at is null and c.doomed_at is null
  and not exists (select from document d where d.content_sha256 = c.sha256 or d.original_sha256 = c.sha256)
"""
# Packages of the archive that hold what is withdrawn, whichever dossier's: a reused paper is the same content there.
_RELEASE_PACKAGES = """
with holding as (
  select distinct p.id, p.dossier_id, p.number, p.issued_paper_id, p.content_sha256 from document d
  join archive_package p on p.dossier_id = d.dossier_id and p.made_at >= d.added_at
  join stored_content c on c.sha256 = p.content_sha256 and c.withdrawn_at is null
  where d.content_sha256 = any ($2::text[]) or d.original_sha256 = any ($2::text[])
),
released as (
  insert into released_content (sha256, piece_id, released_at) select content_sha256, $1, $3 from holding
)
select dossier_id, number, issued_paper_id from holding order by id
"""

# The file without those pages takes the place of the file, unless another one did so meanwhile; where they are never
# kept, in every batch that was made of it: their other papers are read from what is left. What a document holds stays.
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
from old where (s.batch_id = old.batch_id and s.position = old.position) or ($7 and s.content_sha256 = $3
  and not exists (select from document d join stored_content c on c.sha256 = $3 and c.withdrawn_at is null
    where d.content_sha256 = $3 or d.original_sha256 = $3))
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


async def withdraw_unfiled(connection: AsyncConnection, piece_id: int, *, now: dt.datetime) -> None:
    """Let nobody get, nor send again, what was released because of a piece and is in no document."""
    await execute(connection, _WITHDRAW_UNFILED, piece_id, now)


async def withdraw_documents(
    connection: AsyncConnection, piece_id: int, document_id: int, *, with_the_one_before: bool, now: dt.datetime
) -> list[str]:
    """Release the contents of a document because of a piece, and let nobody get them from now on; return them.

    `with_the_one_before`: of the version that it took the place of, too, as a sealed copy does.
    """
    await execute(connection, _RELEASE_DOCUMENTS, piece_id, document_id, now, with_the_one_before)
    return [row.sha256 for row in await fetch_all(connection, _WITHDRAW, piece_id, now)]


async def withdraw_packages(
    connection: AsyncConnection, piece_id: int, hashes: Sequence[str], *, now: dt.datetime
) -> Sequence[Any]:
    """Release the packages of the archive that hold these contents, and let nobody get them from now on; return them.

    A new package is made when somebody asks for one.
    """
    packages = await fetch_all(connection, _RELEASE_PACKAGES, piece_id, list(hashes), now)
    await execute(connection, _WITHDRAW, piece_id, now)
    return packages


async def replace_source(
    connection: AsyncConnection,
    batch_id: int,
    position: int,
    *,
    old: str,
    new: str,
    piece_id: int,
    everywhere: bool,
    now: dt.datetime,
) -> bool:
    """Put a file without the pages of discarded pieces (`piece_id` is one of them) in the place of a batch's file.

    `everywhere`: in all batches made of that file. False if another file took its place meanwhile.
    """
    replaced = await execute(connection, _REPLACE_SOURCE, batch_id, position, old, new, piece_id, now, everywhere)
    return replaced > 0


async def note_let_go(connection: AsyncConnection, piece_id: int, *, now: dt.datetime) -> None:
    await execute(
        connection, "update scan_let_go set let_go_at = $2 where piece_id = $1 and let_go_at is null", piece_id, now
    )
