"""`multipart/form-data` with one file, streamed to disk and hashed on its way; the file is never whole in memory.

The route reads the form itself, after its guard has let the actor in.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Never

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.api.problems import PrescribedRefusal
from app.domain.errors import InvalidInput, Refusal
from app.services.documents.take_in import HandedIn

_FILE_FIELD = "file"
_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 4096
# Written and hashed in a thread, a megabyte a time.
_PIECE = 1024 * 1024
_UNSUPPORTED_MEDIA_TYPE = 415


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """The fields of a form, each once, and its one file."""

    fields: dict[str, str]
    file: HandedIn
    file_name: str


async def receive_form(request: Request, directory: Path, *, max_bytes: int) -> ReceivedForm:
    """Read the form of `request`; its file goes to `directory`.

    Raises `InvalidInput` for a malformed form, a missing or second file and one above `max_bytes`, and
    `ClientDisconnect` when the client goes away; the caller removes the directory in any case.
    """
    content_type, options = parse_options_header(request.headers.get("content-type"))
    if content_type != b"multipart/form-data" or not options.get(b"boundary"):
        raise PrescribedRefusal(_UNSUPPORTED_MEDIA_TYPE, Refusal("form_expected"))
    with (directory / "handed-in").open("wb") as target:
        parts = _Parts(target, max_bytes)
        try:
            # All limits are our own: the parser is given a megabyte at a time and keeps nothing of it.
            parser = MultipartParser(options[b"boundary"], parts.callbacks())  # type: ignore[arg-type]  # plain dict
            waiting = bytearray()
            async for piece in request.stream():
                waiting += piece
                if len(waiting) >= _PIECE:
                    await asyncio.to_thread(parser.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(parser.write, bytes(waiting))
            parser.finalize()
        except MultipartParseError:
            _malformed()
    return parts.result(Path(target.name))


def _malformed() -> Never:
    raise InvalidInput(Refusal("form_malformed"))


@dataclass(slots=True)
class _Parts:
    """What the parser calls back: fields are kept, the file is written."""

    target: BinaryIO
    max_bytes: int
    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    ended: bool = False
    _size: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""
    _field: str | None = None
    _field_bytes: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def result(self, path: Path) -> ReceivedForm:
        if not self.ended:
            _malformed()
        if self.file_name is None:
            raise InvalidInput(Refusal("missing", _FILE_FIELD))
        return ReceivedForm(self.fields, HandedIn(path, self._hash.hexdigest(), self._size), self.file_name)

    def _begin(self) -> None:
        self._disposition, self._field = b"", None
        self._field_bytes.clear()

    def _header_end(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition.decode("latin-1"))
        name = options.get(b"name", b"").decode(errors="replace")
        if kind != b"form-data" or not name or name in self.fields or len(self.fields) >= _MAX_FIELDS:
            _malformed()
        if name != _FILE_FIELD:
            self._field = name
            return
        if self.file_name is not None:
            raise InvalidInput(Refusal("one_file_expected", _FILE_FIELD))
        self.file_name = options.get(b"filename", b"").decode(errors="replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._field_bytes += data[start:end]
            if len(self._field_bytes) > _MAX_FIELD_BYTES:
                raise InvalidInput(Refusal("string_too_long", self._field, {"max_length": _MAX_FIELD_BYTES}))
            return
        self._size += end - start
        if self._size > self.max_bytes:
            raise InvalidInput(Refusal("file_too_large", _FILE_FIELD, {"size": self._size, "max": self.max_bytes}))
        self.target.write(data[start:end])
        self._hash.update(data[start:end])

    def _end(self) -> None:
        if self._field is None:
            return
        try:
            self.fields[self._field] = self._field_bytes.decode()
        except UnicodeDecodeError:
            raise InvalidInput(Refusal("string_unicode", self._field)) from None

    def _all(self) -> None:
        self.ended = True
