"""How a page with hardly any print lies is told by what two readings of it find."""

import pytest
from ocrmypdf.models.ocr_element import BoundingBox, OcrElement
from PIL import Image

from app.adapters.pictures import box_of_ink
from app.adapters.sparse_pages import Words, print_of_sparse, turn_to_upright
from tests.factories.scans import Sheet, blank, cropped, printed, scanned


def on_a_page(sheet: Sheet) -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    page.paste(sheet.picture, (0, 200))
    return scanned(Sheet(page)).picture


LINE = Image.new("RGB", (400, 90), "white")


def words(*, on_end: bool) -> Words:
    box = BoundingBox(0, 0, 20, 90) if on_end else BoundingBox(0, 0, 90, 20)
    return [OcrElement(ocr_class="ocrx_word", text="Trang", bbox=box)]


@pytest.mark.parametrize(
    ("as_it_lies", "upside_down", "on_end", "angle"),
    [(25.0, 1.8, False, 0), (1.2, 7.6, True, 270), (-1.1, 2.3, False, 180), (3.7, 0.7, True, 90)],
)
def test_the_better_reading_and_its_words_tell_how_a_page_lies(
    as_it_lies: float,
    upside_down: float,
    on_end: bool,  # noqa: FBT001 - a table of cases
    angle: int,
) -> None:
    worths = iter([as_it_lies, upside_down])
    assert turn_to_upright(LINE, lambda _part: (next(worths), words(on_end=on_end))) == angle


@pytest.mark.parametrize(("as_it_lies", "upside_down"), [(2.1, -0.4), (3.7, 2.4), (-3.0, -1.0)])
def test_a_page_of_which_neither_reading_is_clearly_better_stays_as_it_lies(
    as_it_lies: float, upside_down: float
) -> None:
    worths = iter([as_it_lies, upside_down])
    assert turn_to_upright(LINE, lambda _part: (next(worths), words(on_end=False))) is None


def test_a_full_page_and_an_empty_one_are_not_read_again() -> None:
    full = printed("TỜ KHAI", "Họ, chữ đệm, tên người yêu cầu: Trần Văn Thử Nghiệm. " * 60)
    line = on_a_page(cropped(printed("Trang 2/2", " ")))
    assert print_of_sparse(line) is not None
    for sheet in (full, blank()):
        assert print_of_sparse(sheet.picture) is None
    assert box_of_ink(blank().picture) is None
