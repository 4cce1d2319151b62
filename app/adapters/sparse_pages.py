"""How a page lies on which there is too little print for Tesseract's own judgement of its orientation.

A page is read as it lies and upside down. Tesseract reads lines that run upwards, too, so the better of the two
readings finds the words of a page that lies on its side; their boxes then stand on end.
"""

from collections.abc import Callable, Sequence
from typing import Final

from ocrmypdf.models.ocr_element import OcrElement
from PIL import Image

from app.adapters.pictures import box_of_ink

_ENOUGH: Final = 2.2
"""What a reading must be worth (letters times certainty above a half) to say anything: two sure words.

Measured at 200 dots an inch, as printed and tilted, in four directions: "Ký tên" and "Hà Nội" give 2.3, "Đã nhận" 2.8,
"Trang 2/2" 3.7; a single word ("12/XN") 1.9 to 2.1; nonsense read upside down -4.3 to 2.4, then half of the other.
"""
_CLEARLY: Final = 2.0
"""How many times as much as the other reading."""
_MOST_OF_THE_PAGE: Final = 0.6
"""Share of the page that print covers from which it is not sparse, and two more readings would cost too much."""

Words = Sequence[OcrElement]
Read = Callable[[Image.Image], tuple[float, Words]]
"""Reads a picture: what the reading is worth, and the words with their boxes."""


def print_of_sparse(picture: Image.Image) -> Image.Image | None:
    """Return the part of a sparse page on which there is print; None for a full page and for an empty one."""
    box = box_of_ink(picture)
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) > _MOST_OF_THE_PAGE * picture.width * picture.height:
        return None
    return picture.crop(box)


def turn_to_upright(part: Image.Image, read: Read) -> int | None:
    """Return the angle that Tesseract would tell of the page's orientation; None where the readings do not say."""
    as_it_lies, words = read(part)
    upside_down, turned_words = read(part.rotate(180))
    best, other = max(as_it_lies, upside_down), min(as_it_lies, upside_down)
    if best < _ENOUGH or best < _CLEARLY * other:
        return None
    is_upside_down = upside_down > as_it_lies
    on_end = _stand_on_end(turned_words if is_upside_down else words)
    return (180 if is_upside_down else 0) + (90 if on_end else 0)


def _stand_on_end(words: Words) -> bool:
    boxes = [word.bbox for word in words if word.bbox is not None and len(word.text.strip()) > 1]
    return sum(box.height > box.width for box in boxes) > len(boxes) / 2
