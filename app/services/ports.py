"""What the house needs from the outside, as protocols; `app.adapters` implements them, entrances hand them in."""

import datetime as dt
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from app.domain.calendars import DayKind
from app.domain.documents import Change, FileLimits, FileType


class ProposedDay(Protocol):
    """A day off or a make-up day as somebody else sees it; nothing of it is confirmed."""

    @property
    def day(self) -> dt.date: ...
    @property
    def kind(self) -> DayKind: ...
    @property
    def name(self) -> str: ...
    @property
    def confidence(self) -> str: ...


class HolidayProposals(Protocol):
    def __call__(self, year: int, /) -> Sequence[ProposedDay]:
        """Return the days of `year` that differ from the ordinary week, in order."""


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Whose certificate signs: a person's own, or a unit's (the electronic seal). `code`: user name or unit code."""

    kind: Literal["person", "unit"]
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SignatureBox:
    """Where a signature shows on the first page, in points; `right` and `top` are margins from the top right corner.

    With an `address` it shows that as a QR code, too.
    """

    right: float
    top: float
    width: float
    height: float
    address: str | None = None


Revocation: TypeAlias = Literal["good", "revoked", "unknown"]


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """One signature of a PDF and what can be said of it.

    `intact`: what it covers was not changed, and nothing but permitted updates follows it. `trusted`: its certificate
    leads to an authority that is trusted here and is not known to be revoked. `signed_at` is the signer's own word,
    `stamped_at` a time stamp authority's. `revocation`: `good`, `revoked` (since `revoked_at`), or `unknown` where no
    list in force speaks of the certificate. `fault`: why it is not trusted, a code of `app.api.messages.results`.
    `holder`: whether the certificate itself says that it is a person's or a unit's; None where it does not say.
    """

    field: str
    signer: str
    organization: str | None
    issuer: str
    serial: str
    intact: bool
    trusted: bool
    signed_at: dt.datetime | None
    stamped_at: dt.datetime | None
    revocation: Revocation = "unknown"
    revoked_at: dt.datetime | None = None
    fault: str | None = None
    holder: Literal["person", "unit"] | None = None


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """All signatures of a PDF in the order they were put on. `whole`: the last one covers the file to its last byte."""

    signatures: tuple[FoundSignature, ...]
    whole: bool

    @property
    def intact(self) -> bool:
        return bool(self.signatures) and self.whole and all(found.intact for found in self.signatures)

    @property
    def trusted(self) -> bool:
        return self.intact and all(found.trusted for found in self.signatures)


class SigningFailed(Exception):  # noqa: N818 - reads as what happened
    """No signature could be put on or read. `code` is one of the codes in `app.api.messages.results`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Signer(Protocol):
    """Signs PDFs with keys that never leave it (in files or on a token) and judges signatures."""

    @property
    def is_test(self) -> bool:
        """Tell whether its signatures have no legal value."""

    async def can_sign(self, identity: SigningIdentity) -> bool: ...

    async def sign_pdf(
        self,
        pdf: bytes,
        *,
        identity: SigningIdentity,
        at: dt.datetime,
        reason: str,
        place: str,
        box: SignatureBox | None = None,
    ) -> bytes:
        """Return `pdf` with one more signature (PAdES B-B; B-T with a time stamp authority), visible if a box is given.

        Raises `SigningFailed`: `signing_key_missing`, `signing_token_unavailable`, `signing_certificate_expired`,
        `pdf_unreadable`, `time_stamp_unavailable`.
        """

    async def validate_pdf(self, pdf: bytes, *, at: dt.datetime) -> SignatureReport:
        """Return what its signatures are worth at `at`; asks no network. Raises `SigningFailed`: `pdf_unreadable`."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What the store says of one blob: where, how large, since when."""

    key: str
    size_bytes: int
    stored_at: dt.datetime


class BlobMissing(Exception):  # noqa: N818 - says what is wrong with the store, not with the request
    """The store has nothing under the key."""


class BlobStore(Protocol):
    """Bytes under keys: a directory, an S3-compatible store, or memory. Knows no document and no database.

    A blob is there whole or not at all. Everything raises `Unavailable` (`storage_unavailable`) when the store fails.
    """

    async def put(self, key: str, content: bytes | Path) -> None:
        """Write the blob, or write it anew; return once it is durable. A path is streamed, never held in memory."""

    async def get(self, key: str) -> bytes:
        """Return all of a small blob; raise `BlobMissing`."""

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`; raise `BlobMissing` at the first step."""

    async def find(self, key: str) -> StoredBlob | None:
        """Return what is stored under the key, without its bytes."""

    async def remove(self, key: str) -> None:
        """Remove the blob; nothing happens if there is none."""

    def each(self, prefix: str) -> AsyncIterator[StoredBlob]:
        """Yield every blob below `prefix`, in no order."""

    async def check(self) -> None:
        """Raise `Unavailable` unless the store can be reached and answers."""


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """`result` is the file to keep as the document; the one handed in itself unless `changes` names what was done."""

    handed_in: FileType
    result: Path
    result_type: FileType
    page_count: int | None
    changes: tuple[Change, ...]


class FileInspection(Protocol):
    """Finds out what a file from outside really is, where the file can harm nobody else."""

    async def inspect(self, path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
        """Return what the file is; what is made of it lies in the directory `workplace`.

        Raises `InvalidInput` with the reason of `inspect_blocking` why it is not accepted, or with
        `inspection_out_of_memory`, `inspection_timed_out`, `inspection_crashed`; `Unavailable`
        (`inspection_unavailable`) where the fault is not the file's.
        """

    async def close(self) -> None:
        """Let go of what inspects."""


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page of a scanned PDF, looked at but not read. `number` counts from 1.

    `codes`: the QR codes on it. `dpi`: dots an inch of its picture; None for a page that was drawn, not scanned.
    `failure`: code of why it could not be looked at (`page_unreadable`, `page_too_large`, `page_timed_out`).
    """

    number: int
    is_blank: bool = False
    codes: tuple[str, ...] = ()
    dpi: int | None = None
    failure: str | None = None


class PageReading(Protocol):
    """Looks at the pages of PDFs and cuts them out. What a broken page does to the reader is its failure alone."""

    async def count(self, pdf: Path) -> int:
        """Return how many pages there are; raises `RecognitionFailed`: `pdf_unreadable`."""

    def look(self, pdf: Path, *, first: int = 1) -> AsyncGenerator[SeenPage]:
        """Yield every page from `first` on, in order; a page that cannot be looked at says so."""

    async def cut_out(self, pages: Sequence[tuple[Path, int]], output: Path) -> None:
        """Write a PDF of these pages of these files; raises `RecognitionFailed`: `pdf_unreadable`."""

    async def blank_out(self, pdf: Path, pages: Collection[int], output: Path) -> None:
        """Write the file with empty pages in the place of these, and nothing of them left; raises as `cut_out`."""


@dataclass(frozen=True, slots=True)
class ReadingCapability:
    """Whether texts can be recognized here. `missing`: the programs and languages that are not installed."""

    missing: tuple[str, ...] = ()
    version: str = ""

    @property
    def is_available(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read of one page. `confidence` 0 to 1; None where the page brought its own text.

    `turned`: degrees clockwise by which it was set upright, None where too little print tells how it lies; `skew`:
    degrees by which it was straightened. `enhanced`: the cleaned copy read better. `failure`: code of why nothing was
    read (`reading_timed_out`).
    """

    number: int
    lines: tuple[tuple[str, float], ...]
    confidence: float | None = None
    turned: int | None = 0
    skew: float = 0.0
    enhanced: bool = False
    failure: str | None = None


class RecognitionFailed(Exception):  # noqa: N818 - reads as what happened
    """A scan could not be read. `code` is one of the codes in `app.api.messages.digitization`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class TextRecognition(Protocol):
    """Makes searchable PDF/A of scans, if the programs for it are installed."""

    async def capability(self) -> ReadingCapability:
        """Look whether the programs are there now: they may be installed while the service runs."""

    async def recognize(self, pdf: Path, output: Path) -> tuple[ReadPage, ...]:
        """Write `pdf` upright, straight and with a layer of text as PDF/A-2b to `output`; return what was read.

        Raises `RecognitionFailed`: `ocr_unavailable`, `pdf_unreadable`, `reading_timed_out`, `pdfa_impossible`,
        `reading_failed`.
        """


class VirusScanner(Protocol):
    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        """Return the name of what was found in the file, None if it is clean.

        Raises `Unavailable` (`virus_check_unavailable`) when no clear answer comes: nothing passes unchecked.
        """

    async def check(self) -> None:
        """Raise `Unavailable` unless the scanner answers."""
