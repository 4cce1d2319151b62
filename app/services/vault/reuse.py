"""A component that is not asked for: taken from the vault, from the citizen's own store, or from data."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.documents import DocumentKind
from app.domain.errors import ActionRefused, Conflict, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.lifecycle import EventType
from app.domain.papers import PaperSource, PaperStatus, status_on
from app.domain.permissions import Actor, Permission
from app.services.documents.add import NewDocument, add_document
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.procedures.content import ComponentContent, version_content
from app.services.procedures.paper_kinds import PaperUse
from app.services.vault import queries, writes
from app.services.vault.held import lists_for
from app.services.vault.inputs import ReuseFromDatabase, ReuseFromStore, ReuseHeldPaper

BASIS = "NQ 66.7/2025/NQ-CP"


async def reuse_paper(
    connection: AsyncConnection,
    actor: Actor,
    code: str,
    component_code: str,
    body: ReuseHeldPaper | ReuseFromStore | ReuseFromDatabase,
    *,
    now: dt.datetime,
) -> tuple[str, int]:
    """Take the component from what is there already; log who took what on which basis.

    Returns the code of the dossier and the number of the event.

    A paper of the vault becomes a document of the dossier as well. Raises `NotFound` for a dossier out of sight or a
    paper that is not the applicant's, `InvalidInput` for a component that it cannot stand in for, `ActionRefused` for
    a dossier that has ended or a paper that no longer counts, `Conflict` if it stands there already.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True)
    content = await version_content(connection, dossier.procedure_version_id)
    listed = {component.code: component for component in content.components_for(dossier.case_variant)}
    component = listed.get(component_code)
    if component is None:
        raise InvalidInput(Refusal("component_unknown", "component", {"component": component_code}))
    if dossier.ended_at is not None:
        raise ActionRefused(Refusal("dossier_ended"))
    paper = None
    if isinstance(body, ReuseHeldPaper):
        paper = await queries.paper_of_applicant(connection, body.held_paper, dossier.id)
        if paper is None:
            raise NotFound(Refusal("held_paper_unknown", "held_paper"))
    use = (await lists_for(connection, content, now=now)).of_component(component)
    refuse_all(InvalidInput, _misfits(component, use, body, paper))
    if paper is not None:
        status = status_on(
            paper.status, valid_from=paper.valid_from, valid_until=paper.valid_until, day=local_date(now)
        )
        if status is not PaperStatus.VALID:
            params = {"held_paper": paper.code, "status": status.value}
            raise ActionRefused(Refusal("held_paper_not_valid", "held_paper", params))
    await _refuse_repetition(connection, dossier.id, component_code, body)
    return dossier.code, await _take(connection, actor, dossier, component, body, paper, now=now)


def _misfits(
    component: ComponentContent,
    use: PaperUse | None,
    body: ReuseHeldPaper | ReuseFromStore | ReuseFromDatabase,
    paper: Any,
) -> list[Refusal]:
    params = {"component": component.code, "name": component.name}
    if component.presented_only:
        return [Refusal("paper_presented_only", "component", {"name": component.name})]
    if isinstance(body, ReuseFromDatabase) and not component.data_satisfiable:
        return [Refusal("component_not_from_data", "source", params)]
    if paper is not None and (use is None or use.kind.code != paper.kind):
        return [Refusal("held_paper_other_kind", "held_paper", {**params, "kind": paper.kind})]
    return []


async def _refuse_repetition(connection: AsyncConnection, dossier_id: int, component_code: str, body: Any) -> None:
    row = (await queries.components_of(connection, dossier_id)).get(component_code)
    if row is None or row.source not in ("reused", "data") or row.reuse is None:
        return
    if row.reuse["source"] == body.source and row.reuse["held_paper"] == getattr(body, "held_paper", None):
        raise Conflict(Refusal("component_reused_already", "component", {"component": component_code}))


async def _take(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    component: ComponentContent,
    body: ReuseHeldPaper | ReuseFromStore | ReuseFromDatabase,
    paper: Any,
    *,
    now: dt.datetime,
) -> int:
    basis = body.legal_basis or BASIS
    if paper is not None:
        new = NewDocument(
            kind=DocumentKind.COMPONENT,
            name=f"{paper.code}.pdf",
            content_sha256=paper.content_sha256,
            media_type=paper.media_type,
            component_code=component.code,
            is_published=True,
        )
        await add_document(connection, actor, dossier, new, now=now)
    event = await record_event(
        connection,
        actor,
        dossier,
        EventType.PAPER_REUSED,
        now=now,
        data={
            "component": component.code,
            "source": body.source.value,
            "held_paper": None if paper is None else paper.code,
            "source_dossier": None if paper is None else paper.source_dossier,
            "database": getattr(body, "database_code", None),
            "legal_basis": basis,
        },
    )
    await writes.write_reuse(
        connection,
        {
            "dossier_id": dossier.id,
            "seq": event.seq,
            "component_code": component.code,
            "source": body.source.value,
            "held_paper_id": None if paper is None else paper.id,
            "database_code": getattr(body, "database_code", None),
            "reference": getattr(body, "reference", None),
            "legal_basis": basis,
            "unit_id": dossier.receiving_unit_id,
            "reused_at": now,
            "reused_by": actor.account_id,
        },
    )
    source = "data" if body.source is PaperSource.DATABASE else "reused"
    await writes.set_component_source(connection, dossier.id, component.code, source)
    return event.seq
