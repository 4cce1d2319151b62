"""The copy of a paper that no longer counts: the issued bytes with a stamp laid over every page. Blocking."""

import datetime as dt
import io

from app.services.forms.render import render

_STAMP = "void"


def stamp_void(content: bytes, *, at: dt.datetime) -> bytes:
    """Return the PDF `content` with `ĐÃ HỦY` over each page; the original stays as it is."""
    import pikepdf  # slow to load and rarely needed

    stamped = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as paper:
        for page in paper.pages:
            sheet = pikepdf.Rectangle(page.mediabox)
            size = {"width": float(sheet.width), "height": float(sheet.height)}
            with pikepdf.open(io.BytesIO(render(_STAMP, size, at=at))) as stamp:
                page.add_overlay(stamp.pages[0], sheet)
        paper.save(stamped, deterministic_id=True)
    return stamped.getvalue()
