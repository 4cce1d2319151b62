"""What clerks do with the pieces of a batch: say which paper it is, confirm what was read, or discard it.

The dossier is locked before the piece, as everywhere else.
"""

import datetime as dt
from collections import Counter
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.digitization import PageKind, PieceSituation, PieceState, Recognition, ensure_may_confirm
from app.domain.digitization_fields import FieldKind
from app.domain.documents import MAX_NAME, Change, DocumentKind
from app.domain.errors import ActionRefused, InvalidInput, Refusal, refuse_all
from app.domain.identifiers import check_citizen_number
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.digitization import queries, writes
from app.services.digitization.discards import writes as discards
from app.services.digitization.discards.queries import source_documents
from app.services.digitization.discards.withdraw import withdraw_copy, withdraw_source
from app.services.digitization.inputs import AssignPiece, ConfirmedValue, ConfirmPiece, DiscardPiece
from app.services.digitization.process import CONTENT_WITHDRAWN, PRESENTED_ONLY, restate
from app.services.digitization.read import seen_piece
from app.services.documents.add import NewDocument, add_document
from app.services.documents.contents import refuse_withdrawn
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.procedures.content import ComponentContent, version_content

_PDF = ".pdf"
_PRESENTED_ONLY: Final = "presented_only"
_PATH_LETTERS = str.maketrans(dict.fromkeys("/\\:", "-"))


async def assign_piece(
    connection: AsyncConnection, actor: Actor, piece_id: int, body: AssignPiece, *, now: dt.datetime
) -> None:
    """Say which component of which dossier a piece is; may be said anew until the piece is confirmed.

    Raises `InvalidInput` for a component that the procedure does not have, or that is only presented and never kept,
    `ActionRefused` for a piece that was recognised as such a paper, unless the clerk says why it is none.
    """
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_ADD)
    code = body.dossier or row.dossier_code
    if code is None:
        raise InvalidInput(Refusal("missing", "dossier"))
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True)
    row = await _locked(connection, actor, piece_id)
    if row.state != PieceState.OPEN:
        raise ActionRefused(Refusal("scan_piece_closed", params={"state": row.state}))
    await _keepable_component(connection, dossier, body.component_code)
    is_overruled = row.reason == PRESENTED_ONLY and body.wrongly_recognised is not None
    if row.reason == PRESENTED_ONLY and not is_overruled:
        raise ActionRefused(Refusal("scan_piece_presented_only", "wrongly_recognised"))
    await writes.assign_piece(
        connection,
        piece_id,
        dossier_id=dossier.id,
        component_code=body.component_code,
        without=PRESENTED_ONLY if is_overruled else None,
        by=actor.account_id,
        now=now,
    )
    if is_overruled:
        await write_audit_entry(
            connection,
            at=now,
            account_id=actor.account_id,
            action="scan_recognition_overruled",
            subject=f"scan_piece:{piece_id}",
            data={"dossier": code, "component": body.component_code, "reason": body.wrongly_recognised},
        )


async def confirm_piece(
    connection: AsyncConnection, actor: Actor, piece_id: int, body: ConfirmPiece, *, now: dt.datetime
) -> None:
    """Make a piece a document of its dossier, with the values that were checked against the paper.

    Who confirms must be able to read: a scanning station sends papers and vouches for none.
    Only a piece that was read becomes a digitized copy; one that could not be read is kept as the picture it is.
    Raises `ActionRefused` with every reason, `InvalidInput` for values that cannot be what they are called.
    """
    refuse_all(InvalidInput, _faults_of(body.values))
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD)
    dossier = None
    if row.dossier_code is not None:
        dossier = await seen_dossier(connection, actor, row.dossier_code, Permission.DOCUMENTS_ADD, lock=True)
    row = await _locked(connection, actor, piece_id)
    refuse_all(ActionRefused, ensure_may_confirm(_situation(row)))
    if dossier is None or dossier.id != row.dossier_id:
        raise ActionRefused(Refusal("scan_piece_unassigned", "component_code"))
    component = await _keepable_component(connection, dossier, row.component_code)
    await refuse_withdrawn(connection, row.picture_sha256)
    was_read = row.recognition == Recognition.DONE
    pages = sum(page["kind"] == PageKind.CONTENT for page in row.pages)
    document = await add_document(
        connection,
        actor,
        dossier,
        NewDocument(
            kind=DocumentKind.DIGITIZED_COPY if was_read else DocumentKind.COMPONENT,
            name=_file_name(component.name),
            content_sha256=row.content_sha256 if was_read else row.picture_sha256,
            component_code=component.code,
            original_sha256=row.picture_sha256 if was_read else None,
            page_count=pages,
            changes=(Change.TEXT_LAYER_ADDED.value,) if was_read else (),
        ),
        now=now,
    )
    values = [value.model_dump(mode="json") for value in body.values]
    await writes.confirm_values(connection, piece_id, values, by=actor.account_id, now=now)
    await writes.confirm_piece(connection, piece_id, document_id=document.id, by=actor.account_id, now=now)
    if was_read:
        await record_event(
            connection,
            actor,
            dossier,
            EventType.DIGITIZED,
            now=now,
            data={
                "component_code": component.code,
                "document_id": document.id,
                "pages": pages,
                "values": len(values),
                "signed": False,
            },
        )


async def discard_piece(
    connection: AsyncConnection, actor: Actor, piece_id: int, body: DiscardPiece, *, keep_days: int, now: dt.datetime
) -> None:
    """Say that a piece does not become, or stay, a document, and why; its batch stands as the others say.

    Its pages leave the store after `keep_days`. Of a paper that is only presented nothing is kept: text, values and
    pictures go at once, the pages in the files of the batch with the worker's next look; and it is the one reason for
    which a confirmed piece is discarded: its document is withdrawn. So is a document that the piece was cut from.
    """
    is_forbidden = body.reason == _PRESENTED_ONLY
    row = await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_ADD)
    dossiers = await _dossiers_of(connection, actor, row) if is_forbidden else {}
    row = await _locked(connection, actor, piece_id)
    is_document = row.document_id is not None
    if (is_document and not is_forbidden) or row.state == PieceState.DISCARDED:
        raise ActionRefused(Refusal("scan_piece_closed", params={"state": row.state}))
    due = now if is_forbidden else now + dt.timedelta(days=keep_days)
    await discards.discard_piece(connection, piece_id, reason=body.reason, by=actor.account_id, let_go_due=due, now=now)
    if is_forbidden:
        await discards.let_go(connection, piece_id, now=now)
        await discards.withdraw_unfiled(connection, piece_id, now=now)
    if is_document:
        await withdraw_copy(connection, actor, dossiers.get(row.dossier_code), row, now=now)
    for source in await source_documents(connection, piece_id) if is_forbidden else ():
        await withdraw_source(connection, actor, dossiers[source.dossier_code], piece_id, source, now=now)
    await queries.lock_batch(connection, row.batch_id)
    await restate(connection, row.batch_id)


async def _dossiers_of(connection: AsyncConnection, actor: Actor, row: Any) -> dict[str, Any]:
    """Lock and return the dossiers, by code, whose documents a piece became or was cut from."""
    sources = await source_documents(connection, row.id)
    codes = {source.dossier_code for source in sources} | ({row.dossier_code} - {None})
    return {
        code: await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True) for code in sorted(codes)
    }


async def _locked(connection: AsyncConnection, actor: Actor, piece_id: int) -> Any:
    """Lock the piece and return it as it is now."""
    await queries.lock_piece(connection, piece_id)
    return await seen_piece(connection, actor, piece_id, Permission.DOCUMENTS_ADD)


async def _keepable_component(connection: AsyncConnection, dossier: Any, code: str) -> ComponentContent:
    content = await version_content(connection, dossier.procedure_version_id)
    for component in content.components_for(dossier.case_variant):
        if component.code == code:
            if component.presented_only:
                raise InvalidInput(Refusal(PRESENTED_ONLY, "component_code", {"component": code}))
            return component
    raise InvalidInput(Refusal("component_unknown", "component_code", {"component": code}))


def _situation(row: Any) -> PieceSituation:
    return PieceSituation(
        state=PieceState(row.state),
        recognition=Recognition(row.recognition),
        failed_sides=sum(page["kind"] == PageKind.FAILED for page in row.pages or ()),
        has_dossier=row.dossier_id is not None,
        component_code=row.component_code,
        is_presented_only=row.reason == PRESENTED_ONLY,
        is_withdrawn=row.reason == CONTENT_WITHDRAWN,
    )


def _faults_of(values: tuple[ConfirmedValue, ...]) -> list[Refusal]:
    counts = Counter(value.name for value in values)
    refusals = []
    for index, value in enumerate(values):
        where = f"values.{index}.value"
        if counts[value.name] > 1:
            refusals.append(Refusal("scan_value_repeated", f"values.{index}.name", {"name": value.name}))
        if value.kind is FieldKind.IDENTITY_NUMBER:
            refusals += check_citizen_number(value.value, field=where).errors
        if value.kind is FieldKind.DATE and not _is_date(value.value):
            refusals.append(Refusal("scan_value_no_date", where))
    return refusals


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _file_name(component: str) -> str:
    """Return the name of the copy: that of the paper as the procedure calls it, no person's."""
    return component.translate(_PATH_LETTERS)[: MAX_NAME - len(_PDF)].strip() + _PDF
