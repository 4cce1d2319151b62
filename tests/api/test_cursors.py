"""Cursors that nobody was given are refused before a database sees them."""

import httpx
import pytest

from app.api.pagination import encode_cursor


@pytest.mark.parametrize("path", ["calendars", "tariffs", "fee-reductions"])
@pytest.mark.parametrize("last", [0, -1, 2**31, 2**63])
async def test_a_place_no_row_can_have_is_no_cursor(client: httpx.AsyncClient, path: str, last: int) -> None:
    answer = await client.get(f"/api/v1/{path}", params={"cursor": encode_cursor("id", [last])})
    assert answer.status_code == 422, answer.text
    assert [(fault["code"], fault["field"]) for fault in answer.json()["errors"]] == [("cursor_invalid", "cursor")]
