"""Documents of documents: what is known of a file, of its versions, of its reads, of a file on its way."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from app.api.messages import text_of
from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.domain.documents import Change, DocumentKind, FileLimits, FileType, ReadPurpose
from app.services.documents.uploads.carry import UploadState

CHANGES: dict[Change, tuple[str, str]] = {
    Change.CONVERTED_TO_PDF: (
        "Đã chuyển ảnh thành PDF; tệp gốc vẫn được giữ",
        "Converted to PDF; the original is kept",
    ),
    Change.ACTIVE_CONTENT_REMOVED: (
        "Đã gỡ mã chạy tự động (JavaScript, lệnh mở chương trình) khỏi PDF; tệp gốc vẫn được giữ",
        "What runs by itself (JavaScript, launching) was taken out of the PDF; the original is kept",
    ),
    Change.ATTACHED_FILES_REMOVED: (
        "Đã gỡ các tệp đính kèm bên trong PDF; tệp gốc vẫn được giữ",
        "Files attached inside the PDF were taken out; the original is kept",
    ),
    Change.TEXT_LAYER_ADDED: (
        "Bản quét đã được xoay thẳng và nhận dạng chữ; bản quét gốc vẫn được giữ",
        "The scan was straightened and its text recognized; the scan itself is kept",
    ),
    Change.REPAIRED: (
        "Bảng mục lục của PDF bị sai và đã được dựng lại; tệp gốc vẫn được giữ",
        "The PDF's table of objects was wrong and was made anew; the original is kept",
    ),
}


class ChangeOut(BaseModel):
    """What was done to the file that was handed in."""

    code: Change
    vi: str
    en: str


class OriginalOut(BaseModel):
    """The file as it was handed in."""

    media_type: str
    size_bytes: int
    sha256: str


class DocumentOut(BaseModel):
    """One version of a file of a dossier. `size_bytes`, `media_type`, `sha256` are the document's; `original` what was
    handed in where it differs. `published_at` null: a draft. `superseded_by`: the newer version. `withdrawn_at`: since
    when nobody gets the bytes, of a paper that was never to be kept.
    """

    id: int
    dossier_code: str
    kind: DocumentKind
    component_code: str | None
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    page_count: int | None
    original: OriginalOut | None
    changes: list[ChangeOut]
    virus_checked: bool
    version: int
    supersedes: int | None
    superseded_by: int | None
    published_at: LocalInstant | None
    published_by: str | None
    withdrawn_at: LocalInstant | None
    added_at: LocalInstant
    added_by: str | None


class DocumentPageOut(BaseModel):
    items: list[DocumentOut]
    next_cursor: str | None


class LinkOut(BaseModel):
    """Whoever has the address may read until then; each use is recorded in the name of who asked for it."""

    url: str
    expires_at: LocalInstant


class ReadOut(BaseModel):
    """Who read the document. `original`: the file as it was handed in."""

    read_at: LocalInstant
    username: str | None
    name: str | None
    purpose: ReadPurpose
    original: bool


class ReadPageOut(BaseModel):
    items: list[ReadOut]
    next_cursor: str | None


class UploadFaultOut(BaseModel):
    """Why a file was refused, or what was found in it."""

    code: str
    field: str | None
    vi: str
    en: str
    params: dict[str, str | int | bool | None]


class UploadOut(BaseModel):
    """A file on its way. `waits_for`: what a complete file waits for; it is tried again without anybody asking."""

    id: str
    dossier_code: str
    state: UploadState
    waits_for: str | None
    kind: DocumentKind
    component_code: str | None
    name: str
    received_bytes: int
    length_bytes: int
    document_id: int | None
    errors: list[UploadFaultOut]
    created_at: LocalInstant
    expires_at: LocalInstant
    ended_at: LocalInstant | None


class UploadListOut(BaseModel):
    """The newest uploads of a dossier."""

    items: list[UploadOut]


class FileTypeOut(BaseModel):
    """A type that is accepted, by content. `pages`: images and PDF; the others are attachments only."""

    media_type: FileType
    max_bytes: int
    pages: bool


class LimitsOut(BaseModel):
    """What a file may be, to be shown before anything is sent."""

    max_bytes: int
    types: list[FileTypeOut]
    max_pages: int
    max_image_pixels: int
    tus_path: str
    tus_extensions: list[str]
    checksum_algorithms: list[str]
    upload_expires_after_hours: int
    virus_checked: bool


def local_time(at: dt.datetime) -> dt.datetime:
    return at.astimezone(LOCAL_ZONE)


def document_out(row: Any) -> DocumentOut:
    """Build from a row of `queries.one_document`."""
    original = None
    if row.original_sha256 is not None:
        original = OriginalOut(media_type=row.original_type, size_bytes=row.original_size, sha256=row.original_sha256)
    return DocumentOut(
        id=row.id,
        dossier_code=row.dossier_code,
        kind=row.kind,
        component_code=row.component_code,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.content_size,
        sha256=row.content_sha256,
        page_count=row.page_count,
        original=original,
        changes=[ChangeOut(code=code, vi=CHANGES[code][0], en=CHANGES[code][1]) for code in map(Change, row.changes)],
        virus_checked=row.virus_checked,
        version=row.version,
        supersedes=row.supersedes_id,
        superseded_by=row.superseded_by,
        published_at=local(row.published_at),
        published_by=row.published_by_name,
        withdrawn_at=local(row.withdrawn_at),
        added_at=local_time(row.added_at),
        added_by=row.added_by_name,
    )


def read_out(row: Any) -> ReadOut:
    return ReadOut(
        read_at=local_time(row.read_at),
        username=row.username,
        name=row.display_name,
        purpose=row.purpose,
        original=row.is_original,
    )


def upload_out(row: Any) -> UploadOut:
    """Build from a row of `uploads.queries.one_upload`."""
    return UploadOut(
        id=row.id,
        dossier_code=row.dossier_code,
        state=row.state,
        waits_for=row.waits_for,
        kind=row.kind,
        component_code=row.component_code,
        name=row.name,
        received_bytes=row.received_bytes,
        length_bytes=row.length_bytes,
        document_id=row.document_id,
        errors=[_fault(fault) for fault in row.faults],
        created_at=local_time(row.created_at),
        expires_at=local_time(row.expires_at),
        ended_at=local(row.ended_at),
    )


def _fault(fault: dict[str, Any]) -> UploadFaultOut:
    vi, en = text_of(fault["code"], fault["params"])
    return UploadFaultOut(code=fault["code"], field=fault["field"], vi=vi, en=en, params=fault["params"])


def limits_out(
    limits: FileLimits,
    *,
    extensions: str,
    algorithms: tuple[str, ...],
    path: str,
    expire_hours: int,
    virus_checked: bool,
) -> LimitsOut:
    return LimitsOut(
        max_bytes=limits.max_bytes,
        types=[
            FileTypeOut(
                media_type=file_type, max_bytes=limits.bytes_of(file_type), pages=not file_type.is_attachment_only
            )
            for file_type in FileType
        ],
        max_pages=limits.max_pages,
        max_image_pixels=limits.max_pixels,
        tus_path=path,
        tus_extensions=extensions.split(","),
        checksum_algorithms=list(algorithms),
        upload_expires_after_hours=expire_hours,
        virus_checked=virus_checked,
    )
