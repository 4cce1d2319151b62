"""Papers that anybody can verify: the token behind the QR code, the row it opens, and how the paper stands now."""

import datetime as dt
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.security import random_secret
from app.domain.errors import NotFound, Refusal
from app.services.forms import writes

PaperKind = Literal["slip", "result", "digitized_copy", "archive"]
PaperStatus = Literal["valid", "void", "replaced", "revoked"]

_TOKEN_BYTES = 16


def new_token() -> str:
    """Return a fresh token of 22 characters: unguessable, and short enough for a QR code that phones read easily."""
    return random_secret(_TOKEN_BYTES)


def verify_address(public_base_url: str, token: str) -> str:
    """Return what the QR code of a paper says: the short address of `GET /verify/{token}`."""
    return f"{public_base_url.rstrip('/')}/v/{token}"


async def issue_paper(
    connection: AsyncConnection,
    *,
    token: str,
    kind: PaperKind,
    dossier_id: int,
    unit_id: int,
    form_code: str | None,
    number: str,
    content_sha256: str,
    issued_by: int | None,
    now: dt.datetime,
) -> int:
    """Make a paper verifiable and return its id. `content_sha256` is that of the bytes handed out.

    The content must have been kept (`stored_content`) before; `number` is what the paper prints.
    """
    return await writes.insert_paper(
        connection,
        token=token,
        kind=kind,
        dossier_id=dossier_id,
        unit_id=unit_id,
        form_code=form_code,
        number=number,
        content_sha256=content_sha256,
        issued_by=issued_by,
        now=now,
    )


async def change_status(
    connection: AsyncConnection,
    paper_id: int,
    *,
    status: PaperStatus,
    reason: str | None,
    replaced_by: int | None = None,
    now: dt.datetime,
) -> None:
    """Say how the paper stands from now on; `replaced` needs the id of the paper in its place.

    `reason` is a code that the public may read, never prose or personal data. Raises `NotFound` (paper_unknown).
    """
    found = await writes.update_status(
        connection, paper_id, status=status, reason=reason, replaced_by=replaced_by, now=now
    )
    if not found:
        raise NotFound(Refusal("paper_unknown"))
