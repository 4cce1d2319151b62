"""Routes of one noun: written down where they stand, built once for the application, found quickly by it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from app.api.requests import checked

CONTRACT: Final = "/api/"
"""Below it stands what programs call."""


class QuickRoute(APIRoute):
    """A route that compares the fixed beginning of a path before it tries its pattern, and checks what it is sent.

    Where there is GET, there is HEAD: the same answer without its body.
    """

    def __init__(self, path: str, *arguments: Any, **options: Any) -> None:
        super().__init__(path, *arguments, **options)
        self._beginning = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self._beginning) and not scope.get("root_path"):
            return Match.NONE, {}
        match, child_scope = super().matches(scope)
        if match is Match.PARTIAL and scope["method"] == "HEAD" and "GET" in (self.methods or ()):
            match = Match.FULL
        return match, child_scope

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "HEAD" or "HEAD" in (self.methods or ()):
            await super().handle(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await super().handle({**scope, "method": "GET"}, receive, send_without_body)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        # Pages that people follow links to are not refused for what others append to the address.
        return checked(self, handle) if self.path.startswith(CONTRACT) else handle


class NounRouter(APIRouter):
    """A router that remembers its routes instead of building them; `add_to` builds them as the application's own.

    FastAPI builds a route at its declaration and once more for whoever includes its router, a second of start with the
    routes of this house, and walks included routers as branches for each request, half a millisecond.
    """

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: Sequence[str] = (),
        dependencies: Sequence[Depends] = (),
        include_in_schema: bool = True,
    ) -> None:
        super().__init__(prefix=prefix, tags=[*tags], dependencies=[*dependencies], include_in_schema=include_in_schema)
        self._declared: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._declared.append((path, endpoint, options))

    def add_to(self, app: FastAPI, *, prefix: str = "") -> None:
        """Build the routes into `app`, in the order of their declaration."""
        for path, endpoint, options in self._declared:
            merged = {
                "tags": [*self.tags, *(options.get("tags") or ())],
                "dependencies": [*self.dependencies, *(options.get("dependencies") or ())],
                "include_in_schema": self.include_in_schema and options.get("include_in_schema", True),
                "route_class_override": QuickRoute,
            }
            app.router.add_api_route(f"{prefix}{self.prefix}{path}", endpoint, **options | merged)
