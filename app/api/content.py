"""Bytes of a document as an answer: streamed, never shown inline, never kept by anybody on the way."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi import Response
from starlette.responses import StreamingResponse

from app.api.problems import PrescribedRefusal
from app.domain.errors import Refusal
from app.services.documents.contents import open_stream
from app.services.documents.links import OpenedContent
from app.services.ports import BlobStore

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_NOT_SATISFIABLE = 416


async def stream_content(storage: BlobStore, found: OpenedContent, *, range_header: str | None) -> Response:
    """Answer the whole content, or the one range that is asked for; raise before the first byte if it is missing."""
    start, end = _range_of(range_header, found.size_bytes)
    is_part = range_header is not None and (start, end) != (0, found.size_bytes)
    headers = {
        "Content-Type": found.media_type,
        "Content-Length": str(end - start),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Referrer-Policy": "no-referrer",
    }
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size_bytes}"
    pieces = open_stream(storage, found.sha256, start=start, end=end if is_part else None)
    first = await anext(pieces, b"")
    return StreamingResponse(_following(first, pieces), status_code=206 if is_part else 200, headers=headers)


async def _following(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _range_of(header: str | None, size: int) -> tuple[int, int]:
    """Return the bytes asked for as a half-open range; the whole for anything but one plain range (RFC 9110 §14.2)."""
    match = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if match is None or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        refusal = Refusal("range_not_satisfiable", "Range", {"size": size})
        raise PrescribedRefusal(_NOT_SATISFIABLE, refusal, {"Content-Range": f"bytes */{size}"})
    return start, end
