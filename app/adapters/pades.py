"""PAdES by pyHanko: B-B, and B-T where a time stamp authority is configured. Judging signatures asks no network.

Whether a certificate is revoked is read from lists in a directory.
"""

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from asn1crypto import cms, crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError, as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext

from app.adapters.revocation_lists import RevocationLists
from app.adapters.signing_keys import NO_LEGAL_VALUE, KeySource, read_certificates
from app.core.clock import LOCAL_ZONE
from app.data import rows
from app.services.forms.marks import qr_svg
from app.services.forms.press import Press
from app.services.ports import (
    FoundSignature,
    Revocation,
    SignatureBox,
    SignatureReport,
    SigningFailed,
    SigningIdentity,
)

# Its warnings name the person of a certificate; what is wrong with a signature is in the report.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)

_STAMP = Path(__file__).parent / "signature_stamp.typ"
# Of a certificate that names both, a person's number says more: it is the person's within the unit.
_HOLDERS: tuple[Literal["person", "unit"], ...] = ("person", "unit")
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)")
_FILLS_ITS_BOX = SimpleBoxLayoutRule(
    x_align=AxisAlignment.ALIGN_MIN,
    y_align=AxisAlignment.ALIGN_MIN,
    margins=Margins(),
    inner_content_scaling=InnerScaling.STRETCH_FILL,
)


class _SignerAt(PdfSigner):
    """Writes the instant it is given as the claimed time; pyHanko would read the machine's clock."""

    def __init__(self, *arguments: Any, at: dt.datetime, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:  # noqa: FBT001, FBT002 - pyHanko's own signature
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:  # noqa: ARG002 - pyHanko's own signature
        """Name PAdES as an extension of PDF 1.7: pyHanko names elliptic curves too, as PDF 2.0, which is no PDF/A-2."""
        pdf_out.ensure_output_version(version=(1, 7))
        pdf_out.register_extension(ESIC_EXTENSION_1)


class _CertificateNamed(SignedAttributeProviderSpec):
    """The one signed attribute of PAdES beside type and digest: which certificate signs (ETSI EN 319 142-1, 6.3).

    It is the same for each signature of a certificate, and asn1crypto encodes it anew, from its leaves up, each time
    that something around it is encoded: two fifths of the time of a signature. So it goes in as bytes.
    """

    def __init__(self, attribute: bytes) -> None:
        self._attribute = attribute

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:  # noqa: ARG002 - pyHanko's own signature
        return (_Encoded(self._attribute),)


class _Encoded(CMSAttributeProvider):
    attribute_type = "signing_certificate_v2"

    def __init__(self, attribute: bytes) -> None:
        self._attribute = attribute

    async def build_attr_value(self, dry_run: bool = False) -> Any:  # noqa: FBT001, FBT002, ARG002 - pyHanko's own signature
        return cms.CMSAttribute.load(self._attribute)["values"][0]

    async def get_attribute(self, dry_run: bool = False) -> cms.CMSAttribute:  # noqa: FBT001, FBT002, ARG002 - pyHanko's own signature
        return cms.CMSAttribute.load(self._attribute)


class Pades:
    """Signs with the keys of one source and judges signatures; every method blocks."""

    def __init__(
        self,
        keys: KeySource,
        *,
        trust_file: Path | None = None,
        revocation_lists: Path | None = None,
        accepts_unknown_revocation: bool = True,
        time_stamper: TimeStamper | None = None,
    ) -> None:
        self._keys = keys
        self._trust_file = trust_file
        self._revocation_lists = RevocationLists(revocation_lists)
        self._accepts_unknown_revocation = accepts_unknown_revocation
        self._time_stamper = time_stamper
        # How much room a certificate's signatures need; finding it out costs pyHanko a trial signature.
        self._rooms: dict[bytes, int] = {}
        self._named: dict[bytes, bytes] = {}
        self._press = Press(_STAMP)

    def has(self, identity: SigningIdentity) -> bool:
        return self._keys.has(identity)

    def sign(
        self, pdf: bytes, identity: SigningIdentity, at: dt.datetime, reason: str, place: str, box: SignatureBox | None
    ) -> bytes:
        """Do what `app.services.ports.Signer.sign_pdf` promises."""
        at = at.astimezone(LOCAL_ZONE)
        signer = self._keys.signer_for(identity)
        certificate = signer.signing_cert
        if certificate is None:
            raise SigningFailed("signing_key_missing")
        _check_validity(certificate, at)
        signer.signed_attr_prov_spec = _CertificateNamed(self._attribute_naming(certificate))
        try:
            writer = IncrementalPdfFileWriter(BytesIO(_with_last_line_ended(pdf)), strict=False)
            field = f"{identity.kind}-{len(writer.prev.embedded_signatures) + 1}"
            meta = PdfSignatureMetadata(
                field_name=field,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                name=identity.name,
                reason=reason or None,
                location=place or None,
            )
            with_stamp = {} if box is None else {"stamp_style": self._stamp(identity, at, box)}
            pades = _SignerAt(
                meta,
                signer,
                at=at,
                timestamper=self._time_stamper,
                new_field_spec=SigFieldSpec(field, box=None if box is None else _rectangle(writer, box)),
                **with_stamp,
            )
            room = self._rooms.get(certificate.sha256)
            signed = bytes(pades.sign_pdf(writer, bytes_reserved=room, output=BytesIO()).getvalue())
        except (TimestampRequestError, OSError) as error:
            raise SigningFailed("time_stamp_unavailable") from error
        except (PdfError, SigningError, KeyError, IndexError, TypeError, ValueError) as error:
            raise SigningFailed("pdf_unreadable") from error
        self._rooms[certificate.sha256] = _room_of(signed)
        return signed

    def _attribute_naming(self, certificate: asn1_x509.Certificate) -> bytes:
        key = certificate.sha256
        if key not in self._named:
            value = as_signing_certificate_v2(certificate)
            naming = simple_cms_attribute(_Encoded.attribute_type, value)  # type: ignore[no-untyped-call]  # untyped there
            self._named[key] = naming.dump()
        return self._named[key]

    def _stamp(self, identity: SigningIdentity, at: dt.datetime, box: SignatureBox) -> StaticStampStyle:
        who = "Cơ quan" if identity.kind == "unit" else "Người ký"
        lines = [f"{who}: {identity.name}", f"Thời gian ký: {at.strftime('%d.%m.%Y %H:%M:%S')} {at.isoformat()[-6:]}"]
        if self._keys.is_test:
            lines.append(NO_LEGAL_VALUE)
        data: dict[str, Any] = {"width": box.width, "height": box.height, "lines": lines, "mark": None}
        if box.address is not None:
            lines.append(f"Kiểm tra: {box.address}")
            data["mark"] = qr_svg(box.address)
        return StaticStampStyle(
            background=_InMemoryPage(self._press.print(data)), background_layout=_FILLS_ITS_BOX, border_width=0
        )

    def validate(self, pdf: bytes, at: dt.datetime) -> SignatureReport:
        """Do what `app.services.ports.Signer.validate_pdf` promises."""
        try:
            found = PdfFileReader(BytesIO(pdf), strict=False).embedded_regular_signatures
            judge = _Judge(self._trust_roots(), self._revocation_lists.current(), at)
            judged = [judge.judge(one) for one in found]
        except Exception as error:  # a file from outside may break the reader anywhere
            raise SigningFailed("pdf_unreadable") from error
        whole = bool(judged) and judged[-1].status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        return SignatureReport(
            signatures=tuple(
                _found(one.field_name, verdict, accepts_unknown=self._accepts_unknown_revocation)
                for one, verdict in zip(found, judged, strict=True)
            ),
            whole=whole,
        )

    def _trust_roots(self) -> list[asn1_x509.Certificate]:
        given = read_certificates(self._trust_file) if self._trust_file is not None else []
        return [*self._keys.trust_roots, *given]


class _InMemoryPage(PdfContent):
    """The first page of a PDF in memory; pyHanko's own class takes the name of a file."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/Stamp"] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Stamp Do"


def _with_last_line_ended(pdf: bytes) -> bytes:
    """Return the PDF so that what pyHanko appends begins on a line of its own, as PDF/A asks (ISO 19005-2, 6.1.9)."""
    return pdf if pdf.endswith((b"\n", b"\r")) else pdf + b"\n"


def _room_of(signed: bytes) -> int:
    """Return how many hexadecimal digits the last signature of a PDF had room for."""
    first, length, second = (int(number) for number in _BYTE_RANGE.findall(signed)[-1])
    return second - first - length - 2  # the angle brackets


def _check_validity(certificate: asn1_x509.Certificate, at: dt.datetime) -> None:
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise SigningFailed("signing_certificate_expired")


def _rectangle(writer: IncrementalPdfFileWriter, box: SignatureBox) -> tuple[int, int, int, int]:
    """Return the box in the coordinates of the first page, whose corner need not be at nought."""
    page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call]  # left untyped there
    while "/MediaBox" not in page and "/Parent" in page:
        page = page["/Parent"]
    left, bottom, right, top = (float(edge) for edge in page["/MediaBox"])
    corner_x, corner_y = max(left, right) - box.right, max(bottom, top) - box.top
    return int(corner_x - box.width), int(corner_y - box.height), int(corner_x), int(corner_y)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What pyHanko says of a signature, and what the lists say of its certificates."""

    status: PdfSignatureStatus
    revocation: Revocation
    revoked_at: dt.datetime | None = None


class _Judge:
    """Judges the signatures of one file at one instant."""

    def __init__(
        self, roots: Sequence[asn1_x509.Certificate], lists: Sequence[crl.CertificateList], at: dt.datetime
    ) -> None:
        self._roots = roots
        self._lists = lists
        self._at = at

    def judge(self, signature: EmbeddedPdfSignature) -> _Verdict:
        """Ask for proof that no certificate is revoked; where there is none, for proof that one is."""
        proven = self._status(signature, self._lists, self._at) if self._lists else None
        if proven is not None and proven.trusted:
            return _Verdict(proven, "good")
        status = self._status(signature, (), self._at)
        said = [] if proven is None else [proven]
        # What a list said is still true when the list is too old to vouch for what it does not name.
        said += [self._status(signature, [one], ended) for one, ended in self._outdated()]
        for one in said:
            if one.revocation_details is not None:
                return _Verdict(status, "revoked", one.revocation_details.revocation_date)
        return _Verdict(status, "unknown")

    def _outdated(self) -> Iterator[tuple[crl.CertificateList, dt.datetime]]:
        for one in self._lists:
            ends = one["tbs_cert_list"]["next_update"].native
            if ends is not None and ends < self._at:
                yield one, ends

    def _status(
        self, signature: EmbeddedPdfSignature, lists: Sequence[crl.CertificateList], at: dt.datetime
    ) -> PdfSignatureStatus:
        """Return what pyHanko says; with lists every certificate but the authority's must be in one that is in force.

        A context remembers what it has seen: each judgement has its own, and the time stamp's authority its own again.
        """
        signer = ValidationContext(
            trust_roots=self._roots,
            allow_fetching=False,
            moment=at,
            crls=lists,
            revocation_mode="require" if lists else "soft-fail",
        )
        stamp = ValidationContext(trust_roots=self._roots, allow_fetching=False, moment=at)
        return validate_pdf_signature(signature, signer, stamp)


def _found(field: str, verdict: _Verdict, *, accepts_unknown: bool) -> FoundSignature:
    status = verdict.status
    subject, issuer = status.signing_cert.subject.native, status.signing_cert.issuer.native
    stamp = status.timestamp_validity
    unchanged = status.coverage is not None and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    fault = _fault(verdict, accepts_unknown=accepts_unknown)
    return FoundSignature(
        field=field,
        signer=_name(subject, "common_name") or status.signing_cert.subject.human_friendly,
        organization=_name(subject, "organization_name"),
        issuer=_name(issuer, "common_name") or status.signing_cert.issuer.human_friendly,
        serial=f"{status.signing_cert.serial_number:x}",
        intact=status.intact and status.valid and unchanged and status.docmdp_ok is True,
        trusted=fault is None,
        signed_at=status.signer_reported_dt,
        stamped_at=None if stamp is None or not (stamp.intact and stamp.valid) else stamp.timestamp,
        revocation=verdict.revocation,
        revoked_at=verdict.revoked_at,
        fault=fault,
        holder=holder_of(subject),
    )


def holder_of(subject: Mapping[str, Any]) -> Literal["person", "unit"] | None:
    """Return whose a certificate is, by its subject: by a given name or surname, or by the kind of its numbers.

    The kinds of numbers are those of `certificate_subjects.csv` (`CCCD:0378…`, `MST:2700…`); None where it tells not.
    """
    if subject.get("given_name") or subject.get("surname"):
        return "person"
    numbers = (_name(subject, part) or "" for part in ("user_id", "serial_number"))
    prefixes = {number.partition(":")[0].strip().upper() for text in numbers for number in text.split("; ")}
    for holder in _HOLDERS:
        if any(row["prefix"] in prefixes and row["holder"] == holder for row in rows("certificate_subjects.csv")):
            return holder
    return None


def _fault(verdict: _Verdict, *, accepts_unknown: bool) -> str | None:
    """Return why a signature is not trusted; None if it is."""
    if verdict.revocation == "revoked":
        return "signature_revoked"
    if not verdict.status.trusted:
        return "signature_untrusted"
    return None if verdict.revocation == "good" or accepts_unknown else "signature_revocation_unknown"


def _name(name: Mapping[str, Any], part: str) -> str | None:
    value = name.get(part)
    return "; ".join(value) if isinstance(value, list) else value
