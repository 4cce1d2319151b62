"""A paper enters the vault: digitized and confirmed, decided here, or recorded by an officer; and leaves its standing.

`hold_component` and `hold_result` are for the use cases that make such papers; both return None for what nobody will be
asked for later (a declaration made for one request), so callers need not know the lists.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import ActionRefused, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor, Permission
from app.services.dossiers.recording.record import seen_dossier
from app.services.procedures.content import version_content
from app.services.procedures.paper_kinds import PaperUse
from app.services.vault import queries, writes
from app.services.vault.held import lists_for
from app.services.vault.inputs import ChangeHeldPaper, RecordHeldPaper

DIGITIZATION_BASIS = "TT 01/2023/TT-VPCP"
RESULT_BASIS = "NQ 66.7/2025/NQ-CP"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """What is printed on a paper. `valid_until`, if not given, follows from the kind and the day of issue."""

    content_sha256: str
    document_id: int | None = None
    issued_paper_id: int | None = None
    issuer: str = ""
    number: str | None = None
    issued_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    legal_basis: str = DIGITIZATION_BASIS


@dataclass(frozen=True, slots=True)
class Held:
    """Where a paper stands in the vault; `is_new` False: the same content was held already."""

    id: int
    code: str
    is_new: bool


async def hold_component(
    connection: AsyncConnection, actor: Actor, dossier: Any, component_code: str, facts: PaperFacts, *, now: dt.datetime
) -> Held | None:
    """Hold a digitized and confirmed component of `dossier` (a row of `seen_dossier`) for its applicant.

    Returns None for a paper that is made for each request anew, is only presented, or whose applicant has no number.
    """
    content = await version_content(connection, dossier.procedure_version_id)
    for component in content.components_for(dossier.case_variant):
        if component.code == component_code:
            use = (await lists_for(connection, content, now=now)).of_component(component)
            return await _hold(connection, actor, dossier, use, "digitized", component_code, facts, now=now)
    return None


async def hold_result(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    *,
    result_type: str | None,
    facts: PaperFacts,
    now: dt.datetime,
) -> Held | None:
    """Hold the published result of `dossier` (a row of `seen_dossier`) for its applicant.

    `facts.issued_paper_id` is its row of `issued_paper`: by it the paper is withdrawn when the result is. Returns None
    for a refusal, a result that is no component of anything, or an applicant without a number.
    """
    content = await version_content(connection, dossier.procedure_version_id)
    use = None
    if not await queries.was_denied(connection, dossier.id):
        use = (await lists_for(connection, content, now=now)).of_result(result_type)
    return await _hold(connection, actor, dossier, use, "result", None, facts, now=now)


async def withdraw_result(
    connection: AsyncConnection,
    actor: Actor,
    *,
    issued_paper_id: int,
    reason: str,
    replaced_by_issued_paper_id: int | None = None,
    now: dt.datetime,
) -> int:
    """Say of what is held from a result that it was revoked, or replaced by another result that is held already.

    `reason` is a code. Returns how many papers it was.
    """
    return await writes.withdraw_result(
        connection,
        issued_paper_id=issued_paper_id,
        replaced_by_issued_paper_id=replaced_by_issued_paper_id,
        reason=reason,
        by=actor.account_id,
        now=now,
    )


async def withdraw_document(
    connection: AsyncConnection, actor: Actor, *, document_id: int, reason: str, now: dt.datetime
) -> int:
    """Say of what is held by a document that it is revoked, because of a paper that was never to be kept.

    `reason` is a code. Returns how many papers it was.
    """
    return await writes.withdraw_document(
        connection, document_id=document_id, reason=reason, by=actor.account_id, now=now
    )


async def record_paper(
    connection: AsyncConnection, actor: Actor, code: str, body: RecordHeldPaper, *, now: dt.datetime
) -> Any:
    """Hold a document of the dossier for its applicant, as an officer says; return the paper's row.

    Raises `InvalidInput` for a kind that is not on the list or only presented, or dates that contradict each other.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.RESULTS_PUBLISH, lock=True)
    document = await queries.document_to_hold(connection, dossier.id, body.document_id)
    if document is None:
        raise InvalidInput(Refusal("document_unknown", "document_id"))
    content = await version_content(connection, dossier.procedure_version_id)
    listed = content.components_for(dossier.case_variant)
    lists = await lists_for(connection, content, now=now)
    faults = lists.presented_only_faults(listed, component_code=document.component_code, file_name=document.name)
    use = None
    if body.kind is None:
        uses = {component.code: lists.of_component(component) for component in listed}
        use = uses.get(document.component_code)
    elif body.kind in lists.kinds:
        use = PaperUse(lists.kinds[body.kind], about_holder=body.about_holder)
        if use.kind.presented_only:
            faults.append(Refusal("paper_presented_only", "kind", {"name": use.kind.vi}))
    if use is None:
        faults.append(Refusal("paper_kind_unknown", "kind", {"expected": ", ".join(lists.kinds)}))
    if body.issued_on is not None and body.issued_on > local_date(now):
        faults.append(Refusal("date_in_future", "issued_on"))
    refuse_all(InvalidInput, faults)
    facts = PaperFacts(
        content_sha256=document.content_sha256,
        document_id=document.id,
        issuer=body.issuer,
        number=body.number,
        issued_on=body.issued_on,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        legal_basis=body.legal_basis,
    )
    held = await _hold(connection, actor, dossier, use, "recorded", document.component_code, facts, now=now)
    if held is None:
        raise ActionRefused(Refusal("applicant_without_number"))
    return await queries.paper_by_code(connection, held.code)


async def change_paper(
    connection: AsyncConnection, actor: Actor, code: str, body: ChangeHeldPaper, *, now: dt.datetime
) -> Any:
    """Revoke or replace a held paper; return its row. The act belongs to the units of the dossier it came from.

    Raises `NotFound`, `Forbidden`, `InvalidInput` for a replacement that is not a valid paper of the same person and
    kind, `ActionRefused` for a paper that was revoked or replaced before.
    """
    paper = await queries.paper_to_change(connection, code)
    scope = actor.scope(Permission.RESULTS_PUBLISH)
    if paper is None:
        raise NotFound(Refusal("held_paper_unknown"))
    if not (scope.covers(paper.receiving_path) or scope.covers(paper.competent_path)):
        raise Forbidden(Refusal("out_of_scope", params={"side": "either"}))
    if paper.status != "valid":
        raise ActionRefused(Refusal("held_paper_not_valid", params={"held_paper": code, "status": paper.status}))
    replacement = None
    if body.status == "replaced":
        replacement = await queries.paper_by_code(connection, body.replaced_by or "")
        if replacement is None or not _may_replace(paper, replacement):
            raise InvalidInput(Refusal("held_paper_no_replacement", "replaced_by"))
    await writes.change_status(
        connection,
        paper.id,
        status=body.status,
        reason=body.reason,
        replaced_by_id=None if replacement is None else replacement.id,
        by=actor.account_id,
        now=now,
    )
    return await queries.paper_by_code(connection, code)


def _may_replace(paper: Any, other: Any) -> bool:
    same = (other.holder_id, other.kind) == (paper.holder_id, paper.kind)
    return bool(same and other.id != paper.id and other.status == "valid")


async def _hold(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    use: PaperUse | None,
    origin: str,
    component_code: str | None,
    facts: PaperFacts,
    *,
    now: dt.datetime,
) -> Held | None:
    number = await queries.number_of_applicant(connection, dossier.id)
    valid_until = facts.valid_until or (None if use is None else use.kind.valid_until(facts.issued_on))
    if facts.valid_from is not None and valid_until is not None and valid_until < facts.valid_from:
        raise InvalidInput(Refusal("validity_backwards", "valid_until"))
    if use is None or use.kind.presented_only or number is None:
        return None
    row, is_new = await writes.hold(
        connection,
        {
            "holder_id": await writes.holder_of(connection, number),
            "kind": use.kind.code,
            # A paper whose time cannot be told stands in for nothing by itself; it is proposed to people.
            "about_holder": use.about_holder and (use.kind.valid_months is None or valid_until is not None),
            "origin": origin,
            "source_dossier_id": dossier.id,
            "component_code": component_code,
            "content_sha256": facts.content_sha256,
            "document_id": facts.document_id,
            "issued_paper_id": facts.issued_paper_id,
            "issuer": facts.issuer,
            "number": facts.number,
            "issued_on": facts.issued_on,
            "valid_from": facts.valid_from,
            "valid_until": valid_until,
            "legal_basis": facts.legal_basis,
            "held_at": now,
            "held_by": actor.account_id,
        },
    )
    return Held(id=row.id, code=row.code, is_new=is_new)
