"""Public routes of authenticity: what the QR code on a paper opens."""

import hashlib
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from app.api.deps import App, ReadConnection, lent_reader, public
from app.api.multipart import receive_form
from app.api.noun_router import NounRouter
from app.api.small_pages import PAGE_HEADERS, wants_page
from app.api.v1.schemas.verify import VerifiedOut, unknown_page, verified_document, verified_page
from app.core.clock import local_date
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.services.forms.verify import VerifiedPaper, is_same_content, verify_paper

router = NounRouter(prefix="/verify", tags=["verify"], dependencies=[Depends(public)])
short = NounRouter(prefix="/v", include_in_schema=False, dependencies=[Depends(public)])

# Longer ones were never issued; what is shorter is looked for or known to be made up, and answered alike.
Token = Annotated[str, InPath(max_length=200)]
_NO_STORE = {"Cache-Control": "no-store"}
_ANSWERS = {200: {"model": VerifiedOut, "content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get(
    "/{token}",
    summary="Kiểm tra giấy tờ thật, còn hiệu lực / Is this paper genuine, and how does it stand now",
    response_model=None,
    responses=_ANSWERS,  # type: ignore[arg-type] # FastAPI's own type is wider than it says
)
@short.get("/{token}", response_model=None)
async def verify(token: Token, request: Request, connection: ReadConnection, app: App) -> Response:
    """JSON; a small page for a browser (`Accept: text/html`). No personal data."""
    try:
        paper = await verify_paper(connection, token, today=local_date(app.clock.now()))
    except NotFound:
        if not wants_page(request):
            raise
        return HTMLResponse(unknown_page(), status_code=404, headers=PAGE_HEADERS)
    return _answer(request, paper, verified_document(paper))


@router.post(
    "/{token}",
    summary="So sánh một tệp với bản đã cấp / Compare a copy with what was issued",
    response_model=None,
    responses=_ANSWERS,  # type: ignore[arg-type] # see above
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                },
            },
        }
    },
)
@short.post("/{token}", response_model=None)
async def compare(token: Token, request: Request, app: App) -> Response:
    """The file is hashed as it comes in and kept nowhere."""
    try:
        # Given back before the file comes in: whoever sends slowly holds no connection.
        async with lent_reader(request) as connection:
            paper = await verify_paper(connection, token, today=local_date(app.clock.now()))
    except NotFound:
        if not wants_page(request):
            raise
        return HTMLResponse(unknown_page(), status_code=404, headers=PAGE_HEADERS)
    digest = await _digest(request, max_bytes=app.settings.upload_max_bytes)
    return _answer(request, paper, verified_document(paper, digest, same=is_same_content(paper, digest)))


async def _digest(request: Request, *, max_bytes: int) -> str:
    """Return the SHA-256 of the file sent, whole or as the part `file` of a form."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        with tempfile.TemporaryDirectory(prefix="verify-") as directory:
            received = await receive_form(request, Path(directory), max_bytes=max_bytes)
        return received.file.sha256
    hashed, size = hashlib.sha256(), 0
    async for piece in request.stream():
        size += len(piece)
        hashed.update(piece)
    if not size:
        raise InvalidInput(Refusal("missing", "file"))
    return hashed.hexdigest()


def _answer(request: Request, paper: VerifiedPaper, document: VerifiedOut) -> Response:
    if wants_page(request):
        return HTMLResponse(verified_page(paper, document), headers=PAGE_HEADERS)
    return Response(document.model_dump_json(), media_type="application/json", headers=_NO_STORE)
