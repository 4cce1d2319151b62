"""The electronic original in the citizen's hands: by the receipt's secret, or by a link that expires."""

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import TokenInvalid, TokenSigner
from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.documents.contents import read_bytes
from app.services.ports import BlobStore
from app.services.results import queries, writes
from app.services.results.access import result_in_hand
from app.services.results.sign import file_name

LINK_DAYS = 7
_USE = "result"
# Compared with when the code is unknown, so that a made-up code and a wrong secret take the same path.
_NO_SECRET = "-" * 8


@dataclass(frozen=True, slots=True)
class Original:
    """A published result's bytes and the name under which they are saved."""

    pdf: bytes
    name: str
    sha256: str


async def originals_by_receipt(connection: AsyncConnection, code: str, secret: str) -> Sequence[Any]:
    """Return the results in force of a decided dossier, the newest first, for whoever holds its receipt.

    Raises `NotFound` (lookup_unknown) alike for an unknown code and a wrong secret.
    """
    given = secret.strip().upper()
    found = None
    for row in await queries.dossier_with_receipt(connection, code) or [None]:
        secret_of_row = _NO_SECRET if row is None else row.lookup_secret
        if hmac.compare_digest(given.encode(), secret_of_row.encode()) and row is not None:
            found = row
    if found is None:
        raise NotFound(Refusal("lookup_unknown"))
    return await queries.published_originals(connection, found.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a receipt's holder may fetch, and whether all that was published has been revoked."""

    originals: Sequence[Any]
    revoked: bool


async def standing_of_results(connection: AsyncConnection, code: str, secret: str) -> Standing:
    """Return the results in force behind a valid receipt and whether none is left; raises `NotFound`."""
    originals = await originals_by_receipt(connection, code, secret)
    return Standing(originals, not originals and await queries.none_in_force_any_more(connection, code))


async def original_by_receipt(
    connection: AsyncConnection, code: str, secret: str, result_id: int | None, *, now: dt.datetime
) -> Any:
    """Return the row of one result in force (the newest unless `result_id` says which) and record that it was read."""
    rows = await originals_by_receipt(connection, code, secret)
    for row in rows:
        if result_id in (None, row.id):
            await writes.record_read(connection, row, now=now)
            return row
    raise NotFound(Refusal("result_not_published"))


async def link_to(
    connection: AsyncConnection, signer: TokenSigner, actor: Actor, result_id: int, *, now: dt.datetime
) -> tuple[str, dt.datetime]:
    """Return a token that opens one published result for `LINK_DAYS` days, and until when."""
    await result_in_hand(
        connection, actor, result_id, Permission.DOCUMENTS_READ, statuses=("published",), either_side=True
    )
    expires_at = now + dt.timedelta(days=LINK_DAYS)
    return signer.sign({"use": _USE, "result": result_id}, expires_at=expires_at), expires_at


async def original_by_link(connection: AsyncConnection, signer: TokenSigner, token: str, *, now: dt.datetime) -> Any:
    """Return the row of the result that a link opens and record that it was read.

    Raises `NotFound` (link_unknown) alike for a made-up, altered or expired link, and for a result no longer in force.
    """
    try:
        claims = signer.read(token)
    except TokenInvalid as error:
        raise NotFound(Refusal("result_link_unknown")) from error
    if claims.get("use") != _USE or claims.get("exp", 0) <= now.timestamp():
        raise NotFound(Refusal("result_link_unknown"))
    row = await queries.published_original(connection, int(claims["result"]))
    if row is None:
        raise NotFound(Refusal("result_link_unknown"))
    await writes.record_read(connection, row, now=now)
    return row


async def read_original(storage: BlobStore, row: Any) -> Original:
    """Return the bytes of a result found before; the transaction is over by then."""
    pdf = await read_bytes(storage, row.signed_sha256)
    return Original(pdf=pdf, name=f"{file_name(row.number)}.pdf", sha256=row.signed_sha256)
