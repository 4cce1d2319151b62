"""Pages of scans looked at: blanks, separators, dots an inch; what fails fails alone."""

import datetime as dt
import io
from pathlib import Path

import pikepdf
import pytest

from app.adapters.ocr import TesseractRecognition
from app.adapters.scanned_pages import ScannedPages, texts_of_pages
from app.domain.digitization import read_separator
from app.domain.errors import Unavailable
from app.services.digitization.separators import SeparatorSheets, print_sheets
from app.services.ports import RecognitionFailed, SeenPage
from tests.factories.files import pdf_locked
from tests.factories.scans import (
    BIRTH_CERTIFICATE,
    Sheet,
    blank,
    cropped,
    photographed,
    picture_of,
    printed,
    scan_of,
    scanned,
    text_of,
    typeset,
)

CODE = "H42.10-261123-0001"
SHEETS = SeparatorSheets(CODE, "Phường Châu Sơn", (("TP01", "Tờ khai đăng ký khai sinh"), ("TP02", "Giấy chứng sinh")))
AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def separator(page: int, dpi: int = 200) -> Sheet:
    return Sheet(picture_of(print_sheets(SHEETS, at=AT), page=page, dpi=dpi), dpi)


async def seen(path: Path, pages: ScannedPages | None = None) -> list[SeenPage]:
    return [page async for page in (pages or ScannedPages()).look(path)]


def kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def test_separators_are_read_however_they_lie_on_the_glass(tmp_path: Path) -> None:
    sheets = [
        scanned(separator(0, dpi=150)),
        scanned(separator(1, dpi=150), turned=180, tilted=-3.0),
        scanned(separator(1, dpi=150), turned=90),
        photographed(separator(2, dpi=150)),
    ]
    found = await seen(kept(tmp_path / "scan.pdf", scan_of(sheets)))
    says = [read_separator(page.codes[0]) for page in found]
    assert [None if one is None else (one.dossier_code, one.component_code) for one in says] == [
        (CODE, "TP01"),
        (CODE, "TP02"),
        (CODE, "TP02"),
        (CODE, None),
    ]


async def test_backs_of_sheets_are_blank_and_a_lone_line_is_not(tmp_path: Path) -> None:
    paper = cropped(printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE))
    last_line = Sheet(picture_of(typeset("Trang 2/2", " ")))
    found = await seen(kept(tmp_path / "scan.pdf", scan_of([paper, blank(0.5), scanned(last_line), scanned(blank())])))
    assert [page.is_blank for page in found] == [False, True, False, True]
    assert {page.dpi for page in found} == {200}


async def test_separator_sheets_say_nothing_about_people_and_name_every_component() -> None:
    text = text_of(print_sheets(SHEETS, at=AT))
    for part in (CODE, "TP01", "TP02", "Giấy chứng sinh", "Giấy tờ khác của hồ sơ"):
        assert part in text


async def test_each_page_that_takes_too_long_fails_alone(tmp_path: Path) -> None:
    found = await seen(kept(tmp_path / "scan.pdf", scan_of([blank(0.3), blank(0.3)])), ScannedPages(page_seconds=0.001))
    assert [(page.number, page.failure) for page in found] == [(1, "page_timed_out"), (2, "page_timed_out")]


async def test_a_page_of_endless_size_is_not_drawn_and_the_next_one_is(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(scan_of([blank(0.3), blank(0.3)]))) as pdf:
        pdf.pages[0].MediaBox = [0, 0, 1_000_000, 1_000_000]
        pdf.save(tmp_path / "huge.pdf")
    found = [page async for page in ScannedPages().look(tmp_path / "huge.pdf")]
    assert [(page.failure, page.is_blank) for page in found] == [("page_too_large", False), (None, True)]


async def test_the_same_pages_cut_out_twice_are_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(scan_of([blank(0.3), cropped(printed("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE)), blank(0.3)]))
    for name in ("one.pdf", "two.pdf"):
        await ScannedPages().cut_out([(source, 2), (source, 3)], tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert await ScannedPages().count(tmp_path / "one.pdf") == 2


async def test_texts_that_a_page_brings_are_read_from_it(tmp_path: Path) -> None:
    (tmp_path / "born.pdf").write_bytes(typeset("GIẤY CHỨNG SINH", BIRTH_CERTIFICATE))
    ((number, text),) = await texts_of_pages(tmp_path / "born.pdf")
    assert number == 1
    assert "Nguyễn Thị Thử Nghiệm" in text


async def test_a_locked_pdf_is_told_as_unreadable(tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(pdf_locked())
    with pytest.raises(RecognitionFailed, match="pdf_unreadable"):
        await ScannedPages().count(tmp_path / "locked.pdf")


async def test_a_file_that_is_too_much_for_whoever_cuts_it_is_told_and_nothing_is_left_of_it(
    tmp_path: Path,
) -> None:
    source = kept(tmp_path / "scan.pdf", scan_of([blank(0.3)]))
    for narrow, code in (
        (ScannedPages(memory_bytes=16 * 1024 * 1024), "pdf_unreadable"),
        (ScannedPages(seconds=0.01), "reading_timed_out"),
    ):
        with pytest.raises(RecognitionFailed, match=code):
            await narrow.cut_out([(source, 1)], tmp_path / "piece.pdf")
    with pytest.raises(RecognitionFailed, match="pdf_unreadable"):
        await ScannedPages().cut_out([(source, 2)], tmp_path / "piece.pdf")
    with pytest.raises(Unavailable):
        await ScannedPages().cut_out([(source, 1)], tmp_path / "nowhere" / "piece.pdf")
    assert not (tmp_path / "piece.pdf").exists()


async def test_without_programs_reading_says_what_is_missing(tmp_path: Path) -> None:
    nowhere = TesseractRecognition(search_path="")
    assert (await nowhere.capability()).missing == ("tesseract",)
    (tmp_path / "scan.pdf").write_bytes(scan_of([blank()]))
    with pytest.raises(RecognitionFailed, match="ocr_unavailable"):
        await nowhere.recognize(tmp_path / "scan.pdf", tmp_path / "copy.pdf")
    assert not (tmp_path / "copy.pdf").exists()


async def test_a_program_without_vietnamese_is_not_enough(tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text('#!/bin/sh\necho "tesseract v5.3.0"; echo eng; echo osd\n', encoding="utf-8")
    program.chmod(0o755)
    assert (await TesseractRecognition(search_path=str(tmp_path)).capability()).missing == ("tesseract:vie",)
