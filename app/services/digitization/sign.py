"""The signed digitized copy: the unit's seal at the top right of the first page, after a clerk has confirmed the copy.

Three steps, so that no transaction is open while anything is read or signed: `copy_in_hand`, `seal_copy`,
`write_sealed`. Of two who sign the same copy one is first; the other's bytes are an orphan that the collector removes.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import PieceState, Recognition
from app.domain.digitization_fields import FieldKind
from app.domain.documents import Change, DocumentKind
from app.domain.errors import ActionRefused, Refusal, Unavailable
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.domain.search_text import fold
from app.services.digitization import queries, writes
from app.services.digitization.inputs import SignPiece
from app.services.digitization.read import seen_piece
from app.services.documents.add import NewDocument, add_document
from app.services.documents.contents import Content, put_content, read_bytes, record_content
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.forms.issued_papers import issue_paper, new_token
from app.services.ports import BlobStore, SignatureBox, Signer, SigningFailed, SigningIdentity
from app.services.vault.hold import PaperFacts, hold_component

PDF = "application/pdf"
REASON = "Số hóa từ bản giấy"
_TOP_RIGHT = SignatureBox(right=14, top=6, width=200, height=34)


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A copy with its seal, in the store and not yet spoken of by any row; or why there is none."""

    piece_id: int
    row: Any | None
    content: Content | None
    refusals: tuple[Refusal, ...] = ()


async def copy_in_hand(connection: AsyncConnection, actor: Actor, piece_id: int) -> Any:
    """Return the confirmed piece whose copy is to be signed; raise `ActionRefused` with the reason why it cannot be."""
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD)
    if row.state != PieceState.CONFIRMED:
        raise ActionRefused(Refusal("scan_piece_not_confirmed", params={"state": row.state}))
    if row.recognition != Recognition.DONE:
        raise ActionRefused(Refusal("scan_piece_not_digitized"))
    return row


async def seal_copy(storage: BlobStore, signer: Signer, row: Any, body: SignPiece, *, now: dt.datetime) -> SealedCopy:
    """Put the unit's seal on the copy and keep the bytes; raise `Unavailable` where nobody can sign for the unit."""
    try:
        signed = await signer.sign_pdf(
            await read_bytes(storage, row.content_sha256),
            identity=SigningIdentity("unit", row.unit_code, row.unit_name),
            at=now,
            reason=REASON,
            place=body.place or row.unit_name,
            box=_TOP_RIGHT,
        )
    except SigningFailed as failure:
        raise Unavailable(Refusal(failure.code)) from failure
    return SealedCopy(row.id, row, await put_content(storage, signed, media_type=PDF))


async def write_sealed(connection: AsyncConnection, actor: Actor, sealed: SealedCopy, *, now: dt.datetime) -> None:
    """Make the signed bytes the newest version of the document and a paper that anybody can verify; write the log."""
    if sealed.row is None or sealed.content is None:
        raise ActionRefused(*sealed.refusals)
    row, signed = sealed.row, sealed.content
    dossier = await seen_dossier(connection, actor, row.dossier_code, Permission.DOCUMENTS_ADD, lock=True)
    await queries.lock_piece(connection, row.id)
    row = await copy_in_hand(connection, actor, row.id)
    await record_content(connection, signed, now=now)
    pages = len(row.pages)
    document = await add_document(
        connection,
        actor,
        dossier,
        NewDocument(
            kind=DocumentKind.DIGITIZED_COPY,
            name=row.document_name,
            content_sha256=signed.sha256,
            component_code=row.component_code,
            original_sha256=row.picture_sha256,
            page_count=pages,
            changes=(Change.TEXT_LAYER_ADDED.value,),
            supersedes_id=row.document_id,
        ),
        now=now,
    )
    paper_id = await issue_paper(
        connection,
        token=new_token(),
        kind="digitized_copy",
        dossier_id=dossier.id,
        unit_id=row.unit_id,
        form_code=None,
        number=f"{row.dossier_code}/{row.component_code}/{row.id}",
        content_sha256=signed.sha256,
        issued_by=actor.account_id,
        now=now,
    )
    await writes.sign_piece(
        connection, row.id, document_id=document.id, paper_id=paper_id, by=actor.account_id, now=now
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.DIGITIZED,
        now=now,
        data={
            "component_code": row.component_code,
            "document_id": document.id,
            "pages": pages,
            "signed": True,
            "unit": row.unit_code,
        },
    )
    facts = await _paper_facts(connection, row, sha256=signed.sha256, document_id=document.id)
    await hold_component(connection, actor, dossier, row.component_code, facts, now=now)


async def _paper_facts(connection: AsyncConnection, row: Any, *, sha256: str, document_id: int) -> PaperFacts:
    """Return what a clerk confirmed of the paper: its number, and the day of issue where the label names it."""
    number, issued_on = None, None
    for field in await queries.fields_of_piece(connection, row.id):
        if field.value is None:
            continue
        if field.kind == FieldKind.DOCUMENT_NUMBER and number is None:
            number = field.value
        if field.kind == FieldKind.DATE and (field.name == "issued_on" or "ngay cap" in fold(field.label)):
            issued_on = dt.date.fromisoformat(field.value)
    return PaperFacts(content_sha256=sha256, document_id=document_id, number=number, issued_on=issued_on)
