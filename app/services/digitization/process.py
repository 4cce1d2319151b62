"""The steps by which a batch is digitized, each small enough to be repeated: looked at, cut, read, finished.

Who calls them opens the transactions (`app.worker.digitization`). Every page and every piece is written as soon as it
is done, so a killed worker's successor goes on where it stood.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import (
    BatchState,
    Cut,
    Cutting,
    MatchedBy,
    PageKind,
    PieceState,
    Recognition,
    Side,
    cut,
    ending_of,
    read_separator,
)
from app.domain.digitization_fields import TextLine, propose
from app.domain.digitization_matching import ListedPaper, candidates, is_identity_paper, sure_match
from app.services.digitization import queries, writes
from app.services.integration.jobs import defer
from app.services.ports import ReadPage, SeenPage
from app.services.procedures.content import version_content

DIGITIZE_TASK = "digitize_scan_batch"
DIGITIZATION_QUEUE = "digitization"
"""A queue of its own: minutes of reading must not hold up what runs by the clock."""
WAITING_FOR_RETRY = "waiting_for_retry"
OCR_UNAVAILABLE = "ocr_unavailable"
PRESENTED_ONLY = "component_presented_only"
CONTENT_WITHDRAWN = "content_withdrawn"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a batch: the batch's pages from `before + 1` on are its pages."""

    position: int
    sha256: str
    page_count: int
    before: int

    @property
    def numbers(self) -> range:
        return range(self.before + 1, self.before + self.page_count + 1)


@dataclass(frozen=True, slots=True)
class Work:
    """What is left to do of a batch that was taken up."""

    batch_id: int
    unit_id: int
    cut: Cut
    sources: tuple[Source, ...]
    to_look_at: frozenset[int]


@dataclass(frozen=True, slots=True)
class PieceToRead:
    """A piece that waits to be read: its pages with content, as (source, page of the source, number in the batch)."""

    id: int
    position: int
    pages: tuple[tuple[int, int, int], ...]
    failed_reason: str | None
    """Code of why one of its pages cannot be in it."""


async def ask_for_digitization(connection: AsyncConnection, batch_id: int) -> None:
    """Put the batch into the queue, in the caller's transaction; two jobs of one batch run one after the other."""
    await defer(
        connection,
        DIGITIZE_TASK,
        {"batch_id": batch_id},
        queue=DIGITIZATION_QUEUE,
        lock=f"{DIGITIZE_TASK}:{batch_id}",
    )


async def resume_forsaken(connection: AsyncConnection) -> int:
    """Ask again for unfinished batches that no job waits or works for; return how many there were."""
    forsaken = await queries.forsaken_batches(connection, DIGITIZE_TASK)
    for batch_id in forsaken:
        await ask_for_digitization(connection, batch_id)
    return len(forsaken)


async def take_up(connection: AsyncConnection, batch_id: int, *, now: dt.datetime) -> Work | None:
    """Mark the batch as under way and return what is left to do; None if it is finished or unknown."""
    batch = await writes.begin_batch(connection, batch_id, now=now)
    if batch is None:
        return None
    sources = tuple(
        Source(row.position, row.content_sha256, row.page_count, row.before)
        for row in await queries.sources_of(connection, batch_id)
    )
    known = {
        row.number
        for row in await queries.pages_of_batch(connection, batch_id)
        if row.kind != PageKind.FAILED or row.reason != WAITING_FOR_RETRY
    }
    wanted = frozenset(number for source in sources for number in source.numbers if number not in known)
    return Work(batch_id, batch.unit_id, Cut(batch.cut), sources, wanted)


async def store_page(connection: AsyncConnection, work: Work, source: Source, seen: SeenPage) -> None:
    """Write what one page turned out to be."""
    separators = [found for found in map(read_separator, seen.codes) if found is not None]
    kind = PageKind.CONTENT
    if seen.failure is not None:
        kind = PageKind.FAILED
    elif seen.is_blank:
        kind = PageKind.BLANK
    elif separators:
        kind = PageKind.SEPARATOR
    await writes.store_seen_page(
        connection,
        work.batch_id,
        number=source.before + seen.number,
        source_position=source.position,
        source_page=seen.number,
        kind=kind.value,
        reason=seen.failure,
        separator=separators[0].payload if kind is PageKind.SEPARATOR else None,
        dpi=seen.dpi,
    )


async def cut_batch(connection: AsyncConnection, work: Work) -> None:
    """Cut the batch into pieces, once: what is cut stays cut, whatever a later look finds."""
    if await queries.pieces_of_batch(connection, work.batch_id):
        return
    sides = [
        Side(row.number, PageKind(row.kind), None if row.separator is None else read_separator(row.separator))
        for row in await queries.pages_of_batch(connection, work.batch_id)
    ]
    pieces = [
        {"position": position, "numbers": list(piece.sides), **await _belonging(connection, piece, work.unit_id)}
        for position, piece in enumerate(cut(sides, work.cut), 1)
    ]
    await writes.store_pieces(connection, work.batch_id, pieces)


async def _belonging(connection: AsyncConnection, piece: Cutting, unit_id: int) -> dict[str, Any]:
    """Return dossier and component that a separator gives to a piece, as far as they exist and are this unit's.

    A separator of somebody else's dossier, or of a paper that is only presented, gives nothing: the clerk decides.
    """
    nothing = {"dossier_id": None, "component_code": None, "matched_by": None}
    if piece.separator is None:
        return nothing
    dossier = await queries.dossier_near_unit(connection, piece.separator.dossier_code, unit_id)
    if dossier is None:
        return nothing
    content = await version_content(connection, dossier.procedure_version_id)
    keepable = {found.code for found in content.components_for(dossier.case_variant) if not found.presented_only}
    code = piece.separator.component_code
    if code not in keepable:
        return nothing | {"dossier_id": dossier.id}
    return {"dossier_id": dossier.id, "component_code": code, "matched_by": MatchedBy.SEPARATOR.value}


async def pieces_to_read(connection: AsyncConnection, work: Work) -> list[PieceToRead]:
    pages = await queries.pages_of_batch(connection, work.batch_id)
    found = []
    for row in await queries.pieces_of_batch(connection, work.batch_id):
        if row.recognition != Recognition.WAITING:
            continue
        own = [page for page in pages if page.piece_id == row.id]
        broken = [page.reason for page in own if page.kind == PageKind.FAILED]
        found.append(
            PieceToRead(
                id=row.id,
                position=row.position,
                pages=tuple(
                    (page.source_position, page.source_page, page.number)
                    for page in own
                    if page.kind == PageKind.CONTENT
                ),
                failed_reason=broken[0] if broken else None,
            )
        )
    return found


async def store_unread(
    connection: AsyncConnection, piece: PieceToRead, *, reason: str, picture_sha256: str | None
) -> None:
    """Write that a piece was not read and why; its picture is kept."""
    recognition = Recognition.UNAVAILABLE if reason == OCR_UNAVAILABLE else Recognition.FAILED
    await writes.store_reading(
        connection, piece.id, recognition=recognition.value, reason=reason, picture_sha256=picture_sha256
    )


async def store_read(
    connection: AsyncConnection,
    piece: PieceToRead,
    read: Sequence[ReadPage],
    *,
    picture_sha256: str,
    content_sha256: str,
) -> None:
    """Write what was read of a piece, which component it is, and the values it may hold.

    A piece of which some page could not be looked at or read keeps its text and is told as failed.
    """
    lines = [
        TextLine(text.replace("\x00", ""), page.number, sure if page.confidence is not None else 1.0)
        for page in read
        for text, sure in page.lines
    ]
    unread = piece.failed_reason or next((page.failure for page in read if page.failure), None)
    sure = [page.confidence for page in read if page.confidence is not None]
    component, found, note = await _matched(connection, piece.id, "\n".join(line.text for line in lines))
    await writes.store_reading(
        connection,
        piece.id,
        recognition=Recognition.FAILED.value if unread else Recognition.DONE.value,
        reason=unread or note,
        picture_sha256=picture_sha256,
        content_sha256=None if unread else content_sha256,
        confidence=min(sure, default=None),
        candidates=found,
        component_code=component,
        pages=[_page_row(piece, page, lines) for page in read],
        fields=[
            {
                "name": proposal.name,
                "kind": proposal.kind.value,
                "label": proposal.label,
                "page": proposal.page,
                "value": proposal.value,
                "confidence": proposal.confidence,
            }
            for proposal in propose(lines)
        ],
    )


async def _matched(
    connection: AsyncConnection, piece_id: int, text: str
) -> tuple[str | None, list[dict[str, Any]], str | None]:
    """Return the component that the text surely is, all it may be, and a note: it should not have been scanned."""
    note = PRESENTED_ONLY if is_identity_paper(text) else None
    piece = await queries.piece_view(connection, piece_id)
    if piece is None or piece.dossier_id is None:
        return None, [], note
    dossier = await queries.dossier_for_matching(connection, piece.dossier_id)
    content = await version_content(connection, dossier.procedure_version_id)
    listed = content.components_for(dossier.case_variant)
    found = candidates(text, [ListedPaper(component.code, component.name) for component in listed])
    presented = {component.code for component in listed if component.presented_only}
    sure = sure_match(found)
    shown = [
        {"code": candidate.code, "score": candidate.score} for candidate in found if candidate.code not in presented
    ]
    if note is not None or (sure is not None and sure.code in presented):
        return None, shown, PRESENTED_ONLY
    return None if sure is None else sure.code, shown, None


def _page_row(piece: PieceToRead, page: ReadPage, lines: Sequence[TextLine]) -> dict[str, Any]:
    return {
        "number": piece.pages[page.number - 1][2],
        "text": "\n".join(line.text for line in lines if line.page == page.number),
        "confidence": page.confidence,
        "turned": page.turned,
        "skew": page.skew,
        "enhanced": page.enhanced,
        "reason": page.failure,
    }


async def finish(connection: AsyncConnection, work: Work, *, now: dt.datetime) -> BatchState:
    """Write how the batch ended, as its pieces and pages say."""
    ending, reason = await _ending(connection, work.batch_id)
    await writes.finish_batch(connection, work.batch_id, state=ending.value, reason=reason, now=now)
    log.info("scan_batch_finished", batch=work.batch_id, state=ending.value)
    return ending


async def restate(connection: AsyncConnection, batch_id: int) -> None:
    """Write how a finished batch stands now that some piece of it was discarded; one given up halfway stays so."""
    pieces = await queries.pieces_of_batch(connection, batch_id)
    if any(piece.state == PieceState.OPEN and piece.recognition == Recognition.WAITING for piece in pieces):
        return
    ending, reason = await _ending(connection, batch_id)
    await writes.restate_batch(connection, batch_id, state=ending.value, reason=reason)


async def _ending(connection: AsyncConnection, batch_id: int) -> tuple[BatchState, str | None]:
    """Return how a batch ends, and why: as its pieces say, those left out that somebody discarded."""
    pieces = await queries.pieces_of_batch(connection, batch_id)
    discarded = {piece.id for piece in pieces if piece.state == PieceState.DISCARDED}
    failed = sum(
        page.kind == PageKind.FAILED and page.piece_id not in discarded
        for page in await queries.pages_of_batch(connection, batch_id)
    )
    left = [Recognition(piece.recognition) for piece in pieces if piece.id not in discarded]
    ending = ending_of(left, failed_sides=failed)
    return ending, OCR_UNAVAILABLE if ending is BatchState.NOT_DIGITIZED else None
