"""At the counter a result goes to the dossier's own people, or to whom a recorded authorisation names."""

import unicodedata
from typing import Any

import pytest

from app.bootstrap import Application
from app.services.dossiers.handing_over import receiver_faults
from tests.factories.dossiers import AUTHORISED, Desk, applicant, codes
from tests.factories.results import ResultDesk, held, printed

REPRESENTATIVE = applicant(full_name="Trần Văn Thử", identity_number="037880111222", gender="male")


async def resolved(desk: Desk, **changes: Any) -> tuple[str, str]:
    """Return the code of a decided dossier and its applicant's number."""
    person = applicant()
    code: str = (await desk.register(applicant=person, **changes))["code"]
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    return code, person["identity_number"]


def counter(name: str, number: str | None = None, **more: Any) -> dict[str, Any]:
    given = {"method": "counter", "receiver_name": name, "proof": "Ký nhận trên sổ"}
    return given | ({} if number is None else {"receiver_identity_number": number}) | more


async def test_the_applicant_receives_it(desk: Desk) -> None:
    code, number = await resolved(desk)
    await desk.act(code, "hand_over", **counter("Nguyễn Thị Thử Nghiệm", number))
    assert (await desk.get(f"/dossiers/{code}"))["hand_over"]["receiver_identity_number"] == number


async def test_the_recorded_representative_receives_it(desk: Desk) -> None:
    code, _ = await resolved(desk, representative=REPRESENTATIVE)
    handed = await desk.act(code, "hand_over", **counter("TRẦN VĂN THỬ", REPRESENTATIVE["identity_number"]))
    assert handed["state"] == "returned"


async def test_a_person_with_a_number_is_known_by_it_alone(desk: Desk) -> None:
    code, _ = await resolved(desk)
    answer = await desk.act(code, "hand_over", expect=422, **counter("Nguyễn Thị Thử Nghiệm"))
    assert codes(answer) == ["receiver_number_needed"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("TRẦN  VĂN HƯNG", []),
        (unicodedata.normalize("NFD", "Trần Văn Hưng"), []),
        ("Trần Văn Hùng", ["receiver_is_stranger"]),
        ("Tran Van Hung", ["receiver_is_stranger"]),
    ],
)
def test_a_person_without_a_number_is_known_by_the_whole_name_tones_included(told: str, expected: list[str]) -> None:
    people: list[dict[str, Any]] = [
        {"full_name": "Trần Văn Hưng", "identity_number": None},
        {"full_name": "Lê Thị Hoa", "identity_number": "037990000001"},
    ]
    assert [fault.code for fault in receiver_faults(people, name=told, identity_number=None)] == expected


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Người Lạ", None),
        ("Người Lạ", "037880999999"),
        ("Nguyễn Thị Thử Nghiệm", "037880999999"),
    ],
    ids=["a stranger", "a stranger with a number", "the applicant's name with another number"],
)
async def test_a_stranger_receives_nothing(desk: Desk, name: str, number: str | None) -> None:
    code, _ = await resolved(desk)
    answer = await desk.act(code, "hand_over", expect=422, **counter(name, number))
    assert codes(answer) == ["receiver_is_stranger"]
    assert answer["errors"][0]["field"] == "receiver_identity_number"
    assert (await desk.get(f"/dossiers/{code}"))["state"] == "resolved"


async def test_a_recorded_authorisation_lets_somebody_else_receive_it(desk: Desk) -> None:
    code, _ = await resolved(desk)
    await desk.act(code, "hand_over", **counter("Người Lạ", "037880999999", authorisation=AUTHORISED))
    kept = (await desk.get(f"/dossiers/{code}"))["hand_over"]
    assert (kept["authorisation_reason"], kept["authorisation_reference"]) == tuple(AUTHORISED.values())
    assert "037880999999" not in str((await desk.get(f"/dossiers/{code}/timeline"))["entries"])


async def test_an_authorisation_says_why_and_by_which_paper(desk: Desk) -> None:
    code, _ = await resolved(desk)
    answer = await desk.act(
        code, "hand_over", expect=422, **counter("Người Lạ", authorisation={"reason": "Chủ hồ sơ ốm"})
    )
    assert [fault["field"] for fault in answer["errors"]] == ["authorisation.reference"]


async def test_what_proves_it_is_a_document_of_this_dossier(application: Application, desk: Desk) -> None:
    office = ResultDesk(application, desk)
    code, number = await resolved(desk)
    other, _ = await resolved(desk)
    await held(application, other, printed("Chữ ký ở hồ sơ khác"))
    foreign = await office.one("select max(id) as id from document")
    answer = await desk.act(
        code, "hand_over", expect=422, **counter("Nguyễn Thị Thử Nghiệm", number, proof_document_id=foreign.id)
    )
    assert codes(answer) == ["document_of_another_dossier"]
    await held(application, code, printed("Chữ ký người nhận"))
    own = await office.one("select max(id) as id from document")
    await desk.act(code, "hand_over", **counter("Nguyễn Thị Thử Nghiệm", number, proof_document_id=own.id))
    assert (await desk.get(f"/dossiers/{code}"))["hand_over"]["proof_document_id"] == own.id


async def test_by_post_the_tracking_number_is_the_proof(desk: Desk) -> None:
    code, _ = await resolved(desk)
    await desk.act(code, "hand_over", method="postal", tracking_number="EB123456789VN")
    assert (await desk.get(f"/dossiers/{code}"))["hand_over"]["tracking_number"] == "EB123456789VN"
