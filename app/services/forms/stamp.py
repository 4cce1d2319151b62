"""The copy of a paper that no longer counts: the issued bytes with a mark laid over every page, made once and kept."""

import asyncio
import datetime as dt
import io
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.documents.contents import keep_bytes, read_bytes
from app.services.forms import queries, writes
from app.services.forms.render import render
from app.services.ports import BlobStore

_TEMPLATE = "void"
_FOOT = 57.0
"""Height in points (20 mm) of the margin below, where only the line of a page's foot stands."""


class Mark(StrEnum):
    """What is laid over a paper."""

    VOID = "void"
    REFUNDED = "refunded"


_WORDS = {Mark.VOID: "ĐÃ HỦY", Mark.REFUNDED: "ĐÃ HOÀN TIỀN"}


def stamp(content: bytes, mark: Mark, *, at: dt.datetime) -> bytes:
    """Return the PDF `content` with the words of `mark` over each page; the original stays as it is. Blocking."""
    import pikepdf  # slow to load and rarely needed

    stamped = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as paper:
        middles = _middles_of_text(content)
        for page, middle in zip(paper.pages, middles, strict=True):
            sheet = pikepdf.Rectangle(page.mediabox)
            height = float(sheet.height)
            below_top = height / 2 if middle is None else float(sheet.ury) - middle
            data = {"width": float(sheet.width), "height": height, "below_top": below_top, "words": _WORDS[mark]}
            with pikepdf.open(io.BytesIO(render(_TEMPLATE, data, at=at))) as overlay:
                page.add_overlay(overlay.pages[0], sheet)
        paper.save(stamped, deterministic_id=True)
    return stamped.getvalue()


def _middles_of_text(content: bytes) -> list[float | None]:
    """Return for each page the height at which half of its printed part lies above; None for a page without text.

    In points of the page's own coordinates. What stands in the margin below is not of the printed part.
    """
    import pypdfium2  # slow to load and rarely needed

    found: list[float | None] = []
    with pypdfium2.PdfDocument(content) as paper:
        for page in paper:
            text = page.get_textpage()
            bottom_of_page = page.get_mediabox()[1]
            lines = [text.get_rect(index) for index in range(text.count_rects())]
            body = [(bottom, top) for _, bottom, _, top in lines if top > bottom_of_page + _FOOT]
            ends = [end for line in body for end in line]
            found.append((min(ends) + max(ends)) / 2 if ends else None)
    return found


async def stamped_copy(
    connection: AsyncConnection,
    storage: BlobStore,
    paper_id: int,
    content_sha256: str,
    mark: Mark,
    *,
    at: dt.datetime,
    now: dt.datetime,
) -> bytes:
    """Return the marked copy of an issued paper: the kept one, or one that is made as of `at` and kept from now on."""
    kept = await queries.stamped_sha256(connection, paper_id, mark)
    if kept is not None:
        return await read_bytes(storage, kept)
    stamped = await asyncio.to_thread(stamp, await read_bytes(storage, content_sha256), mark, at=at)
    sha256 = await keep_bytes(connection, storage, stamped, media_type="application/pdf", now=now)
    await writes.insert_stamped_copy(connection, paper_id, mark=mark, content_sha256=sha256, now=now)
    return stamped
