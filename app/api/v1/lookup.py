"""Public look-up by receipt."""

from typing import Annotated

import orjson
from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from app.api.deps import App, ReadConnection, public
from app.api.noun_router import NounRouter
from app.api.small_pages import PAGE_HEADERS, wants_page
from app.api.v1.schemas.lookup import PublicStatusOut, status_document
from app.api.v1.schemas.lookup_page import no_status_page, status_page
from app.domain.errors import NotFound
from app.services.dossiers.lookup import look_up
from app.services.inputs import Code, Secret
from app.services.results.originals import standing_of_results

router = NounRouter(prefix="/lookup", tags=["lookup"], dependencies=[Depends(public)])

_ANSWERS = {200: {"model": PublicStatusOut, "content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get(
    "/{code}",
    summary="Tra cứu tình trạng theo giấy tiếp nhận / Status by receipt",
    response_model=None,
    responses=_ANSWERS,  # type: ignore[arg-type] # FastAPI's own type is wider than it says
)
async def status(
    code: Code, secret: Annotated[Secret, Query()], app: App, connection: ReadConnection, request: Request
) -> Response:
    """JSON; a small page for a browser (`Accept: text/html`), as the QR code on the receipt opens it."""
    try:
        found = await look_up(connection, code, secret, now=app.clock.now())
    except NotFound:
        if not wants_page(request):
            raise
        return HTMLResponse(no_status_page(), status_code=404, headers=PAGE_HEADERS)
    if wants_page(request):
        decided = found.row.resolved_at is not None and not found.receipt_void
        results = await standing_of_results(connection, found.row.code, secret) if decided else None
        return HTMLResponse(status_page(status_document(found), results, secret), headers=PAGE_HEADERS)
    # A status is for whoever holds the paper, not for caches on the way.
    return Response(
        orjson.dumps(status_document(found)), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
