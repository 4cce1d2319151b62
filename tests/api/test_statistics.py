"""The published figures: rules of counting, faults, and what operations see."""

import datetime as dt
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from app.api.v1.schemas.statistics import OnTimeReportView, SatisfactionReportView
from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import execute
from app.services.integration.writes import ensure_position
from app.services.statistics.follow_log import FOLLOWER
from app.services.statistics.rollups import apply_changes
from tests.factories.histories import History, Office, local, make_office, write_dossier


@pytest.fixture
async def office(application: Application) -> Office:
    async with application.database.session() as session:
        return await make_office(session)


async def count(application: Application, office: Office, *histories: History) -> None:
    async with application.database.session() as session:
        written = [await write_dossier(session, office, history) for history in histories]
    async with application.database.write() as connection:
        await apply_changes(connection, written)


def life(office: Office, *, unit: str = "1", **told: Any) -> History:
    told = {key: local(value) if isinstance(value, str) and value[:2] == "20" else value for key, value in told.items()}
    told.setdefault("accepted_at", local("2026-11-02 08:00"))
    told.setdefault("due_at", local("2026-11-20 10:00"))
    return History(unit=f"{office.root}.{unit}", procedure=next(iter(office.procedures)), **told)


async def on_time(client: httpx.AsyncClient, office: Office, **question: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/statistics/on-time", params={"unit": office.root, **question})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_rates_are_counted_apart_and_printed_with_two_decimals(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    await count(
        application,
        office,
        life(office, ending="resolved", ended_at="2026-11-19 16:00"),
        life(office, ending="resolved", ended_at="2026-11-20 09:00"),
        life(office, ending="resolved", ended_at="2026-11-20 09:00", promised_at="2026-11-10 10:00"),
        life(office, ending="resolved", ended_at="2026-11-20 10:01"),
        life(office, ending="withdrawn", ended_at="2026-11-20 08:00"),
        life(office),
    )
    total = (await on_time(client, office))["total"]
    assert total["resolved"] == {"total": 4, "early": 1, "on_time": 2, "late": 1}
    assert total["resolved_on_time"] == {"numerator": 3, "denominator": 4, "rate": 0.75, "percent": "75.00"}
    assert total["against_promise"]["percent"] == "50.00"
    assert total["index_766_2_1"] == {"numerator": 4, "denominator": 6, "rate": 4 / 6, "percent": "66.67"}


async def test_a_withdrawn_dossier_is_closed_without_result_and_never_resolved_on_time(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    await count(
        application,
        office,
        life(office, ending="withdrawn", ended_at="2026-11-10 08:00"),
        life(office, ending="stopped", ended_at="2026-11-11 08:00"),
    )
    total = (await on_time(client, office))["total"]
    assert total["closed_without_result"] == {"total": 2, "withdrawn": 1, "stopped": 1}
    assert total["resolved_on_time"] == {"numerator": 0, "denominator": 0, "rate": None, "percent": None}


async def test_an_open_dossier_is_overdue_from_the_minute_after_its_due_time(
    application: Application, client: httpx.AsyncClient, clock: FixedClock, office: Office
) -> None:
    await count(application, office, life(office, due_at="2026-11-23 10:00"))
    for at, in_time, as_of in (
        ("2026-11-23 10:00", 1, "2026-11-23T10:00:00+07:00"),
        ("2026-11-23 10:01", 0, "2026-11-23T10:01:00+07:00"),
        ("2026-11-24 00:00", 0, "2026-11-24T00:00:00+07:00"),
    ):
        clock.move_to(local(at))
        report = await on_time(client, office)
        assert report["total"]["pending"] == {"total": 1, "in_time": in_time, "overdue": 1 - in_time}
        assert report["total"]["index_766_2_1"]["numerator"] == in_time
        assert report["as_of"] == as_of


async def test_a_past_period_judges_what_was_open_at_the_end_of_its_last_day(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    await count(
        application, office, life(office, due_at="2026-11-10 10:00", ending="resolved", ended_at="2026-11-12 08:00")
    )
    for last, pending in (
        ("2026-11-09", (1, 0)),
        ("2026-11-10", (0, 1)),
        ("2026-11-11", (0, 1)),
        ("2026-11-12", (0, 0)),
    ):
        report = await on_time(client, office, to=last)
        assert (report["total"]["pending"]["in_time"], report["total"]["pending"]["overdue"]) == pending
        assert report["as_of"] == f"{last}T23:59:59+07:00"


async def test_a_request_for_supplement_made_in_time_stops_the_judgement(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    asked = local("2026-11-05 09:00")
    await count(
        application, office, life(office, due_at="2026-11-10 10:00", supplements=(asked,), suspended_since=asked)
    )
    total = (await on_time(client, office))["total"]
    assert total["pending"]["overdue"] == 0
    assert total["index_766_2_1"]["percent"] == "100.00"


async def test_a_second_request_for_supplement_is_late_by_the_index_only(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    asked = (local("2026-11-05 09:00"), local("2026-11-09 09:00"))
    await count(
        application,
        office,
        life(office, supplements=asked, ending="resolved", ended_at="2026-11-12 08:00"),
        life(office, due_at="2026-12-10 10:00", supplements=asked),
    )
    total = (await on_time(client, office))["total"]
    assert total["resolved_on_time"]["percent"] == "100.00"
    assert total["pending"]["in_time"] == 1
    assert total["index_766_2_1"]["percent"] == "0.00"


async def test_rows_by_unit_name_the_units_below_the_one_asked_for(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    await count(application, office, life(office), life(office, unit="3"), life(office, unit="3", channel="online"))
    report = await on_time(client, office, unit=f"{office.root}.D", group_by="unit")
    assert [(row["code"], row["name"], row["received"]) for row in report["rows"]] == [
        (f"{office.root}.3", f"Đơn vị {office.root}.3", 2)
    ]
    assert report["total"]["received"] == 2
    online = await on_time(client, office, channel="online", group_by="channel")
    assert [(row["code"], row["received"]) for row in online["rows"]] == [("online", 1)]


async def test_the_default_period_is_this_year_to_date(client: httpx.AsyncClient, office: Office) -> None:
    report = await on_time(client, office)
    assert (report["from"], report["to"]) == ("2026-01-01", "2026-11-23")
    assert [definition["code"] for definition in report["definitions"]] == [
        "resolved_on_time",
        "index_766_2_1",
        "against_promise",
    ]
    assert all(definition["vi"] and definition["en"] for definition in report["definitions"])


async def test_all_faults_of_a_question_are_told_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/api/v1/statistics/on-time",
        params={
            "from": "0",
            "to": "2026-13-01",
            "unit": "nowhere",
            "procedure": "0.000000",
            "field": "không có",
            "channel": "pigeon",
            "group_by": "star_sign",
        },
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {(fault["code"], fault["field"]) for fault in answer.json()["errors"]} == {
        ("date_parsing", "from"),
        ("date_parsing", "to"),
        ("unit_unknown", "unit"),
        ("procedure_unknown", "procedure"),
        ("field_unknown", "field"),
        ("enum", "channel"),
        ("enum", "group_by"),
    }


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"from": "hôm qua"}, "date_parsing"),
        ({"to": "20261101"}, "date_parsing"),
        ({"from": "0001-01-01"}, "day_too_early"),
        ({"to": "1899-12-31"}, "day_too_early"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "period_reversed"),
        ({"from": "2026-11-24"}, "period_not_begun"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "period_not_begun"),
        ({"group_by": "month", "from": "1990-01-01"}, "period_too_long"),
        ({"colour": "red"}, "parameter_unknown"),
    ],
)
async def test_a_question_that_cannot_be_counted_is_refused(
    client: httpx.AsyncClient, question: dict[str, str], code: str
) -> None:
    for figure in ("on-time", "satisfaction", "reuse"):
        answer = await client.get(f"/api/v1/statistics/{figure}", params=question)
        assert answer.status_code == 422
        assert [fault["code"] for fault in answer.json()["errors"]] == [code]


@pytest.mark.parametrize("figure", ["on-time", "satisfaction", "reuse"])
async def test_a_period_under_way_says_to_which_day_it_is_counted(client: httpx.AsyncClient, figure: str) -> None:
    period = {"from": "2026-11-01", "to": "9999-12-31"}
    found = (await client.get(f"/api/v1/statistics/{figure}", params=period)).json()
    assert (found["from"], found["to"], found["counted_to"]) == ("2026-11-01", "9999-12-31", "2026-11-23")
    past = (await client.get(f"/api/v1/statistics/{figure}", params=period | {"to": "2026-11-02"})).json()
    assert past["counted_to"] == past["to"] == "2026-11-02"


async def test_a_parameter_given_twice_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/statistics/on-time?unit=13285&unit=13402&colour=red")
    assert answer.status_code == 422
    assert {(fault["code"], fault["field"]) for fault in answer.json()["errors"]} == {
        ("parameter_repeated", "unit"),
        ("parameter_unknown", "colour"),
    }


async def test_the_ends_of_the_calendar_can_be_asked_for(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    await count(application, office, life(office))
    total = (await on_time(client, office, **{"from": "1900-01-01", "to": "9999-12-31"}))["total"]
    assert (total["received"], total["carried_over"]) == (1, 0)


async def test_satisfaction_counts_five_levels_and_reports_three(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    rated = {"ending": "resolved", "ended_at": "2026-11-12 08:00", "rated_at": "2026-11-13 08:00"}
    await count(
        application,
        office,
        *(life(office, rating=level, **rated) for level in (5, 5, 4, 3, 1)),
        life(office, ending="resolved", ended_at="2026-11-12 08:00"),
    )
    answer = await client.get("/api/v1/statistics/satisfaction", params={"unit": office.root, "group_by": "unit"})
    found = answer.json()
    assert found["levels"] == {
        "very_dissatisfied": 1,
        "dissatisfied": 0,
        "neutral": 1,
        "satisfied": 1,
        "very_satisfied": 2,
    }
    assert found["three_levels"] == {"dissatisfied": 1, "satisfied": 2, "very_satisfied": 2}
    assert found["satisfied"]["percent"] == "80.00"
    assert found["very_satisfied"]["percent"] == "40.00"
    assert (found["responses"], found["invited"], found["response_rate"]["percent"]) == (5, 6, "83.33")
    assert found["too_small_to_publish"] is True
    assert [row["code"] for row in found["rows"]] == [f"{office.root}.1"]


@pytest.mark.parametrize("group_by", [None, "unit", "procedure", "field", "channel", "month"])
@pytest.mark.parametrize(
    ("report", "shape"), [("on-time", OnTimeReportView), ("satisfaction", SatisfactionReportView)], ids=["time", "joy"]
)
async def test_answers_have_the_declared_shape(
    application: Application,
    client: httpx.AsyncClient,
    office: Office,
    report: str,
    shape: type[BaseModel],
    group_by: str | None,
) -> None:
    resolved: dict[str, Any] = {
        "ended_at": "2026-11-10 09:00",
        "ending": "resolved",
        "rated_at": "2026-11-11 09:00",
        "rating": 5,
    }
    await count(application, office, life(office, **resolved), life(office, unit="2"))
    question = {"from": "2026-11-01", "to": "2026-11-30"} | ({} if group_by is None else {"group_by": group_by})
    answer = await client.get(f"/api/v1/statistics/{report}", params={"unit": office.root, **question})
    assert answer.status_code == 200
    assert bool(answer.json()["rows"]) == (group_by is not None)
    seen = shape.model_validate_json(answer.content, extra="forbid")
    assert seen.model_dump(mode="json", by_alias=True) == answer.json()


async def test_a_token_is_not_needed_and_changes_nothing(client: httpx.AsyncClient, office: Office) -> None:
    with_token = await client.get(
        "/api/v1/statistics/on-time", params={"unit": office.root}, headers={"Authorization": "Bearer nonsense"}
    )
    assert with_token.status_code == 200


async def test_metrics_tell_lags_open_and_overdue_dossiers_and_jobs(
    application: Application, client: httpx.AsyncClient, office: Office
) -> None:
    asked = local("2026-11-05 09:00")
    before = await measured(client)
    async with application.database.write() as connection:
        await ensure_position(connection, FOLLOWER)
        await execute(
            connection,
            "insert into procrastinate_jobs (queue_name, task_name, args) values ('default', 'scan', '{}')",
        )
    await count(
        application,
        office,
        life(office, due_at="2026-11-20 10:00"),
        life(office, due_at="2026-12-20 10:00"),
        life(office, due_at="2026-11-20 10:00", supplements=(asked,), suspended_since=asked),
        life(office, ending="resolved", ended_at="2026-11-12 08:00"),
    )
    after = await measured(client)
    assert after["motcua_open_dossiers"] - before["motcua_open_dossiers"] == 3
    assert after["motcua_overdue_dossiers"] - before["motcua_overdue_dossiers"] == 1
    assert after['motcua_jobs{status="todo"}'] - before['motcua_jobs{status="todo"}'] == 1
    assert after['motcua_jobs{status="failed"}'] == 0, "an alarm needs the series before the first failure"
    assert after['motcua_follower_lag_events{follower="statistics"}'] >= 8
    assert after['motcua_follower_lag_seconds{follower="statistics"}'] > dt.timedelta(days=1).total_seconds()


async def measured(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if line.startswith("motcua_")]
    return {name: float(value) for name, value in lines}
