"""Fills a form in: a typst template, data as JSON, marks; out comes a PDF/A-2b that is the same on every run.

Data reach a template as values through `sys.inputs`, never as markup. Blocking: callers in the event loop use
`asyncio.to_thread`.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from app.services.forms.marks import code128_svg, qr_svg
from app.services.forms.press import Press

_TEMPLATES = Path(str(resources.files("app.data"))) / "forms"
# Keys of the data whose values are printed as a mark, too.
_QR_KEYS = ("verify_address", "lookup_address", "rating_address")
_BARCODE_KEYS = ("dossier_code", "barcode")


def render(form_code: str, data: Mapping[str, Any], *, at: dt.datetime, variant: str | None = None) -> bytes:
    """Return the PDF/A-2b of the form `form_code` filled in with `data`, as issued at `at`.

    Equal arguments give equal bytes. `data` holds what the template prints; of `verify_address`, `lookup_address` and
    `rating_address` it prints a QR code, of `dossier_code` and `barcode` a barcode. Raises `typst.TypstError` if
    `data` lacks what the template needs.
    """
    marks = orjson.dumps(_marks(data)).decode()
    return _press(form_code).print(dict(data), at=at, marks=marks, variant=variant or "")


def _marks(data: Mapping[str, Any]) -> dict[str, str]:
    marks = {key: qr_svg(data[key]) for key in _QR_KEYS if data.get(key)}
    return marks | {key: code128_svg(data[key]) for key in _BARCODE_KEYS if data.get(key)}


@cache
def _press(form_code: str) -> Press:
    return Press(_TEMPLATES / f"{form_code}.typ")
