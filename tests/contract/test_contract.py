"""The service keeps the contract it publishes: whatever is sent, the answer is one that `openapi.json` promises."""

import asyncio
import dataclasses
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api import tus
from app.bootstrap import Application
from app.commands._generated import lifecycle_text, openapi_text
from app.domain.permissions import Grant, Role
from tests.architecture.source import ROOT
from tests.factories.api_over import published_contract
from tests.factories.people import COMMUNE, PROVINCE, account_of, hash_of_the_suite, headers_of

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 4
# What exists in the suite's database, so that some requests find something.
KNOWN = {
    "/api/v1/units": {"code": COMMUNE},
    "/api/v1/procedures": {"code": "1.001193", "number": 1},
    "/api/v1/calendars": {"code": "national", "day": "2026-11-24", "year": 2027},
}


def test_the_committed_contract_is_the_generated_one() -> None:
    assert (ROOT / "openapi.json").read_text(encoding="utf-8") == openapi_text(), "run `make openapi`"


def test_the_committed_lifecycle_page_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8") == lifecycle_text(), "run `make docs`"


def test_every_operation_has_an_id_of_its_own() -> None:
    paths = published_contract()["paths"].values()
    ids = [operation["operationId"] for operations in paths for operation in operations.values()]
    assert len(set(ids)) == len(ids)


def _operations() -> Iterator[Any]:
    load_all_checks()
    schemathesis.serializer.alias(tus.PIECE_MEDIA_TYPE, "application/octet-stream")
    schema = schemathesis.openapi.from_dict(published_contract())
    for found in schema.get_all_operations():
        yield found.ok()  # type: ignore[union-attr]  # an invalid schema raises here, as it should


OPERATIONS = list(_operations())


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
async def test_answers_are_as_promised(operation: Any, application: Application, client: httpx.AsyncClient) -> None:
    """Well-formed and malformed requests, by somebody who may do everything, and of things that exist."""
    headers = await _of_somebody_who_may_do_everything(application)
    known = next((codes for path, codes in KNOWN.items() if operation.path.startswith(f"{path}/{{")), None)
    strategies = [operation.as_strategy()]
    if operation.body or list(operation.iter_parameters()):
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    if known:
        strategies.append(operation.as_strategy(path_parameters=known))
    loop = asyncio.get_running_loop()

    async def send(case: Case[Any]) -> httpx.Response:
        wanted = case.as_transport_kwargs(base_url=str(client.base_url))
        wanted.pop("cookies", None)
        if isinstance(wanted.get("data"), str | bytes):
            wanted["content"] = wanted.pop("data")
        if wanted.get("files"):
            wanted["files"] = [(name, _as_file(part)) for name, part in _pairs(wanted["files"])]
        wanted["headers"] = {
            name.encode(): value.encode("utf-8") for name, value in {**dict(wanted["headers"]), **headers}.items()
        }
        answer = await client.request(**wanted)
        # A form with a file is sent in pieces; the checks look at what was sent.
        await answer.request.aread()
        return answer

    def try_all() -> None:
        for strategy in strategies:

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def answer_is_as_promised(case: Case[Any]) -> None:
                response = asyncio.run_coroutine_threadsafe(send(case), loop).result()
                case.validate_response(response, checks=CHECKS)

            answer_is_as_promised()

    # Hypothesis drives from a thread of its own; the service answers on the loop that its connections belong to.
    await asyncio.to_thread(try_all)


def _pairs(files: Any) -> list[tuple[str, Any]]:
    return list(files.items()) if isinstance(files, dict) else list(files)


def _as_file(part: Any) -> Any:
    """A part of a form as the client can send it; what is generated against the contract need not be a file."""
    if isinstance(part, tuple):
        name, content, *rest = part
        return (name, content if isinstance(content, bytes | str) else str(content), *rest)
    return part if isinstance(part, bytes | str) else str(part)


async def test_a_method_that_a_path_lacks_is_a_problem(client: httpx.AsyncClient) -> None:
    for path in ("/api/v1/units", "/api/v1/deadlines/calculate", "/health/live"):
        answer = await client.request("TRACE", path)
        assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
        assert answer.json()["code"] == "method_not_allowed"


async def _of_somebody_who_may_do_everything(application: Application) -> dict[str, str]:
    person = await account_of(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE, password_hash=hash_of_the_suite())
    (grant,) = person.grants
    everything = tuple(Grant(role, grant.unit_id, grant.path) for role in Role if role is not Role.MACHINE_CLIENT)
    return headers_of(application, dataclasses.replace(person, grants=everything))
