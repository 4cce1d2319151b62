"""Signatures of the suite taken apart without the library that made them, forged, and made by strangers."""

import datetime as dt
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from app.adapters.pades import Pades
from app.adapters.signing import ThreadedSigner
from app.adapters.signing_keys import DevelopmentAuthority
from app.bootstrap import Application
from app.services.ports import Signer, SigningIdentity

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_DER_LONG = 0x80


@dataclass(frozen=True)
class CmsPart:
    """One signature of a PDF: the CMS structure and the bytes it speaks of."""

    cms: bytes
    covered: bytes
    covers_to: int


@dataclass
class OutsideSigner:
    """Somebody who signs with a certificate of their own."""

    name: str
    signer: Signer

    async def sign(self, pdf: bytes, *, at: dt.datetime) -> bytes:
        identity = SigningIdentity("person", f"outside-{crc32(self.name.encode())}", self.name)
        return await self.signer.sign_pdf(pdf, identity=identity, at=at, reason="", place="")


class RevokingAuthority:
    """An authority with the directory of its revocation lists, and the signer of an office that reads them."""

    def __init__(self, directory: Path) -> None:
        self.keys = DevelopmentAuthority(directory / "keys")
        self.lists = directory / "lists"
        self.lists.mkdir(exist_ok=True)

    def pades(self, *, accepts_unknown: bool = True) -> Pades:
        return Pades(self.keys, revocation_lists=self.lists, accepts_unknown_revocation=accepts_unknown)

    def publish(self, *revoked: int, until: dt.datetime, pem: bool = False) -> None:
        """Write a list in force for two weeks until `until`; the serial numbers were revoked on its first day."""
        authority, begins = self.keys.authority, until - dt.timedelta(days=14)
        builder = x509.CertificateRevocationListBuilder().issuer_name(authority.chain[0].subject)
        builder = builder.last_update(begins).next_update(until)
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(begins)
            builder = builder.add_revoked_certificate(entry.build())
        encoding = serialization.Encoding.PEM if pem else serialization.Encoding.DER
        (self.lists / "ca.crl").write_bytes(builder.sign(authority.key, hashes.SHA256()).public_bytes(encoding))


def foreign_signer(name: str, *, of: Application | None = None) -> OutsideSigner:
    """Return somebody certified by an authority nobody knows, or by that of the application `of`."""
    if of is not None:
        return OutsideSigner(name, of.signing)
    directory = Path(tempfile.mkdtemp())
    return OutsideSigner(name, ThreadedSigner(lambda: Pades(DevelopmentAuthority(directory)), is_test=True))


def cms_parts(pdf: bytes) -> list[CmsPart]:
    """Return every signature in the order of the file, by the byte ranges alone (ISO 32000-1, 12.8.1)."""
    parts = []
    for found in _BYTE_RANGE.finditer(pdf):
        first, first_length, second, second_length = (int(number) for number in found.groups())
        hexadecimal = pdf[first + first_length + 1 : second - 1]
        covered = pdf[first : first + first_length] + pdf[second : second + second_length]
        parts.append(CmsPart(_without_padding(bytes.fromhex(hexadecimal.decode())), covered, second + second_length))
    return parts


def changed(content: bytes, *, at: int) -> bytes:
    """Return the bytes with one of them changed."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _without_padding(der: bytes) -> bytes:
    """Return the one DER structure; the room reserved for it is filled up with zeros."""
    length_of_length = der[1] - _DER_LONG
    return der[: 2 + length_of_length + int.from_bytes(der[2 : 2 + length_of_length], "big")]
