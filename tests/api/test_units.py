"""The public tree of units, and the acts of those who administer it."""

import datetime as dt
from typing import get_args

import httpx
import pytest

from app.api.pagination import encode_cursor
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_all
from app.domain.organization import LEVELS_BELOW, may_stand_under
from app.domain.permissions import Role
from app.services.organization.inputs import Level
from tests.factories.dossiers import registration
from tests.factories.people import COMMUNE, DEPARTMENT, PROVINCE, signed_in

UNITS = "/api/v1/units"


def codes(answer: httpx.Response) -> list[tuple[str, str | None]]:
    return [(fault["code"], fault["field"]) for fault in answer.json()["errors"]]


async def administrator(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def found_codes(client: httpx.AsyncClient, **params: str) -> list[str]:
    answer = await client.get(UNITS, params=params)
    assert answer.status_code == 200, answer.text
    return [unit["code"] for unit in answer.json()["items"]]


async def test_units_are_public_and_carry_their_identifier_of_the_day(client: httpx.AsyncClient) -> None:
    answer = await client.get(UNITS, params={"level": "province"})
    assert answer.json()["items"] == [
        {
            "code": PROVINCE,
            "name": "Tỉnh Ninh Bình",
            "level": "province",
            "parent": None,
            "agency_identifier": "H42",
            "is_one_stop": False,
            "valid_from": "2025-07-01",
            "valid_to": None,
        }
    ]


@pytest.mark.parametrize("q", ["Phường Châu Sơn", "phuong chau son", "CHAU  SƠN phường", COMMUNE, "chau son 13285"])
async def test_a_unit_is_found_without_accents_in_any_order_or_by_code(client: httpx.AsyncClient, q: str) -> None:
    assert COMMUNE in await found_codes(client, q=q)


async def test_a_department_is_found_by_its_dotted_code(client: httpx.AsyncClient) -> None:
    assert await found_codes(client, q="37.snv") == [DEPARTMENT]


@pytest.mark.parametrize("q", ["%", "_", "không có đơn vị này", "\\"])
async def test_signs_of_the_database_match_nothing(client: httpx.AsyncClient, q: str) -> None:
    assert await found_codes(client, q=q) == []


@pytest.mark.parametrize("sort", ["code", "name"])
async def test_pages_cover_every_unit_exactly_once_and_in_order(
    client: httpx.AsyncClient, application: Application, sort: str
) -> None:
    async with application.database.read() as connection:
        everything = {row.code for row in await fetch_all(connection, "select code from unit")}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"sort": sort, "limit": "23"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(UNITS, params=params)).json()
        seen += [unit["code"] for unit in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(everything)
    assert set(seen) == everything
    if sort == "code":
        assert seen == sorted(seen)


async def test_a_cursor_of_another_sort_or_of_nobody_is_refused(client: httpx.AsyncClient) -> None:
    page = (await client.get(UNITS, params={"sort": "code", "limit": 2})).json()
    for params in (
        {"sort": "name", "cursor": page["next_cursor"]},
        {"cursor": "không phải"},
        {"cursor": "AAAA"},
        {"cursor": encode_cursor("code", ["\x00"])},
    ):
        answer = await client.get(UNITS, params=params)
        assert answer.status_code == 422
        assert codes(answer) == [("cursor_invalid", "cursor")]


async def test_all_faults_of_a_question_are_listed(client: httpx.AsyncClient) -> None:
    answer = await client.get(UNITS, params={"limit": 0, "level": "planet", "on": "yesterday", "q": "\x00"})
    assert answer.status_code == 422
    assert {field for _, field in codes(answer)} == {"limit", "level", "on", "q"}


async def test_units_are_listed_by_level_and_parent(client: httpx.AsyncClient) -> None:
    verticals = await found_codes(client, level="vertical", parent=PROVINCE)
    assert "37.CA" in verticals
    assert await found_codes(client, parent=COMMUNE) == []


async def test_a_day_before_the_two_level_model_knows_none_of_these_units(client: httpx.AsyncClient) -> None:
    assert await found_codes(client, on="2025-06-30") == []
    assert PROVINCE in await found_codes(client, on="2025-07-01", level="province")


async def test_one_unit_shows_its_surroundings(client: httpx.AsyncClient) -> None:
    commune = (await client.get(f"{UNITS}/{COMMUNE}")).json()
    assert commune["parent"] == {"code": PROVINCE, "name": "Tỉnh Ninh Bình"}
    assert commune["children_count"] == 0
    assert commune["is_one_stop"] is True
    assert commune["agency_identifiers"][0]["code"] == "H42.101"
    assert commune["agency_identifiers"][0]["confidence"] == "default"
    province = (await client.get(f"{UNITS}/{PROVINCE}")).json()
    assert province["parent"] is None
    assert province["children_count"] > 129


async def test_an_unknown_unit_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{UNITS}/99999")
    assert answer.status_code == 404
    assert codes(answer) == [("unit_unknown", None)]


async def test_a_unit_is_created_below_its_parent_once_per_key(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await administrator(application)
    body = {
        "code": "37.SDL",
        "name": "Sở Du lịch",
        "level": "department",
        "parent": PROVINCE,
        "valid_from": "2026-01-01",
    }
    keyed = {**headers, "Idempotency-Key": "so-du-lich"}
    answer = await client.post(UNITS, json=body, headers=keyed)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{UNITS}/37.SDL"
    assert answer.json()["parent"]["code"] == PROVINCE
    again = await client.post(UNITS, json=body, headers=keyed)
    assert (again.status_code, again.json()) == (201, answer.json())
    assert await found_codes(client, q="so du lich") == ["37.SDL"]
    taken = await client.post(UNITS, json=body, headers=headers)
    assert taken.status_code == 409
    assert codes(taken) == [("unit_code_taken", "code")]
    async with application.database.read() as connection:
        entries = await fetch_all(connection, "select action from audit_entry where subject = 'unit:37.SDL'")
    assert [entry.action for entry in entries] == ["unit.create"]


async def test_all_faults_of_a_new_unit_are_listed(client: httpx.AsyncClient, application: Application) -> None:
    body = {"code": "a b", "name": "", "level": "planet", "valid_from": "2026-02-30", "colour": "red"}
    answer = await client.post(UNITS, json=body, headers=await administrator(application))
    assert answer.status_code == 422
    assert {field for _, field in codes(answer)} == {"code", "name", "level", "valid_from", "parent", "colour"}


async def test_a_unit_cannot_exist_before_its_parent(client: httpx.AsyncClient, application: Application) -> None:
    body = {"code": "x", "name": "X", "level": "commune", "parent": PROVINCE, "valid_from": "2025-06-30"}
    answer = await client.post(UNITS, json=body, headers=await administrator(application))
    assert codes(answer) == [("unit_before_parent", "valid_from")]


@pytest.mark.parametrize("role", [Role.UNIT_ADMINISTRATOR, Role.INSPECTOR, Role.RECEPTION_CLERK])
async def test_only_a_province_administrator_changes_units(
    client: httpx.AsyncClient, application: Application, role: Role
) -> None:
    headers = await signed_in(application, role, PROVINCE)
    answer = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2027-01-01"}, headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == [("permission_missing", None)]


async def test_an_administrator_of_one_unit_does_not_change_another(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, COMMUNE)
    answer = await client.post(f"{UNITS}/{DEPARTMENT}/close", json={"valid_to": "2027-01-01"}, headers=headers)
    assert answer.status_code == 403
    assert codes(answer) == [("out_of_scope", None)]


async def test_a_closed_unit_and_its_identifier_end_on_the_same_day(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    headers = await administrator(application)
    answer = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2026-11-30"}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["valid_to"] == "2026-11-30"
    assert answer.json()["agency_identifiers"][0]["valid_to"] == "2026-11-30"
    assert COMMUNE in await found_codes(client, q=COMMUNE)
    clock.move_to(clock.at + dt.timedelta(days=7))
    assert COMMUNE not in await found_codes(client, q=COMMUNE)
    assert COMMUNE in await found_codes(client, q=COMMUNE, on="2026-11-29")
    clock.move_to(clock.at + dt.timedelta(days=1))
    twice = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2026-12-30"}, headers=headers)
    assert twice.status_code == 409
    assert codes(twice) == [("unit_already_closed", None)]


async def test_a_unit_with_units_below_it_cannot_be_closed(client: httpx.AsyncClient, application: Application) -> None:
    headers = await administrator(application)
    answer = await client.post(f"{UNITS}/{PROVINCE}/close", json={"valid_to": "2027-01-01"}, headers=headers)
    assert answer.status_code == 409
    assert codes(answer) == [("unit_has_children", None)]


async def test_a_unit_cannot_end_before_it_began(client: httpx.AsyncClient, application: Application) -> None:
    headers = await administrator(application)
    answer = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2025-07-01"}, headers=headers)
    assert codes(answer) == [("closing_before_beginning", "valid_to")]


async def test_counters_open_only_at_a_one_stop_desk(client: httpx.AsyncClient, application: Application) -> None:
    headers = await administrator(application)
    body = {"code": "01", "name": "Hộ tịch – Chứng thực"}
    answer = await client.post(f"{UNITS}/{COMMUNE}/counters", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["counters"] == [body]
    taken = await client.post(f"{UNITS}/{COMMUNE}/counters", json=body, headers=headers)
    assert codes(taken) == [("counter_code_taken", "code")]
    elsewhere = await client.post(f"{UNITS}/{DEPARTMENT}/counters", json=body, headers=headers)
    assert codes(elsewhere) == [("unit_not_one_stop", None)]


async def test_a_new_identifier_ends_the_one_before_it(client: httpx.AsyncClient, application: Application) -> None:
    headers = await administrator(application)
    body = {"code": "H42.900", "valid_from": "2026-11-01", "confidence": "verified", "source": "Quyết định của tỉnh"}
    path = f"{UNITS}/{COMMUNE}/agency-identifiers"
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == 201
    periods = [(held["code"], held["valid_from"], held["valid_to"]) for held in answer.json()["agency_identifiers"]]
    assert periods == [("H42.101", "2025-07-01", "2026-11-01"), ("H42.900", "2026-11-01", None)]
    before = (await client.get(UNITS, params={"q": COMMUNE, "on": "2026-10-31"})).json()["items"][0]
    since = (await client.get(UNITS, params={"q": COMMUNE, "on": "2026-11-01"})).json()["items"][0]
    assert (before["agency_identifier"], since["agency_identifier"]) == ("H42.101", "H42.900")


async def test_an_identifier_in_use_or_out_of_shape_or_out_of_order_is_refused(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await administrator(application)
    path = f"{UNITS}/{COMMUNE}/agency-identifiers"
    used = await client.post(path, json={"code": "H42.102", "valid_from": "2026-11-01"}, headers=headers)
    assert used.status_code == 409
    assert codes(used) == [("agency_identifier_taken", "code")]
    wrong = await client.post(path, json={"code": "Ninh Bình", "valid_from": "2025-07-01"}, headers=headers)
    assert wrong.status_code == 422
    assert codes(wrong) == [("agency_identifier_malformed", "code"), ("identifier_before_present", "valid_from")]


async def test_a_closed_unit_and_one_to_come_are_told_from_unknown_ones(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    headers = await administrator(application)
    clerk = await signed_in(application, Role.RECEPTION_CLERK, PROVINCE)
    await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2026-11-30"}, headers=headers)
    to_come = {"code": "37.SM", "name": "Sở mới", "level": "department", "parent": PROVINCE, "valid_from": "2027-01-01"}
    assert (await client.post(UNITS, json=to_come, headers=headers)).status_code == 201
    clock.move_to(clock.at + dt.timedelta(days=7))
    body = registration(receiving_unit=COMMUNE, competent_unit="37.SM", supporting_unit="nowhere")
    answer = await client.post("/api/v1/dossiers", json=body, headers=clerk)
    assert answer.status_code == 422
    assert sorted(codes(answer)) == [
        ("unit_closed", "receiving_unit"),
        ("unit_not_yet", "competent_unit"),
        ("unit_unknown", "supporting_unit"),
    ]


async def test_until_its_last_day_a_unit_gives_codes_by_the_identifier_of_the_day(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    headers = await administrator(application)
    clerk = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2026-11-30"}, headers=headers)
    answer = await client.post("/api/v1/dossiers", json=registration(), headers=clerk)
    assert (answer.status_code, answer.json()["code"][:10]) == (201, "H42.101-26")
    clock.move_to(clock.at + dt.timedelta(days=7))
    answer = await client.post("/api/v1/dossiers", json=registration(), headers=clerk)
    assert codes(answer) == [("unit_closed", "receiving_unit")]


async def test_an_identifier_to_come_gives_no_codes_yet(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    clerk = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    body = {"code": "H42.777", "valid_from": "2026-11-30"}
    given = await client.post(
        f"{UNITS}/{COMMUNE}/agency-identifiers", json=body, headers=await administrator(application)
    )
    assert given.is_success, given.text
    now = await client.post("/api/v1/dossiers", json=registration(), headers=clerk)
    clock.move_to(clock.at + dt.timedelta(days=7))
    then = await client.post("/api/v1/dossiers", json=registration(), headers=clerk)
    assert [answer.json()["code"].partition("-")[0] for answer in (now, then)] == ["H42.101", "H42.777"]


@pytest.mark.parametrize(
    ("level", "parent"), [("province", COMMUNE), ("commune", COMMUNE), ("province", PROVINCE), ("ministry", PROVINCE)]
)
async def test_a_unit_stands_only_under_a_level_that_may_hold_it(
    client: httpx.AsyncClient, application: Application, level: str, parent: str
) -> None:
    body = {"code": "x", "name": "X", "level": level, "parent": parent, "valid_from": "2025-06-30"}
    answer = await client.post(UNITS, json=body, headers=await administrator(application))
    assert answer.status_code == 422
    assert codes(answer) == [("unit_level_misplaced", "level"), ("unit_before_parent", "valid_from")]


async def test_the_shipped_units_stand_where_the_table_lets_them(application: Application) -> None:
    async with application.database.read() as connection:
        pairs = await fetch_all(
            connection, "select distinct u.level, p.level as parent from unit u join unit p on p.id = u.parent_id"
        )
    assert len(pairs) > 2
    assert [pair for pair in pairs if not may_stand_under(pair.level, pair.parent)] == []


def test_every_level_has_its_line_in_the_table() -> None:
    assert set(LEVELS_BELOW) == set(get_args(Level)) == set().union(*LEVELS_BELOW.values()) | {"ministry"}
