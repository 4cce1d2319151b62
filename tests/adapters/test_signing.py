"""Signing with keys of the administrator's: files, passphrases, validity, trust, time stamps. No network is asked."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.adapters.pades import Pades, holder_of
from app.adapters.signing import open_signing
from app.adapters.signing_keys import DevelopmentAuthority, FileKeys
from app.core.settings import Settings
from app.services.ports import SignatureBox, SignatureReport, SigningFailed, SigningIdentity
from tests.factories.results import printed
from tests.pdf_a import failures_in

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
PERSON = SigningIdentity("person", "lanh-dao/1", "Trần Văn Thử")
UNIT = SigningIdentity("unit", "13285", "Ủy ban nhân dân phường Châu Sơn")
PASSPHRASE = "mật khẩu của khóa"
TOP_RIGHT = SignatureBox(right=14, top=6, width=200, height=34)


class Authority:
    """A certification authority of the suite with RSA keys, as real ones have."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA của bộ kiểm thử")])
        builder = self._builder(self.name, self.key, days=3650)
        usage = _usage(signs_certificates=True)
        self.certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def issue(
        self, name: str, *, days: int = 365, time_stamps: bool = False
    ) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key, days=days)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        if time_stamps:
            stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamping, critical=True)
        return key, builder.sign(self.key, hashes.SHA256())

    def write_pkcs12(self, path: Path, name: str, *, days: int = 365) -> None:
        key, certificate = self.issue(name, days=days)
        encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        content = pkcs12.serialize_key_and_certificates(b"khoa", key, certificate, [self.certificate], encryption)
        path.write_bytes(content)

    def write_trust(self, path: Path) -> Path:
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def _builder(self, subject: x509.Name, key: rsa.RSAPrivateKey, *, days: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=30))
            .not_valid_after(NOW + dt.timedelta(days=days))
        )


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def signed(pades: Pades, pdf: bytes, identity: SigningIdentity, *, at: dt.datetime = NOW) -> bytes:
    return pades.sign(pdf, identity, at, "Ký duyệt", "Châu Sơn", TOP_RIGHT)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def judged(report: SignatureReport) -> list[tuple[str, bool, bool]]:
    return [(found.signer, found.intact, found.trusted) for found in report.signatures]


def test_keys_in_files_sign_and_their_authority_must_be_trusted(authority: Authority, tmp_path: Path) -> None:
    authority.write_pkcs12(tmp_path / "person-lanh-dao%2F1.p12", "Trần Văn Thử")
    authority.write_pkcs12(tmp_path / "unit-13285.p12", "UBND phường Châu Sơn")
    trust = authority.write_trust(tmp_path / "trusted.pem")
    pades = Pades(FileKeys(tmp_path, PASSPHRASE), trust_file=trust)
    pdf = signed(pades, signed(pades, printed(), PERSON), UNIT)
    assert judged(pades.validate(pdf, NOW)) == [("Trần Văn Thử", True, True), ("UBND phường Châu Sơn", True, True)]
    without_trust = Pades(FileKeys(tmp_path, PASSPHRASE))
    assert judged(without_trust.validate(pdf, NOW)) == [
        ("Trần Văn Thử", True, False),
        ("UBND phường Châu Sơn", True, False),
    ]


@pytest.mark.parametrize("passphrase", [None, "sai"])
def test_a_key_that_cannot_be_opened_is_no_key(authority: Authority, tmp_path: Path, passphrase: str | None) -> None:
    authority.write_pkcs12(tmp_path / "unit-13285.p12", "UBND phường Châu Sơn")
    with pytest.raises(SigningFailed, match="signing_key_missing"):
        signed(Pades(FileKeys(tmp_path, passphrase)), printed(), UNIT)


def test_a_unit_whose_name_is_too_long_for_a_certificate_signs_with_its_beginning(tmp_path: Path) -> None:
    unit = replace(UNIT, name="Trung tâm Phục vụ hành chính công phường Thiên Trường, tỉnh Ninh Bình")
    pades = Pades(DevelopmentAuthority(tmp_path))
    ((signer, intact, _),) = judged(pades.validate(signed(pades, printed(), unit), NOW))
    assert intact
    assert unit.name.startswith(signer)


async def test_nobody_signs_without_a_key_of_their_own(tmp_path: Path) -> None:
    signing = open_signing(Settings(data_dir=tmp_path, signing_keys_dir=tmp_path / "keys"))
    assert not signing.is_test
    assert not await signing.can_sign(PERSON)
    with pytest.raises(SigningFailed, match="signing_key_missing"):
        await signing.sign_pdf(printed(), identity=PERSON, at=NOW, reason="", place="")
    assert names_in(tmp_path) == set(), "no test authority is made where keys are configured"


def test_an_expired_certificate_signs_nothing(authority: Authority, tmp_path: Path) -> None:
    authority.write_pkcs12(tmp_path / "unit-13285.p12", "UBND phường Châu Sơn", days=1)
    pades = Pades(FileKeys(tmp_path, PASSPHRASE))
    signed(pades, printed(), UNIT)
    with pytest.raises(SigningFailed, match="signing_certificate_expired"):
        signed(pades, printed(), UNIT, at=NOW + dt.timedelta(days=2))


def test_a_paper_stays_pdf_a_with_each_signature(tmp_path: Path) -> None:
    """Each is appended; the first one behind a file whose last line was not ended."""
    pades = Pades(DevelopmentAuthority(tmp_path))
    draft = printed()
    assert draft.endswith(b"%%EOF")
    once = signed(pades, draft, PERSON)
    twice = signed(pades, once, UNIT)
    unseen = pades.sign(draft, UNIT, NOW, "", "", None)
    with_address = replace(TOP_RIGHT, height=60, address="https://motcua.example/v/Zk3-9_aBcDeFgHiJkLmNoPq")
    stamped = pades.sign(once, UNIT, NOW, "Phát hành", "Ninh Bình", with_address)
    papers = {"draft": draft, "once": once, "twice": twice, "unseen": unseen, "stamped": stamped}
    assert failures_in(papers) == {}
    assert twice.startswith(once)
    assert [found.intact for found in pades.validate(twice, NOW).signatures] == [True, True]


def test_a_time_stamp_authority_vouches_for_the_time(authority: Authority, tmp_path: Path) -> None:
    authority.write_pkcs12(tmp_path / "unit-13285.p12", "UBND phường Châu Sơn")
    trust = authority.write_trust(tmp_path / "trusted.pem")
    key, certificate = authority.issue("TSA của bộ kiểm thử", time_stamps=True)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # left untyped there
    known.register(asn1_x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER)))
    stamper = DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        tsa_key=asn1_keys.PrivateKeyInfo.load(der),
        certs_to_embed=known,
        fixed_dt=NOW + dt.timedelta(seconds=3),
    )
    pades = Pades(FileKeys(tmp_path, PASSPHRASE), trust_file=trust, time_stamper=stamper)
    for _ in range(2):  # the room kept for the first one is enough for the next
        report = pades.validate(signed(pades, printed(), UNIT), NOW)
        (found,) = report.signatures
        assert (found.trusted, found.signed_at, found.stamped_at) == (True, NOW, NOW + dt.timedelta(seconds=3))


def test_an_authority_that_does_not_answer_leaves_nothing_signed(tmp_path: Path) -> None:
    class Silent(DummyTimeStamper):
        async def async_request_tsa_response(self, req: object) -> object:
            raise OSError(req.__class__.__name__)

    key = rsa.generate_private_key(65537, 2048)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority = DevelopmentAuthority(tmp_path)
    silent = Silent(tsa_cert=authority.trust_roots[0], tsa_key=asn1_keys.PrivateKeyInfo.load(der))
    with pytest.raises(SigningFailed, match="time_stamp_unavailable"):
        signed(Pades(authority, time_stamper=silent), printed(), UNIT)


def test_the_test_authority_says_everywhere_that_it_is_worth_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "test-signing"
    pades = Pades(DevelopmentAuthority(directory))
    (found,) = pades.validate(signed(pades, printed(), PERSON), NOW).signatures
    assert found.issuer == "CA THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
    assert names_in(directory) == {"authority.pem", "person-lanh-dao%2F1.pem"}
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_two_processes_share_the_test_authority(tmp_path: Path) -> None:
    first, second = Pades(DevelopmentAuthority(tmp_path)), Pades(DevelopmentAuthority(tmp_path))
    pdf = signed(second, signed(first, printed(), PERSON), UNIT)
    assert first.validate(pdf, NOW).trusted
    assert second.validate(pdf, NOW).trusted


def test_the_claimed_time_is_the_one_given(tmp_path: Path) -> None:
    pades = Pades(DevelopmentAuthority(tmp_path))
    at = dt.datetime(2026, 9, 1, 3, 4, 5, tzinfo=dt.UTC)
    (found,) = pades.validate(signed(pades, printed(), UNIT, at=at), NOW).signatures
    assert found.signed_at == at


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7\ngarbage\n%%EOF", printed()[:2000]])
def test_what_is_no_pdf_is_neither_signed_nor_judged(tmp_path: Path, content: bytes) -> None:
    pades = Pades(DevelopmentAuthority(tmp_path))
    with pytest.raises(SigningFailed, match="pdf_unreadable"):
        signed(pades, content, UNIT)
    with pytest.raises(SigningFailed, match="pdf_unreadable"):
        pades.validate(content, NOW)


def test_a_pdf_without_signatures_is_neither_intact_nor_trusted(tmp_path: Path) -> None:
    report = Pades(DevelopmentAuthority(tmp_path)).validate(printed(), NOW)
    assert (report.signatures, report.intact, report.trusted) == ((), False, False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


async def test_a_token_that_cannot_be_reached_signs_nothing_and_stands_for_no_test_authority(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, signing_token_module=tmp_path / "none.so", signing_token_label="x")
    signing = open_signing(settings)
    assert not signing.is_test
    with pytest.raises(SigningFailed) as failed:
        await signing.sign_pdf(printed(), identity=UNIT, at=NOW, reason="", place="")
    assert failed.value.code == "signing_token_unavailable"
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"common_name": "UBND phường Châu Sơn", "user_id": "MST:2700123456"}, "unit"),
        ({"common_name": "Trần Thị Lãnh Đạo", "user_id": "CCCD:037990000001"}, "person"),
        ({"user_id": ["MST:2700123456", "CCCD:037990000001"]}, "person"),
        ({"common_name": "Trần Thị Lãnh Đạo", "surname": "Trần", "serial_number": "MST:2700123456"}, "person"),
        ({"common_name": "Trần Thị Lãnh Đạo", "organization_name": "UBND phường Châu Sơn"}, None),
    ],
)
def test_a_certificate_says_by_its_subject_whose_it_is(subject: dict[str, Any], expected: str | None) -> None:
    assert holder_of(subject) == expected
