"""Uploads opened, found again by those who may carry them on, and given up.

Whatever is told to a client as received lies in the store and has its row. `app.filing` puts the pieces into the store
and looks at the file when it is complete.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import random_secret
from app.domain.documents import DocumentKind, FileLimits
from app.domain.errors import Conflict, InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.documents.take_in import Filing, ensure_fits
from app.services.documents.uploads import queries, writes
from app.services.dossiers.recording.record import seen_dossier

MAX_OPEN = 200
_ID_BYTES = 24
_LISTED = 100


class UploadState(StrEnum):
    """How far a file on its way has come."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    """Complete; it is being looked at, or waits for that."""
    STORED = "stored"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class NewUpload:
    """An upload as a client announces it."""

    dossier_code: str
    length_bytes: int
    filing: Filing
    metadata_header: str = ""


async def open_upload(
    connection: AsyncConnection,
    actor: Actor,
    new: NewUpload,
    limits: FileLimits,
    *,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> str:
    """Open an upload into a dossier and return its id.

    Raises what `seen_dossier` raises, `InvalidInput` for what can be refused before a byte was sent, `Conflict` for
    an account with too many open uploads.
    """
    dossier = await seen_dossier(connection, actor, new.dossier_code, Permission.DOCUMENTS_ADD)
    if new.length_bytes == 0:
        raise InvalidInput(Refusal("file_empty", "Upload-Length"))
    if new.length_bytes > limits.max_bytes:
        params = {"size": new.length_bytes, "max": limits.max_bytes}
        raise InvalidInput(Refusal("file_too_large", "Upload-Length", params))
    await ensure_fits(connection, dossier, new.filing, now=now)
    if await queries.open_uploads_of(connection, actor.account_id or 0) >= MAX_OPEN:
        raise Conflict(Refusal("too_many_uploads", params={"max": MAX_OPEN}))
    upload_id = random_secret(_ID_BYTES)
    await writes.open_upload(
        connection,
        {
            **values_of(actor, dossier, new.filing, now=now),
            "id": upload_id,
            "metadata_header": new.metadata_header,
            "length_bytes": new.length_bytes,
            "expires_at": expires_at,
        },
    )
    return upload_id


def values_of(actor: Actor, dossier: Any, filing: Filing, *, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of an upload that is just beginning."""
    return {
        "dossier_id": dossier.id,
        "unit_id": dossier.receiving_unit_id,
        "account_id": actor.account_id,
        "component_code": filing.component_code,
        "kind": filing.kind.value,
        "name": filing.name,
        "supersedes_id": filing.supersedes_id,
        "declared_sha256": filing.declared_sha256,
        "metadata_header": "",
        "received_bytes": 0,
        "state": UploadState.RECEIVING.value,
        "faults": [],
        "quarantine_key": None,
        "created_at": now,
        "ended_at": None,
    }


async def own_upload(connection: AsyncConnection, actor: Actor, upload_id: str) -> Any:
    """Return an upload the actor opened, while they may still add to its dossier; raise `NotFound` for any other."""
    row = await seen_upload(connection, actor, upload_id)
    if row.account_id != actor.account_id:
        raise NotFound(Refusal("upload_unknown"))
    return row


async def seen_upload(connection: AsyncConnection, actor: Actor, upload_id: str) -> Any:
    """Return an upload into a dossier the actor may add to; raise `NotFound` for any other."""
    row = await queries.one_upload(connection, upload_id)
    scope = actor.scope(Permission.DOCUMENTS_ADD)
    if row is None or not (scope.covers(row.receiving_path) or scope.covers(row.competent_path)):
        raise NotFound(Refusal("upload_unknown"))
    return row


async def uploads_of(connection: AsyncConnection, actor: Actor, dossier_code: str) -> Sequence[Any]:
    """Return the newest uploads into a dossier, whoever sent them."""
    dossier = await seen_dossier(connection, actor, dossier_code, Permission.DOCUMENTS_ADD)
    return await queries.uploads_of(connection, dossier.id, limit=_LISTED)


async def give_up(connection: AsyncConnection, actor: Actor, upload_id: str) -> None:
    """Forget an upload of the actor's; raise `Conflict` for one that is complete. The collector takes its pieces."""
    row = await own_upload(connection, actor, upload_id)
    if row.state != UploadState.RECEIVING or not await writes.forget_upload(connection, upload_id):
        raise Conflict(Refusal("upload_ended"))


def filing_of(row: Any) -> Filing:
    """Return where an upload's file belongs."""
    return Filing(
        kind=DocumentKind(row.kind),
        name=row.name,
        component_code=row.component_code,
        supersedes_id=row.supersedes_id,
        declared_sha256=row.declared_sha256,
    )


def is_expired(row: Any, now: dt.datetime) -> bool:
    return bool(row.state == UploadState.RECEIVING and row.expires_at < now)
