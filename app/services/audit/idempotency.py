"""Keys and the answers given under them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.audit import queries


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given: replayed byte for byte."""

    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: str


async def claim_key(
    connection: AsyncConnection, *, scope: str, key: str, request_hash: bytes, now: dt.datetime
) -> StoredAnswer | None:
    """Take the key for this transaction and return None, or return the answer already given under it."""
    row = await queries.claim_key(connection, scope=scope, key=key, request_hash=request_hash, now=now)
    return None if row is None else StoredAnswer(**row)


async def store_answer(
    connection: AsyncConnection, *, scope: str, key: str, status: int, headers: dict[str, str], body: str
) -> None:
    await queries.store_answer(connection, scope=scope, key=key, status=status, headers=headers, body=body)
