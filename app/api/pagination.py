"""Keyset pages: opaque cursors that carry the sort they belong to, so that one cannot be used under another."""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson

from app.domain.errors import InvalidInput, Refusal
from app.services.inputs import refuse_far_instant

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_LAST_ID = 2**63 - 1
SMALL_IDS = 2**31 - 1
"""The last id of tables that never grow large; a larger number would be none the database can compare."""


def encode_cursor(sort: str, values: Sequence[Any]) -> str:
    """Return an opaque cursor after the row whose sort values (tie-breaker last) are `values`."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, *values])).rstrip(b"=").decode()


def sort_of_cursor(cursor: str, *, allowed: Sequence[str]) -> str:
    """Return which of the `allowed` sorts the cursor belongs to; raise `InvalidInput` if to none."""
    found = _content(cursor)
    if not isinstance(found, list) or not found or found[0] not in allowed:
        raise InvalidInput(Refusal("cursor_invalid", "cursor"))
    return str(found[0])


def decode_cursor(cursor: str, *, sort: str, kinds: Sequence[type]) -> list[Any]:
    """Return the sort values of `cursor`; raise `InvalidInput` if it is not one of ours for this sort."""
    found = _content(cursor)
    if (
        not isinstance(found, list)
        or len(found) != len(kinds) + 1
        or found[0] != sort
        or not all(type(value) is kind for value, kind in zip(found[1:], kinds, strict=True))
        or any("\x00" in value for value in found[1:] if isinstance(value, str))
    ):
        raise InvalidInput(Refusal("cursor_invalid", "cursor"))
    return found[1:]


def decode_id_cursor(cursor: str | None, *, sort: str, last: int = _LAST_ID) -> int:
    """Return the id of the row before the page, 0 for the first page; raise `InvalidInput` if it is none of ours."""
    if cursor is None:
        return 0
    (found,) = decode_cursor(cursor, sort=sort, kinds=(int,))
    if not 0 < found <= last:
        raise InvalidInput(Refusal("cursor_invalid", "cursor"))
    return int(found)


def decode_instant_cursor(cursor: str, *, sort: str) -> tuple[dt.datetime, int]:
    """Return instant and id of the row before; raise `InvalidInput` if `cursor` is not one of ours for this sort."""
    instant, tie = decode_cursor(cursor, sort=sort, kinds=(str, int))
    try:
        at = refuse_far_instant(dt.datetime.fromisoformat(instant))
    except ValueError as error:
        raise InvalidInput(Refusal("cursor_invalid", "cursor")) from error
    if at.tzinfo is None or not 0 <= tie <= _LAST_ID:
        raise InvalidInput(Refusal("cursor_invalid", "cursor"))
    return at, tie


def _content(cursor: str) -> Any:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(Refusal("cursor_invalid", "cursor")) from error
