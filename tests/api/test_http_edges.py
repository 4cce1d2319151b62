"""What HTTP itself asks for: methods, kinds of content, parameters nobody knows, answers that nobody keeps."""

import json

import httpx
import pytest

from app.bootstrap import Application
from app.domain.permissions import Role
from tests.factories.people import COMMUNE, signed_in


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/dossiers?overdu=true", "assignee, cursor, due_before, limit, overdue, procedure, q, sort, state, unit"),
        ("/procedures?sort=zzz", "channel, cursor, field, level, limit, q"),
        ("/statistics/on-time?colour=red", "channel, field, from, group_by, procedure, to, unit"),
        ("/units/13285?verbose=1", "–"),
    ],
)
async def test_a_parameter_nobody_knows_is_refused_with_those_there_are(
    application: Application, client: httpx.AsyncClient, path: str, known: str
) -> None:
    headers = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    answer = await client.get(f"/api/v1{path}", headers=headers)
    name = path.partition("?")[2].partition("=")[0]
    assert answer.status_code == 422
    assert [(fault["code"], fault["field"]) for fault in answer.json()["errors"]] == [("parameter_unknown", name)]
    assert answer.json()["errors"][0]["params"]["expected"] == known


async def test_links_that_people_follow_may_carry_what_others_append(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs?fbclid=1")).status_code == 200
    assert (await client.get("/health/live?probe=1")).status_code == 200


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_of_another_kind_is_refused_as_such(client: httpx.AsyncClient, content_type: str | None) -> None:
    body = json.dumps({"received_at": "2026-11-23T09:00:00+07:00", "limit": {"value": 1, "unit": "working_days"}})
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await client.post("/api/v1/deadlines/calculate", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "content_type_expected")
    assert answer.json()["detail"] == "Content-Type phải là: application/json"
    headers = {"Content-Type": "application/vnd.api+json; charset=utf-8"}
    assert (await client.post("/api/v1/deadlines/calculate", content=body.encode(), headers=headers)).is_success


async def test_a_path_says_all_its_methods_and_answers_head_where_it_answers_get(client: httpx.AsyncClient) -> None:
    refused = await client.put("/api/v1/dossiers")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    for path in ("/health/live", "/api/v1/statistics/on-time"):
        shown, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(shown.content))


async def test_a_path_with_a_slash_too_many_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/dossiers/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_answers_are_kept_by_nobody_unless_their_route_says_so(
    application: Application, client: httpx.AsyncClient
) -> None:
    headers = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    answer = await client.get("/api/v1/dossiers", headers=headers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (await client.get("/api/v1/procedures/1.004873")).headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password", "username": "nobody", "password": "wrong"}, 401, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_id": "no", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "implicit"}, 422, "unsupported_grant_type"),
        ({"grant_type": "password"}, 422, "invalid_request"),
    ],
)
async def test_a_refused_token_request_says_why_in_the_words_of_oauth(
    client: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await client.post("/api/v1/auth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "error" not in (await client.get("/api/v1/auth/me")).json()


async def test_an_answer_lists_a_thousand_faults_and_says_how_many_more_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/fees/calculate", json={f"unknown{number}": 1 for number in range(2_000)})
    listed = answer.json()["errors"]
    assert (answer.status_code, len(listed), listed[-1]["code"]) == (422, 1_001, "faults_left_out")
    assert listed[-1]["params"]["count"] > 900
