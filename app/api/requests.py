"""What is asked of every request of the contract before its route sees it: known parameters, a body of the right kind.

Both are looked at only where there is something to look at: a query, a body.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.problems import PrescribedRefusal
from app.api.query import QueryOf
from app.domain.errors import InvalidInput, Refusal

Handler = Callable[[Request], Awaitable[Response]]

_UNSUPPORTED: Final = 415
_JSON: Final = "application/json"
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_LONGEST_NAME: Final = 64


def checked(route: APIRoute, handle: Handler) -> Any:
    """Return `handle` behind the checks; what reads its own body (files, pieces of files) checks its kind itself."""
    known = _parameters_of(route.dependant)
    body = route.body_field
    allowed = () if body is None else _FORMS if isinstance(body.field_info, Form) else (_JSON,)

    async def check_and_handle(request: Request) -> Response:
        if known is not None and request.scope["query_string"]:
            _refuse_unknown(request.scope["query_string"], known)
        if allowed:
            _refuse_other_body(request, allowed)
        return await handle(request)

    return check_and_handle


def _refuse_unknown(query: bytes, known: frozenset[str]) -> None:
    given = dict.fromkeys(name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    expected = ", ".join(sorted(known)) or "–"
    faults = [
        Refusal("parameter_unknown", name[:_LONGEST_NAME], {"expected": expected})
        for name in given
        if name not in known
    ]
    if faults:
        raise InvalidInput(*faults)


def _refuse_other_body(request: Request, allowed: tuple[str, ...]) -> None:
    given, length = "", ""
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            given = value.decode("latin-1").partition(";")[0].strip().lower()
        elif name in (b"content-length", b"transfer-encoding"):
            length = value.decode("latin-1")
    if given in allowed or length in ("", "0"):
        return
    if allowed == (_JSON,) and given.startswith("application/") and given.endswith("+json"):
        return
    expected = ", ".join(allowed)
    refusal = Refusal("content_type_expected", "Content-Type", {"expected": expected})
    raise PrescribedRefusal(_UNSUPPORTED, refusal, {"Accept": expected})


def _parameters_of(dependant: Dependant) -> frozenset[str] | None:
    """Return the names of the query's parameters; None if one model reads them all, and says itself what it knows."""
    every = list(_below(dependant))
    if any(isinstance(one.call, QueryOf) for one in every):
        return None
    return frozenset(name for one in every for field in one.query_params for name in _names(field))


def _below(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for one in dependant.dependencies:
        yield from _below(one)


def _names(field: Any) -> Iterator[str]:
    kind = field.field_info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (one.alias or name for name, one in kind.model_fields.items())
    else:
        yield field.alias
