"""What the published contract says beyond FastAPI's own: problems as they are answered, who may call what, how."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from app.api.deps import Requires, RequiresInStatement
from app.api.idempotency import idempotency_key, once_per_key
from app.api.problems import PROBLEM_MEDIA_TYPE, TOKEN_PATH
from app.api.query import QueryOf
from app.api.v1.actions import if_match

_FAULT: dict[str, Any] = {
    "type": "object",
    "description": "Một lỗi / One fault. `code` is stable; `field` is the JSON path of the offending input.",
    "required": ["code", "field", "detail", "vi", "en", "params"],
    "properties": {
        "code": {"type": "string"},
        "field": {"type": ["string", "null"]},
        "detail": {"type": "string"},
        "vi": {"type": "string"},
        "en": {"type": "string"},
        "params": {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean", "null"]}},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Lỗi theo RFC 9457 / A problem document. `errors` lists every fault at once.",
    "required": [
        "type", "title", "title_vi", "title_en", "status", "detail", "instance", "code", "errors", "trace_id",
    ],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "title_vi": {"type": "string"},
        "title_en": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        "trace_id": {"type": ["string", "null"]},
        "error": {"type": "string", "description": "POST /auth/token: mã lỗi OAuth 2 / its code in OAuth 2 (RFC 6749)"},
    },
}  # fmt: skip
_SIGN_IN: dict[str, Any] = {
    "type": "oauth2",
    "description": "Cán bộ: `password`; phần mềm: `client_credentials`. / Staff by password, machines by secret.",
    "flows": {
        "password": {"tokenUrl": TOKEN_PATH, "refreshUrl": TOKEN_PATH, "scopes": {}},
        "clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": {}},
    },
}
_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Cùng khóa, cùng nội dung: làm một lần, trả lời như nhau. / Same key, same body: done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
# Dependencies that read a header themselves; FastAPI cannot see which.
_HEADER_READ_BY: dict[Any, dict[str, Any]] = {
    idempotency_key: _IDEMPOTENCY_KEY,
    once_per_key: _IDEMPOTENCY_KEY,
    if_match: {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "ETag của bản đã xem. / The ETag of what was seen.",
        "schema": {"type": "string"},
    },
}
_PROBLEM_ANSWERS = {
    "4XX": "Yêu cầu bị từ chối / The request was refused",
    "5XX": "Lỗi hệ thống / The service failed",
}


def publish(app: FastAPI) -> None:
    """Make `app.openapi()`, and with it `/openapi.json` and `/docs`, the whole contract; computed once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents for it


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    # Copies: who reads the document may change it.
    schemas |= deepcopy({"Fault": _FAULT, "Problem": _PROBLEM})
    components["securitySchemes"] = {"oauth2": deepcopy(_SIGN_IN)}
    calls = dict(_calls(app))
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _answers(operation["responses"], path)
            for call in calls.get((path, method), ()):
                _say(operation, call)
    return found


def _say(operation: dict[str, Any], call: object) -> None:
    """Say of an operation what one of its dependencies means to the caller."""
    if isinstance(call, Requires | RequiresInStatement):
        operation["security"] = [{"oauth2": []}]
        if call.permission is not None:
            operation["x-permission"] = call.permission.value
    elif isinstance(call, QueryOf):
        operation.setdefault("parameters", []).extend(call.parameters())
    elif call in _HEADER_READ_BY:
        operation.setdefault("parameters", []).append(deepcopy(_HEADER_READ_BY[call]))


def _answers(responses: dict[str, Any], path: str) -> None:
    """Every refusal is a problem document; only the probes answer in their own short form."""
    responses.pop("422", None)
    if path.startswith("/api/"):
        content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for status, description in _PROBLEM_ANSWERS.items():
            responses[status] = {"description": description, "content": content}


def _calls(app: FastAPI) -> Iterator[tuple[tuple[str, str], list[Any]]]:
    """((path, method), what the route depends on) of every route."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if dependant is None:
            continue
        for method in context.methods or ():
            yield (str(context.path_format), method.lower()), list(_calls_below(dependant))


def _calls_below(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls_below(dependency)
