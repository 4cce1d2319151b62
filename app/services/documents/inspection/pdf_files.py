"""PDF: pages counted, passwords refused, what runs by itself and files inside the file taken out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from app.domain.documents import Change, FileLimits
from app.domain.errors import InvalidInput, Refusal
from app.services.documents.inspection.pdf_drawings import refuse_costly_drawings

_TAIL = 2048
# Actions that run a program or a script, send data away or open another file (ISO 32000-1 §12.6.4).
_ACTIVE = frozenset(
    {
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    }
)
_ACTION_KEYS = ("/A", "/OpenAction", "/Next", "/PA")
# Files inside the file (ISO 32000-1 §7.11.4, ISO 32000-2 §14.13): nobody looks into them, and every reader opens them.
_FILE_ANNOTATION = "/FileAttachment"
_FILE_SYSTEMS = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix"})
_MAX_DEPTH = 60
_MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes of one packed part of a PDF: objects are packed by the hundred, and pictures are not unpacked here."""
_LIMIT_MET = "memory limit exceeded"
_OUT_OF_MEMORY = "bad_alloc"

# A megabyte can hold objects of gigabytes. The limit is of the process, set before anything is opened.
pikepdf.settings.set_qpdf_limits(flate_max_memory=_MAX_UNPACKED, run_length_max_memory=_MAX_UNPACKED)


@dataclass(frozen=True, slots=True)
class InspectedPdf:
    """`cleaned`: where the file to be kept was written; None when it is kept byte for byte."""

    page_count: int
    cleaned: Path | None
    changes: tuple[Change, ...]


def inspect_pdf(path: Path, limits: FileLimits, workplace: Path) -> InspectedPdf:
    """Return what the PDF is; raise `InvalidInput` if it is encrypted, broken, endless, a bomb or a portfolio.

    Raises `MemoryError` for one that needs more memory than there is.
    """
    pdf, repaired = _open(path)
    with pdf:
        if pdf.is_encrypted:
            raise InvalidInput(Refusal("file_encrypted", "file"))
        try:
            if "/Collection" in pdf.Root:
                raise InvalidInput(Refusal("file_is_portfolio", "file"))
            pages = _count_pages(pdf, limits.max_pages)
            changes = _take_out(pdf, limits)
            refuse_costly_drawings(pdf, limits)
            _look_at_warnings(pdf)
            if repaired:
                changes.append(Change.REPAIRED)
            if not changes:
                return InspectedPdf(page_count=pages, cleaned=None, changes=())
            cleaned = workplace / "cleaned.pdf"
            # The same file cleaned twice is the same content.
            pdf.save(cleaned, deterministic_id=True)
            _look_at_warnings(pdf)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidInput(Refusal("file_broken", "file")) from error
    return InspectedPdf(page_count=pages, cleaned=cleaned, changes=tuple(changes))


def _open(path: Path) -> tuple[pikepdf.Pdf, bool]:
    """Open as it stands; else, if the file has its end, with its table of objects made anew."""
    try:
        return pikepdf.open(path, attempt_recovery=False, suppress_warnings=True, access_mode=_READ), False
    except pikepdf.PasswordError as error:
        raise InvalidInput(Refusal("file_encrypted", "file")) from error
    except pikepdf.PdfError as error:
        if not _has_end(path):
            raise InvalidInput(Refusal("file_truncated", "file")) from error
    try:
        return pikepdf.open(path, suppress_warnings=True, access_mode=_READ), True
    except pikepdf.PasswordError as error:
        raise InvalidInput(Refusal("file_encrypted", "file")) from error
    except pikepdf.PdfError as error:
        raise InvalidInput(Refusal("file_broken", "file")) from error


_READ = pikepdf.AccessMode.stream


def _has_end(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return b"%%EOF" in file.read()


def _count_pages(pdf: pikepdf.Pdf, most: int) -> int:
    """Count the leaves of the page tree, never more than `most`: the counts written in it may lie."""
    pages, nodes, waiting = 0, 0, [pdf.Root.Pages]
    while waiting:
        node = waiting.pop()
        nodes += 1
        kids = node.get("/Kids")
        if kids is None:
            pages += 1
        else:
            waiting += [kids[at] for at in range(min(len(kids), most + 1))]
        if pages > most or nodes + len(waiting) > 2 * most + _MAX_DEPTH:
            raise InvalidInput(Refusal("too_many_pages", "file", {"max": most}))
    if pages == 0:
        raise InvalidInput(Refusal("file_broken", "file"))
    return pages


def _look_at_warnings(pdf: pikepdf.Pdf) -> None:
    """What the library could not unpack it passes over with a warning; here it is a reason to refuse."""
    warnings = pdf.get_warnings()
    if any(_LIMIT_MET in warning for warning in warnings):
        raise InvalidInput(Refusal("file_is_bomb", "file", {"max_bytes": _MAX_UNPACKED}))
    if any(_OUT_OF_MEMORY in warning for warning in warnings):
        raise MemoryError


def _take_out(pdf: pikepdf.Pdf, limits: FileLimits) -> list[Change]:
    """Remove actions, scripts and files wherever they hang, and look at the size of every image; return what was."""
    is_active = holds_files = False
    if len(pdf.objects) > limits.max_objects:
        raise InvalidInput(Refusal("file_too_complex", "file", {"max": limits.max_objects}))
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        is_active = _removed(names, "/JavaScript")
        holds_files = _removed(names, "/EmbeddedFiles")
    for dictionary in _dictionaries(pdf):
        _refuse_image_bomb(dictionary, limits)
        is_active |= _disarm(dictionary)
        holds_files |= _take_out_files(dictionary)
    found = {Change.ACTIVE_CONTENT_REMOVED: is_active, Change.ATTACHED_FILES_REMOVED: holds_files}
    return [change for change, is_there in found.items() if is_there]


def _take_out_files(dictionary: Any) -> bool:
    """Remove the files that a dictionary leads to; fonts and pictures may bear the names of those keys as their own."""
    removed = False
    for key in ("/EF", "/RF"):
        files = dictionary.get(key)
        if isinstance(files, pikepdf.Dictionary) and _FILE_SYSTEMS.issuperset(files.keys()):
            removed |= _removed(dictionary, key)
    associated = dictionary.get("/AF")
    if isinstance(associated, pikepdf.Array) and all(isinstance(each, pikepdf.Dictionary) for each in associated):
        removed |= _removed(dictionary, "/AF")
    annotations = dictionary.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        left = [each for each in annotations if not _is_file_annotation(each)]
        if len(left) < len(annotations):
            dictionary["/Annots"] = pikepdf.Array(left)
            removed = True
    return removed


def _removed(dictionary: Any, key: str) -> bool:
    if key not in dictionary:
        return False
    del dictionary[key]
    return True


def _is_file_annotation(annotation: Any) -> bool:
    return isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == _FILE_ANNOTATION


def _disarm(dictionary: Any) -> bool:
    removed = False
    for key in ("/AA", "/XFA", "/JS"):
        removed |= _removed(dictionary, key)
    for key in _ACTION_KEYS:
        if key in dictionary and _is_active(dictionary[key]):
            del dictionary[key]
            removed = True
    return removed


def _is_active(action: Any) -> bool:
    """Tell whether an action, or any of a list of them, does more than to show something."""
    if isinstance(action, pikepdf.Array):
        return any(_is_active(part) for part in action if isinstance(part, pikepdf.Dictionary))
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in _ACTIVE


def _refuse_image_bomb(dictionary: Any, limits: FileLimits) -> None:
    if dictionary.get("/Subtype") != pikepdf.Name.Image:
        return
    width, height = int(dictionary.get("/Width", 0)), int(dictionary.get("/Height", 0))
    if width * height > limits.max_pixels:
        raise InvalidInput(Refusal("image_too_large", "file", {"max": limits.max_pixels}))


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary of the file, those inside others too; streams are met by their dictionaries."""
    for found in pdf.objects:
        waiting: list[tuple[Any, int]] = [(found, 0)]
        while waiting:
            part, depth = waiting.pop()
            if depth > _MAX_DEPTH:
                raise InvalidInput(Refusal("file_broken", "file"))
            if isinstance(part, pikepdf.Array):
                children = list(part)
            elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                yield part
                children = [part[key] for key in part.keys()]  # noqa: SIM118 - iterating a stream reads its bytes
            else:
                continue
            waiting += [
                (child, depth + 1)
                for child in children
                if isinstance(child, pikepdf.Array | pikepdf.Dictionary) and not child.is_indirect
            ]
