"""A file from outside becomes a document, in two steps: everything slow without a transaction, then the rows in one.

`prepare` verifies, inspects, checks for viruses and puts the bytes into the store; `file_away` writes the rows. What
happens between them costs nothing but an orphan.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.documents import DocumentKind, FileLimits
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor
from app.services.documents import queries
from app.services.documents.add import NewDocument, add_document, ensure_component
from app.services.documents.contents import Content, content_key, hash_file, put_file, record_content
from app.services.documents.presented import refuse_presented_only
from app.services.ports import BlobStore, FileInspection, VirusScanner

_READ_PIECE = 1024 * 1024
_COMPONENT_FIELD = "component"
"""Where forms and uploads name the component."""
_PAGELESS_KINDS = frozenset({DocumentKind.ATTACHMENT, DocumentKind.INTERNAL})


class VirusFound(InvalidInput):
    """The virus check named something in the file; it goes into quarantine."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file in a workplace, whole, with the hash of what arrived."""

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a file belongs, as whoever sends it says."""

    kind: DocumentKind
    name: str
    component_code: str | None = None
    supersedes_id: int | None = None
    declared_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file whose bytes are in the store: what it is, and with which contents."""

    content: Content
    original: Content | None
    page_count: int | None
    changes: tuple[str, ...]
    virus_checked: bool
    files: tuple[tuple[str, Path], ...]
    """SHA-256 and place of each content, while the workplace is open."""


async def ensure_fits(connection: AsyncConnection, dossier: Any, filing: Filing, *, now: dt.datetime) -> None:
    """Raise what `add_document` raises of the place a file is to have, before anything of the file is kept.

    Whether the document it supersedes still gives way is left to the end: a repeated request finds its own document.
    """
    if filing.component_code is not None:
        await ensure_component(connection, dossier, filing.component_code, field=_COMPONENT_FIELD)
    await refuse_presented_only(
        connection,
        dossier,
        kind=filing.kind,
        component_code=filing.component_code,
        name=filing.name,
        now=now,
        field=_COMPONENT_FIELD,
    )
    if filing.supersedes_id is not None and not await queries.version_of(connection, dossier.id, filing.supersedes_id):
        raise NotFound(Refusal("document_unknown", "supersedes"))


async def prepare(
    storage: BlobStore,
    scanner: VirusScanner | None,
    inspection: FileInspection,
    limits: FileLimits,
    file: HandedIn,
    filing: Filing,
    *,
    workplace: Path,
) -> Prepared:
    """Verify, check, inspect and store a file; no transaction is open meanwhile.

    Raises `InvalidInput` for a wrong checksum and for every reason of `FileInspection`, `VirusFound`, and
    `Unavailable` where the virus check, the inspection or the store does not answer.
    """
    if filing.declared_sha256 is not None and filing.declared_sha256 != file.sha256:
        raise InvalidInput(Refusal("checksum_wrong", "sha256"))
    if file.size_bytes > limits.max_bytes:
        raise InvalidInput(Refusal("file_too_large", "file", {"size": file.size_bytes, "max": limits.max_bytes}))
    if scanner is not None:
        found = await scanner.scan(_pieces(file.path))
        if found is not None:
            raise VirusFound(Refusal("virus_found", "file", {"signature": found}))
    inspected = await inspection.inspect(file.path, limits, workplace)
    if inspected.result_type.is_attachment_only and filing.kind not in _PAGELESS_KINDS:
        raise InvalidInput(Refusal("file_has_no_pages", "file"))
    original = await put_file(
        storage, file.path, sha256=file.sha256, size_bytes=file.size_bytes, media_type=inspected.handed_in.value
    )
    if not inspected.changes:
        return Prepared(original, None, inspected.page_count, (), scanner is not None, ((file.sha256, file.path),))
    sha256, size = await asyncio.to_thread(hash_file, inspected.result)
    content = await put_file(
        storage, inspected.result, sha256=sha256, size_bytes=size, media_type=inspected.result_type.value
    )
    return Prepared(
        content,
        original,
        inspected.page_count,
        tuple(change.value for change in inspected.changes),
        scanner is not None,
        ((file.sha256, file.path), (sha256, inspected.result)),
    )


async def file_away(
    connection: AsyncConnection, actor: Actor, dossier: Any, prepared: Prepared, filing: Filing, *, now: dt.datetime
) -> tuple[Any, bool]:
    """Write the rows of a prepared file into `dossier`, locked by the caller; return the document and if it is new.

    The same file for the same place again is the same document: a repeated request makes no second one.
    """
    handed_in = prepared.original or prepared.content
    same = await queries.same_document(
        connection,
        dossier.id,
        sha256=handed_in.sha256,
        kind=filing.kind.value,
        component_code=filing.component_code,
    )
    if same is not None:
        return same, False
    for content in (prepared.content, prepared.original):
        if content is not None:
            await record_content(connection, content, now=now)
    new = NewDocument(
        kind=filing.kind,
        name=filing.name,
        content_sha256=prepared.content.sha256,
        media_type=prepared.content.media_type,
        component_code=filing.component_code,
        original_sha256=None if prepared.original is None else prepared.original.sha256,
        page_count=prepared.page_count,
        changes=prepared.changes,
        virus_checked=prepared.virus_checked,
        supersedes_id=filing.supersedes_id,
    )
    return await add_document(connection, actor, dossier, new, now=now), True


async def ensure_kept(storage: BlobStore, prepared: Prepared) -> None:
    """After the commit, put back what the collector may have taken a moment before: from now on it takes nothing."""
    for sha256, path in prepared.files:
        if await storage.find(content_key(sha256)) is None:
            await storage.put(content_key(sha256), path)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_READ_PIECE):
            yield piece
