"""Public routes of the electronic original: for whoever holds the receipt, or a link that has not expired."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Query, Response

from app.api.deps import App, ReadConnection, public
from app.api.noun_router import NounRouter
from app.api.v1.schemas.results import OriginalListOut, original_document
from app.services.inputs import Code, Secret
from app.services.results.originals import Original, originals_by_receipt
from app.signing import fetch_by_link, fetch_by_receipt

router = NounRouter(tags=["lookup"], dependencies=[Depends(public)])

PDF = "application/pdf"
_PDF_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}}}}


@router.get("/lookup/{code}/results", summary="Kết quả điện tử theo giấy tiếp nhận / Electronic results by receipt")
async def originals(code: Code, secret: Annotated[Secret, Query()], connection: ReadConnection) -> OriginalListOut:
    rows = await originals_by_receipt(connection, code, secret)
    return OriginalListOut(items=[original_document(row) for row in rows])


@router.get(
    "/lookup/{code}/result",
    summary="Tải bản điện tử của kết quả / The electronic original",
    response_class=Response,
    responses=_PDF_ANSWER,
)
async def original(
    code: Code,
    secret: Annotated[Secret, Query()],
    app: App,
    result: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The newest in force unless `result` says which. Only of a dossier that is resolved, and only once published."""
    return _send(await fetch_by_receipt(app, code, secret, result))


@router.get(
    "/result-links/{token}",
    summary="Mở bản điện tử bằng đường dẫn có thời hạn / Open the original by a link",
    response_class=Response,
    responses=_PDF_ANSWER,
)
async def original_of_link(token: Annotated[str, Path(max_length=600)], app: App) -> Response:
    return _send(await fetch_by_link(app, token))


def _send(original: Original) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(original.name)}",
        "ETag": f'"{original.sha256}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(original.pdf, media_type=PDF, headers=headers)
