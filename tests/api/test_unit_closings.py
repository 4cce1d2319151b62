"""The end of a unit and its identifiers: put right until they begin; never two units with one identifier."""

import datetime as dt

import httpx

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import registration
from tests.factories.people import COMMUNE, DEPARTMENT, PROVINCE, signed_in

UNITS = "/api/v1/units"


def codes(answer: httpx.Response) -> list[tuple[str, str | None]]:
    return [(fault["code"], fault["field"]) for fault in answer.json()["errors"]]


async def administrator(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)


async def test_a_closing_that_has_not_begun_is_given_another_day_or_taken_back(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    headers = await administrator(application)

    async def close(day: str | None) -> httpx.Response:
        return await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": day}, headers=headers)

    assert codes(await close(None)) == [("unit_not_closed", None)]
    for day in ("2026-11-30", "2026-12-31", None, "2026-11-23", None, "2026-11-24"):
        answer = await close(day)
        unit = answer.json()
        assert (answer.status_code, unit["valid_to"], unit["warnings"]) == (200, day, [])
        assert unit["agency_identifiers"][-1]["valid_to"] == day
    clock.move_to(clock.at + dt.timedelta(days=2))
    assert codes(await close(None)) == [("unit_already_closed", None)]


async def test_a_unit_that_registered_dossiers_ends_after_the_last_of_them(
    client: httpx.AsyncClient, application: Application, clock: FixedClock
) -> None:
    headers = await administrator(application)
    clerk = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    assert (await client.post("/api/v1/dossiers", json=registration(), headers=clerk)).status_code == 201
    clock.move_to(clock.at + dt.timedelta(days=1))
    for day in ("2025-08-01", "2026-11-23"):
        early = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": day}, headers=headers)
        assert (early.status_code, codes(early)) == (422, [("closing_before_last_dossier", "valid_to")])
        assert "2026-11-23" in early.json()["errors"][0]["vi"]
    closed = await client.post(f"{UNITS}/{COMMUNE}/close", json={"valid_to": "2026-11-24"}, headers=headers)
    (warning,) = closed.json()["warnings"]
    assert (warning["code"], warning["params"]) == ("unit_has_open_dossiers", {"dossiers": 1})


async def test_an_identifier_goes_to_another_unit_only_after_its_last_use(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await administrator(application)
    clerk = await signed_in(application, Role.RECEPTION_CLERK, COMMUNE)
    assert (await client.post("/api/v1/dossiers", json=registration(), headers=clerk)).status_code == 201

    async def give(unit: str, code: str, day: str) -> httpx.Response:
        body = {"code": code, "valid_from": day}
        return await client.post(f"{UNITS}/{unit}/agency-identifiers", json=body, headers=headers)

    assert (await give(COMMUNE, "H42.777", "2026-11-23")).status_code == 201
    early = await give(DEPARTMENT, "H42.101", "2026-11-23")
    assert (early.status_code, codes(early)) == (409, [("agency_identifier_used", "valid_from")])
    assert (await give(DEPARTMENT, "H42.101", "2026-11-24")).status_code == 201


async def test_an_identifier_that_has_not_begun_makes_way_for_another_or_is_taken_back(
    client: httpx.AsyncClient, application: Application
) -> None:
    headers = await administrator(application)

    async def give(unit: str, code: str, day: str) -> httpx.Response:
        body = {"code": code, "valid_from": day}
        return await client.post(f"{UNITS}/{unit}/agency-identifiers", json=body, headers=headers)

    def periods(answer: httpx.Response) -> list[tuple[str, str, str | None]]:
        return [(held["code"], held["valid_from"], held["valid_to"]) for held in answer.json()["agency_identifiers"]]

    assert (await give(COMMUNE, "H42.770", "2027-01-01")).status_code == 201
    for code, day in (("H42.771", "2027-02-01"), ("H42.772", "2027-02-01"), ("H42.773", "2026-12-01")):
        assert periods(await give(COMMUNE, code, day)) == [("H42.101", "2025-07-01", day), (code, day, None)]
    early = await give(COMMUNE, "H42.774", "2025-07-01")
    assert codes(early) == [("identifier_before_present", "valid_from")]
    assert "H42.101" in early.json()["errors"][0]["vi"]
    assert (await give(DEPARTMENT, "H42.101", "2026-12-01")).status_code == 201
    for code in ("H42.101", "H42.774"):
        promised = await give(COMMUNE, code, "2026-12-02")
        assert (promised.status_code, codes(promised)) == (409, [("agency_identifier_taken", "code")])
    assert (await give(DEPARTMENT, "H42.1", "2026-12-01")).is_success
    assert periods(await give(COMMUNE, "H42.101", "2026-12-01")) == [("H42.101", "2025-07-01", None)]
