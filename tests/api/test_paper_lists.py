"""The lists of papers: read by who registers, edited by the province; what a line said on a day is never rewritten."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.domain.permissions import Role
from app.services.vault.lists import load_shipped_papers
from tests.factories.dossiers import Desk, applicant, codes, go_to, registration
from tests.factories.people import COMMUNE, PROVINCE, signed_in
from tests.factories.vault import held_for

LATE_BIRTH = "1.004873"
MARITAL = "marital_status_certificate"
FORM = [{"code": "TP01", "originals": 1}]
KIND: dict[str, Any] = {
    "code": "residence_confirmation",
    "vi": "Giấy xác nhận thông tin về cư trú",
    "en": "Confirmation of residence",
    "valid_months": 12,
    "source": "Thông tư của Bộ Công an",
    "valid_from": "2026-11-23",
}


@pytest.fixture
async def administrator(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def post(
    desk: Desk, path: str, body: dict[str, Any], by: dict[str, str], expect: int = 201, **more: str
) -> dict[str, Any]:
    answer = await desk.post(path, body, by=by, **more)
    assert answer.status_code == expect, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def line_of(desk: Desk, path: str, **wanted: str) -> dict[str, Any]:
    query: dict[str, Any] = {"procedure": wanted["procedure_code"]} if "procedure_code" in wanted else {}
    items = (await desk.get(path, limit=200, **query))["items"]
    found: list[dict[str, Any]] = [item for item in items if wanted.items() <= item.items()]
    return found[-1]


async def test_who_registers_reads_the_lists_and_only_the_province_edits_them(
    application: Application, desk: Desk
) -> None:
    page = await desk.get("/paper-kinds", on="2026-11-23", limit=2)
    rest = await desk.get("/paper-kinds", on="2026-11-23", cursor=page["next_cursor"])
    known = {item["code"]: item for item in page["items"] + rest["items"]}
    assert (known[MARITAL]["valid_months"], known["citizen_card"]["presented_only"]) == (6, True)
    assert (await desk.get("/paper-uses", procedure=LATE_BIRTH))["items"][0]["kind"] == MARITAL
    local = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    for by in (desk.clerk, local):
        assert (await desk.post("/paper-kinds", KIND, by=by)).status_code == 403


async def test_a_line_is_never_overwritten_it_ends_and_another_begins(
    application: Application, desk: Desk, administrator: dict[str, str]
) -> None:
    made = await post(desk, "/paper-kinds", KIND, administrator, idempotency_key="a kind")
    assert await post(desk, "/paper-kinds", KIND, administrator, idempotency_key="a kind") == made
    later = KIND | {"valid_months": 6, "valid_from": "2027-01-01"}
    assert codes(await post(desk, "/paper-kinds", later, administrator, 409)) == ["paper_line_overlaps"]
    end = f"/paper-kinds/{made['id']}/end"
    past = await post(desk, end, {"valid_to": "2026-11-22"}, administrator, 422)
    assert codes(past) == ["paper_line_ends", "paper_line_reversed"]
    assert (await post(desk, end, {"valid_to": "2027-01-01"}, administrator, 200))["valid_to"] == "2027-01-01"
    await post(desk, "/paper-kinds", later, administrator)
    lines = [item for item in (await desk.get("/paper-kinds", limit=200))["items"] if item["code"] == KIND["code"]]
    assert [(line["valid_months"], line["valid_to"]) for line in lines] == [(12, "2027-01-01"), (6, None)]
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select string_agg(action, ' ' order by id) as acts from audit_entry where action like 'paper_%'",
        )
    assert row is not None
    assert row.acts == "paper_kind_added paper_kind_ended paper_kind_added"


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [
        ("/paper-kinds", {"valid_from": "2026-11-22"}, ["paper_line_in_past"]),
        ("/paper-kinds", {"valid_to": "2026-11-23"}, ["paper_line_reversed"]),
        ("/paper-uses", {"procedure_code": "9.999999"}, ["procedure_unknown"]),
        ("/paper-uses", {"kind": "nothing"}, ["paper_kind_not_in_force"]),
        ("/paper-uses", {"code": None}, ["missing"]),
        ("/paper-uses", {"code": "TP99"}, ["paper_use_component_unlisted"]),
        ("/paper-uses", {"procedure_code": "1.000894", "code": "TP02"}, ["paper_use_component_shown"]),
        ("/paper-uses", {"kind": "citizen_card"}, ["paper_use_of_shown_kind"]),
        ("/paper-uses", {"role": "result", "code": "KQ.0"}, ["paper_use_result_unlisted"]),
    ],
)  # fmt: skip
async def test_a_line_that_cannot_be_is_refused(
    desk: Desk, administrator: dict[str, str], path: str, change: dict[str, Any], expected: list[str]
) -> None:
    use = {"procedure_code": LATE_BIRTH, "role": "component", "code": "TP01", "kind": MARITAL, "about_holder": True}
    body = KIND if path == "/paper-kinds" else use | {"source": "x", "valid_from": "2026-11-23"}
    assert codes(await post(desk, path, body | change, administrator, 422)) == expected


async def test_a_paper_stands_in_while_the_list_says_so(
    application: Application, desk: Desk, administrator: dict[str, str], clock: FixedClock
) -> None:
    someone = applicant()
    source = (await desk.register(applicant=someone))["code"]
    await held_for(application, someone["identity_number"], MARITAL, source=source)
    body = registration(applicant=someone, components=FORM, case_variant="again")
    assert (await desk.post("/dossiers", body)).status_code == 201
    line = await line_of(desk, "/paper-uses", procedure_code=LATE_BIRTH, role="component", code="TP02")
    await post(desk, f"/paper-uses/{line['id']}/end", {"valid_to": "2026-11-25"}, administrator, 200)
    assert (await desk.post("/dossiers", body)).status_code == 201
    go_to(clock, "2026-11-25 09:00")
    assert codes((await desk.post("/dossiers", body)).json()) == ["component_missing"]
    again = {name: line[name] for name in ("procedure_code", "role", "code", "kind", "about_holder", "source")}
    await post(desk, "/paper-uses", again | {"valid_from": "2026-11-25"}, administrator)
    assert (await desk.post("/dossiers", body)).status_code == 201


async def test_what_a_province_changed_is_not_filled_up_again(
    application: Application, desk: Desk, administrator: dict[str, str], clock: FixedClock
) -> None:
    line = await line_of(desk, "/paper-kinds", code="birth_notice")
    await post(desk, f"/paper-kinds/{line['id']}/end", {"valid_to": "2026-11-23"}, administrator, 200)
    async with application.database.session() as session:
        assert await load_shipped_papers(session, now=clock.now()) == 0
    in_force = await desk.get("/paper-kinds", on="2026-11-23", limit=200)
    assert "birth_notice" not in {item["code"] for item in in_force["items"]}


async def test_no_list_takes_away_that_identity_cards_are_never_kept(desk: Desk, administrator: dict[str, str]) -> None:
    line = await line_of(desk, "/paper-kinds", code="citizen_card")
    kept = await post(desk, f"/paper-kinds/{line['id']}/end", {"valid_to": "2026-12-01"}, administrator, 409)
    assert codes(kept) == ["paper_kind_only_shown"]
    other = await post(desk, "/paper-kinds", KIND | {"code": "citizen_card"}, administrator, 422)
    assert codes(other) == ["paper_kind_only_shown"]


async def test_a_made_up_line_and_cursor_are_told(desk: Desk, administrator: dict[str, str]) -> None:
    unknown = await post(desk, "/paper-uses/999999/end", {"valid_to": "2026-12-01"}, administrator, 404)
    assert codes(unknown) == ["paper_line_unknown"]
    odd = await desk.client.get("/api/v1/paper-kinds?cursor=odd", headers=desk.clerk)
    assert (odd.status_code, codes(odd.json())) == (422, ["cursor_invalid"])
