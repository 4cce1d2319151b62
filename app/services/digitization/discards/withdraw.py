"""Documents of a paper that was never to be kept are withdrawn: nobody gets them any more, nor relies on them.

Rows and hashes stay, the log tells of it, the bytes leave the store; packages of the archive that hold them go too.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import ActionRefused, Refusal
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor
from app.services.digitization.discards import writes
from app.services.dossiers.recording.record import record_event
from app.services.forms.issued_papers import change_status
from app.services.vault.hold import withdraw_document

PRESENTED_ONLY: Final = "presented_only"


async def withdraw_copy(connection: AsyncConnection, actor: Actor, dossier: Any, row: Any, *, now: dt.datetime) -> None:
    """Withdraw the document that a piece (`row`, as it was) became, and its seal."""
    if dossier is None or dossier.id != row.dossier_id:
        raise ActionRefused(Refusal("scan_piece_closed", params={"state": row.state}))
    hashes = await writes.withdraw_documents(connection, row.id, row.document_id, with_the_one_before=True, now=now)
    if row.paper_id is not None:
        await change_status(connection, row.paper_id, status="revoked", reason=PRESENTED_ONLY, now=now)
    await _withdrawn(connection, actor, dossier, row.id, row.document_id, row.component_code, hashes, now=now)


async def withdraw_source(
    connection: AsyncConnection, actor: Actor, dossier: Any, piece_id: int, document: Any, *, now: dt.datetime
) -> None:
    """Withdraw a document that a piece was cut from. Its other papers are pieces of the batch.

    The bytes stay until the batch needs them no more: they are let go with the pages of the piece.
    """
    hashes = await writes.withdraw_documents(connection, piece_id, document.id, with_the_one_before=False, now=now)
    await _withdrawn(connection, actor, dossier, piece_id, document.id, document.component_code, hashes, now=now)


async def _withdrawn(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    piece_id: int,
    document_id: int,
    component_code: str | None,
    hashes: Sequence[str],
    *,
    now: dt.datetime,
) -> None:
    """Let go of what builds on the document, and write it to the log of the dossier."""
    await withdraw_document(connection, actor, document_id=document_id, reason=PRESENTED_ONLY, now=now)
    packages = await writes.withdraw_packages(connection, piece_id, hashes, now=now)
    for package in packages:
        await change_status(connection, package.issued_paper_id, status="revoked", reason=PRESENTED_ONLY, now=now)
    data = {
        "component_code": component_code,
        "document_id": document_id,
        "reason": PRESENTED_ONLY,
        "packages": sorted(package.number for package in packages if package.dossier_id == dossier.id),
    }
    await record_event(connection, actor, dossier, EventType.DOCUMENT_WITHDRAWN, now=now, data=data)
