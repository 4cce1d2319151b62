"""The clerk's list: what is in it, how it is narrowed, and pages that show everything exactly once."""

import base64
import json
from typing import Any

import asyncpg
import pytest

from app.api.v1.schemas.dossiers import DossierDetailOut, DossierPageOut
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import PostgresDatabase, fetch_one, plain_url
from app.domain.permissions import Role
from tests.factories.dossiers import BIRTH, SUPPLEMENT, WITHDRAW, Desk, applicant, codes, desk_of, go_to
from tests.factories.people import DEPARTMENT, OTHER_COMMUNE, PROVINCE, account_of, signed_in


async def listed(desk: Desk, **parameters: Any) -> list[str]:
    return [item["code"] for item in (await desk.get("/dossiers", **parameters))["items"]]


async def test_names_are_masked_and_numbers_absent(desk: Desk) -> None:
    await desk.register()
    answer = await desk.client.get("/api/v1/dossiers", headers=desk.clerk)
    (item,) = answer.json()["items"]
    assert item["applicant_name"] not in (None, "Nguyễn Thị Thử Nghiệm")
    assert "*" in item["applicant_name"]
    assert "037990" not in answer.text


async def test_lines_and_dossiers_have_the_declared_shape(desk: Desk) -> None:
    codes_of = [(await desk.register())["code"], (await desk.register(accept=False))["code"]]
    page = await desk.client.get("/api/v1/dossiers", headers=desk.clerk, params={"limit": 1})
    whole = [await desk.client.get(f"/api/v1/dossiers/{code}", headers=desk.clerk) for code in codes_of]
    DossierPageOut.model_validate_json(page.content, extra="forbid")
    for answer in whole:
        DossierDetailOut.model_validate_json(answer.content, extra="forbid")


async def test_a_line_tells_the_same_as_the_dossier(desk: Desk, clock: FixedClock) -> None:
    codes_of = [(await desk.register())["code"], (await desk.register(accept=False))["code"]]
    go_to(clock, "2026-11-23 16:59:59.120")
    await desk.act(codes_of[0], "request_supplement", **SUPPLEMENT)
    ended = (await desk.register())["code"]
    await desk.act(ended, "withdraw", **WITHDRAW)
    for line in (await desk.get("/dossiers"))["items"]:
        whole = await desk.get(f"/dossiers/{line['code']}")
        shared = {name: value for name, value in line.items() if name in whole and not name.endswith("_at")}
        assert shared == {name: whole[name] for name in shared}
        for name in ("registered_at", "accepted_at", "promised_due_at", "current_due_at", "resolved_at", "returned_at"):
            told, expected = line[name], whole[name]
            assert told == expected
            assert told is None or told.endswith("+07:00")


async def test_each_side_lists_the_dossier_once(application: Application, desk: Desk) -> None:
    own = (await desk.register())["code"]
    shared = (await desk.register(competent_unit=DEPARTMENT))["code"]
    department = await desk_of(application, desk.client, DEPARTMENT)
    assert await listed(desk) == [shared, own]
    assert await listed(department) == [shared] == await listed(department, q=shared.rpartition("-")[2])
    inspector = await signed_in(application, Role.INSPECTOR, PROVINCE)
    for parameters in ({}, {"unit": PROVINCE}):
        page = await desk.client.get("/api/v1/dossiers", params=parameters, headers=inspector)
        assert [item["code"] for item in page.json()["items"]] == [shared, own]
    page = await desk.client.get("/api/v1/dossiers", params={"unit": OTHER_COMMUNE}, headers=inspector)
    assert page.json()["items"] == []


async def test_filters(application: Application, desk: Desk, clock: FixedClock) -> None:
    waiting = (await desk.register())["code"]
    await desk.act(waiting, "request_supplement", **SUPPLEMENT)
    birth = (
        await desk.register(
            procedure_code=BIRTH, components=[{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
        )
    )["code"]
    await account_of(application, Role.SPECIALIST, "13285", username="specialist.of.lists")
    started = (await desk.register())["code"]
    await desk.act(started, "start_processing", assignee="specialist.of.lists")
    filed = (await desk.register(accept=False))["code"]
    ended = (await desk.register())["code"]
    await desk.act(ended, "withdraw", **WITHDRAW)

    assert await listed(desk, state="accepted") == [birth]
    assert await listed(desk, state=["withdrawn", "registered"]) == [ended, filed]
    assert await listed(desk, procedure=BIRTH) == [birth]
    assert await listed(desk, assignee="specialist.of.lists") == [started]
    assert await listed(desk, due_before="2026-11-23T17:01:00+07:00") == [birth]
    assert await listed(desk, sort="due_at") == [birth, waiting, started, ended, filed], "without a running clock: last"
    assert await listed(desk, sort="-due_at") == [started, waiting, birth, ended, filed]
    assert await listed(desk, sort="due_at", overdue=False) == [birth, waiting, started]
    assert await listed(desk, sort="due_at", state=["withdrawn", "registered"]) == [ended, filed]
    assert await listed(desk, sort="registered_at") == [waiting, birth, started, filed, ended]
    assert await listed(desk, overdue=True) == []
    go_to(clock, "2026-11-27 09:01")
    assert await listed(desk, overdue=True) == [started, birth]
    assert await listed(desk, overdue=False) == [waiting], "a waiting dossier is not overdue"
    items = {item["code"]: item["overdue"] for item in (await desk.get("/dossiers"))["items"]}
    assert [code for code, overdue in items.items() if overdue] == [started, birth]


@pytest.mark.parametrize(
    "q",
    [
        "dang thi thu nghiem",
        "Đặng",
        "NGHIEM đang",
        "ngh",
        "037990777777",
        "G22.99-261123-777",
        "OUTSIDE777",
        "{code}",
    ],
)
async def test_search_by_name_number_and_codes(desk: Desk, q: str) -> None:
    found = await desk.register(
        applicant=applicant(full_name="Đặng Thị Thử Nghiệm", identity_number="037990777777"),
        external_code="OUTSIDE777" if "OUTSIDE" in q else "G22.99-261123-777",
    )
    await desk.register(applicant=applicant(full_name="Lê Văn Khác"))
    assert await listed(desk, q=q.format(code=found["code"])) == [found["code"]]


async def test_search_by_a_tax_code(desk: Desk) -> None:
    company = {"kind": "enterprise", "full_name": "Công ty Thử", "identity_number": "0101234567"}
    code = (await desk.register(applicant=company))["code"]
    assert await listed(desk, q="0101234567") == [code]
    branch = (await desk.register(applicant=company | {"identity_number": "0101234567001"}))["code"]
    for typed in ("0101234567001", "0101234567-001"):
        assert await listed(desk, q=typed) == [branch]


@pytest.mark.parametrize("q", ["nobody", "037990000000", "H42.1-000000-0000", "a & b | !c:*", "'; drop table dossier"])
async def test_search_that_finds_nothing_is_an_empty_list(desk: Desk, q: str) -> None:
    await desk.register()
    assert await listed(desk, q=q) == []


async def test_a_search_without_a_word_is_refused(desk: Desk) -> None:
    assert codes(await desk.get("/dossiers", q="&&& ***", expect=422)) == ["search_empty"]


@pytest.mark.parametrize("sort", ["registered_at", "-registered_at", "due_at", "-due_at"])
async def test_pages_show_everything_once_while_dossiers_arrive(desk: Desk, clock: FixedClock, sort: str) -> None:
    there = {(await desk.register())["code"] for _ in range(7)}
    seen: list[str] = []
    cursor = None
    for _ in range(20):
        page = await desk.get("/dossiers", sort=sort, limit=2, **({} if cursor is None else {"cursor": cursor}))
        assert len(page["items"]) <= 2
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        clock.move_to(clock.at.replace(minute=clock.at.minute + 1))
        if len(seen) < 7:
            await desk.register()
    assert cursor is None
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
@pytest.mark.parametrize("sort", ["due_at", "-due_at"])
async def test_pages_by_due_date_go_on_into_what_has_no_running_clock(desk: Desk, sort: str, limit: int) -> None:
    running = [(await desk.register())["code"] for _ in range(3)]
    filed = [(await desk.register(accept=False))["code"] for _ in range(3)]
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        page = await desk.get("/dossiers", sort=sort, limit=limit, **({} if cursor is None else {"cursor": cursor}))
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    by_due = running if sort == "due_at" else running[::-1]
    assert seen == [*by_due, *filed[::-1]]


def forged(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "garbage",
        "ä",
        forged("due_at", "2026-11-23T09:00:00+07:00", 1),
        forged("-registered_at", "yesterday", 1),
        forged("-registered_at", "2026-11-23T09:00:00", 1),
        forged("-registered_at", "0001-01-01T00:00:00+14:00", 1),
        forged("-registered_at", "2026-11-23T09:00:00+07:00", 2**70),
        forged("-registered_at", "2026-11-23T09:00:00+07:00", "1"),
        forged("-registered_at", "2026-11-23T09:00:00+07:00"),
        forged("-registered_at+1", "2026-11-23T09:00:00+07:00", 1),
        forged("due_at+1", "2026-11-23T09:00:00+07:00", 1),
        forged([], "2026-11-23T09:00:00+07:00", 1),
    ],
)
async def test_a_foreign_cursor_is_refused(desk: Desk, cursor: str) -> None:
    assert codes(await desk.get("/dossiers", cursor=cursor, expect=422)) == ["cursor_invalid"]


async def test_everything_wrong_with_a_question_is_named_at_once(desk: Desk) -> None:
    wrong = {"sort": "name", "cursor": "zz", "limit": 0, "due_before": "yesterday", "overdue": "perhaps", "colour": 1}
    answer = await desk.get("/dossiers", state=["accepted", "lost"], **wrong, expect=422)
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("state_unknown", "state"), ("datetime_parsing", "due_before"), ("bool_parsing", "overdue"),
        ("sort_unknown", "sort"), ("cursor_invalid", "cursor"), ("greater_than_equal", "limit"),
        ("parameter_unknown", "colour"),
    ]  # fmt: skip
    assert "awaiting_supplement" in answer["errors"][0]["params"]["expected"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("limit", 0), ("limit", 201), ("limit", "many"), ("due_before", "2026-11-23"), ("overdue", "perhaps"), ("q", ""),
     ("due_before", "9999-12-31T23:59:59-12:00"), ("q", "x" * 201), ("unit", "a\x00b")],
)  # fmt: skip
async def test_a_parameter_out_of_bounds_is_refused(desk: Desk, parameter: str, value: object) -> None:
    answer = await desk.get("/dossiers", expect=422, **{parameter: value})
    assert [fault["field"] for fault in answer["errors"]] == [parameter]


async def test_a_unit_or_procedure_that_does_not_exist_is_no_empty_list(desk: Desk) -> None:
    answer = await desk.get("/dossiers", unit="nope", procedure="9.999999", expect=422)
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("unit_unknown", "unit"), ("procedure_unknown", "procedure"),
    ]  # fmt: skip
    assert (await desk.get("/dossiers", unit=OTHER_COMMUNE, procedure="1.004873"))["items"] == []


async def test_a_code_is_found_in_small_letters_and_by_the_number_called(desk: Desk, clock: FixedClock) -> None:
    older = (await desk.register())["code"]
    go_to(clock, "2026-11-25 09:00")
    newer = (await desk.register(external_code="PORTAL-7"))["code"]
    number = newer.rpartition("-")[2]
    assert number == older.rpartition("-")[2]
    assert await listed(desk, q=newer.lower()) == [newer]
    assert await listed(desk, q="portal-7") == [newer]
    assert await listed(desk, q=number) == [newer, older]
    go_to(clock, "2026-12-01 09:00")
    assert await listed(desk, q=number) == [newer]
    assert await listed(desk, procedure="1.004873.000.00.00.H42") == [newer, older]
    numbered = (await desk.register(external_code="654321"))["code"]
    assert await listed(desk, q="654321") == [numbered]


async def test_a_server_with_another_style_of_dates_is_read_alike(own_application: Application) -> None:
    administrator = await asyncpg.connect(plain_url(own_application.service_url))
    await administrator.execute(
        f"alter database \"{await administrator.fetchval('select current_database()')}\" set datestyle = 'SQL, DMY'"
    )
    await administrator.close()
    database = PostgresDatabase(own_application.service_url)
    async with database.read() as connection:
        row = await fetch_one(connection, "select timestamp '2026-11-23 09:00'::text as at")
    await database.close()
    assert row is not None
    assert row.at == "2026-11-23 09:00:00"
