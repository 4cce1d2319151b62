"""Assembles the HTTP entrance: routes, problems, middleware, contract. Knows no use case."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import __version__
from app.api import contract, health, pages, problems, streamed, tus, v1
from app.api.middleware import BodyLimit, RequestContext
from app.api.v1 import ratings, verify
from app.bootstrap import Application
from app.core.settings import Settings

DESCRIPTION = """
Hệ thống phía sau **Bộ phận Một cửa**: tiếp nhận, số hóa, luân chuyển, trả kết quả đúng hẹn, và công bố số liệu mà ai
cũng tính lại được. / The office behind Vietnam's one-stop shop.

Lỗi trả về theo `application/problem+json` (RFC 9457), song ngữ. / Errors are problem documents in both languages.
"""


def build_api(
    settings: Settings, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None
) -> FastAPI:
    """Return the FastAPI application; `lifespan` puts the opened `Application` on `app.state`."""
    app = FastAPI(
        title="Một Cửa",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    problems.install(app)
    for noun in v1.NOUNS:
        noun.add_to(app, prefix=v1.PREFIX)
    for router in (health.router, verify.short, ratings.short, pages.router):
        router.add_to(app)
    pages.mount_assets(app)
    contract.publish(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, larger=streamed.bodies_of(settings))
    app.add_middleware(tus.TusHeaders)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors_origins),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "X-Request-ID",
                *tus.REQUEST_HEADERS,
            ],
            expose_headers=["ETag", "Location", "Slip-Status", "X-Request-ID", *tus.ANSWER_HEADERS],
        )
    app.add_middleware(RequestContext)
    return app


def serve_opened(application: Application) -> FastAPI:
    """Return the API over an application opened by the caller (tests, in-process tours)."""
    app = build_api(application.settings)
    app.state.application = application
    return app


def lifespan_of(opened: Callable[[], AbstractAsyncContextManager[Application]]) -> Any:
    """Return a lifespan that opens the application with the server and closes it with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened() as application:
            app.state.application = application
            yield

    return lifespan
