"""How much of a page is read, by kind of page: characters right, certainty, CPU. `python -m bench.reading` alone.

The text is known, since the page is typeset here and then damaged (`tests.factories.scans`). Compared after NFC, with
single spaces; a character is right if it need not be inserted, removed or replaced (Levenshtein).
"""

import asyncio
import resource
import subprocess
import tempfile
import unicodedata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.adapters.ocr import LANGUAGE, TesseractRecognition
from app.domain.search_text import fold
from tests.factories import scans
from tests.factories.scans import Sheet

_TITLE = "GIẤY CHỨNG SINH"
_BODY = scans.BIRTH_CERTIFICATE + scans.DECLARATION + scans.AUTHORISATION


def report(console: Console) -> None:
    """Read one page of each kind and print what came of it."""
    recognition = TesseractRecognition()
    capability = asyncio.run(recognition.capability())
    if not capability.is_available:
        console.print(f"texts: not measured, {', '.join(capability.missing)} not installed")
        return
    truth = scans.text_of(scans.typeset(_TITLE, _BODY))
    table = Table(title=f"one page of {len(truth.split())} words, tesseract {capability.version}, {LANGUAGE}")
    for name in (
        "page",
        "right %",
        "right % without accents",
        "certainty",
        "cleaned",
        "one reading, no more: right %",
        "CPU s",
    ):
        table.add_column(name)
    for name, sheet in _kinds().items():
        table.add_row(name, *_measured(recognition, sheet, truth))
    console.print(table)


def _kinds() -> dict[str, Sheet]:
    clean, fine = scans.printed(_TITLE, _BODY), scans.printed(_TITLE, _BODY, dpi=300)
    coarse = scans.printed(_TITLE, _BODY, dpi=150)
    return {
        "clean, 200 dpi": clean,
        "clean, 300 dpi": fine,
        "scanned: tilted 1.3°, shaded, noisy, JPEG 75": scans.scanned(clean),
        "the same, turned by 90°": scans.scanned(clean, turned=90),
        "the same, upside down, tilted 3°": scans.scanned(clean, turned=180, tilted=3.0),
        "photographed: 150 dpi, dim, 2.2°, strong noise, JPEG 45": scans.photographed(coarse),
    }


def _measured(recognition: TesseractRecognition, sheet: Sheet, truth: str) -> list[str]:
    with tempfile.TemporaryDirectory() as directory:
        scan, copy = Path(directory) / "scan.pdf", Path(directory) / "copy.pdf"
        scan.write_bytes(scans.scan_of([sheet]))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        (page,) = asyncio.run(recognition.recognize(scan, copy))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = "\n".join(line for line, _ in page.lines)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        plain = _read_once(sheet, Path(directory))
    return [
        f"{100 * accuracy(truth, text):.1f}",
        f"{100 * accuracy(fold(truth), fold(text)):.1f}",
        f"{page.confidence or 0:.2f}",
        "yes" if page.enhanced else "no",
        f"{100 * accuracy(truth, plain):.1f}",
        f"{seconds:.1f}",
    ]


def _read_once(sheet: Sheet, directory: Path) -> str:
    """What Tesseract reads of the picture as it is: neither upright nor straight nor cleaned."""
    picture = directory / "picture.png"
    sheet.picture.save(picture, dpi=(sheet.dpi, sheet.dpi))
    command = ["tesseract", str(picture), "stdout", "-l", LANGUAGE]  # as a user would call it
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def accuracy(truth: str, read: str) -> float:
    """Return the share of characters that are right: 1 minus the distance over the length of the truth, at least 0."""
    wanted, found = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (truth, read))
    row = list(range(len(found) + 1))
    for index, letter in enumerate(wanted, 1):
        above, row = row, [index]
        for column, other in enumerate(found, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != other)))
    return max(0.0, 1 - row[-1] / max(1, len(wanted)))


if __name__ == "__main__":
    report(Console(width=150))
