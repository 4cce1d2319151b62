"""Discarded papers leave the store: their pages in the files of the batch give way to empty ones.

What a page of another paper needs stays; what only a discarded one showed is in no file any more. The contents that
were spoken of are released, and the collector removes those that nothing else speaks of.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.errors import Conflict, Refusal
from app.services.digitization.discards import queries, writes
from app.services.digitization.discards.withdraw import PRESENTED_ONLY
from app.services.digitization.queries import sources_of
from app.services.documents.contents import Content, record_content

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class DiscardedPapers:
    """Papers of one batch that are due: their pieces, and their pages by the position of the file they lie in.

    `never_kept`: by that position, a piece for whose sake the file does not come back.
    """

    batch_id: int
    piece_ids: tuple[int, ...]
    pages: Mapping[int, frozenset[int]]
    never_kept: Mapping[int, int]

    @property
    def other_piece(self) -> int:
        """A piece for whose sake a file is let go that may come back."""
        return next(piece_id for piece_id in self.piece_ids if piece_id not in self.never_kept.values())


async def discarded_papers(connection: AsyncConnection, *, now: dt.datetime) -> Sequence[DiscardedPapers]:
    """Return what is to be let go, a batch each; batches under way wait."""
    due = await queries.due_to_let_go(connection, now=now, limit=_AT_ONCE)
    found = []
    for batch_id, rows in groupby(due, key=lambda row: int(row.batch_id)):
        pieces, pages, never_kept = [], defaultdict(set), {}
        for row in rows:
            pieces.append(int(row.piece_id))
            for page in from_json(row.pages):
                pages[page["source"]].add(page["page"])
                if row.reason == PRESENTED_ONLY:
                    never_kept[page["source"]] = int(row.piece_id)
        by_file = {at: frozenset(numbers) for at, numbers in pages.items()}
        found.append(DiscardedPapers(batch_id, tuple(pieces), by_file, never_kept))
    return found


async def files_with(connection: AsyncConnection, papers: DiscardedPapers) -> dict[int, str]:
    """Return position and SHA-256 of the batch's files in which pages of the papers lie."""
    sources = await sources_of(connection, papers.batch_id)
    return {row.position: row.content_sha256 for row in sources if row.position in papers.pages}


async def write_let_go(
    connection: AsyncConnection,
    papers: DiscardedPapers,
    files: Mapping[int, tuple[str, Content]],
    *,
    now: dt.datetime,
) -> None:
    """Put the new files in the place of the old ones (position: old SHA-256, new content) and release what is left.

    Raises `Conflict` where another file took the place of an old one meanwhile: it is met again.
    """
    for position, (old, new) in files.items():
        await record_content(connection, new, now=now)
        never_kept = papers.never_kept.get(position)
        is_replaced = await writes.replace_source(
            connection,
            papers.batch_id,
            position,
            old=old,
            new=new.sha256,
            piece_id=papers.other_piece if never_kept is None else never_kept,
            everywhere=never_kept is not None,
            now=now,
        )
        if not is_replaced:
            raise Conflict(Refusal("content_being_collected"))
    for piece_id in set(papers.never_kept.values()):
        await writes.withdraw_unfiled(connection, piece_id, now=now)
    for piece_id in papers.piece_ids:
        await writes.let_go(connection, piece_id, now=now)
        await writes.note_let_go(connection, piece_id, now=now)
