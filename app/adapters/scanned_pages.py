"""Pages of scanned PDFs, looked at in a process of their own that a broken page may end or hold up without harm."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from app.adapters.own_process import end_process, own_environment
from app.services.ports import RecognitionFailed, SeenPage

_LONGEST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScannedPages:
    """`PageReading` by pdfium, zxing and pikepdf. `page_seconds`: how long one page may take to be looked at."""

    page_seconds: float = 30.0

    async def count(self, pdf: Path) -> int:
        return await asyncio.to_thread(_count, pdf)

    async def look(self, pdf: Path, *, first: int = 1) -> AsyncGenerator[SeenPage]:
        last = await self.count(pdf)
        wanted = first
        while wanted <= last:
            async for page in self._look_from(pdf, wanted, last):
                wanted = page.number + 1
                yield page

    async def cut_out(self, pages: Sequence[tuple[Path, int]], output: Path) -> None:
        await asyncio.to_thread(_cut_out, pages, output)

    async def blank_out(self, pdf: Path, pages: Collection[int], output: Path) -> None:
        await asyncio.to_thread(_blank_out, pdf, pages, output)

    async def _look_from(self, pdf: Path, first: int, last: int) -> AsyncGenerator[SeenPage]:
        """Yield pages until the end or until one fails the process; that one is the last and says so."""
        process = await _tell_pages("look", pdf, first)
        assert process.stdout is not None  # noqa: S101 - asked for above
        expected = first
        try:
            while True:
                try:
                    async with asyncio.timeout(self.page_seconds):
                        line = await process.stdout.readline()
                except TimeoutError:
                    yield SeenPage(number=expected, failure="page_timed_out")
                    return
                if not line:
                    break
                page = _page_of(line)
                expected = page.number + 1
                yield page
            if expected <= last:
                yield SeenPage(number=expected, failure="page_unreadable")
        finally:
            await end_process(process)


async def texts_of_pages(pdf: Path, *, seconds: float = 60.0) -> list[tuple[int, str]]:
    """Return number and text layer of every page; raises `RecognitionFailed`: `pdf_unreadable`, `reading_timed_out`."""
    process = await _tell_pages("texts", pdf, 1)
    try:
        async with asyncio.timeout(seconds):
            told, _ = await process.communicate()
    except TimeoutError as error:
        raise RecognitionFailed("reading_timed_out") from error
    finally:
        await end_process(process)
    if process.returncode:
        raise RecognitionFailed("pdf_unreadable")
    return [(facts["number"], facts["text"]) for facts in map(json.loads, told.splitlines())]


async def _tell_pages(how: str, pdf: Path, first: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.adapters.page_looking", how, str(pdf), str(first)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=own_environment(),
        start_new_session=True,
        limit=_LONGEST_LINE,
    )


def _page_of(line: bytes) -> SeenPage:
    facts = json.loads(line)
    return SeenPage(
        number=facts["number"],
        is_blank=facts.get("is_blank", False),
        codes=tuple(facts.get("codes", ())),
        dpi=facts.get("dpi"),
        failure=facts.get("failure"),
    )


def _count(pdf: Path) -> int:
    try:
        with pikepdf.open(pdf) as document:
            return len(document.pages)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise RecognitionFailed("pdf_unreadable") from error


def _blank_out(pdf: Path, pages: Collection[int], output: Path) -> None:
    try:
        with pikepdf.open(pdf) as source, pikepdf.new() as left:
            for number, page in enumerate(source.pages, 1):
                if number in pages:
                    left.add_blank_page()
                else:
                    left.pages.append(page)
            _save(left, output)
    except pikepdf.PdfError as error:
        raise RecognitionFailed("pdf_unreadable") from error


def _save(made: pikepdf.Pdf, output: Path) -> None:
    """Write a file that was put together: what its pages do not show is not in it.

    The same pages make the same bytes, and with them the same hash, whenever they are put together.
    """
    made.remove_unreferenced_resources()
    made.save(output, deterministic_id=True)


def _cut_out(pages: Sequence[tuple[Path, int]], output: Path) -> None:
    opened: dict[Path, pikepdf.Pdf] = {}
    try:
        with pikepdf.new() as piece:
            for path, number in pages:
                if path not in opened:
                    opened[path] = pikepdf.open(path)
                piece.pages.append(opened[path].pages[number - 1])
            _save(piece, output)
    except (pikepdf.PdfError, IndexError) as error:
        raise RecognitionFailed("pdf_unreadable") from error
    finally:
        for document in opened.values():
            with suppress(pikepdf.PdfError):
                document.close()
