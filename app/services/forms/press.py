"""A typst template kept ready to print: data as JSON in, PDF/A-2b out, the same bytes each time. Blocking.

Only the shipped face is used, so a paper looks the same on every machine. What it cannot show is printed as □: PDF/A
has no place for a letter without a glyph, and a name in another script must not keep a paper from being printed.
"""

import datetime as dt
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
import typst

_FONTS = Path(str(resources.files("app.data"))) / "fonts"
_UNSHOWN = "□"
_LINES_AND_TABS = "\n\t"


class Press:
    """One compiler for one template: its fonts and layout are read once. It serves one caller at a time."""

    def __init__(self, template: Path) -> None:
        self._compiler = typst.Compiler(
            str(template), root=str(template.parent), font_paths=[str(_FONTS)], ignore_system_fonts=True
        )
        self._lock = Lock()

    def print(self, data: Any, *, at: dt.datetime | None = None, **inputs: str) -> bytes:
        """Return the template filled in with `data`, which becomes JSON, and further inputs, dated `at`.

        Raises `typst.TypstError` if `data` lacks what the template needs.
        """
        written = orjson.dumps(data)
        try:
            return self._compiled(written, at, inputs)
        except typst.TypstError:
            shown = orjson.dumps(_in_the_face(orjson.loads(written)))
            if shown == written:
                raise
            return self._compiled(shown, at, inputs)

    def _compiled(self, data: bytes, at: dt.datetime | None, inputs: dict[str, str]) -> bytes:
        with self._lock:
            printed = self._compiler.compile(
                format="pdf",
                sys_inputs={"data": data.decode(), **inputs},
                pdf_standards=["a-2b"],
                timestamp=None if at is None else int(at.timestamp()),
            )
        if not isinstance(printed, bytes):
            raise TypeError("a PDF is one piece of bytes")
        return printed


def _in_the_face(value: Any) -> Any:
    """Return a JSON value with every letter of its texts replaced that the face does not have."""
    if isinstance(value, str):
        return "".join(map(_shown, value))
    if isinstance(value, dict):
        return {key: _in_the_face(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_in_the_face(part) for part in value]
    return value


def _shown(letter: str) -> str:
    if letter in _LINES_AND_TABS or ord(letter) in _letters_of_the_face():
        return letter
    match unicodedata.category(letter):
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cc" | "Cf":
            return ""
        case _:
            return _UNSHOWN


@cache
def _letters_of_the_face() -> frozenset[int]:
    """Return the letters that upright, bold and slanted have alike."""
    from fontTools.ttLib import TTFont  # slow to load and rarely needed

    faces = []
    for path in _FONTS.glob("*.ttf"):
        with TTFont(path) as face:
            faces.append(set(face.getBestCmap()))
    return frozenset(set.intersection(*faces))
