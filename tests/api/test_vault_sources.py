"""What is decided or digitized here is never asked for again; what is taken back is."""

import datetime as dt
from typing import Any

import pytest

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.permissions import Permission, Role
from app.services.dossiers.recording.record import seen_dossier
from app.services.vault.hold import Held, PaperFacts, hold_component
from tests.factories.dossiers import BIRTH, Desk, applicant, codes, registration
from tests.factories.people import COMMUNE, account_of
from tests.factories.results import ResultDesk, draft_body
from tests.factories.vault import keep_content

FORM = [{"code": "TP01", "originals": 1}]
AGAIN: dict[str, Any] = {"case_variant": "again", "components": FORM}


@pytest.fixture
def office(application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(application, desk)


async def demanded(desk: Desk, person: dict[str, Any]) -> list[str]:
    """Return the faults of a registration that lacks the certificate issued before."""
    answer = await desk.post("/dossiers", registration(applicant=person, **AGAIN))
    return codes(answer.json()) if answer.status_code == 422 else []


async def test_a_published_result_is_held_for_six_months_and_stands_in(office: ResultDesk) -> None:
    person = applicant()
    code = await office.processing(applicant=person)
    assert await demanded(office.desk, person) == ["component_missing"]
    published = await office.published(code)
    assert await demanded(office.desk, person) == []
    body = {"identity_number": person["identity_number"], "purpose": "checking"}
    (paper,) = (await office.desk.post("/held-papers/search", body)).json()["papers"]
    assert (paper["kind"]["code"], paper["origin"], paper["number"]) == (
        "marital_status_certificate", "result", published["number"],
    )  # fmt: skip
    assert (paper["issued_on"], paper["valid_until"]) == ("2026-11-23", "2027-05-23")
    assert paper["content_sha256"] == published["signed_sha256"]


async def test_a_revoked_result_no_longer_stands_in(office: ResultDesk) -> None:
    person = applicant()
    published = await office.published(await office.processing(applicant=person))
    body = {"reason_code": "false_papers", "reason": "Giấy tờ giả", "legal_basis": "Luật Hộ tịch 2014"}
    await office.post(f"/results/{published['id']}/revoke", body, by=office.desk.leader)
    assert await demanded(office.desk, person) == ["component_missing"]


async def test_a_replaced_result_gives_its_place_to_the_newer_one(office: ResultDesk) -> None:
    person = applicant()
    first = await office.published(await office.processing(applicant=person))
    body = draft_body(number="126/UBND-XNHN", reason_code="clerical_error")
    second = await office.post(f"/results/{first['id']}/replace", body, by=office.desk.specialist, expect=201)
    waiting = await office.submit(second["id"])
    await office.sign(waiting["request"]["id"])
    await office.post(f"/results/{second['id']}/publish", {}, by=office.desk.leader)
    search = {"identity_number": person["identity_number"], "purpose": "checking"}
    newer, older = (await office.desk.post("/held-papers/search", search)).json()["papers"]
    assert (older["status"], older["replaced_by"]) == ("replaced", newer["code"])
    assert (newer["number"], newer["status"]) == ("126/UBND-XNHN", "valid")
    assert await demanded(office.desk, person) == []


async def test_a_refusal_is_no_paper_of_the_applicant(office: ResultDesk) -> None:
    person = applicant()
    code = await office.processing(applicant=person)
    signed = await office.signed(code)
    await office.desk.act(code, "resolve", result_id=signed["id"], outcome="denied", explanation="Không đủ điều kiện")
    await office.post(f"/results/{signed['id']}/publish", {}, by=office.desk.leader)
    assert await demanded(office.desk, person) == ["component_missing"]


async def hold(application: Application, code: str, component: str, **facts: Any) -> Held | None:
    actor = await account_of(application, Role.RECEPTION_CLERK, COMMUNE)
    paper = PaperFacts(content_sha256=await keep_content(application), **facts)
    async with application.database.write() as connection:
        dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True)
        return await hold_component(connection, actor, dossier, component, paper, now=application.clock.now())


async def test_a_digitized_component_is_held_and_a_declaration_or_a_card_is_not(
    application: Application, desk: Desk
) -> None:
    code = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
    held = await hold(application, code, "TP02", number="12")
    assert held is not None
    assert held.is_new
    for component in ("TP01", "TP05", "TP06", "TP99"):
        assert await hold(application, code, component) is None
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select kind, about_holder, number from held_paper where id = $1", held.id)
    assert row is not None
    assert (row.kind, row.about_holder, row.number) == ("birth_notice", False, "12")


async def test_the_birth_of_one_child_proves_nothing_of_another(application: Application, desk: Desk) -> None:
    """A notice of birth is held for the mother, yet never stands in by itself: it is proposed to the clerk."""
    mother = applicant()
    code = (
        await desk.register(
            procedure_code="1.000656", applicant=mother, components=[*FORM, {"code": "TP02", "originals": 1}]
        )
    )["code"]
    assert await hold(application, code, "TP02") is not None
    again = (await desk.register(procedure_code="1.000656", applicant=mother, components=FORM))["code"]
    found = await desk.get(f"/dossiers/{again}/held-papers")
    (component,) = [item for item in found["components"] if item["code"] == "TP02"]
    assert component["available"] == "data"
    assert len(component["papers"]) == 1


async def test_a_certificate_whose_day_of_issue_nobody_knows_stands_in_for_nothing(
    application: Application, desk: Desk
) -> None:
    person = applicant()
    code = (await desk.register(applicant=person))["code"]
    assert await hold(application, code, "TP02", number="5/2026") is not None
    assert await demanded(desk, person) == ["component_missing"]
    assert await hold(application, code, "TP02", issued_on=dt.date(2026, 10, 1)) is not None
    assert await demanded(desk, person) == []


async def test_an_applicant_without_a_number_has_no_papers_in_the_vault(application: Application, desk: Desk) -> None:
    someone = applicant(kind="other") | {"identity_number": None}
    code = (await desk.register(applicant=someone))["code"]
    assert await hold(application, code, "TP02", issued_on=dt.date(2026, 10, 1)) is None
    assert (await desk.get(f"/dossiers/{code}/held-papers"))["holder"] is None
