"""Documents of archive packages."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant


class ArchivePackageOut(BaseModel):
    """`token`: what `GET /verify/{token}` opens; a package is genuine if its SHA-256 is `content_sha256`.

    `withdrawn_at`: since when it is not given any more, because it held a paper that was never to be kept.
    """

    dossier: str
    number: int
    object_id: str
    content_sha256: str
    size_bytes: int
    files: int
    last_event: int
    token: str
    made_at: LocalInstant
    made_by: str | None
    withdrawn_at: LocalInstant | None


class ArchivePackagesOut(BaseModel):
    items: list[ArchivePackageOut]


def package_document(row: Any) -> ArchivePackageOut:
    return ArchivePackageOut(
        dossier=row.dossier,
        number=row.number,
        object_id=row.object_id,
        content_sha256=row.content_sha256,
        size_bytes=row.size_bytes,
        files=row.files,
        last_event=row.log_seq,
        token=row.token,
        made_at=local(row.made_at),
        made_by=row.made_by_name,
        withdrawn_at=local(row.withdrawn_at),
    )


def packages_document(rows: Sequence[Any]) -> ArchivePackagesOut:
    return ArchivePackagesOut(items=[package_document(row) for row in rows])
