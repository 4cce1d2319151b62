"""The public calculator over the shipped calendar: the clock vectors of the house, its reasons and its refusals."""

from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from tests.factories.wire import statements_on

SAME_DAY = {"value": 1, "unit": "same_day"}


def working_days(value: int) -> dict[str, Any]:
    return {"value": value, "unit": "working_days"}


def at(text: str) -> str:
    """RFC 3339 in Vietnam from "2026-11-23 09:00"."""
    return f"{text.replace(' ', 'T')}:00+07:00"


async def asked(client: httpx.AsyncClient, received: str, limit: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"received_at": at(received), "limit": limit, **more}
    answer = await client.post("/api/v1/deadlines/calculate", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("received", "limit", "due"),
    [
        pytest.param("2026-11-23 09:00", SAME_DAY, "2026-11-23 17:00", id="1-same-day-before-15h"),
        pytest.param("2026-11-23 15:01", SAME_DAY, "2026-11-25 17:00", id="2-same-day-after-15h"),
        pytest.param("2026-11-23 09:00", working_days(1), "2026-11-25 09:00", id="3-skips-24-11"),
        pytest.param("2026-11-20 16:00", working_days(3), "2026-11-26 16:00", id="4-weekend-and-24-11"),
        pytest.param("2026-11-20 18:10", working_days(3), "2026-11-26 17:00", id="5-after-closing"),
        pytest.param("2026-02-13 16:00", working_days(1), "2026-02-23 16:00", id="6-tet"),
        pytest.param("2026-08-21 10:00", working_days(1), "2026-08-22 10:00", id="7-swapped-saturday"),
        pytest.param("2026-12-31 16:00", working_days(3), "2027-01-06 16:00", id="8-crosses-new-year"),
        pytest.param(
            "2026-11-23 11:45", {"value": 4, "unit": "working_hours"}, "2026-11-25 07:30", id="10-received-at-lunch"
        ),
    ],
)
async def test_the_clock_vectors_hold_over_the_shipped_calendar(
    client: httpx.AsyncClient, received: str, limit: dict[str, Any], due: str
) -> None:
    answer = await asked(client, received, limit)
    assert answer["due_at"] == at(due)
    assert answer["count_mode"] == "hours"
    assert answer["provisional"] is (due > "2027")


async def test_vector_9_a_wait_from_wednesday_to_friday_gives_back_16_working_hours(client: httpx.AsyncClient) -> None:
    wait = {"from": at("2026-12-02 10:00"), "to": at("2026-12-04 10:00")}
    plain = await asked(client, "2026-12-01 08:00", working_days(5))
    waited = await asked(client, "2026-12-01 08:00", working_days(5), suspensions=[wait])
    assert (plain["due_at"], waited["due_at"]) == (at("2026-12-08 08:00"), at("2026-12-10 08:00"))
    (line,) = (line for line in waited["explanation"] if line["kind"] == "suspended")
    assert line["minutes"] == 16 * 60


async def test_vector_3_by_day_counting_is_due_when_the_next_working_day_closes(client: httpx.AsyncClient) -> None:
    answer = await asked(client, "2026-11-23 09:00", working_days(1), count_mode="days")
    assert (answer["due_at"], answer["count_mode"]) == (at("2026-11-25 17:00"), "days")


async def test_the_explanation_sums_to_the_limit_and_names_the_act_of_every_day_off(client: httpx.AsyncClient) -> None:
    answer = await asked(client, "2026-11-20 16:00", working_days(3))
    counted = [line for line in answer["explanation"] if line["kind"] == "counted"]
    assert sum(line["minutes"] for line in counted) == 3 * 480
    (culture_day,) = (line for line in answer["explanation"] if line["day"] == "2026-11-24")
    assert culture_day["kind"] == "skipped"
    assert "NQ 28/2026/QH16" in culture_day["vi"] or "28/2026/QH16" in culture_day["vi"]
    assert answer["explanation"][0]["vi"].startswith("Tiếp nhận")
    assert answer["explanation"][-1]["en"].startswith("Due: Thursday 26/11/2026 16:00")


async def test_any_offset_of_the_same_instant_gives_the_same_date(client: httpx.AsyncClient) -> None:
    body = {"received_at": "2026-11-23T02:00:00Z", "limit": working_days(1)}
    answer = await client.post("/api/v1/deadlines/calculate", json=body)
    assert answer.json()["due_at"] == at("2026-11-25 09:00")


async def test_a_suspension_that_is_not_over_leaves_no_due_time(client: httpx.AsyncClient) -> None:
    wait = {"from": at("2026-12-02 10:00"), "to": None}
    answer = await asked(client, "2026-12-01 08:00", working_days(5), suspensions=[wait])
    assert answer["due_at"] is None


async def test_a_limit_within_the_day_needs_no_value(client: httpx.AsyncClient) -> None:
    answer = await asked(client, "2026-11-23 09:00", {"unit": "half_day"})
    assert answer["due_at"] == at("2026-11-23 11:30")


async def test_the_regime_follows_the_day_of_receipt(client: httpx.AsyncClient) -> None:
    before = await asked(client, "2025-06-30 09:00", working_days(1))
    after = await asked(client, "2025-07-01 09:00", working_days(1))
    assert (before["regime"], after["regime"]) == ("ND61", "ND118")


async def test_a_question_takes_one_statement_once_the_calendar_is_known(
    client: httpx.AsyncClient, application: Application
) -> None:
    await asked(client, "2026-11-23 09:00", working_days(1))
    async with statements_on(application.database) as sent:
        await asked(client, "2026-11-23 10:00", working_days(2))
    assert len(sent) == 1


async def test_all_faults_of_a_question_are_named_at_once(client: httpx.AsyncClient) -> None:
    body = {
        "received_at": at("2026-11-23 09:00"),
        "limit": working_days(-3),
        "org_unit": "made-up",
        "suspensions": [
            {"from": at("2026-11-25 10:00"), "to": at("2026-11-25 09:00")},
            {"from": at("2026-11-20 10:00"), "to": at("2026-11-26 09:00")},
        ],
    }
    answer = await client.post("/api/v1/deadlines/calculate", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {(fault["code"], fault["field"]) for fault in answer.json()["errors"]}
    assert {
        ("limit_not_positive", "limit.value"),
        ("unit_unknown", "org_unit"),
        ("suspension_inverted", "suspensions.0"),
        ("suspension_before_receipt", "suspensions.1"),
        ("suspension_overlap", "suspensions.0"),
    } == faults
    assert all(fault["vi"] != fault["code"] for fault in answer.json()["errors"])


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"received_at": "2026-11-23T09:00:00"}, "timezone_aware", "received_at"),
        ({"received_at": 1_795_000_000}, "datetime_type", "received_at"),
        ({"received_at": "1795000000"}, "datetime_parsing", "received_at"),
        ({"received_at": "2026-02-30T09:00:00+07:00"}, "datetime_from_date_parsing", "received_at"),
        ({"received_at": "9999-12-31T23:59:59Z"}, "instant_out_of_range", "received_at"),
        ({"received_at": "2010-01-04T09:00:00+07:00"}, "clock_policy_missing", "received_at"),
        ({"received_at": "2199-01-04T09:00:00+07:00"}, "calendar_exhausted", None),
        ({"limit": working_days(1001)}, "limit_absurd", "limit.value"),
        ({"limit": working_days(600)}, "calendar_exhausted", None),
        ({"limit": {"value": 2, "unit": "same_day"}}, "limit_absurd", "limit.value"),
        ({"limit": {"unit": "working_days"}}, "missing", "limit.value"),
        ({"limit": {"value": 1, "unit": "weeks"}}, "enum", "limit.unit"),
        ({"limit": {"value": 1.5, "unit": "working_days"}}, "int_type", "limit.value"),
        ({"limit": {"value": 10**30, "unit": "working_days"}}, "less_than_equal", "limit.value"),
        ({"count_mode": "weeks"}, "enum", "count_mode"),
        ({"org_unit": "a\x00b"}, "nul_character", "org_unit"),
        ({"suspensions": [{"to": "2026-11-25T10:00:00+07:00"}]}, "missing", "suspensions.0.from"),
        ({"suspensions": [{"from": "2026-11-25T10:00:00"}]}, "timezone_aware", "suspensions.0.from"),
        ({"holidays": []}, "extra_forbidden", "holidays"),
    ],
)
async def test_a_bad_question_is_refused_by_name(
    client: httpx.AsyncClient, change: dict[str, Any], code: str, field: str | None
) -> None:
    body = {"received_at": at("2026-11-23 09:00"), "limit": working_days(1), **change}
    answer = await client.post("/api/v1/deadlines/calculate", json=body)
    assert answer.status_code == 422, answer.text
    assert [(fault["code"], fault["field"]) for fault in answer.json()["errors"]] == [(code, field)]
    assert answer.json()["errors"][0]["vi"] != code
