"""Certificates that their authority revoked: lists from a directory, in force, outdated, broken, none at all."""

import datetime as dt
from pathlib import Path

import pytest

from app.services.ports import FoundSignature, SigningIdentity
from app.services.results.draft import signature_faults, verdict_of
from tests.factories.results import printed
from tests.factories.signatures import RevokingAuthority

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
NEXT_WEEK = NOW + dt.timedelta(days=7)
YESTERDAY = NOW - dt.timedelta(days=1)
PERSON = SigningIdentity("person", "lanh-dao", "Trần Văn Thử")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> RevokingAuthority:
    return RevokingAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pdf(authority: RevokingAuthority) -> bytes:
    return authority.pades().sign(printed(), PERSON, NOW - dt.timedelta(days=10), "Ký duyệt", "Châu Sơn", None)


@pytest.fixture(autouse=True)
def _no_lists(authority: RevokingAuthority) -> None:
    for path in authority.lists.iterdir():
        path.unlink()


def judged(authority: RevokingAuthority, pdf: bytes, *, accepts_unknown: bool = True) -> FoundSignature:
    (found,) = authority.pades(accepts_unknown=accepts_unknown).validate(pdf, NOW).signatures
    return found


def serial_of(authority: RevokingAuthority, pdf: bytes) -> int:
    return int(judged(authority, pdf).serial, 16)


def test_a_certificate_that_no_list_names_is_good(authority: RevokingAuthority, pdf: bytes) -> None:
    authority.publish(12345, until=NEXT_WEEK)
    found = judged(authority, pdf, accepts_unknown=False)
    assert (found.trusted, found.revocation, found.fault) == (True, "good", None)


@pytest.mark.parametrize("pem", [False, True], ids=["der", "pem"])
def test_a_revoked_certificate_is_refused_and_told_since_when(
    authority: RevokingAuthority, pdf: bytes, *, pem: bool
) -> None:
    authority.publish(serial_of(authority, pdf), until=NEXT_WEEK, pem=pem)
    report = authority.pades().validate(pdf, NOW)
    (found,) = report.signatures
    assert (found.intact, found.trusted, found.revocation) == (True, False, "revoked")
    assert verdict_of(report) == "INTACT:REVOKED"
    (fault,) = signature_faults(report, must_be_signed=True)
    assert (fault.code, fault.params["signer"], fault.params["since"]) == (
        "signature_revoked",
        PERSON.name,
        "16/11/2026",
    )


def test_without_a_list_nobody_knows_and_the_installation_decides(authority: RevokingAuthority, pdf: bytes) -> None:
    taken, refused = judged(authority, pdf), judged(authority, pdf, accepts_unknown=False)
    assert (taken.trusted, taken.revocation) == (True, "unknown")
    assert (refused.trusted, refused.fault) == (False, "signature_revocation_unknown")


def test_an_outdated_list_vouches_for_nobody(authority: RevokingAuthority, pdf: bytes) -> None:
    authority.publish(until=YESTERDAY)
    taken, refused = judged(authority, pdf), judged(authority, pdf, accepts_unknown=False)
    assert (taken.trusted, taken.revocation) == (True, "unknown")
    assert refused.fault == "signature_revocation_unknown"


def test_what_an_outdated_list_said_of_a_revoked_certificate_is_still_true(
    authority: RevokingAuthority, pdf: bytes
) -> None:
    authority.publish(serial_of(authority, pdf), until=YESTERDAY)
    assert judged(authority, pdf).revocation == "revoked"


def test_a_broken_list_is_left_out_and_a_renewed_one_is_read(authority: RevokingAuthority, pdf: bytes) -> None:
    pades = authority.pades()
    (authority.lists / "broken.crl").write_bytes(b"no list")
    authority.publish(until=NEXT_WEEK)
    assert pades.validate(pdf, NOW).signatures[0].revocation == "good"
    authority.publish(serial_of(authority, pdf), until=NEXT_WEEK)
    assert pades.validate(pdf, NOW).signatures[0].revocation == "revoked"


def test_a_list_that_another_authority_signed_is_not_believed(
    authority: RevokingAuthority, pdf: bytes, tmp_path: Path
) -> None:
    impostor = RevokingAuthority(tmp_path)
    impostor.publish(serial_of(authority, pdf), until=NEXT_WEEK)
    (authority.lists / "impostor.crl").write_bytes((impostor.lists / "ca.crl").read_bytes())
    assert judged(authority, pdf).revocation == "unknown"
