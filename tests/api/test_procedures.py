import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.messages import MESSAGES
from app.api.pagination import encode_cursor
from app.api.v1.schemas.procedures import ImportReportOut, ProcedureDetail, ProcedurePage, VersionList
from app.bootstrap import Application
from app.domain.permissions import Role
from app.services.procedures import __file__ as package
from tests.factories.people import COMMUNE, PROVINCE, signed_in
from tests.factories.wire import statements_on

CONTENT: dict[str, Any] = {
    "name": "Thủ tục thử",
    "valid_from": "2026-01-01",
    "components": [{"code": "TP01", "name": "Tờ khai"}],
    "terms": [{"channel": "counter", "statutory": {"value": 5, "unit": "working_days"}}],
}
PROCEDURE: dict[str, Any] = {"code": "9.000001", "field": "Hộ tịch", "synonyms": ["việc thử"], "content": CONTENT}


@pytest.fixture
async def manager(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


def faults_of(answer: httpx.Response) -> set[tuple[str, str | None]]:
    assert answer.headers["content-type"] == "application/problem+json"
    return {(fault["code"], fault["field"]) for fault in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/procedures", ProcedurePage),
        ("/procedures?q=khai%20sinh&limit=3", ProcedurePage),
        ("/procedures/1.001193", ProcedureDetail),
        ("/procedures/2.000815.000.00.00.H42", ProcedureDetail),
        ("/procedures/1.001193/versions", VersionList),
        ("/procedures/1.001193/versions/1", ProcedureDetail),
    ],
)
async def test_public_reads_keep_their_schema_in_one_round_trip(
    application: Application, client: httpx.AsyncClient, path: str, schema: type[Any]
) -> None:
    async with statements_on(application.database) as sent:
        answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 200
    # The way out keeps no field from the reader: what is declared is all there is.
    schema.model_validate_json(answer.content, strict=False, extra="forbid")
    assert len(sent) == 1


async def test_the_catalogue_is_paged_to_the_end(client: httpx.AsyncClient) -> None:
    found: list[str] = []
    params: dict[str, Any] = {"limit": 30}
    while True:
        page = (await client.get("/api/v1/procedures", params=params)).json()
        found += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert found == sorted(found)
    assert len(found) == len(set(found)) == 75


async def test_a_cursor_serves_only_the_search_it_came_from(client: httpx.AsyncClient) -> None:
    first = await client.get("/api/v1/procedures", params={"q": "khai sinh", "limit": 2})
    cursor = first.json()["next_cursor"]
    following = await client.get("/api/v1/procedures", params={"q": "KHAI SINH", "limit": 2, "cursor": cursor})
    assert following.status_code == 200
    assert not {i["code"] for i in first.json()["items"]} & {i["code"] for i in following.json()["items"]}
    for params in ({"cursor": cursor}, {"q": "khai tử", "cursor": cursor}, {"q": "khai sinh", "cursor": "rác"}):
        answer = await client.get("/api/v1/procedures", params=params)
        assert answer.status_code == 422
        assert faults_of(answer) == {("cursor_invalid", "cursor")}


@pytest.mark.parametrize("values", [[2**62, 1, "1.001193"], [1, -1, "1.001193"], [1, 1, "a\x00"]])
async def test_a_forged_cursor_is_refused(client: httpx.AsyncClient, values: list[Any]) -> None:
    cursor = encode_cursor("code", values)
    answer = await client.get("/api/v1/procedures", params={"cursor": cursor})
    assert (answer.status_code, faults_of(answer)) == (422, {("cursor_invalid", "cursor")})


async def test_an_unchanged_procedure_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/api/v1/procedures/1.001193")
    again = await client.get("/api/v1/procedures/1.001193", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/procedures/9.999999", "procedure_unknown"),
        ("/procedures/not-a-code", "procedure_unknown"),
        ("/procedures/9.999999/versions", "procedure_unknown"),
        ("/procedures/1.001193/versions/7", "procedure_version_unknown"),
    ],
)
async def test_what_does_not_exist_is_a_problem_in_both_languages(
    client: httpx.AsyncClient, path: str, code: str
) -> None:
    answer = await client.get(f"/api/v1{path}")
    assert answer.status_code == 404
    (fault,) = answer.json()["errors"]
    assert fault["code"] == code
    assert fault["vi"] != fault["en"]


async def test_a_procedure_goes_from_draft_to_public_and_is_replaced(
    client: httpx.AsyncClient, manager: dict[str, str]
) -> None:
    created = await client.post("/api/v1/procedures", json=PROCEDURE, headers=manager)
    assert created.status_code == 201
    ProcedureDetail.model_validate_json(created.content)
    assert (await client.get("/api/v1/procedures/9.000001")).status_code == 404
    assert (await client.get("/api/v1/procedures/9.000001/versions")).status_code == 404
    draft = await client.get("/api/v1/procedures/9.000001/draft", headers=manager)
    assert draft.json() == created.json()

    changed = await client.put(
        "/api/v1/procedures/9.000001/versions/1", json={**CONTENT, "name": "Trồng tre ngà"}, headers=manager
    )
    assert changed.json()["name"] == "Trồng tre ngà"
    published = await client.post("/api/v1/procedures/9.000001/versions/1/publish", headers=manager)
    assert (published.status_code, published.json()["status"]) == (200, "published")
    found = await client.get("/api/v1/procedures", params={"q": "tre nga"})
    assert [item["code"] for item in found.json()["items"]] == ["9.000001"]

    again = await client.post("/api/v1/procedures/9.000001/versions", json=CONTENT, headers=manager)
    assert (again.status_code, again.json()["version"]) == (201, 2)
    assert (await client.get("/api/v1/procedures/9.000001/versions/2")).status_code == 404, "a draft is not public"
    body = {"code": "1.001193"}
    replaced = await client.post("/api/v1/procedures/9.000001/replaced-by", json=body, headers=manager)
    assert (replaced.json()["replaced_by"], replaced.json()["in_force"]) == ("1.001193", False)
    shown = await client.get("/api/v1/procedures", params={"q": "9.000001"})
    assert [(i["code"], i["replaced_by"]) for i in shown.json()["items"]] == [("9.000001", "1.001193")]
    assert (await client.get("/api/v1/procedures", params={"q": "viec thu"})).json()["items"] == []


async def test_a_repeated_key_creates_once_and_refuses_another_body(
    client: httpx.AsyncClient, manager: dict[str, str]
) -> None:
    headers = {**manager, "Idempotency-Key": "một lần".encode().hex()}
    first = await client.post("/api/v1/procedures", json=PROCEDURE, headers=headers)
    again = await client.post("/api/v1/procedures", json=PROCEDURE, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    other = await client.post("/api/v1/procedures", json={**PROCEDURE, "code": "9.000002"}, headers=headers)
    assert (other.status_code, faults_of(other)) == (409, {("idempotency_key_reused", "Idempotency-Key")})


async def test_every_fault_of_an_input_is_told_at_once(client: httpx.AsyncClient, manager: dict[str, str]) -> None:
    answer = await client.post(
        "/api/v1/procedures",
        json={"code": "9.000001", "content": {**CONTENT, "level": "some", "colour": "red"}, "field": "a\x00b"},
        headers=manager,
    )
    assert answer.status_code == 422
    assert faults_of(answer) == {
        ("enum", "content.level"),
        ("extra_forbidden", "content.colour"),
        ("nul_character", "field"),
    }
    twice = {**CONTENT, "components": CONTENT["components"] * 2}
    answer = await client.post("/api/v1/procedures", json={**PROCEDURE, "code": "x", "content": twice}, headers=manager)
    assert faults_of(answer) == {
        ("procedure_code_malformed", "code"),
        ("component_code_repeated", "content.components.1"),
    }


WRITES = [
    ("POST", "/procedures", PROCEDURE),
    ("POST", "/procedures/1.001193/versions", CONTENT),
    ("PUT", "/procedures/1.001193/versions/1", CONTENT),
    ("POST", "/procedures/1.001193/versions/1/publish", None),
    ("POST", "/procedures/1.001193/replaced-by", {"code": "1.000894"}),
    ("POST", "/procedures/import", None),
    ("GET", "/procedures/1.001193/draft", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_only_who_manages_procedures_writes_the_catalogue(
    application: Application, client: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    clerk = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    assert (await client.request(method, f"/api/v1{path}", json=body)).status_code == 401
    refused = await client.request(method, f"/api/v1{path}", json=body, headers=clerk)
    assert (refused.status_code, faults_of(refused)) == (403, {("permission_missing", None)})


async def test_a_file_is_tried_and_then_imported(client: httpx.AsyncClient, manager: dict[str, str]) -> None:
    text = "code,name,field,terms\n9.000001,Thủ tục nhập,Hộ tịch,counter|2 working_days\n1.001193,,,x|y\n"
    headers = {**manager, "Content-Type": "text/csv; charset=utf-8"}
    tried = await client.post("/api/v1/procedures/import?dry_run=true", content=text.encode(), headers=headers)
    report = ImportReportOut.model_validate_json(tried.content)
    assert (report.dry_run, report.created, report.refused) == (True, 1, 1)
    (fault,) = report.rows[1].faults
    assert (report.rows[1].row, fault.code, fault.vi) == (3, "import_cell_unreadable", "Không đọc được ô terms")
    assert (await client.get("/api/v1/procedures/9.000001")).status_code == 404

    keyed = {**headers, "Idempotency-Key": "import-1"}
    done = await client.post("/api/v1/procedures/import", content=text.encode(), headers=keyed)
    again = await client.post("/api/v1/procedures/import", content=text.encode(), headers=keyed)
    assert done.json() == {**tried.json(), "dry_run": False} == again.json()
    assert (await client.get("/api/v1/procedures/9.000001")).json()["name"] == "Thủ tục nhập"


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"code\n1.001193\n", "application/json", "import_not_csv"),
        (b"code\n\xff\n", "text/csv", "import_not_utf8"),
        (b"code\n1.00\x001193\n", "text/csv", "nul_character"),
        (b"", "text/csv", "import_column_missing"),
    ],
)
async def test_what_is_not_a_readable_file_is_refused(
    client: httpx.AsyncClient, manager: dict[str, str], content: bytes, media_type: str, code: str
) -> None:
    headers = {**manager, "Content-Type": media_type}
    answer = await client.post("/api/v1/procedures/import", content=content, headers=headers)
    assert answer.status_code == 422
    assert {fault for fault, _ in faults_of(answer)} == {code}


def test_every_code_of_the_catalogue_has_its_texts() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(package).parent.glob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Refusal\(\s*"(\w+)"', source)}
    assert len(codes) > 20
    assert codes <= MESSAGES.keys()
