import datetime as dt
from dataclasses import replace

import httpx

from app.api.app import serve_opened
from app.bootstrap import Application
from app.core.db import execute, fetch_all
from tests.factories.dossiers import Desk, registration


async def test_a_started_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "alive"}
    ready = (await client.get("/health/ready")).json()
    assert (ready["status"], ready["database"]) == ("ready", "reachable")


async def test_a_calendar_that_runs_out_is_told_and_leaves_the_service_ready(
    application: Application, client: httpx.AsyncClient
) -> None:
    async with application.database.write() as connection:
        await execute(connection, "update calendar set known_until = $1 where unit_id is null", dt.date(2027, 1, 22))
    assert "calendar_runs_out" not in await _warned(client)
    async with application.database.write() as connection:
        await execute(connection, "update calendar set known_until = $1 where unit_id is null", dt.date(2027, 1, 21))
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    (warning,) = [found for found in answer.json()["warnings"] if found["code"] == "calendar_runs_out"]
    assert (warning["days"], "59" in warning["vi"]) == (59, True)


async def test_signatures_without_legal_value_are_told(client: httpx.AsyncClient) -> None:
    assert "test_signatures" in await _warned(client)


async def test_lists_of_papers_that_were_never_loaded_are_told(
    application: Application, client: httpx.AsyncClient
) -> None:
    assert "paper_lists_missing" not in await _warned(client)
    async with application.database.write() as connection:
        await fetch_all(connection, "set local role none")  # the service itself never takes a line away
        await execute(connection, "delete from paper_use")
        await execute(connection, "delete from paper_kind")
    assert "paper_lists_missing" in await _warned(client)


async def _warned(client: httpx.AsyncClient) -> list[str]:
    return [warning["code"] for warning in (await client.get("/health/ready")).json()["warnings"]]


async def test_unknown_paths_answer_a_problem_in_both_languages(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing", headers={"Accept-Language": "en, vi;q=0.5"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Not found"
    assert answer.json()["title_vi"] == "Không tìm thấy"
    assert answer.json()["trace_id"] == answer.headers["x-request-id"]


async def test_metrics_name_the_whole_template_of_a_route_and_never_its_path(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/units/nothing-of-that-name")).status_code == 404
    metrics = (await client.get("/metrics")).text
    assert 'motcua_http_requests_total{method="GET",route="/api/v1/units/{code}",status="404"}' in metrics
    assert "nothing-of-that-name" not in metrics


async def test_programs_that_are_not_installed_are_told_and_leave_the_service_ready(application: Application) -> None:
    settings = application.settings.model_copy(update={"ocr_search_path": ""})
    bare = replace(application, settings=settings)
    transport = httpx.ASGITransport(app=serve_opened(bare))
    async with httpx.AsyncClient(transport=transport, base_url="http://motcua.test") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    (reading,) = [found for found in answer.json()["optional"] if found["name"] == "text_recognition"]
    assert (reading["available"], reading["missing"]) == (False, ["tesseract"])
    assert "tesseract" in reading["vi"]


async def test_metrics_count_what_was_committed_by_the_name_of_the_act(desk: Desk) -> None:
    before = await _transitions(desk)
    assert {"register", "accept", "hand_over", "stop"} <= set(before), "every act has its series from the beginning"
    key = {"Idempotency-Key": "counted-once", **desk.clerk}
    for _ in range(2):
        await desk.client.post("/api/v1/dossiers", json=registration(), headers=key)
    code = (await desk.register())["code"]
    await desk.act(code, "start_processing")
    await desk.act(code, "start_processing", expect=409)
    after = await _transitions(desk)
    assert {action: after[action] - before[action] for action in after if after[action] != before[action]} == {
        "register": 2,
        "accept": 2,
        "start_processing": 1,
    }


async def _transitions(desk: Desk) -> dict[str, float]:
    lines = (await desk.client.get("/metrics")).text.splitlines()
    found = [line.partition("motcua_transitions_total{action=")[2].split("} ") for line in lines]
    return {parts[0].strip('"'): float(parts[1]) for parts in found if len(parts) > 1}
