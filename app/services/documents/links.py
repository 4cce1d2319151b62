"""Links to a document's bytes: made for one reader and one purpose, over after minutes, every use recorded."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import TokenInvalid, TokenSigner
from app.domain.documents import ReadPurpose
from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor
from app.services.documents import queries, writes
from app.services.documents.read import seen_document

_USE = "content"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link's token says."""

    document_id: int
    account_id: int
    auth_version: int
    purpose: ReadPurpose
    is_original: bool
    expires_at: float


@dataclass(frozen=True, slots=True)
class OpenedContent:
    """What a link opened: a content and how it is named."""

    sha256: str
    size_bytes: int
    media_type: str
    name: str


async def make_link(
    connection: AsyncConnection,
    signer: TokenSigner,
    actor: Actor,
    document_id: int,
    *,
    purpose: ReadPurpose,
    is_original: bool,
    expires_at: dt.datetime,
) -> str:
    """Return the token of a link for the actor; raise `NotFound` for what they may not read or what is not there."""
    row = await seen_document(connection, actor, document_id)
    if row.withdrawn_at is not None:
        raise NotFound(Refusal("document_withdrawn"))
    if is_original and row.original_sha256 is None:
        raise NotFound(Refusal("document_has_no_other_original"))
    claims: dict[str, Any] = {
        "use": _USE,
        "document": document_id,
        "account": actor.account_id,
        "v": actor.auth_version,
        "purpose": purpose.value,
        "original": is_original,
    }
    return signer.sign(claims, expires_at=expires_at)


async def open_link(connection: AsyncConnection, signer: TokenSigner, token: str, *, now: dt.datetime) -> OpenedContent:
    """Return what the link opens and record the read, in the caller's transaction.

    A link that is over, was altered, belongs to another installation, or whose reader was signed out since is the
    same to whoever holds it: `NotFound`, `link_invalid`.
    """
    link = _read(signer, token)
    if link is None or link.expires_at <= now.timestamp():
        raise NotFound(Refusal("link_invalid"))
    row = await queries.linked_document(connection, link.document_id, account_id=link.account_id)
    if row is None or row.auth_version != link.auth_version:
        raise NotFound(Refusal("link_invalid"))
    sha256 = row.original_sha256 if link.is_original else row.content_sha256
    if sha256 is None:
        raise NotFound(Refusal("link_invalid"))
    await writes.record_read(
        connection,
        document_id=row.id,
        unit_id=row.unit_id,
        read_by=link.account_id,
        purpose=link.purpose.value,
        is_original=link.is_original,
        now=now,
    )
    if link.is_original:
        return OpenedContent(sha256, row.original_size, row.original_type, row.name)
    return OpenedContent(sha256, row.content_size, row.content_type, name_of_content(row.name, row.content_type))


def name_of_content(name: str, media_type: str) -> str:
    """Return the name under which a converted file is saved: `photo.jpg` became `photo.pdf`."""
    if media_type != "application/pdf" or name.lower().endswith(".pdf"):
        return name
    return f"{name.rpartition('.')[0] or name}.pdf"


def _read(signer: TokenSigner, token: str) -> Link | None:
    try:
        claims = signer.read(token)
        if claims["use"] != _USE:
            return None
        return Link(
            document_id=int(claims["document"]),
            account_id=int(claims["account"]),
            auth_version=int(claims["v"]),
            purpose=ReadPurpose(claims["purpose"]),
            is_original=bool(claims["original"]),
            expires_at=float(claims["exp"]),
        )
    except (TokenInvalid, KeyError, ValueError, TypeError):
        return None
