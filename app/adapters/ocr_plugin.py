"""What we add to OCRmyPDF, loaded by it in its own process: a second try on bad pictures, and a report of every page.

The page keeps its picture as scanned; only the copy that is read is cleaned. One JSON file a page is written to the
directory named by the environment variable `MOTCUA_OCR_REPORT`.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ocrmypdf import hookimpl
from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOcrEngine
from ocrmypdf.hocrtransform import HocrParser
from ocrmypdf.models.ocr_element import BoundingBox, OcrElement
from ocrmypdf.pluginspec import OrientationConfidence
from PIL import Image

from app.adapters.pictures import cleaned, is_dim
from app.adapters.sparse_pages import print_of_sparse, turn_to_upright
from app.core.supervision import end_with_parent

REPORT_VARIABLE = "MOTCUA_OCR_REPORT"
SURE_ENOUGH = 0.85
"""Mean certainty of the words from which one reading is enough."""
_WORTHLESS = 0.5
"""Certainty of a word that speaks neither for nor against a reading."""
_STRAIGHT = 0.5
"""Degrees below which a tilt is no surer than its measurement: correcting it would tilt a straight page."""
_POLITENESS = 10
_PAGE_OF_FILE = re.compile(r"^(\d{6})")


class ReadingTimedOut(Exception):  # noqa: N818 - reads as what happened
    """Tesseract took longer for a page than it may."""


class TwiceReading(TesseractOcrEngine):
    """Tesseract that reads a page again, cleaned, where the picture is dim or the words came out doubtful."""

    @staticmethod
    def supports_generate_ocr() -> bool:
        return True

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        with _readable(input_file) as picture:
            found: OrientationConfidence = TesseractOcrEngine.get_orientation(picture, options)  # type: ignore[no-untyped-call]  # OCRmyPDF's
            is_undecided = False
            if found.confidence < options.rotate_pages_threshold:
                sparse = _orientation_of_sparse(picture, options)
                found, is_undecided = sparse or found, sparse is not None and sparse.confidence == 0
        turned = int(found.angle) if found.confidence >= options.rotate_pages_threshold else 0
        _note(input_file, "turned", None if is_undecided else turned)
        return found

    @staticmethod
    def get_deskew(input_file: Path, options: Any) -> float:
        with _readable(input_file) as picture:
            angle = float(TesseractOcrEngine.get_deskew(picture, options))
        angle = tilt_to_correct(angle)
        _note(input_file, "skew", round(angle, 2))
        return angle

    @staticmethod
    def generate_ocr(
        input_file: Path,
        options: Any,
        page_number: int = 0,  # noqa: ARG004 - the name by which OCRmyPDF calls it
    ) -> tuple[OcrElement, str]:
        page, text, enhanced = OcrElement(ocr_class="ocr_page"), "", False
        with TemporaryDirectory(dir=input_file.parent) as directory, Image.open(input_file) as picture:
            try:
                page, text = _read(input_file, Path(directory) / "plain", options)
                if is_dim(picture) or _certainty(page) < SURE_ENOUGH:
                    again, again_text = _read_cleaned(picture, Path(directory), options)
                    if _worth(again) > _worth(page):
                        page, text, enhanced = again, again_text, True
            except ReadingTimedOut:
                _note(input_file, "timed_out", value=True)
            # A page on which nothing was read needs its size all the same.
            page.bbox = BoundingBox(left=0, top=0, right=picture.width, bottom=picture.height)
            page.dpi = _dpi(picture)
        _note(input_file, "enhanced", enhanced)
        _note(input_file, "confidence", round(_certainty(page), 4))
        _note(input_file, "lines", [{"text": line, "confidence": sure} for line, sure in _lines(page)])
        return page, text


@hookimpl
def initialize(plugin_manager: Any) -> None:  # noqa: ARG001 - the hook's form
    """Leave the machine to those who wait for an answer, and end with the worker that started this."""
    end_with_parent(os.getppid())
    os.nice(_POLITENESS)


@hookimpl
def get_ocr_engine(options: Any) -> TwiceReading | None:
    """Read with this engine unless another one was asked for."""
    if options is not None and getattr(options, "ocr_engine", "auto") not in {"auto", "tesseract"}:
        return None
    return TwiceReading()


def tilt_to_correct(angle: float) -> float:
    """Return by how many degrees a page is straightened; one that is all but straight stays as it is."""
    return angle if abs(angle) >= _STRAIGHT else 0.0


@contextmanager
def _readable(input_file: Path) -> Iterator[Path]:
    """Lend the picture, or its cleaned copy if it is dim: what cannot be read cannot be turned upright either."""
    with TemporaryDirectory(dir=input_file.parent) as directory, Image.open(input_file) as picture:
        if not is_dim(picture):
            yield input_file
            return
        copy = Path(directory) / "cleaned.png"
        cleaned(picture).save(copy, dpi=(_dpi(picture), _dpi(picture)))
        yield copy


def _orientation_of_sparse(picture: Path, options: Any) -> OrientationConfidence | None:
    """Return how a page with hardly any print lies, as sure as it must be to be turned, or without any certainty.

    None for any other page.
    """
    with TemporaryDirectory(dir=picture.parent) as directory, Image.open(picture) as opened:
        part = print_of_sparse(opened)
        if part is None:
            return None
        stem, dpi = Path(directory) / "part", _dpi(opened)

        def read(turned: Image.Image) -> tuple[float, list[OcrElement]]:
            turned.save(stem.with_suffix(".png"), dpi=(dpi, dpi))
            page, _ = _read(stem.with_suffix(".png"), stem, options)
            return _worth(page), list(_words(page))

        try:
            turn = turn_to_upright(part, read)
        except ReadingTimedOut:
            turn = None
    if turn is None:
        return OrientationConfidence(angle=0, confidence=0.0)
    return OrientationConfidence(angle=turn, confidence=options.rotate_pages_threshold)


def _read(picture: Path, stem: Path, options: Any) -> tuple[OcrElement, str]:
    hocr, text = stem.with_suffix(".hocr"), stem.with_suffix(".txt")
    started = time.monotonic()
    TesseractOcrEngine.generate_hocr(picture, hocr, text, options)  # type: ignore[no-untyped-call]  # OCRmyPDF's
    if time.monotonic() - started >= options.tesseract.timeout:
        raise ReadingTimedOut
    read = text.read_text(encoding="utf-8") if text.exists() else ""
    if not hocr.exists() or not hocr.read_text(encoding="utf-8").strip():
        return OcrElement(ocr_class="ocr_page"), ""
    return HocrParser(hocr).parse(), read


def _read_cleaned(picture: Image.Image, directory: Path, options: Any) -> tuple[OcrElement, str]:
    copy = directory / "cleaned.png"
    cleaned(picture).save(copy, dpi=(_dpi(picture), _dpi(picture)))
    return _read(copy, directory / "cleaned", options)


def _words(page: OcrElement) -> Iterator[OcrElement]:
    if page.ocr_class == "ocrx_word" and page.text.strip():
        yield page
    for child in page.children:
        yield from _words(child)


def _sure(word: OcrElement) -> float:
    return 0.0 if word.confidence is None else float(word.confidence)


def _certainty(page: OcrElement) -> float:
    """Mean certainty of the words, weighed by their letters; 0 where there are none."""
    letters = [(len(word.text), _sure(word)) for word in _words(page)]
    total = sum(length for length, _ in letters)
    return sum(length * sure for length, sure in letters) / total if total else 0.0


def _worth(page: OcrElement) -> float:
    """How much was read and how surely: a reading that missed half the lines is no better for being sure of it."""
    return sum(len(word.text) * (_sure(word) - _WORTHLESS) for word in _words(page))


def _lines(page: OcrElement) -> Iterator[tuple[str, float]]:
    below = [child for child in page.children if child.ocr_class == "ocrx_word"]
    if below:
        words = [word for word in below if word.text.strip()]
        if words:
            sure = sum(_sure(word) for word in words) / len(words)
            yield " ".join(word.text.strip() for word in words), round(sure, 4)
    for child in page.children:
        yield from _lines(child)


def _dpi(picture: Image.Image) -> float:
    return float(picture.info.get("dpi", (200, 200))[0])


def _note(input_file: Path, name: str, value: object) -> None:
    """Add a fact to the report of the page whose picture this is; OCRmyPDF's files begin with the page's number."""
    directory = os.environ.get(REPORT_VARIABLE)
    number = _PAGE_OF_FILE.match(input_file.name)
    if directory is None or number is None:
        return
    report = Path(directory) / f"{number[1]}.json"
    facts = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    facts[name] = value
    report.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
