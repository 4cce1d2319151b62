import httpx


async def test_a_started_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "alive"}
    assert (await client.get("/health/ready")).json() == {"status": "ready", "database": "reachable"}


async def test_unknown_paths_answer_a_problem_in_both_languages(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing", headers={"Accept-Language": "en, vi;q=0.5"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Not found"
    assert answer.json()["title_vi"] == "Không tìm thấy"
    assert answer.json()["trace_id"] == answer.headers["x-request-id"]
