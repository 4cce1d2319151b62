"""Text recognition by OCRmyPDF and Tesseract, started as programs and found when they are needed.

OCRmyPDF is a package of ours; `tesseract` with the language `vie` comes from the system and may be absent.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import structlog

from app.adapters.own_process import end_process, own_environment
from app.adapters.scanned_pages import ScannedPages, texts_of_pages
from app.services.ports import ReadingCapability, ReadPage, RecognitionFailed

LANGUAGE: Final = "vie"
_UPRIGHT_CERTAINTY: Final = 5
"""Tesseract's certainty of a page's orientation (0 to some 20) from which the page is turned."""
_ORIENTATION: Final = "osd"
_START_SECONDS: Final = 60.0
_ASKING_SECONDS: Final = 20.0
_REPORT: Final = "MOTCUA_OCR_REPORT"
_PDFA_IMPOSSIBLE: Final = 10
_UNREADABLE: Final = frozenset({2, 8})
_VERSION = re.compile(r"tesseract v?(\S+)")

# Programs that could read when they were asked: readiness is asked often. What is missing is looked for every time.
_able: dict[str, ReadingCapability] = {}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TesseractRecognition:
    """`TextRecognition` by OCRmyPDF. `search_path`: where programs are looked for; None: the PATH of this process.

    `page_seconds`: how long one page may take; `processes`: how many pages at once.
    """

    search_path: str | None = None
    page_seconds: float = 120.0
    processes: int = 1

    async def capability(self) -> ReadingCapability:
        program = shutil.which("tesseract", path=self._path)
        if program is None:
            return ReadingCapability(missing=("tesseract",))
        if program in _able:
            return _able[program]
        languages = (await self._ask(program, "--list-langs")).split()
        missing = tuple(f"tesseract:{name}" for name in (LANGUAGE, _ORIENTATION) if name not in languages)
        version = _VERSION.search(await self._ask(program, "--version"))
        found = ReadingCapability(missing=missing, version=version[1] if version else "")
        if found.is_available:
            _able[program] = found
        return found

    async def recognize(self, pdf: Path, output: Path) -> tuple[ReadPage, ...]:
        if not (await self.capability()).is_available:
            raise RecognitionFailed("ocr_unavailable")
        with TemporaryDirectory(prefix="motcua-reading-") as directory:
            # What a page brings as text is kept; if its fonts then forbid PDF/A, its picture is read like a scan.
            for mode in ("skip", "force"):
                report = Path(directory) / mode
                report.mkdir()
                code = await self._run(pdf, output, report, mode)
                if code == 0:
                    return await self._pages_of(report, output)
                if code != _PDFA_IMPOSSIBLE:
                    raise RecognitionFailed("pdf_unreadable" if code in _UNREADABLE else "reading_failed")
        raise RecognitionFailed("pdfa_impossible")

    @property
    def _path(self) -> str:
        return os.environ.get("PATH", os.defpath) if self.search_path is None else self.search_path

    async def _run(self, pdf: Path, output: Path, report: Path, mode: str) -> int:
        """Run OCRmyPDF and return its exit code; raises `RecognitionFailed` when it takes too long."""
        pages = await ScannedPages().count(pdf)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ocrmypdf", "--quiet", "--mode", mode, "--language", LANGUAGE),
            *("--rotate-pages", "--rotate-pages-threshold", str(_UPRIGHT_CERTAINTY), "--deskew"),
            *("--output-type", "pdfa-2", "--pdfa-backend", "internal", "--rasterizer", "pypdfium", "--optimize", "0"),
            *("--jobs", str(self.processes), "--plugin", "app.adapters.ocr_plugin"),
            *("--tesseract-timeout", str(self.page_seconds), "--tesseract-non-ocr-timeout", str(self.page_seconds)),
            *("--invalidate-digital-signatures", str(pdf), str(output)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=own_environment(
                {"PATH": self._path, "OMP_THREAD_LIMIT": "1", _REPORT: str(report), "TMPDIR": str(report.parent)}
            ),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_START_SECONDS + pages * self.page_seconds):
                code = await process.wait()
        except TimeoutError as error:
            raise RecognitionFailed("reading_timed_out") from error
        finally:
            await end_process(process)
        if code:
            log.warning("text_recognition_failed", exit_code=code, mode=mode, pages=pages)
        return code

    async def _pages_of(self, report: Path, output: Path) -> tuple[ReadPage, ...]:
        """Return what the plugin reported of each page; those without a report brought their own text."""
        own_texts = await texts_of_pages(output)
        return tuple(_page_of(report / f"{number:06d}.json", number, text) for number, text in own_texts)

    async def _ask(self, program: str, question: str) -> str:
        """Return what the program says of itself; empty if it does not answer."""
        process = await asyncio.create_subprocess_exec(
            program,
            question,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=own_environment({"PATH": self._path}),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_ASKING_SECONDS):
                answer, _ = await process.communicate()
        except TimeoutError:
            return ""
        finally:
            await end_process(process)
        return answer.decode(errors="replace")


def _page_of(report: Path, number: int, own_text: str) -> ReadPage:
    facts: dict[str, Any] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    if "lines" not in facts:
        lines = tuple((line.strip(), 1.0) for line in own_text.splitlines() if line.strip())
        return ReadPage(number=number, lines=lines)
    return ReadPage(
        number=number,
        lines=tuple((line["text"], line["confidence"]) for line in facts["lines"]),
        confidence=facts["confidence"],
        turned=facts.get("turned", 0),
        skew=facts.get("skew", 0.0),
        enhanced=facts["enhanced"],
        failure="reading_timed_out" if facts.get("timed_out") else None,
    )
