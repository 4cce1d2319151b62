"""Whoever registers the same matter of the same person a second time is told of the first, and not held up."""

from datetime import timedelta
from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Permission, Role
from tests.factories.dossiers import BIRTH, MARITAL_STATUS, WITHDRAW, Desk, applicant, registration
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in, signed_in_machine

PAPERS_OF_BIRTH = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]


def doubles(dossier: dict[str, Any]) -> list[str]:
    """The earlier dossiers that the warnings of a registration name."""
    return [warning["params"]["code"] for warning in dossier["warnings"] if warning["code"] == "likely_double"]


async def test_a_second_registration_of_the_same_matter_names_the_first(desk: Desk) -> None:
    person = applicant()
    first = await desk.register(applicant=person)
    assert doubles(first) == []
    second = await desk.register(applicant={**person, "full_name": "Nguyễn Thị Khác"}, accept=False)
    assert doubles(second) == [first["code"]]
    (warning,) = second["warnings"]
    assert first["code"] in warning["vi"]
    assert doubles(await desk.register(applicant=person)) == [second["code"]]


async def test_another_person_procedure_or_unit_is_no_double(application: Application, desk: Desk) -> None:
    person = applicant()
    await desk.register(applicant=person)
    assert doubles(await desk.register()) == []
    assert doubles(await desk.register(applicant=person, procedure_code=BIRTH, components=PAPERS_OF_BIRTH)) == []
    clerk = await signed_in(application, Role.RECEPTION_CLERK, PROVINCE)
    elsewhere = await desk.post("/dossiers", registration(applicant=person, receiving_unit=OTHER_COMMUNE), by=clerk)
    assert doubles(elsewhere.json()) == []


async def test_what_is_done_with_or_long_ago_is_no_double(desk: Desk, clock: FixedClock) -> None:
    person = applicant()
    first = await desk.register(applicant=person)
    await desk.act(first["code"], "withdraw", **WITHDRAW)
    second = await desk.register(applicant=person)
    assert doubles(second) == []
    clock.move_to(clock.at + timedelta(hours=24))
    assert doubles(await desk.register(applicant=person)) == [second["code"]]
    clock.move_to(clock.at + timedelta(hours=24, seconds=1))
    assert doubles(await desk.register(applicant=person)) == []


OTHERS = {"phone": "0911111111", "date_of_birth": "1991-01-01"}


@pytest.mark.parametrize(
    ("changes", "same"),
    [({}, True), ({"full_name": "NGUYEN THI THU NGHIEM"}, True), ({"date_of_birth": None}, True),
     ({"phone": None}, True), ({"date_of_birth": None, "phone": "+84 90 000 0000"}, True),
     (OTHERS, False), ({"full_name": "Trần Văn Khác"}, False)],
)  # fmt: skip
async def test_who_has_no_number_is_known_by_name_and_birth_date_or_telephone(
    desk: Desk,
    changes: dict[str, Any],
    same: bool,  # noqa: FBT001 - a value of the table
) -> None:
    person = applicant(kind="other", identity_number=None, date_of_birth="1990-01-01")
    first = await desk.register(applicant=person)
    again = await desk.register(applicant=person | changes)
    assert doubles(again) == ([first["code"]] if same else [])


async def test_a_correction_to_another_person_or_procedure_is_warned_as_a_registration_is(desk: Desk) -> None:
    person = applicant()
    first = await desk.register(applicant=person)
    second = await desk.register(accept=False)
    corrected = await desk.act(second["code"], "correct", reason="Nhầm người", applicant=person)
    assert doubles(corrected) == [first["code"]]
    assert doubles(await desk.act(second["code"], "correct", reason="Gõ nhầm", summary="Bản hai")) == []
    third = await desk.register(applicant=person, procedure_code=BIRTH, components=PAPERS_OF_BIRTH, accept=False)
    papers = [{"code": "TP01", "originals": 1}]
    moved = await desk.act(
        third["code"], "correct", reason="Nhầm thủ tục", procedure_code=MARITAL_STATUS, components=papers
    )
    assert doubles(moved) == [second["code"]]


async def test_the_answer_kept_under_a_key_names_the_double(desk: Desk) -> None:
    body = registration()
    first = (await desk.post("/dossiers", body)).json()
    answers = [await desk.post("/dossiers", body, idempotency_key="twice") for _ in range(2)]
    assert [doubles(answer.json()) for answer in answers] == [[first["code"]]] * 2
    assert answers[0].content == answers[1].content


async def test_who_may_not_read_dossiers_is_not_told(application: Application, desk: Desk) -> None:
    body = registration(accept=False)
    machine = await signed_in_machine(application, {Permission.DOSSIERS_SUBMIT}, COMMUNE)
    answers = [await desk.post("/dossiers", body, by=machine) for _ in range(2)]
    assert [(answer.status_code, doubles(answer.json())) for answer in answers] == [(201, []), (201, [])]
