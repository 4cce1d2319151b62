"""Looks at the pages of one PDF in a process of its own: `python -m app.adapters.page_looking look|texts FILE FIRST`.

One JSON line a page goes to standard output, so whoever started it knows at which page a broken one ended it. No
settings, no database, no network.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

import pypdfium2
import zxingcpp
from PIL import Image

from app.adapters.pictures import is_blank
from app.core.supervision import end_with_parent

_LOOKING_DPI = 150
_BLANKNESS_DPI = 75
_POINTS_PER_INCH = 72
_MOST_POINTS = 40_000_000
_LARGEST_INCHES = 100
"""Of the side of a page that is looked at for its text; a file may hold larger ones (a map)."""


def tell_pages(how: str, file: str, first: int, tell: TextIO) -> None:
    """Write what each page from `first` on shows (`look`), or the text that it has (`texts`)."""
    document = pypdfium2.PdfDocument(file)
    for number in range(first, len(document) + 1):
        facts = _seen(document, number) if how == "look" else _text(document, number)
        tell.write(json.dumps({"number": number} | facts) + "\n")
        tell.flush()


def _seen(document: Any, number: int) -> dict[str, Any]:
    try:
        page = document[number - 1]
    except pypdfium2.PdfiumError:
        return {"failure": "page_unreadable"}
    width, height = page.get_size()
    if max(width, height) > _LARGEST_INCHES * _POINTS_PER_INCH or min(width, height) <= 0:
        return {"failure": "page_too_large"}
    scale = min(_LOOKING_DPI / _POINTS_PER_INCH, (_MOST_POINTS / (width * height)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()
    small = picture.resize(
        (
            max(1, picture.width * _BLANKNESS_DPI // _LOOKING_DPI),
            max(1, picture.height * _BLANKNESS_DPI // _LOOKING_DPI),
        ),
        Image.Resampling.BOX,
    )
    if is_blank(small):
        return {"is_blank": True, "dpi": _dpi(page)}
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return {"codes": [code.text for code in codes], "dpi": _dpi(page)}


def _text(document: Any, number: int) -> dict[str, Any]:
    return {"text": document[number - 1].get_textpage().get_text_range().replace("\x00", "")}


def _dpi(page: Any) -> int | None:
    """Return the dots an inch of the page's largest picture; None if it has none."""
    found = [(area, dots) for area, dots in _pictures(page) if area > 0]
    return max(found)[1] if found else None


def _pictures(page: Any) -> Iterator[tuple[float, int]]:
    for picture in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        across, down = picture.get_px_size()
        width, height = right - left, top - bottom
        if width > 0 and height > 0:
            # Sideways pictures: the longer edge belongs to the longer side.
            yield width * height, round(max(across, down) * _POINTS_PER_INCH / max(width, height))


if __name__ == "__main__":
    end_with_parent(os.getppid())
    tell_pages(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.stdout)
