"""Fills a form in: a typst template, data as JSON, marks; out comes a PDF/A-2b that is the same on every run.

Data reach a template as values through `sys.inputs`, never as markup. Only the shipped fonts are used, so a paper looks
the same on every machine. Blocking: callers in the event loop use `asyncio.to_thread`.
"""

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst

from app.services.forms.marks import code128_svg, qr_svg

_DATA = Path(str(resources.files("app.data")))
_FONTS = _DATA / "fonts"
_TEMPLATES = _DATA / "forms"
# Keys of the data whose values are printed as a mark, too.
_QR_KEYS = ("verify_address", "lookup_address", "rating_address")
_BARCODE_KEYS = ("dossier_code", "barcode")


@dataclass(slots=True)
class _Press:
    """One compiler kept for one template: its fonts and layout are read once, not for every paper."""

    compiler: typst.Compiler
    lock: threading.Lock = field(default_factory=threading.Lock)


def render(form_code: str, data: Mapping[str, Any], *, at: dt.datetime, variant: str | None = None) -> bytes:
    """Return the PDF/A-2b of the form `form_code` filled in with `data`, as issued at `at`.

    Equal arguments give equal bytes. `data` holds what the template prints; of `verify_address`, `lookup_address` and
    `rating_address` it prints a QR code, of `dossier_code` and `barcode` a barcode. Raises `typst.TypstError` if
    `data` lacks what the template needs.
    """
    inputs = {
        "data": orjson.dumps(dict(data)).decode(),
        "marks": orjson.dumps(_marks(data)).decode(),
        "variant": variant or "",
    }
    press = _press(form_code)
    # A compiler serves one caller at a time.
    with press.lock:
        printed = press.compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"], timestamp=int(at.timestamp())
        )
    if not isinstance(printed, bytes):
        raise TypeError("a PDF is one piece of bytes")
    return printed


def _marks(data: Mapping[str, Any]) -> dict[str, str]:
    marks = {key: qr_svg(data[key]) for key in _QR_KEYS if data.get(key)}
    return marks | {key: code128_svg(data[key]) for key in _BARCODE_KEYS if data.get(key)}


@cache
def _press(form_code: str) -> _Press:
    return _Press(
        typst.Compiler(
            str(_TEMPLATES / f"{form_code}.typ"),
            root=str(_TEMPLATES),
            font_paths=[str(_FONTS)],
            ignore_system_fonts=True,
        )
    )
