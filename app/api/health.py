"""For operations: is the process alive, can it serve, what do its numbers say."""

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app.api.deps import App, public
from app.core.db import fetch_one

router = APIRouter(tags=["operations"], dependencies=[Depends(public)])


@router.get("/health/live", summary="Tiến trình còn sống / The process is alive")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health/ready", summary="Sẵn sàng phục vụ / Ready to serve")
async def ready(app: App, response: Response) -> dict[str, str]:
    """Answer 200 when the database answers, 503 otherwise."""
    try:
        async with app.database.read() as connection:
            await fetch_one(connection, "select 1 as one")
    except (SQLAlchemyError, OSError):
        response.status_code = 503
        return {"status": "not_ready", "database": "unreachable"}
    return {"status": "ready", "database": "reachable"}


@router.get("/metrics", summary="Số đo Prometheus / Prometheus metrics", response_class=Response)
async def metrics() -> Response:
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
