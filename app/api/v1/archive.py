"""Routes of archive packages: made of closed dossiers, listed, fetched."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from app import archiving
from app.api.content import stream_content
from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.noun_router import NounRouter
from app.api.v1.schemas.archive import ArchivePackageOut, ArchivePackagesOut, package_document, packages_document
from app.domain.permissions import Actor, Permission
from app.services.archive.gather import package_to_read, packages_of
from app.services.audit.queries import write_audit_entry
from app.services.documents.links import OpenedContent
from app.services.inputs import Code

router = NounRouter(tags=["archive"])

Archivist = Annotated[Actor, Depends(Requires(Permission.RESULTS_PUBLISH))]
Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
PaperReader = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_READ))]
Number = Annotated[int, Path(ge=1, le=32767)]
_ZIP = {"content": {archiving.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@router.post(
    "/dossiers/{code}/archive",
    summary="Đóng gói lưu trữ hồ sơ đã kết thúc / Pack a closed dossier for the archive",
    status_code=201,
    response_model=None,
    responses={
        201: {"model": ArchivePackageOut},
        200: {"model": ArchivePackageOut, "description": "Gói tin đã có / This very package is there already"},
    },
)
async def post_archive(code: Code, actor: Archivist, app: App) -> Response:
    """METS and PREMIS, every paper, the log, hashes. Nothing is packed twice unless something has happened since."""
    row, is_new = await archiving.archive_dossier(app, actor, code)
    body = package_document(row).model_dump_json()
    return Response(body, status_code=201 if is_new else 200, media_type="application/json")


@router.get("/dossiers/{code}/archive", summary="Các gói tin lưu trữ của hồ sơ / The dossier's packages")
async def get_archive(code: Code, actor: Reader, connection: ReadConnection) -> ArchivePackagesOut:
    return packages_document(await packages_of(connection, actor, code))


@router.get(
    "/dossiers/{code}/archive/{number}/package",
    summary="Tải gói tin lưu trữ / Fetch a package",
    response_class=Response,
    responses={200: _ZIP, 206: _ZIP},
)
async def get_package(
    code: Code, number: Number, actor: PaperReader, connection: WriteConnection, app: App, request: Request
) -> Response:
    """The reading is recorded: a package holds every paper of the dossier."""
    row = await package_to_read(connection, actor, code, number)
    await write_audit_entry(
        connection,
        at=app.clock.now(),
        account_id=actor.account_id,
        action="archive_package_read",
        subject=f"archive_package:{row.id}",
        data={"dossier": row.dossier, "number": row.number},
    )
    name = f"{row.object_id.rpartition(':')[2]}.zip"
    found = OpenedContent(
        sha256=row.content_sha256, size_bytes=row.size_bytes, media_type=archiving.MEDIA_TYPE, name=name
    )
    return await stream_content(app.storage, found, range_header=request.headers.get("range"))
