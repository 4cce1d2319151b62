"""What arrives malformed, twice, or from nobody: a problem with a stable code, and nothing changed."""

import json
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import execute, fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import Desk, applicant, codes, registration
from tests.factories.people import COMMUNE, account_of, headers_of, signed_in


async def count(application: Application) -> int:
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as dossiers from dossier")
    assert row is not None
    return int(row.dossiers)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"priority": "high"}, "priority", "extra_forbidden"),
        ({"state": "resolved"}, "state", "extra_forbidden"),
        ({"channel": "fax"}, "channel", "enum"),
        ({"procedure_code": None}, "procedure_code", "string_type"),
        ({"procedure_code": "1.00\x004873"}, "procedure_code", "nul_character"),
        ({"summary": "a\x00b"}, "summary", "nul_character"),
        ({"summary": "a" * 4001}, "summary", "string_too_long"),
        ({"applicant": applicant(full_name="A\x00B")}, "applicant.full_name", "nul_character"),
        ({"applicant": applicant(full_name="   ")}, "applicant.full_name", "string_too_short"),
        ({"applicant": applicant(phone="call me")}, "applicant.phone", "string_pattern_mismatch"),
        ({"applicant": applicant(date_of_birth="31/12/1990")}, "applicant.date_of_birth", "date_parsing"),
        ({"applicant": applicant(date_of_birth=0)}, "applicant.date_of_birth", "date_type"),
        ({"applicant": applicant(date_of_birth="20260101")}, "applicant.date_of_birth", "date_parsing"),
        ({"applicant": applicant(date_of_birth="1800-01-01")}, "applicant.date_of_birth", "date_out_of_range"),
        ({"components": [{"code": "TP01", "originals": True}]}, "components.0.originals", "int_type"),
        ({"components": [{"code": "TP01", "originals": "1"}]}, "components.0.originals", "int_type"),
        ({"components": "TP01"}, "components", "tuple_type"),
        ({"accept": 1}, "accept", "bool_type"),
        ({"accept": "yes"}, "accept", "bool_type"),
        ({"components": [{"code": "TP01", "originals": -1}]}, "components.0.originals", "greater_than_equal"),
        ({"components": [{"code": "TP01"}] * 101}, "components", "too_long"),
    ],
)
async def test_a_malformed_field_is_named(
    application: Application, desk: Desk, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await desk.post("/dossiers", registration(**change))
    assert answer.status_code == 422
    assert (field, code) in {(fault["field"], fault["code"]) for fault in answer.json()["errors"]}
    assert await count(application) == 0


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b'{"summary": "\xff"}', "application/json", 400),
        (json.dumps(registration()).encode(), "text/plain", 415),
        (b"procedure_code=1.004873", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_no_json_object_is_refused(desk: Desk, content: bytes, content_type: str, status: int) -> None:
    headers = desk.clerk | {"Content-Type": content_type}
    answer = await desk.client.post("/api/v1/dossiers", content=content, headers=headers)
    assert answer.status_code == status
    assert (answer.json()["code"] == "malformed_body") == (status == 400)


@pytest.mark.parametrize("chunked", [False, True])
async def test_an_oversize_body_is_refused(application: Application, desk: Desk, *, chunked: bool) -> None:
    body = json.dumps(registration(summary="a" * 2_000_000)).encode()

    async def chunks() -> Any:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = desk.clerk | {"Content-Type": "application/json"}
    answer = await desk.client.post("/api/v1/dossiers", content=chunks() if chunked else body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert await count(application) == 0


async def test_an_unknown_act_is_refused_with_the_acts_there_are(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "celebrate", expect=422)
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [("union_tag_invalid", "action")]
    assert answer["errors"][0]["params"]["expected_tags"].endswith(", hand_over, withdraw, stop, correct")
    assert "trả kết quả (hand_over)" in answer["detail"]
    assert "celebrate" not in str(answer)
    none = (await desk.post(f"/dossiers/{code}/actions", {})).json()
    assert [(fault["code"], fault["field"]) for fault in none["errors"]] == [("union_tag_not_found", "action")]
    null = (await desk.post(f"/dossiers/{code}/actions", {"action": None})).json()
    assert [fault["field"] for fault in null["errors"]] == ["action"]


async def test_a_fault_of_an_act_names_the_field_as_it_was_sent(desk: Desk) -> None:
    code = (await desk.register())["code"]
    rows = [{"component_code": 1, "problem": "missing"}, {"problem": "missing"}]
    answer = await desk.act(code, "request_supplement", expect=422, items=rows, answer_within_days=0, refuse=1)
    assert {(fault["field"], fault["code"]) for fault in answer["errors"]} == {
        ("items.0.component_code", "string_type"),
        ("items.1.component_code", "missing"),
        ("reason", "missing"),
        ("answer_within_days", "greater_than_equal"),
        ("refuse", "extra_forbidden"),
    }


async def test_an_act_refuses_fields_of_another(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "resolve", expect=422, tracking_number="EB1")
    assert codes(answer) == ["extra_forbidden"]


ROUTES = [
    ("POST", "/dossiers"), ("GET", "/dossiers"), ("GET", "/dossiers/{code}"), ("GET", "/dossiers/{code}/timeline"),
    ("GET", "/dossiers/{code}/deadline"), ("GET", "/dossiers/{code}/actions"), ("POST", "/dossiers/{code}/actions"),
]  # fmt: skip


async def ask(desk: Desk, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    code = desk.codes[0]
    body = None if method == "GET" else ({"action": "resolve"} if path.endswith("actions") else registration())
    return await desk.client.request(method, "/api/v1" + path.format(code=code), json=body, headers=headers)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_disabled_account_opens_nothing_with_a_token_that_still_runs(
    application: Application, desk: Desk, method: str, path: str
) -> None:
    await desk.register()
    role = Role.RECEPTION_CLERK if path == "/dossiers" else Role.APPROVING_LEADER
    person = await account_of(application, role, COMMUNE)
    async with application.database.write() as connection:
        await execute(connection, "update account set disabled_at = now() where id = $1", person.account_id)
    answer = await ask(desk, method, path, headers_of(application, person))
    assert (answer.status_code, codes(answer.json())) == (401, ["token_revoked"])
    assert await count(application) == 1
    assert (await desk.get(f"/dossiers/{desk.codes[0]}"))["state"] == "accepted"


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_known_is_told_to_sign_in(desk: Desk, method: str, path: str) -> None:
    await desk.register()
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic abc"}):
        answer = await ask(desk, method, path, headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


# --- Idempotency


async def test_the_same_request_under_its_key_is_answered_with_the_same_bytes(
    application: Application, desk: Desk
) -> None:
    body = registration()
    first = await desk.post("/dossiers", body, idempotency_key="k1")
    again = await desk.post("/dossiers", body, idempotency_key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert [again.headers[name] for name in ("location", "etag")] == [
        first.headers[name] for name in ("location", "etag")
    ]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await count(application) == 1


async def test_a_key_used_for_another_body_is_refused(application: Application, desk: Desk) -> None:
    await desk.post("/dossiers", registration(), idempotency_key="k1")
    refused = await desk.post("/dossiers", registration(), idempotency_key="k1")
    assert (refused.status_code, codes(refused.json())) == (409, ["idempotency_key_reused"])
    assert await count(application) == 1


async def test_keys_of_different_accounts_are_different_keys(application: Application, desk: Desk) -> None:
    body = registration()
    other = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    first = await desk.post("/dossiers", body, idempotency_key="k1")
    second = await desk.post("/dossiers", body, by=other, idempotency_key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["code"] != second.json()["code"]


async def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    refused = await desk.post("/dossiers", registration(components=[]), idempotency_key="k1")
    assert refused.status_code == 422
    assert (await desk.post("/dossiers", registration(), idempotency_key="k1")).status_code == 201


async def test_an_act_under_a_key_happens_once(desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    path = f"/dossiers/{code}/actions"
    first = await desk.post(path, {"action": "accept"}, idempotency_key="k1")
    await desk.act(code, "start_processing")
    again = await desk.post(path, {"action": "accept"}, idempotency_key="k1")
    assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, '"2"')
    other = await desk.post(path, {"action": "withdraw", "explanation": "Đổi ý"}, idempotency_key="k1")
    assert codes(other.json()) == ["idempotency_key_reused"]
    assert (await desk.get(f"/dossiers/{code}"))["version"] == 3


@pytest.mark.parametrize("key", ["", "k" * 201, "tab\tinside"])
async def test_a_malformed_key_is_refused(desk: Desk, key: str) -> None:
    refused = await desk.post("/dossiers", registration(), idempotency_key=key)
    assert (refused.status_code, codes(refused.json())) == (422, ["idempotency_key_invalid"])


# --- Codes


async def test_a_dossier_is_known_by_its_own_code_and_its_outside_code(desk: Desk) -> None:
    dossier = await desk.register(external_code="000.00.10.H42-231231-0001")
    for code in (dossier["code"], "000.00.10.H42-231231-0001"):
        for part in ("", "/timeline", "/deadline", "/actions"):
            assert (await desk.get(f"/dossiers/{code}{part}"))["code"] == dossier["code"]
    answer = await desk.client.get(f"/api/v1/dossiers/{dossier['code']}", headers=desk.clerk)
    assert answer.headers["etag"] == '"2"'


async def test_an_outside_code_belongs_to_one_dossier(application: Application, desk: Desk) -> None:
    first = await desk.register(external_code="G22-1")
    refused = await desk.post("/dossiers", registration(external_code="G22-1"))
    assert (refused.status_code, codes(refused.json())) == (409, ["external_code_taken"])
    refused = await desk.post("/dossiers", registration(external_code=first["code"]))
    assert (refused.status_code, codes(refused.json())) == (422, ["external_code_ours"])
    assert await count(application) == 1
