"""A filter that names nothing there is, is told: an empty list would say that there is no work."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.domain.permissions import Grant, Role
from tests.factories.api_over import published_contract
from tests.factories.people import COMMUNE, PROVINCE, account_of, headers_of

_CODES = {
    "unit": "unit_unknown",
    "parent": "unit_unknown",
    "procedure": "procedure_unknown",
    "field": "field_unknown",
    "book": "certification_book_unknown",
}
"""By the name of a parameter that names something: what is said where there is no such thing."""
_NEEDED = {"unit": COMMUNE, "from": "2026-11-01", "to": "2026-11-23"}


def _filtered_routes() -> list[tuple[str, str, dict[str, str]]]:
    """Return (path, parameter, what else must be sent) of every parameter of every GET route that names something."""
    found = []
    for path, operations in published_contract()["paths"].items():
        parameters = [one for one in operations.get("get", {}).get("parameters", []) if one["in"] == "query"]
        needed = {one["name"]: _NEEDED[one["name"]] for one in parameters if one["required"] and "{" not in path}
        found += [(path, one["name"], needed) for one in parameters if one["name"] in _CODES]
    return found


async def test_every_list_tells_a_filter_that_names_nothing(
    application: Application, client: httpx.AsyncClient
) -> None:
    actor = await account_of(application, Role.INSPECTOR, PROVINCE)
    (grant,) = actor.grants
    grants = [Grant(role, grant.unit_id, grant.path) for role in Role if role is not Role.MACHINE_CLIENT]
    headers = headers_of(application, replace(actor, grants=tuple(grants)))
    routes = _filtered_routes()
    assert len(routes) > len(_CODES)
    told: dict[str, Any] = {}
    for path, name, needed in routes:
        answer = await client.get(path, params=needed | {name: "nope-x"}, headers=headers)
        faults = answer.json().get("errors", [])
        told[f"{path}?{name}"] = [answer.status_code, *((fault["code"], fault["field"]) for fault in faults)]
    silent = {
        route: answer
        for (_, name, _), (route, answer) in zip(routes, told.items(), strict=True)
        if answer != [422, (_CODES[name], name)]
    }
    assert silent == {}


@pytest.mark.parametrize("path", ["alerts", "apologies", "certifications", "originals", "cash-closes", "scan-batches"])
async def test_a_unit_where_nothing_is_to_be_seen_is_an_empty_list(
    application: Application, client: httpx.AsyncClient, path: str
) -> None:
    role = Role.RECORDS_OFFICER if path == "scan-batches" else Role.INSPECTOR
    actor = await account_of(application, role, PROVINCE)
    answer = await client.get(f"/api/v1/{path}", params={"unit": COMMUNE}, headers=headers_of(application, actor))
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})
