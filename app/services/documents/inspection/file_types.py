"""The type of a file by its content; names and declared types decide nothing."""

from pathlib import Path

from app.domain.documents import FileType
from app.domain.errors import InvalidInput, Refusal

_HEAD = 4096
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_TIFF_MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_SEARCHED = 4 * 1024 * 1024
ZIP_MARK = b"PK\x03\x04"


def file_type_of(path: Path) -> FileType | None:
    """Return the type by the first bytes; None for an office file, whose type stands inside.

    Raises `InvalidInput` for anything that is not accepted.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InvalidInput(Refusal("file_empty", "file"))
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ").startswith(b"%PDF-"):
        return FileType.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head.startswith(_TIFF_MARKS):
        return FileType.TIFF
    if head[4:8] == b"ftyp" and _brands(head) & _HEIF_BRANDS:
        return FileType.HEIC
    if head.startswith(ZIP_MARK):
        return None
    if head.startswith(_COMPOUND_FILE) and _is_encrypted_office(path):
        raise InvalidInput(Refusal("file_encrypted", "file"))
    raise InvalidInput(Refusal("file_type_not_accepted", "file"))


def _brands(head: bytes) -> set[bytes]:
    """Return the major and the compatible brands of an ISO base media file (ISO/IEC 14496-12 §4.3)."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12]} | {head[at : at + 4] for at in range(16, end, 4)}


def _is_encrypted_office(path: Path) -> bool:
    """Tell whether a compound file is a DOCX or XLSX under a password (MS-OFFCRYPTO), not an old DOC or XLS."""
    with path.open("rb") as file:
        return _ENCRYPTED_OFFICE in file.read(_SEARCHED)
