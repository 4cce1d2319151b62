"""Every answer held against the published contract: success against the declared schema, failure as a problem document.

Answers of hot routes leave as bytes, so nothing but tests compares them with what is declared.
"""

import datetime as dt
import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from app.api.messages import MESSAGES
from tests.factories.api_over import published_contract


def _is_local_instant(value: object) -> bool:
    """Times go out in Vietnam's offset."""
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).utcoffset() == dt.timedelta(hours=7)
    return value is None


_formats = FormatChecker(formats=())
_formats.checks("date-time", raises=ValueError)(_is_local_instant)


async def hold_to_contract(response: httpx.Response) -> None:
    """Event hook of a client: fail on an answer that the contract does not declare."""
    await response.aread()
    problems = faults_of(response)
    assert not problems, f"{response.request.method} {response.request.url.path} {response.status_code}: {problems}"


def faults_of(response: httpx.Response) -> list[str]:
    """Return how the answer differs from the contract; empty if it does not."""
    if response.status_code >= httpx.codes.BAD_REQUEST:
        return _faults_of_problem(response)
    operation = _operation(response.request.method.lower(), response.request.url.path)
    contents = operation["responses"][str(response.status_code)]["content"]
    kind = response.headers["content-type"].partition(";")[0]
    if kind != "application/json":
        return [] if kind in contents else [f"{kind} is not declared"]
    declared = contents["application/json"]["schema"]
    if not declared:
        return ["the contract declares no shape"]
    validator = Draft202012Validator({**declared, "components": _contract()["components"]}, format_checker=_formats)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(response.json())]


def _faults_of_problem(response: httpx.Response) -> list[str]:
    if response.headers["content-type"] != "application/problem+json":
        return [f"a failure is a problem document, not {response.headers['content-type']}"]
    body = response.json()
    missing = {"type", "title", "title_vi", "title_en", "status", "detail", "instance", "code", "errors"} - set(body)
    faults = [f"without {name}" for name in sorted(missing)]
    if body["status"] != response.status_code or response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        faults.append(f"status {body['status']}, code {body['code']}")
    codes = {body["code"], *(fault["code"] for fault in body["errors"])}
    return faults + [f"nobody can read {code}" for code in sorted(codes - set(MESSAGES))]


def _operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in _contract()["paths"].items():
        if method in operations and re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path):
            found: dict[str, Any] = operations[method]
            return found
    raise AssertionError(f"{method} {path} is not declared")


@cache
def _contract() -> dict[str, Any]:
    """The contract, in which an answer has its declared fields and no others."""
    contract = published_contract()
    for schema in contract["components"]["schemas"].values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return contract
