"""A signed result is published, replaced by a later one, revoked: each an explicit act, each told behind its token."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import ActionRefused, InvalidInput, Refusal
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor, Permission
from app.services.dossiers.code_lists import entries
from app.services.dossiers.recording.record import record_event, state_of
from app.services.forms.issued_papers import change_status, issue_paper
from app.services.results import queries, writes
from app.services.results.access import result_in_hand, seen_result
from app.services.results.inputs import RevokeResult
from app.services.vault.hold import PaperFacts, hold_result, withdraw_result

_DECIDED = (DossierState.RESOLVED, DossierState.RETURNED)
_REASONS = "result_revocation_reasons"


async def publish(connection: AsyncConnection, actor: Actor, result_id: int, *, now: dt.datetime) -> Any:
    """Let the citizen and anybody with its token see the result; what it replaces is replaced from now on.

    What was revoked meanwhile stays revoked: there is nothing left to replace, and the new result stands by itself.

    Raises `ActionRefused`: `result_not_possible_now` unless it is signed, `result_dossier_not_resolved` before the
    decision that the dossier is resolved by.
    """
    dossier, result = await result_in_hand(
        connection, actor, result_id, Permission.RESULTS_PUBLISH, statuses=("signed",), either_side=True
    )
    if state_of(dossier) not in _DECIDED:
        raise ActionRefused(Refusal("result_dossier_not_resolved", params={"state": state_of(dossier).label}))
    paper_id = await issue_paper(
        connection,
        token=result.token,
        kind="result",
        dossier_id=result.dossier_id,
        unit_id=result.unit_id,
        form_code=None,
        number=result.number,
        content_sha256=result.signed_sha256,
        issued_by=actor.account_id,
        now=now,
    )
    facts = PaperFacts(
        content_sha256=result.signed_sha256,
        document_id=result.document_id,
        issued_paper_id=paper_id,
        issuer=dossier.competent_name,
        number=result.number,
        issued_on=local_date(result.signed_at),
        valid_from=result.effective_from,
        valid_until=result.effective_to,
        legal_basis=result.legal_basis,
    )
    await hold_result(connection, actor, dossier, result_type=result.result_type, facts=facts, now=now)
    if result.replaces_id is not None:
        await _replace(connection, actor, dossier, result, paper_id, now=now)
    await writes.mark_published(connection, result_id, paper_id=paper_id, account_id=actor.account_id, now=now)
    await record_event(
        connection,
        actor,
        dossier,
        EventType.RESULT_PUBLISHED,
        now=now,
        data={
            "result_id": result_id,
            "number": result.number,
            "result_type": result.result_type,
            "paper_id": paper_id,
            "replaces_id": result.replaces_id,
        },
    )
    return await seen_result(connection, actor, result_id)


async def revoke(
    connection: AsyncConnection, actor: Actor, result_id: int, body: RevokeResult, *, now: dt.datetime
) -> Any:
    """Take a published result back, or a signed one before anybody saw it. A leader's act.

    Raises `InvalidInput` (code_unknown) for a reason that is not of the list.
    """
    if body.reason_code not in entries(_REASONS):
        params = {"given": body.reason_code, "list": _REASONS, "expected": ", ".join(entries(_REASONS))}
        raise InvalidInput(Refusal("code_unknown", "reason_code", params))
    dossier, result = await result_in_hand(
        connection, actor, result_id, Permission.RESULTS_SIGN, statuses=("signed", "published")
    )
    await writes.mark_ended(
        connection,
        result_id,
        "revoked",
        reason_code=body.reason_code,
        reason=f"{body.reason} ({body.legal_basis})",
        account_id=actor.account_id,
        now=now,
    )
    if result.paper_id is not None:
        await change_status(connection, result.paper_id, status="revoked", reason=body.reason_code, now=now)
        await withdraw_result(connection, actor, issued_paper_id=result.paper_id, reason=body.reason_code, now=now)
    await record_event(
        connection,
        actor,
        dossier,
        EventType.RESULT_REVOKED,
        now=now,
        data={
            "result_id": result_id,
            "number": result.number,
            "reason_code": body.reason_code,
            "was_published": result.paper_id is not None,
        },
        at_competent_unit=True,
    )
    return await seen_result(connection, actor, result_id)


async def _replace(
    connection: AsyncConnection, actor: Actor, dossier: Any, result: Any, paper_id: int, *, now: dt.datetime
) -> None:
    before = await queries.lock_result(connection, result.replaces_id)
    if before.status == "revoked":
        return
    if before.status != "published":
        params = {"status": before.status, "expected": "published"}
        raise ActionRefused(Refusal("result_not_possible_now", params=params))
    await writes.mark_ended(
        connection,
        before.id,
        "replaced",
        reason_code=result.reason_code,
        reason=None,
        account_id=actor.account_id,
        now=now,
    )
    await change_status(
        connection, before.paper_id, status="replaced", reason=result.reason_code, replaced_by=paper_id, now=now
    )
    await withdraw_result(
        connection,
        actor,
        issued_paper_id=before.paper_id,
        reason=result.reason_code,
        replaced_by_issued_paper_id=paper_id,
        now=now,
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.RESULT_REPLACED,
        now=now,
        data={
            "result_id": before.id,
            "number": before.number,
            "by_result_id": result.id,
            "by_number": result.number,
            "reason_code": result.reason_code,
        },
    )
