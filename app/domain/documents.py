"""What a document of a dossier can be, how large it may be, what its name may look like."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refusal

MAX_NAME = 200
_SEPARATORS = frozenset("/\\:")
# Controls, invisible formats (which turn `fdp.exe` around), private and unassigned letters, line and paragraph ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class DocumentKind(StrEnum):
    """Why a document lies in a dossier."""

    COMPONENT = "component"
    """A paper of the procedure's checklist, handed in."""
    ATTACHMENT = "attachment"
    DIGITIZED_COPY = "digitized_copy"
    RESULT = "result"
    INTERNAL = "internal"
    """Made by officers while they process; never the citizen's paper."""


class FileType(StrEnum):
    """Types that are accepted, each told by what is in the file."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    HEIC = "image/heic"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @property
    def is_image(self) -> bool:
        return self.value.startswith("image/")

    @property
    def is_attachment_only(self) -> bool:
        """Tell whether it has no pages: it is kept beside the papers and never stands for one."""
        return self in {FileType.DOCX, FileType.XLSX}


class Change(StrEnum):
    """What was done to a file before it was kept; the file as handed in is kept beside it."""

    CONVERTED_TO_PDF = "converted_to_pdf"
    ACTIVE_CONTENT_REMOVED = "active_content_removed"
    ATTACHED_FILES_REMOVED = "attached_files_removed"
    """Files lay inside the file, where nobody looks into them."""
    REPAIRED = "repaired"
    TEXT_LAYER_ADDED = "text_layer_added"
    """Scanned paper was set upright and straight and made searchable."""


class ReadPurpose(StrEnum):
    """Why somebody reads a citizen's paper."""

    PROCESSING = "processing"
    CHECKING = "checking"
    RETURNING = "returning"
    INSPECTION = "inspection"
    CITIZEN_REQUEST = "citizen_request"


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What a file may be; shown before anything is sent."""

    max_bytes: int
    image_max_bytes: int
    office_max_bytes: int
    max_pages: int
    max_pixels: int
    """Of one image, in a file of its own or inside a PDF."""
    max_unpacked_bytes: int
    """Of an office file, all its parts unpacked."""
    max_objects: int = 300_000
    """Of a PDF."""

    def bytes_of(self, file_type: FileType) -> int:
        if file_type.is_image:
            return self.image_max_bytes
        return self.office_max_bytes if file_type.is_attachment_only else self.max_bytes


def clean_name(name: str) -> str:
    """Return the name as it is stored: composed letters (NFC), no spaces around."""
    return unicodedata.normalize("NFC", name).strip()


def name_refusals(name: str, field: str = "name") -> list[Refusal]:
    """Return why a file's name is not accepted: it is one segment of a path, printable, of 1 to 200 characters."""
    if not name:
        return [Refusal("file_name_missing", field)]
    refusals = []
    if len(name) > MAX_NAME:
        refusals.append(Refusal("file_name_too_long", field, {"max": MAX_NAME}))
    if any(unicodedata.category(letter) in _HIDDEN for letter in name):
        refusals.append(Refusal("file_name_control_characters", field))
    if _SEPARATORS.intersection(name) or name.strip(".") == "":
        refusals.append(Refusal("file_name_is_path", field))
    return refusals
