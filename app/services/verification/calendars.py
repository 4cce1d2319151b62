"""Calendars as they were: the layers that a calendar version names, as each was published."""

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.services.calendar_changes.queries import contents_of

_VERSION: Final = re.compile(r"(?:n|u\d+v)(\d+)")


async def calendars_as_published(connection: AsyncConnection, versions: Iterable[str]) -> dict[str, str]:
    """Return each calendar version (`n3.u7v12`) as a JSON list of its layers, from the nation downwards.

    A layer is `{depth, known_until, days, hours}`. A version with a layer that nobody published is left out.
    """
    layers_of = {version: [int(number) for number in _VERSION.findall(version)] for version in set(versions)}
    numbers = sorted({number for layers in layers_of.values() for number in layers})
    found = {row.version: _layer(row) for row in await contents_of(connection, numbers)} if numbers else {}
    return {
        version: orjson.dumps(sorted((found[layer] for layer in layers), key=lambda layer: layer["depth"])).decode()
        for version, layers in layers_of.items()
        if layers and found.keys() >= set(layers)
    }


def _layer(row: Any) -> dict[str, Any]:
    return {"depth": len([part for part in (row.path or "").split("/") if part]), **from_json(row.content)}
