"""Keys of persons and units in files: PKCS#12 or PEM, or those of a test authority made on the spot.

A token is another `KeySource` (`app.adapters.token_keys`); a remote signing service would be one as well.
"""

import datetime as dt
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeAlias
from urllib.parse import quote

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import Signer as PadesSigner
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.services.ports import SigningFailed, SigningIdentity

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

NO_LEGAL_VALUE = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
_AUTHORITY_NAME = f"CA THỬ NGHIỆM - {NO_LEGAL_VALUE}"
_LONGEST_NAME = 64  # ub-common-name, RFC 5280 appendix A.1
_VALID_FROM = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
_VALID_TO = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


class KeySource(Protocol):
    """Where the keys are. They are used through pyHanko's signers and never leave the source."""

    @property
    def is_test(self) -> bool: ...
    @property
    def trust_roots(self) -> Sequence[asn1_x509.Certificate]:
        """Authorities that this source's own certificates lead to and that are trusted for it."""

    def has(self, identity: SigningIdentity) -> bool: ...
    def signer_for(self, identity: SigningIdentity) -> PadesSigner:
        """Return a signer for one call: what it is made of is parsed as it is used and may not be shared by threads.

        Raise `SigningFailed` `signing_key_missing` if the identity has no key, or none that can be read.
        """


@dataclass(frozen=True, slots=True)
class _KeyFile:
    """A private key and the certificates from its own up to the authority."""

    key: PrivateKey
    chain: tuple[x509.Certificate, ...]


class FileKeys:
    """Keys given by the administrator: `person-<user name>.p12` or `.pem`, `unit-<code>.p12` or `.pem`."""

    is_test = False
    trust_roots: Sequence[asn1_x509.Certificate] = ()

    def __init__(self, directory: Path, passphrase: str | None) -> None:
        self._directory = directory
        self._passphrase = None if passphrase is None else passphrase.encode()
        self._files: dict[str, _KeyFile] = {}

    def has(self, identity: SigningIdentity) -> bool:
        return self._file(identity) is not None

    def signer_for(self, identity: SigningIdentity) -> PadesSigner:
        path = self._file(identity)
        if path is None:
            raise SigningFailed("signing_key_missing")
        name = f"{path}:{path.stat().st_mtime_ns}"  # a renewed certificate is read anew
        if name not in self._files:
            self._files[name] = _read_key_file(path, self._passphrase)
        return pades_signer(self._files[name])

    def _file(self, identity: SigningIdentity) -> Path | None:
        stem = stem_of(identity)
        return next(
            (path for suffix in ("p12", "pem") if (path := self._directory / f"{stem}.{suffix}").exists()), None
        )


class DevelopmentAuthority:
    """An authority of the installation's own, for development: whoever asks gets a certificate, worth nothing in law.

    It is made when it is first needed and kept in `directory`; processes that share it share the authority.
    """

    is_test = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = Lock()
        self._authority: _KeyFile | None = None
        self._files: dict[SigningIdentity, _KeyFile] = {}

    @property
    def trust_roots(self) -> Sequence[asn1_x509.Certificate]:
        return (_asn1(self.authority.chain[0]),)

    @property
    def authority(self) -> _KeyFile:
        with self._lock:
            if self._authority is None:
                path = self._directory / "authority.pem"
                if not path.exists():
                    _write_once(path, _new_authority())
                self._authority = _read_key_file(path, None)
            return self._authority

    def has(self, identity: SigningIdentity) -> bool:
        return bool(identity.code)

    def signer_for(self, identity: SigningIdentity) -> PadesSigner:
        if identity not in self._files:
            path = self._directory / f"{stem_of(identity)}.pem"
            if not path.exists():
                _write_once(path, _issue(self.authority, identity))
            self._files[identity] = _read_key_file(path, None)
        return pades_signer(self._files[identity])


def read_certificates(path: Path) -> list[asn1_x509.Certificate]:
    """Return the certificates of a PEM file."""
    return [_asn1(found) for found in x509.load_pem_x509_certificates(path.read_bytes())]


def pades_signer(file: _KeyFile) -> PadesSigner:
    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # left untyped there
    others.register_multiple([_asn1(found) for found in file.chain])
    der = file.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=_asn1(file.chain[0]), signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=others
    )


def stem_of(identity: SigningIdentity) -> str:
    """Return the name that keys of the identity have, in files and on tokens."""
    return f"{identity.kind}-{quote(identity.code, safe='')}"


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _read_key_file(path: Path, passphrase: bytes | None) -> _KeyFile:
    content = path.read_bytes()
    try:
        if path.suffix == ".p12":
            key, own, others = pkcs12.load_key_and_certificates(content, passphrase)
            chain = () if own is None else (own, *others)
        else:
            key = serialization.load_pem_private_key(content, passphrase if b"ENCRYPTED" in content else None)
            chain = tuple(x509.load_pem_x509_certificates(content))
    except (ValueError, TypeError) as error:  # wrong passphrase, broken file
        raise SigningFailed("signing_key_missing") from error
    if not chain or not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise SigningFailed("signing_key_missing")
    return _KeyFile(key, chain)


def _write_once(path: Path, file: _KeyFile) -> None:
    """Write the key for its owner only; if another process was first its file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(
            file.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        out.writelines(found.public_bytes(serialization.Encoding.PEM) for found in file.chain)
    try:
        Path(path).hardlink_to(name)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def _new_authority() -> _KeyFile:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _AUTHORITY_NAME)])
    certificate = (
        _certificate(name, name, key.public_key(), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _KeyFile(key, (certificate,))


def _cut(name: str) -> str:
    """Return the beginning of a name that fits; the library counts bytes where ub-common-name counts letters."""
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip()


def _issue(authority: _KeyFile, identity: SigningIdentity) -> _KeyFile:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(identity.name)),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NO_LEGAL_VALUE),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{identity.kind}:{identity.code}"[:_LONGEST_NAME]),
        ]
    )
    certificate = (
        _certificate(subject, authority.chain[0].subject, key.public_key(), authority.key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .sign(authority.key, hashes.SHA256())
    )
    return _KeyFile(key, (certificate, authority.chain[0]))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_TO)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


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
