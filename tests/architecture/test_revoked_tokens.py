"""Revocation works at once, on every route: a token older than its account's version opens nothing."""

import dataclasses
import re

import httpx

from app.bootstrap import Application
from app.domain.permissions import Grant, Role
from tests.architecture.routes import Route, all_routes
from tests.factories.people import PROVINCE, account_of, headers_of

# Well-formed bodies: where the use case's own statement is the guard, a malformed one would be refused before.
BODIES: dict[str, dict[str, object]] = {
    "POST /api/v1/dossiers": {
        "procedure_code": "1.001193",
        "channel": "counter",
        "receiving_unit": "13285",
        "applicant": {"full_name": "Người thử"},
    },
    "POST /api/v1/dossiers/{code}/actions": {"action": "accept"},
}
# Resumable uploads speak only to clients that name the protocol.
TUS = {"Tus-Resumable": "1.0.0"}
GUARDED = [route for route in all_routes() if route.guards]


async def test_a_revoked_token_is_refused_by_every_guarded_route(
    application: Application, client: httpx.AsyncClient
) -> None:
    person = await account_of(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    (grant,) = person.grants
    everything = tuple(Grant(role, grant.unit_id, grant.path) for role in Role)
    revoked = dataclasses.replace(person, auth_version=person.auth_version - 1, grants=everything)
    headers = {**headers_of(application, revoked), "If-Match": '"1"', **TUS}

    answers = {route.name: await _answer(client, route, headers) for route in GUARDED}

    assert {
        name: answer for name, answer in answers.items() if answer not in ((401, "token_revoked"), (401, "no body"))
    } == {}


async def test_a_stranger_is_refused_by_every_guarded_route(client: httpx.AsyncClient) -> None:
    answers = {route.name: await _answer(client, route, TUS) for route in GUARDED}

    assert {
        name: answer for name, answer in answers.items() if answer not in ((401, "token_missing"), (401, "no body"))
    } == {}


def _others(answers: dict[str, tuple[int, str | None]], code: str) -> dict[str, tuple[int, str | None]]:
    """Return the answers that are not 401 with `code`; an answer to HEAD has no body to say it in."""
    expected = {name: (401, None if name.startswith("HEAD ") else code) for name in answers}
    return {name: answer for name, answer in answers.items() if answer != expected[name]}


async def _answer(client: httpx.AsyncClient, route: Route, headers: dict[str, str]) -> tuple[int, str | None]:
    """Status and first code of what a route answers; placeholders of its path are filled with "1"."""
    path = re.sub(r"\{[^}]*\}", "1", route.path)
    answer = await client.request(route.method, path, headers=headers, json=BODIES.get(route.name))
    if route.method == "HEAD":  # an answer to it has no body
        return answer.status_code, "no body" if not answer.content else "body"
    faults = (answer.json() if answer.content else {}).get("errors") or [{"code": None}]
    return answer.status_code, faults[0]["code"]
