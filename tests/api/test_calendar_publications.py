"""Publishing calendars over HTTP: what it would move is shown first, bad sets of changes are refused by name."""

from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in

CULTURE_DAY = "2026-11-24"
REMOVAL: dict[str, Any] = {"removed_days": [CULTURE_DAY], "source": "Công văn thử 1/2026"}
STORM: dict[str, Any] = {"day": "2026-11-25", "kind": "rest", "name": "Bão số 12", "source": "Công điện 01"}
YEAR_2027 = [
    {"day": day, "kind": "holiday", "name": name, "source": "Thông báo Bộ Nội vụ"}
    for day, name in (
        ("2027-01-01", "Tết Dương lịch"),
        ("2027-02-05", "Tết Nguyên đán"),
        ("2027-04-30", "Ngày Chiến thắng"),
        ("2027-09-02", "Quốc khánh"),
    )
]


@pytest.fixture
async def administrator(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def codes_of(answer: httpx.Response, status: int = 422) -> set[tuple[str, str | None]]:
    assert answer.status_code == status, answer.text
    assert not any("{" in fault["vi"] + fault["en"] for fault in answer.json()["errors"])
    return {(fault["code"], fault["field"]) for fault in answer.json()["errors"]}


async def counts_of(application: Application) -> Any:
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select (select count(*) from calendar_publication) as publications, "
            "(select count(*) from calendar_day) as days, (select sum(version) from calendar) as versions, "
            "(select count(*) from procrastinate_jobs) as jobs, (select count(*) from audit_entry) as audit",
        )
    return tuple(row or ())


async def test_a_preview_shows_counts_and_dates_before_and_after_and_stores_nothing(
    client: httpx.AsyncClient, application: Application, administrator: dict[str, str]
) -> None:
    here, there = await desk_of(application, client), await desk_of(application, client, OTHER_COMMUNE)
    codes = [(await here.register())["code"] for _ in range(3)]
    codes.append((await there.register(receiving_unit=OTHER_COMMUNE))["code"])
    before = await counts_of(application)
    path = "/api/v1/calendars/national/preview"
    first = (await client.post(path, json=REMOVAL, headers=administrator, params={"limit": 3})).json()
    assert (first["examined"], first["moved"], len(first["items"])) == (4, 4, 3)
    assert [(unit["code"], unit["moved"], unit["earlier"]) for unit in first["units"]] == [
        (COMMUNE, 3, 3),
        (OTHER_COMMUNE, 1, 1),
    ]
    moved = first["items"][0]
    assert (moved["code"], moved["competent_unit"]) == (codes[0], COMMUNE)
    assert (moved["before_due"][:10], moved["after_due"][:10]) == ("2026-11-27", "2026-11-26")
    query = {"limit": 3, "cursor": first["next_cursor"]}
    second = (await client.post(path, json=REMOVAL, headers=administrator, params=query)).json()
    assert [item["code"] for item in second["items"]] == codes[3:]
    assert (second["examined"], second["units"], second["next_cursor"]) == (None, None, None)
    assert await counts_of(application) == before


async def test_one_publication_is_one_version_with_its_act_and_its_author(
    client: httpx.AsyncClient, administrator: dict[str, str]
) -> None:
    changes = {"days": [STORM, {**STORM, "day": "2026-11-26"}], "decided_by": "Chủ tịch UBND", "source": "QĐ 9"}
    answer = await client.post(f"/api/v1/calendars/{COMMUNE}/publish", json=changes, headers=administrator)
    assert answer.status_code == 200, answer.text
    found = (await client.get(f"/api/v1/calendars/{COMMUNE}/publications")).json()
    (published,) = found["items"]
    assert (published["id"], published["legal_basis"]) == (answer.json()["publication"], "QĐ 9")
    assert published["decided_by"] == "Chủ tịch UBND"
    assert published["published_by"].startswith("Người thử")
    days = (await client.get(f"/api/v1/calendars/{COMMUNE}", params={"year": 2026})).json()["days"]
    assert {day["publication"] for day in days if day["calendar"] == COMMUNE} == {published["id"]}


async def test_the_same_key_publishes_once(
    client: httpx.AsyncClient, application: Application, administrator: dict[str, str]
) -> None:
    headers = administrator | {"Idempotency-Key": "storm-1"}
    path = f"/api/v1/calendars/{COMMUNE}/publish"
    first = await client.post(path, json={"days": [STORM]}, headers=headers)
    before = await counts_of(application)
    again = await client.post(path, json={"days": [STORM]}, headers=headers)
    assert first.json() == again.json()
    assert await counts_of(application) == before


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {("calendar_change_empty", None)}),
        ({"removed_days": [CULTURE_DAY]}, {("removal_without_source", "source")}),
        ({"removed_days": ["2026-11-23"], "source": "x"}, {("calendar_day_unknown", "removed_days.0")}),
        ({"days": [STORM, STORM]}, {("calendar_entry_repeated", "days.1.day")}),
        (
            {"days": [STORM, {**STORM, "kind": "work"}]},
            {("calendar_entry_conflict", "days.1.kind"), ("calendar_entry_repeated", "days.1.day")},
        ),
        ({"days": [{**STORM, "source": " "}]}, {("string_too_short", "days.0.source")}),
        (
            {"days": [{**STORM, "kind": "closure", "closes_from": "15:00", "closes_to": "14:00"}]},
            {("closure_inverted", "days.0.kind")},
        ),
        ({"days": [{**STORM, "day": "2031-01-01"}]}, {("calendar_entry_out_of_range", "days.0.day")}),
        (
            {
                "hours": {
                    "periods": [
                        {
                            "source": "x",
                            "week": [{"weekday": 0, "sessions": [{"opens": "11:00", "closes": "08:00"}]}],
                        }
                    ]
                }
            },
            {("session_inverted", "hours.periods.0.week.0.sessions.0")},
        ),
        (
            {
                "hours": {
                    "periods": [
                        {
                            "source": "x",
                            "week": [
                                {
                                    "weekday": 0,
                                    "sessions": [
                                        {"opens": "07:00", "closes": "11:00"},
                                        {"opens": "10:00", "closes": "12:00"},
                                    ],
                                }
                            ],
                        }
                    ]
                }
            },
            {("session_overlap", "hours.periods.0.week.0.sessions")},
        ),
        (
            {"days": [{**STORM, "day": f"2026-{month:02}-{day:02}"} for month in (3, 4, 5) for day in range(1, 31)]},
            {("calendar_without_working_time", None)},
        ),
    ],
)
async def test_what_cannot_be_a_calendar_is_refused_by_name_and_nothing_is_stored(
    client: httpx.AsyncClient,
    application: Application,
    administrator: dict[str, str],
    changes: dict[str, Any],
    faults: set[tuple[str, str | None]],
) -> None:
    before = await counts_of(application)
    for act in ("publish", "preview"):
        answer = await client.post(f"/api/v1/calendars/national/{act}", json=changes, headers=administrator)
        found = {(code, None if code == "calendar_without_working_time" else at) for code, at in await codes_of(answer)}
        assert found == faults
    assert await counts_of(application) == before


async def test_a_unit_publishes_its_own_calendar_only(client: httpx.AsyncClient, application: Application) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    for act in ("publish", "preview"):
        for code in ("national", OTHER_COMMUNE):
            answer = await client.post(f"/api/v1/calendars/{code}/{act}", json={"days": [STORM]}, headers=headers)
            assert answer.status_code == 403
    year = await client.post(
        "/api/v1/calendars/national/years/2027", json={"days": YEAR_2027, "source": "x"}, headers=headers
    )
    assert year.status_code == 403


async def test_one_call_sets_the_next_years_days_off_for_all_units(
    client: httpx.AsyncClient, administrator: dict[str, str]
) -> None:
    body = {"days": YEAR_2027, "source": "Thông báo Bộ Nội vụ", "decided_by": "Thủ tướng Chính phủ"}
    answer = await client.post("/api/v1/calendars/national/years/2027", json=body, headers=administrator)
    assert answer.status_code == 200, answer.text
    assert answer.json()["known_until"] == "2027-12-31"
    assert "2027-11-24" in answer.json()["missing"]  # the library proposes it, the list does not have it
    seen = (await client.get(f"/api/v1/calendars/{COMMUNE}", params={"year": 2027})).json()
    assert [day["day"] for day in seen["days"]] == [day["day"] for day in YEAR_2027]
    assert seen["warning"] is None


async def test_a_year_takes_its_own_days_only_and_follows_the_year_before(
    client: httpx.AsyncClient, application: Application, administrator: dict[str, str]
) -> None:
    before = await counts_of(application)
    body = {"days": [*YEAR_2027, {**YEAR_2027[0], "day": "2026-12-31"}], "source": "x"}
    answer = await client.post("/api/v1/calendars/national/years/2027", json=body, headers=administrator)
    assert await codes_of(answer) == {("day_of_another_year", "days.4.day")}
    later = {"days": [{**YEAR_2027[0], "day": "2028-01-01"}], "source": "x"}
    answer = await client.post("/api/v1/calendars/national/years/2028", json=later, headers=administrator)
    assert ("year_before_unconfirmed", "year") in await codes_of(answer)
    assert await counts_of(application) == before


@pytest.mark.parametrize(("file_format", "kind"), [("csv", "text/csv"), ("ics", "text/calendar")])
async def test_days_come_back_from_a_file_as_they_went_out(
    client: httpx.AsyncClient, administrator: dict[str, str], file_format: str, kind: str
) -> None:
    days = [
        {**STORM, "decided_on": "2026-11-20", "decided_by": "UBND", "effective_at": "2026-11-20T08:00:00+07:00"},
        {"day": "2026-11-26", "kind": "closure", "name": "Mất điện, cả chiều", "source": "=TB 2"}
        | {"closes_from": "13:30", "closes_to": "17:00"},
        {"day": "2026-11-28", "kind": "swap_work", "name": "Làm bù", "source": "TB 3", "replaces": "2026-11-25"},
        {"day": "2026-11-30", "kind": "swap_rest", "name": "Nghỉ bù\nbuổi; sáng", "source": "TB 3"},
    ]
    source = f"/api/v1/calendars/{COMMUNE}"
    published = await client.post(f"{source}/publish", json={"days": days}, headers=administrator)
    assert published.status_code == 200, published.text
    out = await client.get(f"{source}/export", params={"year": "2026", "format": file_format})
    assert out.headers["content-type"].startswith(kind)
    headers = administrator | {"Content-Type": kind}
    answer = await client.post(f"/api/v1/calendars/{OTHER_COMMUNE}/import", content=out.content, headers=headers)
    assert answer.status_code == 200, answer.text
    there = (await client.get(f"/api/v1/calendars/{OTHER_COMMUNE}", params={"year": 2026})).json()["days"]
    here = (await client.get(source, params={"year": 2026})).json()["days"]
    left_out = {"calendar", "publication"}
    came = [{k: v for k, v in day.items() if k not in left_out} for day in there if day["calendar"] == OTHER_COMMUNE]
    went = [{k: v for k, v in day.items() if k not in left_out} for day in here if day["calendar"] == COMMUNE]
    assert came == went
    assert len(went) == 4


FOREIGN = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Elsewhere//EN\r
BEGIN:VEVENT\r
UID:1@elsewhere\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:20261125\r
DTEND;VALUE=DATE:20261127\r
SUMMARY:Lễ hội\r
{more}END:VEVENT\r
END:VCALENDAR\r
"""


async def test_events_of_another_program_are_days_off_by_the_act_the_sender_names(
    client: httpx.AsyncClient, administrator: dict[str, str]
) -> None:
    headers = administrator | {"Content-Type": "text/calendar"}
    path = f"/api/v1/calendars/{COMMUNE}/import"
    content = FOREIGN.format(more="").encode()
    assert await codes_of(await client.post(path, content=content, headers=headers)) == {("missing", "rows.1.source")}
    answer = await client.post(path, content=content, headers=headers, params={"source": "QĐ 12"})
    assert answer.status_code == 200, answer.text
    days = (await client.get(f"/api/v1/calendars/{COMMUNE}", params={"year": 2026})).json()["days"]
    assert [(d["day"], d["kind"], d["source"]) for d in days if d["calendar"] == COMMUNE] == [
        ("2026-11-25", "holiday", "QĐ 12"),
        ("2026-11-26", "holiday", "QĐ 12"),
    ]


@pytest.mark.parametrize(
    ("kind", "content", "faults"),
    [
        ("text/calendar", FOREIGN.format(more="RRULE:FREQ=YEARLY\r\n"), {("event_recurs", "rows.1")}),
        ("text/calendar", "not a calendar", {("calendar_file_malformed", None)}),
        ("text/csv", "day,name\n2026-11-25,x\n", {("import_column_missing", "kind")}),
        ("text/csv", "day,kind,name,source\n2026-11-25,rest,x,\n", {("missing", "rows.2.source")}),
        ("text/csv", "day,kind,name,source\n25/11/2026,rest,x,y\n", {("date_parsing", "rows.2.day")}),
        ("application/json", "{}", {("calendar_file_kind", "Content-Type")}),
    ],
)
async def test_files_that_cannot_be_read_are_refused_by_row(
    client: httpx.AsyncClient,
    application: Application,
    administrator: dict[str, str],
    kind: str,
    content: str,
    faults: set[tuple[str, str | None]],
) -> None:
    before = await counts_of(application)
    headers = administrator | {"Content-Type": kind}
    path = f"/api/v1/calendars/{COMMUNE}/import"
    assert await codes_of(await client.post(path, content=content.encode(), headers=headers)) == faults
    assert await counts_of(application) == before
