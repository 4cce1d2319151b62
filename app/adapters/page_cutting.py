"""Counts, cuts out and empties pages of PDFs in a process of its own: `python -m app.adapters.page_cutting`.

One JSON object comes in on standard input, the number of pages goes out. No settings, no database, no network. It ends
with `UNREADABLE` for a file that is no PDF, or is locked or broken, with `OUR_FAULT` where the system refuses.
"""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pikepdf

from app.adapters.bounds import set_bounds
from app.core.supervision import end_with_parent

UNREADABLE: Final = 3
OUR_FAULT: Final = 4


def work(request: dict[str, Any]) -> int:
    """Do what is asked and return how many pages the file has that was counted or written."""
    match request["how"]:
        case "count":
            with pikepdf.open(request["pdf"]) as document:
                return len(document.pages)
        case "cut_out":
            return _cut_out([(path, number) for path, number in request["pages"]], Path(request["output"]))
        case _:
            return _blank_out(request["pdf"], set(request["pages"]), Path(request["output"]))


def _blank_out(pdf: str, pages: set[int], output: Path) -> int:
    with pikepdf.open(pdf) as source, pikepdf.new() as left:
        for number, page in enumerate(source.pages, 1):
            if number in pages:
                left.add_blank_page()
            else:
                left.pages.append(page)
        return _save(left, output)


def _cut_out(pages: Sequence[tuple[str, int]], output: Path) -> int:
    opened: dict[str, pikepdf.Pdf] = {}
    try:
        with pikepdf.new() as piece:
            for path, number in pages:
                if path not in opened:
                    opened[path] = pikepdf.open(path)
                piece.pages.append(opened[path].pages[number - 1])
            return _save(piece, output)
    finally:
        for document in opened.values():
            with suppress(pikepdf.PdfError):
                document.close()


def _save(made: pikepdf.Pdf, output: Path) -> int:
    """Write a file that was put together: what its pages do not show is not in it.

    The same pages make the same bytes, and with them the same hash, whenever they are put together.
    """
    made.remove_unreferenced_resources()
    made.save(output, deterministic_id=True)
    return len(made.pages)


def _answer() -> None:
    end_with_parent(os.getppid())
    request = json.load(sys.stdin)
    set_bounds(request["memory_bytes"], request["cpu_seconds"])
    try:
        pages = work(request)
    except (pikepdf.PdfError, pikepdf.PasswordError, IndexError):
        sys.exit(UNREADABLE)
    except OSError:
        sys.exit(OUR_FAULT)
    sys.stdout.write(str(pages))


if __name__ == "__main__":
    _answer()
