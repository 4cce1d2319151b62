"""What wraps every request: its id, its log line, its metrics, and a limit to its size. Plain ASGI, no buffering."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import prefers_english, problem
from app.api.small_pages import too_large_page

REQUESTS = Counter("motcua_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("motcua_http_request_seconds", "Time to answer.", ["method", "route"])

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_TOO_LARGE = 413
_WITHOUT_BODY = frozenset({"GET", "HEAD"})

log = structlog.get_logger("app.request")


class RequestContext:
    """Gives each request an id (kept from `X-Request-ID` if well-formed), logs one line, counts it by route.

    What the contract answers is about people unless its route says that it may be kept: nobody on the way keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        offered = _header(scope, b"x-request-id")
        request_id = offered if _REQUEST_ID.match(offered) else uuid4().hex
        scope["request_id"] = request_id
        within_contract = scope["path"].startswith("/api/")
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", request_id.encode()))
                if within_contract and not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                # The route's template, not the path: paths carry codes, secrets and tokens.
                route = getattr(scope.get("route"), "path_format", None) or "unmatched"
                method = scope["method"]
                seconds = time.perf_counter() - started
                counter, histogram = _metrics(method, route, status)
                counter.inc()
                histogram.observe(seconds)
                log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


@lru_cache(maxsize=4096)
def _metrics(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(method, route)


def _header(scope: Scope, name: bytes) -> str:
    """Return the first value of a header, empty without it; a `Headers` object of all of them costs more."""
    value: bytes = next((value for key, value in scope["headers"] if key == name), b"")
    return value.decode("latin-1")


@dataclass(frozen=True, slots=True)
class LargeBody:
    """Requests that may be larger than others: their routes stream the body and never hold it whole."""

    method: str
    path: re.Pattern[str]
    max_bytes: int

    def fits(self, scope: Scope) -> bool:
        return scope["method"] == self.method and self.path.fullmatch(scope["path"]) is not None


class BodyLimit:
    """Refuses bodies above `max_bytes`, or above what their route may stream, before they are read into memory."""

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Sequence[LargeBody] = ()) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.larger = tuple(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = _header(scope, b"content-length")
        if length.isdigit():
            # The server reads no more than was announced.
            if int(length) > self.max_bytes and int(length) > self._most(scope):
                await self._refuse(scope, receive, send)
            else:
                await self.app(scope, receive, send)
            return
        if not _header(scope, b"transfer-encoding") and scope["method"] in _WITHOUT_BODY:
            await self.app(scope, receive, send)
            return
        taken = 0
        most = self._most(scope)
        refused = False

        async def counted() -> Message:
            nonlocal taken, refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                # A chunked body without a length: end it here; the answer below replaces whatever the route says.
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def guarded(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self.app(scope, counted, guarded)
        finally:
            if refused:
                await self._refuse(scope, receive, send)

    def _most(self, scope: Scope) -> int:
        return next((body.max_bytes for body in self.larger if body.fits(scope)), self.max_bytes)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = too_large_page(scope) or problem(
            scope["path"],
            status=_TOO_LARGE,
            code="body_too_large",
            english=prefers_english(_header(scope, b"accept-language")),
            trace_id=scope.get("request_id"),
        )
        await answer(scope, receive, send)
