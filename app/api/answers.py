"""Documents as JSON answers."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel

# A fragment is JSON that the database wrote.
Document = BaseModel | dict[str, Any] | orjson.Fragment


def json_answer(document: Document, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = document.model_dump_json() if isinstance(document, BaseModel) else orjson.dumps(document)
    return Response(body, status_code=status, headers=headers, media_type="application/json")
