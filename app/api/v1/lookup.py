"""Public look-up by receipt."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import App, ReadConnection, public
from app.api.v1.schemas.lookup import PublicStatusOut, status_document
from app.services.dossiers.lookup import look_up
from app.services.inputs import Code, Secret

router = APIRouter(prefix="/lookup", tags=["lookup"], dependencies=[Depends(public)])


@router.get(
    "/{code}",
    summary="Tra cứu tình trạng theo giấy tiếp nhận / Status by receipt",
    response_model=None,
    responses={200: {"model": PublicStatusOut}},
)
async def status(code: Code, secret: Annotated[Secret, Query()], app: App, connection: ReadConnection) -> Response:
    found = await look_up(connection, code, secret, now=app.clock.now())
    # A status is for whoever holds the paper, not for caches on the way.
    return Response(
        orjson.dumps(status_document(found)), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
