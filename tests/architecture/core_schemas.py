"""Walks what Pydantic made of a model."""

from collections.abc import Iterator
from typing import Any


def schemas_of(found: Any, around: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """(a schema, the kind of the one around it) of everything in a core schema."""
    if isinstance(found, dict):
        kind = found.get("type")
        if isinstance(kind, str):
            yield found, around
        for name, part in found.items():
            if name not in ("metadata", "serialization", "ref"):
                yield from schemas_of(part, kind if isinstance(kind, str) else around)
    elif isinstance(found, (list, tuple)):
        for part in found:
            yield from schemas_of(part, around)
