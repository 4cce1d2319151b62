"""Pages of scanned PDFs, looked at and cut in processes of their own, which a broken file may end without harm."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from app.adapters.own_process import end_process, own_environment
from app.adapters.page_cutting import OUR_FAULT
from app.domain.errors import Refusal, Unavailable
from app.services.ports import RecognitionFailed, SeenPage

_LONGEST_LINE = 16 * 1024 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ScannedPages:
    """`PageReading` by pdfium, zxing and pikepdf. `page_seconds`: how long one page may take to be looked at.

    `memory_bytes` (address space), `cpu_seconds` and `seconds` bound the counting or cutting of one file.
    """

    page_seconds: float = 30.0
    memory_bytes: int = 1024 * 1024 * 1024
    cpu_seconds: int = 60
    seconds: float = 120.0

    async def count(self, pdf: Path) -> int:
        return await self._cut({"how": "count", "pdf": str(pdf)})

    async def look(self, pdf: Path, *, first: int = 1) -> AsyncGenerator[SeenPage]:
        last = await self.count(pdf)
        wanted = first
        while wanted <= last:
            async for page in self._look_from(pdf, wanted, last):
                wanted = page.number + 1
                yield page

    async def cut_out(self, pages: Sequence[tuple[Path, int]], output: Path) -> None:
        wanted = [(str(path), number) for path, number in pages]
        await self._cut({"how": "cut_out", "pages": wanted, "output": str(output)})

    async def blank_out(self, pdf: Path, pages: Collection[int], output: Path) -> None:
        await self._cut({"how": "blank_out", "pdf": str(pdf), "pages": sorted(pages), "output": str(output)})

    async def _cut(self, request: dict[str, Any]) -> int:
        """Return the number of pages that `app.adapters.page_cutting` tells.

        Raises `RecognitionFailed` (`pdf_unreadable`, `reading_timed_out`); `Unavailable` (`inspection_unavailable`)
        where the fault is not the file's.
        """
        bounds = {"memory_bytes": self.memory_bytes, "cpu_seconds": self.cpu_seconds}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.adapters.page_cutting"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=own_environment(),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self.seconds):
                told, _ = await process.communicate(json.dumps(request | bounds).encode())
        except TimeoutError as error:
            raise RecognitionFailed("reading_timed_out") from error
        finally:
            await end_process(process)
        if process.returncode == OUR_FAULT:
            raise Unavailable(Refusal("inspection_unavailable"))
        if process.returncode:
            log.warning("pages_not_cut", exit_code=process.returncode, how=request["how"])
            raise RecognitionFailed("pdf_unreadable")
        return int(told)

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
