"""The one table from errors to HTTP: class → status, `application/problem+json` (RFC 9457), Vietnamese and English."""

import re
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from app.api.messages import text_of
from app.domain import errors

TOKEN_PATH = "/api/v1/auth/token"  # noqa: S105 - an address, not a secret
PROBLEM_MEDIA_TYPE = "application/problem+json"

STATUS_OF: dict[type[errors.DomainError], int] = {
    errors.InvalidInput: 422,
    errors.ActionRefused: 409,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.Unauthenticated: 401,
    errors.Conflict: 409,
    errors.VersionConflict: 412,
    errors.VersionRequired: 428,
    errors.TooManyAttempts: 429,
    errors.Unavailable: 503,
}

_CODE_OF_STATUS = {
    400: "malformed_body",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    503: "unavailable",
}

_PLACES = ("body", "query", "path", "header")
# Who sends a million faults is not answered with twenty: an answer may not be many times its request.
_MOST_FAULTS = 1_000
_QUOTED = re.compile(r"'([^']*)'")

log = structlog.get_logger(__name__)


class PrescribedRefusal(Exception):  # noqa: N818 - refusals read as nouns of the office, not as "…Error"
    """A refusal whose status a protocol prescribes (tus 1.0): not for what the law refuses."""

    def __init__(self, status: int, refusal: errors.Refusal, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.refusal = refusal
        self.headers = headers
        super().__init__(refusal.code)


def problem(
    request_path: str,
    *,
    status: int,
    code: str,
    faults: Sequence[errors.Refusal] = (),
    english: bool = False,
    trace_id: str | None = None,
    oauth_error: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build one problem document. `title` and `detail` are in the reader's language; every fault carries both."""
    title_vi, title_en = text_of(code, dict(faults[0].params) if faults and faults[0].code == code else {})
    told = list(faults[:_MOST_FAULTS])
    if len(faults) > len(told):
        told.append(errors.Refusal("faults_left_out", params={"count": len(faults) - len(told)}))
    listed = [_fault_document(fault, english=english) for fault in told]
    body: dict[str, Any] = {
        "type": f"urn:motcua:problem:{code}",
        "title": title_en if english else title_vi,
        "title_vi": title_vi,
        "title_en": title_en,
        "status": status,
        "detail": "; ".join(fault["detail"] for fault in listed) or (title_en if english else title_vi),
        "instance": request_path,
        "code": code,
        "errors": listed,
        "trace_id": trace_id,
    }
    if oauth_error is not None:
        body["error"] = oauth_error
    return Response(orjson.dumps(body), status_code=status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)


def _oauth_error(request: Request, status: int, faults: Sequence[errors.Refusal]) -> str | None:
    """Return the code by which clients of OAuth 2 know a refused token request (RFC 6749 §5.2); None for others."""
    if request.url.path != TOKEN_PATH:
        return None
    if status == HTTPStatus.UNAUTHORIZED:
        by_client = getattr(request.state, "grant_type", None) == "client_credentials"
        return "invalid_client" if by_client else "invalid_grant"
    found = {(fault.field, fault.code) for fault in faults}
    if ("grant_type", "literal_error") in found:
        return "unsupported_grant_type"
    if any(field == "scope" for field, _ in found):
        return "invalid_scope"
    return "temporarily_unavailable" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request"


def install(app: FastAPI) -> None:
    """Register the handlers; nothing else in the house turns errors into answers."""
    app.add_exception_handler(errors.DomainError, _on_domain_error)
    app.add_exception_handler(PrescribedRefusal, _on_prescribed)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected)


def faults_of_validation(found: Sequence[Mapping[str, Any]], body: Any = None) -> list[errors.Refusal]:
    """Translate Pydantic's findings: location → field path, type → code, never echoing the offending value.

    `body`: the JSON that was sent, by which the path of a field is told from the names of alternatives.
    """
    faults = [_fault_of(item, body) for item in found]
    within = {fault.field for fault in faults if fault.field}
    # A list of items that are all wrong is counted as empty; it is the items that are to be put right.
    return [
        fault
        for fault in faults
        if not (fault.code == "too_short" and any(path.startswith(f"{fault.field}.") for path in within))
    ]


def _fault_of(item: Mapping[str, Any], body: Any) -> errors.Refusal:
    code = str(item["type"])
    path = list(item["loc"])
    place = path.pop(0) if path and path[0] in _PLACES else None
    if place == "body":
        path = _path_in(body, path, missing=code.endswith("missing"))
    elif place == "query":
        path = path[:1]  # a parameter given several times is known by its name
    context = {key: value for key, value in (item.get("ctx") or {}).items() if isinstance(value, (str, int))}
    if "expected" in context or "expected_tags" in context:
        name = "expected" if "expected" in context else "expected_tags"
        context[name] = ", ".join(_QUOTED.findall(str(context[name]))) or context[name]
    if "discriminator" in context:
        context.pop("tag", None)
        context["discriminator"] = str(context["discriminator"]).strip("'")
        path.append(context["discriminator"])
    return errors.Refusal(code, ".".join(map(str, path)) or None, context)


def _path_in(body: Any, location: Sequence[str | int], *, missing: bool) -> list[str | int]:
    """Return the location without what is no place in `body`: which of several models was tried."""
    path: list[str | int] = []
    node = body
    for number, part in enumerate(location):
        listed = isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node)
        if listed or (isinstance(node, Mapping) and part in node):
            node = node[part]
        elif not (missing and number == len(location) - 1) and isinstance(body, (Mapping, list)):
            continue
        path.append(part)
    return path


def _fault_document(fault: errors.Refusal, *, english: bool) -> dict[str, Any]:
    vi, en = text_of(fault.code, dict(fault.params))
    return {
        "code": fault.code,
        "field": fault.field,
        "detail": en if english else vi,
        "vi": vi,
        "en": en,
        "params": dict(fault.params),
    }


def _answer(
    request: Request,
    *,
    status: int,
    code: str,
    faults: Sequence[errors.Refusal] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    return problem(
        request.url.path,
        status=status,
        code=code,
        faults=faults,
        english=prefers_english(request.headers.get("accept-language", "")),
        trace_id=request.scope.get("request_id"),
        oauth_error=_oauth_error(request, status, faults),
        headers=headers,
    )


def prefers_english(accept_language: str) -> bool:
    """Tell whether English comes before Vietnamese in `Accept-Language`; Vietnamese is the default."""
    ranked: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        language = tag.split("-")[0].lower()
        if language in ("vi", "en") and weight > 0:
            ranked.append((-weight, position, language))
    return bool(ranked) and min(ranked)[2] == "en"


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.DomainError)  # noqa: S101 - registered for this class only; narrows the type
    status = next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 422)
    headers = None
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    elif status == HTTPStatus.TOO_MANY_REQUESTS:
        minutes = [int(fault.params.get("minutes") or 1) for fault in error.refusals]
        headers = {"Retry-After": str(60 * max(minutes, default=1))}
    return _answer(request, status=status, code=error.code, faults=error.refusals, headers=headers)


async def _on_prescribed(request: Request, error: Exception) -> Response:
    assert isinstance(error, PrescribedRefusal)  # noqa: S101 - registered for this class only; narrows the type
    refusal = error.refusal
    return _answer(request, status=error.status, code=refusal.code, faults=[refusal], headers=error.headers)


async def _on_gone(request: Request, error: Exception) -> Response:
    assert isinstance(error, ClientDisconnect)  # noqa: S101 - registered for this class only; narrows the type
    return _answer(request, status=400, code="malformed_body")


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only; narrows the type
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return _answer(request, status=HTTPStatus.BAD_REQUEST, code="malformed_body")
    faults = faults_of_validation(error.errors(), error.body)
    return _answer(request, status=422, code=errors.InvalidInput.code, faults=faults)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only; narrows the type
    code = _CODE_OF_STATUS.get(error.status_code, "refused")
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {**(headers or {}), "Allow": ", ".join(_methods_of(request))}
    return _answer(request, status=error.status_code, code=code, headers=headers)


def _methods_of(request: Request) -> list[str]:
    """Return every method of the request's path; the router knows those of the first route that has the path."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found.update(getattr(route, "methods", None) or ())
    return sorted(found | {"HEAD"} if "GET" in found else found)


async def _on_unexpected(request: Request, error: Exception) -> Response:
    # The message of an unknown error may quote the row it failed on, and local variables hold people: only the kind
    # and the places are logged.
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("unexpected_error", kind=type(error).__name__, places=places[-12:])
    return _answer(request, status=500, code="internal_error")
