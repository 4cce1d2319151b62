"""Calendars over HTTP: read by anybody, changed by those in whose scope they lie, proved before they count."""

import asyncio
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all
from app.domain.permissions import Role
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in

STORM = {
    "kind": "closure",
    "name": "Bão số 12",
    "source": "Công điện 01/CĐ-UBND",
    "closes_from": "13:30",
    "closes_to": "17:00",
}
DAY_OFF = {"kind": "rest", "name": "Mất điện cả ngày", "source": "Thông báo 2/TB-UBND", "decided_on": "2026-11-20"}
WEEK = [{"weekday": day, "sessions": [{"opens": "08:00", "closes": "12:00"}]} for day in range(5)]


async def due_at(client: httpx.AsyncClient, unit: str | None, received: str = "2026-11-25T13:00:00+07:00") -> str:
    """When four working hours from the opening of Wednesday afternoon are over, at a unit."""
    body: dict[str, Any] = {"received_at": received, "limit": {"value": 4, "unit": "working_hours"}, "org_unit": unit}
    answer = await client.post("/api/v1/deadlines/calculate", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["due_at"])


async def faults_of(answer: httpx.Response, status: int = 422) -> set[tuple[str, str | None]]:
    assert answer.status_code == status, answer.text
    errors = answer.json()["errors"]
    assert all(fault["vi"] != fault["code"] for fault in errors)
    assert not any("{" in fault["vi"] + fault["en"] for fault in errors)
    return {(fault["code"], fault["field"]) for fault in errors}


async def test_the_national_calendar_shows_each_day_with_its_act(client: httpx.AsyncClient) -> None:
    found = (await client.get("/api/v1/calendars/national", params={"year": 2026})).json()
    (culture_day,) = (day for day in found["days"] if day["day"] == "2026-11-24")
    assert culture_day["kind"] == "holiday"
    assert "28/2026/QH16" in culture_day["source"]
    assert culture_day["calendar"] == "national"
    assert {day["day"][:4] for day in found["days"]} == {"2026"}
    assert (found["known_until"], found["last_day"]) == ("2026-12-31", "2027-12-31")
    (standing,) = found["hours"]
    assert standing["sessions"][0] == {"weekday": 0, "opens": "07:00", "closes": "11:30"}


async def test_a_calendar_known_for_less_than_60_days_carries_a_warning(
    client: httpx.AsyncClient, application: Application
) -> None:
    layers = (await client.get("/api/v1/calendars")).json()
    assert layers["next_cursor"] is None
    (national,) = (layer for layer in layers["items"] if layer["warning"])
    assert (national["code"], national["purpose"]) == ("national", "deadline")
    assert national["warning"]["code"] == "calendar_known_until_near"
    assert national["warning"]["days_left"] == 38
    assert "2026-12-31" in national["warning"]["vi"]

    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    confirmed = {"known_until": "2027-12-31", "source": "Thông báo của Bộ Nội vụ"}
    answer = await client.post("/api/v1/calendars/national/known-until", json=confirmed, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["known_until"] == "2027-12-31"
    assert (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()["warning"] is None


async def test_the_list_of_layers_is_paged(client: httpx.AsyncClient) -> None:
    first = (await client.get("/api/v1/calendars", params={"limit": 1})).json()
    second = (await client.get("/api/v1/calendars", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [page["items"][0]["purpose"] for page in (first, second)] == ["deadline", "reception"]
    assert second["next_cursor"] is None
    assert (await client.get("/api/v1/calendars", params={"cursor": "made-up"})).status_code == 422


async def test_a_closed_afternoon_moves_the_dates_of_that_unit_only(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    undisturbed = await due_at(client, COMMUNE)
    answer = await client.put(f"/api/v1/calendars/{COMMUNE}/days/2026-11-25", json=STORM, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await due_at(client, COMMUNE) == "2026-11-26T11:00:00+07:00"
    assert await due_at(client, OTHER_COMMUNE) == await due_at(client, None) == undisturbed
    assert (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()["version"] == answer.json()["version"]

    answer = await client.delete(f"/api/v1/calendars/{COMMUNE}/days/2026-11-25", headers=headers)
    assert answer.status_code == 200
    assert await due_at(client, COMMUNE) == undisturbed


async def test_a_day_set_again_replaces_what_was_said_and_is_written_down(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    path = f"/api/v1/calendars/{COMMUNE}/days/2026-11-25"
    for body in (STORM, {**STORM, "closes_to": "15:00"}, DAY_OFF, {**DAY_OFF, "kind": "work"}):
        assert (await client.put(path, json=body, headers=headers)).status_code == 200
    days = (await client.get(f"/api/v1/calendars/{COMMUNE}", params={"year": 2026})).json()["days"]
    own = [(day["kind"], day["closes_from"], day["closes_to"]) for day in days if day["calendar"] == COMMUNE]
    assert sorted(own, key=str) == [("closure", "13:30", "15:00"), ("work", None, None)]
    async with application.database.read() as connection:
        entries = await fetch_all(
            connection, "select action, subject from audit_entry where action like 'calendars.s%'"
        )
    assert [tuple(entry) for entry in entries] == [("calendars.set_day", f"calendar:deadline:{COMMUNE}")] * 4


async def test_a_calendar_outside_the_scope_cannot_be_changed(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    for code in (OTHER_COMMUNE, PROVINCE, "national"):
        path = f"/api/v1/calendars/{code}"
        refused = [
            await client.put(f"{path}/days/2026-11-25", json=DAY_OFF, headers=headers),
            await client.delete(f"{path}/days/2026-11-25", headers=headers),
            await client.put(f"{path}/hours", json={"periods": []}, headers=headers),
            await client.post(
                f"{path}/known-until", json={"known_until": "2026-11-30", "source": "Thử"}, headers=headers
            ),
        ]
        assert [answer.status_code for answer in refused] == [403] * 4


async def test_a_clerk_and_a_stranger_cannot_change_calendars(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    path = f"/api/v1/calendars/{COMMUNE}/days/2026-11-25"
    assert (await client.put(path, json=DAY_OFF, headers=headers)).status_code == 403
    assert (await client.put(path, json=DAY_OFF)).status_code == 401
    assert (await client.get("/api/v1/calendars/proposals/2027")).status_code == 401


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"source": " "}, {("string_too_short", "source")}),
        ({"kind": "holidays"}, {("enum", "kind")}),
        ({"closes_from": "7.30"}, {("clock_time_invalid", "closes_from")}),
        ({"closes_from": "13:30"}, {("closure_times_on_whole_day", "kind")}),
        ({"kind": "closure"}, {("closure_times_missing", "kind")}),
        ({"kind": "closure", "closes_from": "13:30", "closes_to": "08:00"}, {("closure_inverted", "kind")}),
        (
            {"replaces": "2026-11-28", "closes_to": "13:30"},
            {("replaces_without_swap", "replaces"), ("closure_times_on_whole_day", "kind")},
        ),
    ],
)
async def test_a_faulty_day_is_refused_by_name_and_nothing_is_stored(
    client: httpx.AsyncClient, application: Application, change: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    before = (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()
    path = f"/api/v1/calendars/{COMMUNE}/days/2026-11-25"
    answer = await client.put(path, json={**DAY_OFF, **change}, headers=headers)
    assert await faults_of(answer) == faults
    assert (await client.get(f"/api/v1/calendars/{COMMUNE}")).json() == before


async def test_days_of_a_year_without_national_days_are_refused_for_a_unit(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    path = "/api/v1/calendars/{}/days/{}"
    beyond = {("calendar_entry_out_of_range", "day")}
    answer = await client.put(path.format(COMMUNE, "2028-03-01"), json=DAY_OFF, headers=headers)
    assert await faults_of(answer) == beyond
    answer = await client.put(path.format("national", "2035-03-01"), json=DAY_OFF, headers=headers)
    assert await faults_of(answer) == beyond
    assert (await client.put(path.format("national", "2028-03-01"), json=DAY_OFF, headers=headers)).status_code == 200
    assert (await client.get("/api/v1/calendars/national")).json()["last_day"] == "2028-12-31"


async def test_what_no_calendar_says_cannot_be_taken_back(client: httpx.AsyncClient, application: Application) -> None:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    answer = await client.delete(f"/api/v1/calendars/{COMMUNE}/days/2026-11-24", headers=headers)
    assert await faults_of(answer, 404) == {("calendar_day_unknown", "day")}
    answer = await client.put("/api/v1/calendars/made-up/days/2026-11-25", json=DAY_OFF, headers=headers)
    assert await faults_of(answer, 404) == {("calendar_unknown", None)}
    assert (await client.get("/api/v1/calendars/made-up")).status_code == 404


async def test_hours_of_a_unit_replace_those_above_until_they_are_taken_back(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    path = f"/api/v1/calendars/{COMMUNE}/hours"
    given = {"periods": [{"week": WEEK, "source": "QĐ 5/QĐ-UBND"}]}
    assert (await client.put(path, json=given, headers=headers)).status_code == 200
    found = (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()
    assert (found["hours_of"], found["hours"][0]["source"]) == (COMMUNE, "QĐ 5/QĐ-UBND")
    assert await due_at(client, COMMUNE) == "2026-11-26T12:00:00+07:00"
    assert (await client.put(path, json={"periods": []}, headers=headers)).status_code == 200
    assert (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()["hours_of"] == "national"


async def test_all_faults_of_hours_are_named_where_they_were_written(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    overlapping = [{"opens": "07:00", "closes": "12:00"}, {"opens": "11:00", "closes": "10:00"}]
    given = {
        "periods": [
            {
                "week": [
                    {"weekday": 0, "sessions": overlapping},
                    {"weekday": 7, "sessions": [{"opens": "08:00", "closes": "12:00"}]},
                ],
                "source": "QĐ 5",
            },
            {"valid_from": "2026-12-01", "valid_to": "2026-11-01", "week": WEEK, "source": "QĐ 6"},
        ]
    }
    answer = await client.put(f"/api/v1/calendars/{COMMUNE}/hours", json=given, headers=headers)
    assert await faults_of(answer) == {
        ("session_inverted", "periods.0.week.0.sessions.1"),
        ("session_overlap", "periods.0.week.0.sessions"),
        ("weekday_invalid", "periods.0.week.1.weekday"),
        ("weekly_validity_inverted", "periods.1.valid_to"),
    }


async def test_a_calendar_that_would_leave_no_working_time_is_refused(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    season = {"valid_from": "2026-12-01", "week": WEEK, "source": "QĐ 5/QĐ-UBND"}
    answer = await client.put(f"/api/v1/calendars/{COMMUNE}/hours", json={"periods": [season]}, headers=headers)
    assert ("calendar_without_working_time", None) in await faults_of(answer)
    assert (await client.get(f"/api/v1/calendars/{COMMUNE}")).json()["hours_of"] == "national"


async def test_a_national_change_that_breaks_a_units_calendar_names_the_unit(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    without_monday = {"periods": [{"week": WEEK[1:], "source": "QĐ 5/QĐ-UBND"}]}
    for year in ("2024", "2025", "2026"):
        listed = (await client.get("/api/v1/calendars/national", params={"year": year})).json()["days"]
        for day in listed:
            if day["kind"] == "swap_work":
                path = f"/api/v1/calendars/{COMMUNE}/days/{day['day']}"
                assert (await client.put(path, json=DAY_OFF, headers=headers)).status_code == 200
    path = f"/api/v1/calendars/{COMMUNE}/hours"
    assert (await client.put(path, json=without_monday, headers=headers)).status_code == 200
    swap = {"kind": "swap_work", "name": "Làm bù", "source": "Thông báo 7", "replaces": "2026-11-30"}
    answer = await client.put("/api/v1/calendars/national/days/2026-11-28", json=swap, headers=headers)
    assert await faults_of(answer) == {("working_day_without_hours", None)}
    assert answer.json()["errors"][0]["params"] == {"day": "2026-11-28", "calendar": COMMUNE}


async def test_a_calendar_cannot_be_confirmed_beyond_its_days_and_the_nations_always_says(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    path = "/api/v1/calendars/{}/known-until"
    beyond = {"known_until": "2028-01-01", "source": "Thử"}
    answer = await client.post(path.format("national"), json=beyond, headers=headers)
    assert await faults_of(answer) == {("known_until_without_days", "known_until")}
    nothing = {"known_until": None, "source": "Thử"}
    answer = await client.post(path.format("national"), json=nothing, headers=headers)
    assert await faults_of(answer) == {("known_until_required", "known_until")}
    assert (await client.post(path.format(COMMUNE), json=nothing, headers=headers)).status_code == 200


async def test_a_unit_that_is_less_sure_makes_its_dates_provisional(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    given = {"known_until": "2026-11-25", "source": "Chờ lịch diễn tập phòng chống lụt bão"}
    path = f"/api/v1/calendars/{COMMUNE}/known-until"
    assert (await client.post(path, json=given, headers=headers)).status_code == 200
    body = {"received_at": "2026-11-25T13:00:00+07:00", "limit": {"value": 8, "unit": "working_hours"}}
    answers = [
        await client.post("/api/v1/deadlines/calculate", json={**body, "org_unit": code})
        for code in (COMMUNE, OTHER_COMMUNE)
    ]
    assert [answer.json()["provisional"] for answer in answers] == [True, False]


async def test_the_library_proposes_days_beside_what_the_calendar_says(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await signed_in(application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    found = (await client.get("/api/v1/calendars/proposals/2026", headers=headers)).json()
    proposed = {day["day"]: day for day in found["items"]}
    assert proposed["2026-02-17"]["present_kind"] == "holiday"
    assert all(day["confidence"] == "computed" for day in found["items"])
    later = (await client.get("/api/v1/calendars/proposals/2029", headers=headers)).json()
    assert later["items"]
    assert all(day["present_kind"] is None for day in later["items"])
    assert (await client.get("/api/v1/calendars/proposals/1999", headers=headers)).status_code == 422


async def test_sixteen_administrators_at_once_leave_one_day_and_sixteen_versions(
    own_client: httpx.AsyncClient, own_application: Application
) -> None:
    headers = await signed_in(own_application, Role.UNIT_ADMINISTRATOR, COMMUNE)
    path = f"/api/v1/calendars/{COMMUNE}/days/2026-11-25"
    answers = await asyncio.gather(*(own_client.put(path, json=DAY_OFF, headers=headers) for _ in range(16)))
    assert [answer.status_code for answer in answers] == [200] * 16
    assert len({answer.json()["version"] for answer in answers}) == 16
    days = (await own_client.get(f"/api/v1/calendars/{COMMUNE}", params={"year": 2026})).json()["days"]
    assert len([day for day in days if day["calendar"] == COMMUNE]) == 1
