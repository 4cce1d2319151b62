"""Results that come signed: by a person and by the agency, told apart by their certificates."""

from typing import Literal

import pytest

from app.bootstrap import Application
from app.services.ports import FoundSignature, SignatureReport
from app.services.results.draft import lacking_signatures
from tests.factories.dossiers import Desk, codes
from tests.factories.results import ResultDesk, draft_body, held, printed
from tests.factories.signatures import foreign_signer


@pytest.fixture
def office(application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(application, desk)


async def test_a_result_signed_elsewhere_by_a_person_and_the_agency_is_taken(office: ResultDesk) -> None:
    code = await office.processing()
    now = office.application.clock.now()
    person, agency = (
        foreign_signer(name, of=office.application)
        for name in ("Lãnh đạo ký ở nơi khác", "Ủy ban nhân dân phường Châu Sơn")
    )
    alone = {
        "unit_signature_missing": await person.sign(printed(), at=now),
        "personal_signature_missing": await agency.sign(printed("Bản khác"), at=now),
    }
    for lacking, pdf in alone.items():
        sha256 = await held(office.application, code, pdf)
        refused = await office.draft(code, expect=422, text=None, content_sha256=sha256, already_signed=True)
        assert codes(refused) == [lacking]
    signed = await agency.sign(alone["unit_signature_missing"], at=now)
    sha256 = await held(office.application, code, signed)
    result = await office.draft(code, text=None, content_sha256=sha256, already_signed=True)
    assert (result["status"], result["signed_sha256"]) == ("signed", sha256)
    assert [found["signer"] for found in result["signatures"]] == [
        "Lãnh đạo ký ở nơi khác",
        "Ủy ban nhân dân phường Châu Sơn",
    ]


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        (["person", "unit"], []),
        (["person", None], []),
        ([None, None], []),
        (["unit"], ["personal_signature_missing"]),
        (["unit", "unit"], ["personal_signature_missing"]),
        (["person"], ["unit_signature_missing"]),
        (["person", "person"], ["unit_signature_missing"]),
        ([None], ["unit_signature_missing"]),
    ],
)
def test_whose_a_signature_is_the_certificate_says_before_its_name(
    holders: list[Literal["person", "unit"] | None], expected: list[str]
) -> None:
    signatures = tuple(_found(f"Tên khác {serial}", str(serial), holder) for serial, holder in enumerate(holders))
    report = SignatureReport(signatures, whole=True)
    assert [fault.code for fault in lacking_signatures(report, agency="Phường Châu Sơn")] == expected


def test_a_persons_certificate_is_none_of_the_agency_whatever_its_name() -> None:
    named = [_found("Phường Châu Sơn", "1", "person"), _found("Phường Châu Sơn", "2", None)]
    alone = SignatureReport((named[0],), whole=True)
    assert [fault.code for fault in lacking_signatures(alone, agency="Phường Châu Sơn")] == ["unit_signature_missing"]
    assert lacking_signatures(SignatureReport(tuple(named), whole=True), agency="Phường Châu Sơn") == []


def _found(signer: str, serial: str, holder: Literal["person", "unit"] | None) -> FoundSignature:
    return FoundSignature("x", signer, None, "CA", serial, True, True, None, None, holder=holder)


async def test_a_result_signed_elsewhere_is_taken_only_from_who_may_sign_for_the_unit(office: ResultDesk) -> None:
    code = await office.processing()
    now = office.application.clock.now()
    signed = await foreign_signer("Ai đó có chứng thư", of=office.application).sign(printed(), at=now)
    body = draft_body(text=None, content_sha256=await held(office.application, code, signed), already_signed=True)
    answer = await office.post(f"/dossiers/{code}/results", body, by=office.desk.specialist, expect=403)
    assert codes(answer) == ["out_of_scope"]
