"""One door for every file that comes from outside: what it is, whether it may stay, and as what."""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.documents import Change, FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal
from app.services.documents.inspection.file_types import file_type_of
from app.services.documents.inspection.images import convert_image
from app.services.documents.inspection.office_files import inspect_office_file
from app.services.documents.inspection.pdf_files import inspect_pdf

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """`result` is the file to keep as the document; the one handed in itself unless `changes` names what was done."""

    handed_in: FileType
    result: Path
    result_type: FileType
    page_count: int | None
    changes: tuple[Change, ...]


async def inspect_file(path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
    """Inspect in a thread, few at once so that large files cannot fill the memory together; see `inspect_blocking`."""
    async with _turn():
        return await asyncio.to_thread(inspect_blocking, path, limits, workplace)


def inspect_blocking(path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
    """Return what the file at `path` is; new files go to the directory `workplace`.

    Raises `InvalidInput` with the reason: `file_empty`, `file_too_large`, `file_type_not_accepted`, `file_encrypted`,
    `file_broken`, `file_truncated`, `file_is_bomb`, `file_too_complex`, `file_with_macros`, `too_many_pages`,
    `image_too_large`.
    """
    size = path.stat().st_size
    refuse_size(size, limits.max_bytes)
    file_type = file_type_of(path)
    if file_type is None:
        refuse_size(size, limits.office_max_bytes)
        file_type = inspect_office_file(path, limits)
        return InspectedFile(file_type, path, file_type, None, ())
    refuse_size(size, limits.bytes_of(file_type))
    if file_type is FileType.PDF:
        pdf = inspect_pdf(path, limits, workplace)
        return InspectedFile(file_type, pdf.cleaned or path, FileType.PDF, pdf.page_count, pdf.changes)
    converted, pages = convert_image(path, file_type, limits, workplace)
    return InspectedFile(file_type, converted, FileType.PDF, pages, (Change.CONVERTED_TO_PDF,))


def refuse_size(size: int, most: int) -> None:
    if size > most:
        raise InvalidInput(Refusal("file_too_large", "file", {"size": size, "max": most}))


@cache
def _turn_of(_loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(_AT_ONCE)


def _turn() -> asyncio.Semaphore:
    return _turn_of(asyncio.get_running_loop())
