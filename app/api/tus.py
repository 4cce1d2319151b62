"""The headers of tus 1.0 (core, creation, checksum, expiration, termination): read, checked, answered."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from email.utils import format_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import PrescribedRefusal
from app.domain.errors import InvalidInput, Refusal

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
PIECE_MEDIA_TYPE = "application/offset+octet-stream"
PATH = "/api/v1/uploads"
REQUEST_HEADERS = ("Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset", "Upload-Checksum")
ANSWER_HEADERS = (
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Checksum-Algorithm",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Expires",
    "Content-Location",
)
# SHA-1 is the one that the protocol asks every server for; it finds broken lines, nothing else hangs on it.
ALGORITHMS = ("sha1", "sha256")
BAD_REQUEST, CONFLICT, GONE, PRECONDITION, TOO_LARGE, UNSUPPORTED, CHECKSUM_MISMATCH = 400, 409, 410, 412, 413, 415, 460
_MAX_METADATA = 8192
_KEYS = frozenset({"filename", "filetype", "dossier", "component", "kind", "sha256", "supersedes", "name", "type"})
# What is wrong with a name is said of the name.
_NAMES = frozenset({"filename", "name"})


class TusHeaders:
    """Gives every answer below `/uploads` the protocol's version, the refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self.app(scope, receive, send)
            return

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        await self.app(scope, receive, send_with_version)


def ensure_version(headers: Headers) -> None:
    """Refuse a request of another version of the protocol (412); asked once it is known who sends it."""
    if headers.get("tus-resumable") != VERSION:
        refusal = Refusal("tus_version_unsupported", "Tus-Resumable", {"version": VERSION})
        raise PrescribedRefusal(PRECONDITION, refusal, {"Tus-Version": VERSION})


def whole_number(headers: Headers, name: str) -> int:
    """Return a header that must be a number of bytes; raise 400 for anything else."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004 - up to a petabyte
        raise PrescribedRefusal(BAD_REQUEST, Refusal("header_malformed", name, {"header": name}))
    return int(text)


def metadata_of(header: str) -> dict[str, str]:
    """Return `Upload-Metadata` decoded: keys and Base64 values of UTF-8, each key once and known."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header[:_MAX_METADATA].split(","))):
        key, _, value = pair.partition(" ")
        decoded = _text_of(value)
        if key in found or key not in _KEYS or decoded is None or ("\x00" in decoded and key not in _NAMES):
            raise _malformed_metadata()
        found[key] = decoded
    if len(header) > _MAX_METADATA:
        raise _malformed_metadata()
    return found


def _text_of(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (ValueError, binascii.Error):
        return None


def _malformed_metadata() -> InvalidInput:
    return InvalidInput(Refusal("upload_metadata_malformed", "Upload-Metadata"))


@dataclass(slots=True)
class Checksum:
    """What a piece must hash to, by the client's word."""

    expected: bytes
    hash: "hashlib._Hash"

    def update(self, content: bytes, /) -> None:
        self.hash.update(content)

    def verify(self) -> None:
        """Raise 460 unless the bytes that came are those that were meant."""
        if not hmac.compare_digest(self.hash.digest(), self.expected):
            raise PrescribedRefusal(CHECKSUM_MISMATCH, Refusal("checksum_wrong", "Upload-Checksum"))


def checksum_of(headers: Headers) -> Checksum | None:
    """Return the checksum a piece is declared with; raise 400 for an algorithm that is not offered."""
    header = headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        expected = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        expected = b""
    if algorithm not in ALGORITHMS or not expected:
        raise PrescribedRefusal(BAD_REQUEST, Refusal("checksum_unsupported", "Upload-Checksum"))
    return Checksum(expected, hashlib.new(algorithm, usedforsecurity=False))


def http_date(at: dt.datetime) -> str:
    return format_datetime(at.astimezone(dt.UTC), usegmt=True)
