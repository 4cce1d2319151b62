"""One door for every file that comes from outside: what it is, whether it may stay, and as what."""

from pathlib import Path

from app.domain.documents import Change, FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal
from app.services.documents.inspection.file_types import file_type_of
from app.services.documents.inspection.images import convert_image
from app.services.documents.inspection.office_files import inspect_office_file
from app.services.documents.inspection.pdf_files import inspect_pdf
from app.services.ports import InspectedFile


def inspect_blocking(path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
    """Return what the file at `path` is; new files go to the directory `workplace`.

    Raises `InvalidInput` with the reason: `file_empty`, `file_too_large`, `file_type_not_accepted`, `file_encrypted`,
    `file_broken`, `file_truncated`, `file_is_bomb`, `file_too_complex`, `file_with_macros`, `too_many_pages`,
    `image_too_large`, `page_box_too_large`, `file_with_entities`, `file_with_parts_outside`, `file_with_fetched_parts`.
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
