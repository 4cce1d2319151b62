"""What showing a PDF would cost, without drawing anything: sizes of pages, bytes of drawings, forms within forms.

A few bytes can draw a page of kilometres, or one form that draws another ten times, which draws another ten times. What
a page asks for is counted by its operators, each stream unpacked once and never beyond the limit of the process.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from app.domain.documents import FileLimits
from app.domain.errors import InvalidInput, Refusal

MAX_POINTS = 14_400
"""Of the side of a page: what ISO 32000-1 Annex C.2 allows, five metres."""
_MAX_BYTES = 256 * 1024 * 1024
"""Of all drawings of a file unpacked, and of what one page draws, each form counted as often as it is drawn."""
_MAX_DEPTH = 20
_DRAWN = re.compile(rb"/([^\s/\[\]()<>{}%]+)\s+Do(?![^\s/\[\]()<>{}%])")
_INLINE = re.compile(rb"(?<!\S)BI\s(.{0,1000}?)\sID\s", re.DOTALL)
_WIDTH = re.compile(rb"/W(?:idth)?\s+(\d+)")
_HEIGHT = re.compile(rb"/H(?:eight)?\s+(\d+)")
_ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")


def refuse_costly_drawings(pdf: pikepdf.Pdf, limits: FileLimits) -> None:
    """Raise `InvalidInput`: `page_box_too_large`, `file_is_bomb`, `image_too_large`, `file_broken` for what never ends.

    The pages must have been counted before.
    """
    drawings = _Drawings(limits)
    for page in pdf.pages:
        _refuse_size(page)
        drawings.cost_of_page(page)
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream) and found.get("/Subtype") == pikepdf.Name.Form:
            drawings.cost_of_form(found, {}, depth=1)


def _refuse_size(page: pikepdf.Page) -> None:
    unit = float(page.obj.get("/UserUnit", 1))
    for box in (page.mediabox, page.cropbox):
        left, bottom, right, top = (float(side) for side in box)
        # Written so that what is no number is refused too.
        if not max(abs(right - left), abs(top - bottom)) * unit <= MAX_POINTS:
            raise InvalidInput(Refusal("page_box_too_large", "file", {"max": MAX_POINTS}))


@dataclass(slots=True)
class _Drawings:
    """Costs in bytes of drawings, a byte for each drawing at least; each form is unpacked once."""

    limits: FileLimits
    unpacked: int = 0
    costs: dict[tuple[int, int], int] = field(default_factory=dict)
    under_way: set[tuple[int, int]] = field(default_factory=set)

    def cost_of_page(self, page: pikepdf.Page) -> int:
        contents = page.obj.get("/Contents")
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        drawn = b"\n".join(self._unpack(stream) for stream in streams if isinstance(stream, pikepdf.Stream))
        return self._cost(drawn, _forms_of(page.resources), depth=0)

    def cost_of_form(self, form: Any, outer: Mapping[str, Any], *, depth: int) -> int:
        key = form.objgen
        if key in self.under_way or depth > _MAX_DEPTH:
            raise InvalidInput(Refusal("file_broken", "file"))
        if key not in self.costs:
            self.under_way.add(key)
            own = form.get("/Resources")
            forms = outer if own is None else _forms_of(own)
            self.costs[key] = self._cost(self._unpack(form), forms, depth=depth)
            self.under_way.discard(key)
        return self.costs[key]

    def _cost(self, drawn: bytes, forms: Mapping[str, Any], *, depth: int) -> int:
        self._refuse_inline_bombs(drawn)
        cost = len(drawn) + 1
        for name in _names(_DRAWN.findall(drawn)):
            if name in forms:
                cost += self.cost_of_form(forms[name], forms, depth=depth + 1)
            if cost > _MAX_BYTES:
                raise _bomb()
        return cost

    def _unpack(self, stream: Any) -> bytes:
        try:
            content: bytes = stream.read_bytes()
        except pikepdf.PdfError as error:
            if "limit" in str(error):
                raise _bomb() from error
            raise
        self.unpacked += len(content)
        if self.unpacked > _MAX_BYTES:
            raise _bomb()
        return content

    def _refuse_inline_bombs(self, drawn: bytes) -> None:
        for told in _INLINE.findall(drawn):
            width, height = _WIDTH.search(told), _HEIGHT.search(told)
            if width and height and int(width[1]) * int(height[1]) > self.limits.max_pixels:
                raise InvalidInput(Refusal("image_too_large", "file", {"max": self.limits.max_pixels}))


def _forms_of(resources: Any) -> dict[str, Any]:
    found = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    if not isinstance(found, pikepdf.Dictionary):
        return {}
    return {
        name: each
        for name, each in found.items()
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == pikepdf.Name.Form
    }


def _names(written: Iterable[bytes]) -> Iterable[str]:
    for name in written:
        yield "/" + _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name.decode("latin-1"))


def _bomb() -> InvalidInput:
    return InvalidInput(Refusal("file_is_bomb", "file", {"max_bytes": _MAX_BYTES}))
