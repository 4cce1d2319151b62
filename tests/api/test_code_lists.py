import httpx


async def test_a_client_can_show_every_reason_to_choose_from(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/code-lists/refusal_reasons")
    assert answer.status_code == 200
    codes = {item["code"] for item in answer.json()["items"]}
    assert "outside_competence" in codes
    assert all(item["vi"] and item["en"] for item in answer.json()["items"])


async def test_an_unknown_list_is_refused_with_the_names_there_are(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/code-lists/nothing")
    assert answer.status_code == 422
    assert "refusal_reasons" in answer.json()["errors"][0]["vi"]
