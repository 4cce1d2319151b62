"""DOCX and XLSX: ZIP packages, looked into without ever unpacking more than the limit."""

import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

from app.domain.documents import FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal

_PARTS = {"word/document.xml": FileType.DOCX, "xl/workbook.xml": FileType.XLSX}
_CONTENT_TYPES = "[Content_Types].xml"
_MAX_ENTRIES = 10_000
_MAX_RATIO = 200
_RATIO_COUNTS_FROM = 1024 * 1024
_PIECE = 256 * 1024
_ENCRYPTED_FLAG = 0x1
_PLAIN_PARTS = (".htm", ".html", ".svg")
"""Parts that are no XML of the package: a document type is usual in them."""
_DOCUMENT_TYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_LONGEST_MARK = max(map(len, _DOCUMENT_TYPES))
_RELATIONS = ".rels"
_MAX_RELATIONS = 4 * 1024 * 1024
_FETCHED = frozenset({"attachedTemplate", "oleObject", "frame", "subDocument", "aFChunk"})
"""Kinds of relations (ISO/IEC 29500-1) that a reader loads when the file is opened."""
_OWN_DISK = re.compile(r"(file:///)?[A-Za-z]:[\\/]|[^:\\/]+$")
"""Where Word says that the template of an ordinary document lies."""
_PACKED_HOW = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def inspect_office_file(path: Path, limits: FileLimits) -> FileType:
    """Return which of the two it is; raise `InvalidInput` for a bomb, a password, macros, or anything else in a ZIP.

    Refused too: parts named as if outside of the package, a document type (entities), parts fetched from elsewhere.
    """
    try:
        with zipfile.ZipFile(path) as package:
            file_type = _type_of(package)
            _refuse_names(package.infolist())
            _refuse_bomb(package.infolist(), limits)
            _unpack_nowhere(package, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,  # a packing that zipfile does not know
        RuntimeError,
        ValueError,
        SyntaxError,
    ) as error:
        raise InvalidInput(Refusal("file_broken", "file")) from error
    return file_type


def _type_of(package: zipfile.ZipFile) -> FileType:
    names = set(package.namelist())
    found = [file_type for part, file_type in _PARTS.items() if part in names]
    if _CONTENT_TYPES not in names or len(found) != 1:
        raise InvalidInput(Refusal("file_type_not_accepted", "file"))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InvalidInput(Refusal("file_with_macros", "file"))
    return found[0]


def _refuse_names(entries: list[zipfile.ZipInfo]) -> None:
    """Whoever unpacks such a package elsewhere would write outside of its directory."""
    for entry in entries:
        segments = entry.orig_filename.replace("\\", "/").split("/")
        if ".." in segments or segments[0] == "" or ":" in segments[0]:
            raise InvalidInput(Refusal("file_with_parts_outside", "file"))


def _refuse_bomb(entries: list[zipfile.ZipInfo], limits: FileLimits) -> None:
    """Judge by what the directory of the package says, before a byte is unpacked."""
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise InvalidInput(Refusal("file_encrypted", "file"))
    if any(entry.compress_type not in _PACKED_HOW for entry in entries):
        raise InvalidInput(Refusal("file_broken", "file"))
    total = sum(entry.file_size for entry in entries)
    swollen = any(
        entry.file_size > _RATIO_COUNTS_FROM and entry.file_size > _MAX_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if len(entries) > _MAX_ENTRIES or total > limits.max_unpacked_bytes or swollen:
        raise InvalidInput(Refusal("file_is_bomb", "file", {"max_bytes": limits.max_unpacked_bytes}))


def _unpack_nowhere(package: zipfile.ZipFile, limits: FileLimits) -> None:
    """Read every part to its end, keeping nothing: checksums are compared, and a directory that lies is found out."""
    left = limits.max_unpacked_bytes
    for entry in package.infolist():
        name, before, relations = entry.filename.lower(), b"", bytearray()
        with package.open(entry) as part:
            while piece := part.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise InvalidInput(Refusal("file_is_bomb", "file", {"max_bytes": limits.max_unpacked_bytes}))
                if not name.endswith(_PLAIN_PARTS) and any(mark in before + piece for mark in _DOCUMENT_TYPES):
                    raise InvalidInput(Refusal("file_with_entities", "file"))
                before = piece[-_LONGEST_MARK:]
                if name.endswith(_RELATIONS) and len(relations) <= _MAX_RELATIONS:
                    relations += piece
        if relations:
            _refuse_fetched_parts(bytes(relations))


def _refuse_fetched_parts(relations: bytes) -> None:
    """A template, an object or a frame that lies elsewhere is loaded, with its macros, when the file is opened."""
    if len(relations) > _MAX_RELATIONS:
        raise InvalidInput(Refusal("file_broken", "file"))
    for relation in ET.fromstring(relations):  # noqa: S314 - without a document type there are no entities
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") != "External" or kind not in _FETCHED:
            continue
        if kind != "attachedTemplate" or _OWN_DISK.match(relation.get("Target", "")) is None:
            raise InvalidInput(Refusal("file_with_fetched_parts", "file"))
