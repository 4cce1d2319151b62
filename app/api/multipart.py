"""`multipart/form-data` with its files, streamed to disk and hashed on their way; no file is ever whole in memory.

The route reads the form itself, after its guard has let the actor in.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Never, Self

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.api.problems import PrescribedRefusal
from app.domain.errors import InvalidInput, Refusal
from app.services.documents.take_in import HandedIn

_FILE_FIELD = "file"
_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 4096
_MAX_NAME = 64
# Written and hashed in a thread, a megabyte a time.
_PIECE = 1024 * 1024
_UNSUPPORTED_MEDIA_TYPE = 415


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """The fields of a form, each once, and its one file."""

    fields: dict[str, str]
    file: HandedIn
    file_name: str


@dataclass(frozen=True, slots=True)
class ReceivedForms:
    """The fields of a form, each once, and its files in their order."""

    fields: dict[str, str]
    files: tuple[HandedIn, ...]


async def receive_form(request: Request, directory: Path, *, max_bytes: int) -> ReceivedForm:
    """Read the form of `request`; its file goes to `directory`.

    Raises `InvalidInput` for a malformed form, a missing or second file and one above `max_bytes`, and
    `ClientDisconnect` when the client goes away; the caller removes the directory in any case.
    """
    with _Parts(directory, max_bytes, max_files=1) as parts:
        await _receive(request, parts)
        if not parts.files:
            raise InvalidInput(Refusal("missing", _FILE_FIELD))
        return ReceivedForm(parts.fields, parts.handed_in()[0], parts.files[0].name)


async def receive_files(request: Request, directory: Path, *, max_bytes: int, max_files: int) -> ReceivedForms:
    """Read a form with up to `max_files` files, or none, of `max_bytes` together; otherwise like `receive_form`."""
    with _Parts(directory, max_bytes, max_files=max_files) as parts:
        await _receive(request, parts)
        return ReceivedForms(parts.fields, parts.handed_in())


async def _receive(request: Request, parts: "_Parts") -> None:
    content_type, options = parse_options_header(request.headers.get("content-type"))
    if content_type != b"multipart/form-data" or not options.get(b"boundary"):
        raise PrescribedRefusal(_UNSUPPORTED_MEDIA_TYPE, Refusal("form_expected"))
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
    if not parts.ended:
        _malformed()


def _unescaped(name: str) -> str:
    """Undo what forms do to names (HTML Standard, multipart/form-data encoding): these three and nothing else."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _malformed() -> Never:
    raise InvalidInput(Refusal("form_malformed"))


@dataclass(slots=True)
class _File:
    path: Path
    name: str
    target: BinaryIO
    size: int = 0
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)


@dataclass(slots=True)
class _Parts:
    """What the parser calls back: fields are kept, files are written. Closes the files at its end."""

    directory: Path
    max_bytes: int
    max_files: int
    fields: dict[str, str] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)
    ended: bool = False
    _taken: int = 0
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self.files:
            file.target.close()

    def handed_in(self) -> tuple[HandedIn, ...]:
        """Return the files, each whole on disk."""
        for file in self.files:
            file.target.close()
        return tuple(HandedIn(file.path, file.hash.hexdigest(), file.size) for file in self.files)

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
            if b"filename" in options:  # a file elsewhere would be judged as a long text
                raise InvalidInput(Refusal("extra_forbidden", name[:_MAX_NAME]))
            self._field = name
            return
        if len(self.files) >= self.max_files:
            refusal = Refusal("too_many_files", _FILE_FIELD, {"max": self.max_files})
            raise InvalidInput(Refusal("one_file_expected", _FILE_FIELD) if self.max_files == 1 else refusal)
        path = self.directory / (f"handed-in-{len(self.files) + 1}" if self.files else "handed-in")
        file_name = _unescaped(options.get(b"filename", b"").decode(errors="replace"))
        self.files.append(_File(path, file_name, path.open("wb")))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._field_bytes += data[start:end]
            if len(self._field_bytes) > _MAX_FIELD_BYTES:
                raise InvalidInput(Refusal("string_too_long", self._field, {"max_length": _MAX_FIELD_BYTES}))
            return
        self._taken += end - start
        if self._taken > self.max_bytes:
            raise InvalidInput(Refusal("file_too_large", _FILE_FIELD, {"size": self._taken, "max": self.max_bytes}))
        file = self.files[-1]
        file.size += end - start
        file.target.write(data[start:end])
        file.hash.update(data[start:end])

    def _end(self) -> None:
        if self._field is None:
            return
        try:
            self.fields[self._field] = self._field_bytes.decode()
        except UnicodeDecodeError:
            raise InvalidInput(Refusal("string_unicode", self._field)) from None

    def _all(self) -> None:
        self.ended = True
