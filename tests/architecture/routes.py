"""The routes as FastAPI has them: what each depends on, however deep."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi.routing import iter_route_contexts

from app.api.deps import Requires, RequiresInStatement, public
from tests.factories.api_over import built_api


class Route(NamedTuple):
    method: str
    path: str
    depends_on: tuple[Any, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        return public in self.depends_on

    @property
    def guards(self) -> list[Requires | RequiresInStatement]:
        return [call for call in self.depends_on if isinstance(call, Requires | RequiresInStatement)]


def all_routes() -> list[Route]:
    """Every route that is ours, one per method."""
    return [
        Route(method, str(context.path), tuple(_calls(context.dependant)))
        for context in iter_route_contexts(built_api().routes)
        if getattr(context, "dependant", None) is not None
        for method in sorted(context.methods or ())
    ]


def _calls(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)
