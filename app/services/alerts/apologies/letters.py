"""Apologies in people's hands: read, written, and sent by the act that extends the dossier."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import ActionRefused, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.lifecycle import DossierAction, refusals_now
from app.domain.permissions import Actor, Permission
from app.services.alerts.apologies import queries, writes
from app.services.alerts.apologies.inputs import ApologyStatus, SendApology, WriteApology
from app.services.dossiers.access import require_action
from app.services.dossiers.code_lists import entries, label
from app.services.dossiers.inputs import Extend
from app.services.dossiers.queries import assignee_id
from app.services.dossiers.read import one_dossier
from app.services.dossiers.requests import Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView
from app.services.identity.scope import scope_parameters

_CAUSES = "extension_reasons"


async def read_letter(connection: AsyncConnection, actor: Actor, code: str) -> Any:
    """Return the last apology of a dossier in scope; raises `NotFound` (dossier_unknown, apology_unknown)."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.letter_of(connection, code=code, everything=everything, patterns=patterns)
    if row is None:
        raise NotFound(Refusal("dossier_unknown"))
    if row.id is None:
        raise NotFound(Refusal("apology_unknown"))
    return row


async def list_letters(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    status: ApologyStatus,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` apologies of units in scope."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    return await queries.apologies_page(
        connection, everything=everything, patterns=patterns, unit=unit, status=status, after=after, limit=limit
    )


async def write_letter(
    connection: AsyncConnection, actor: Actor, code: str, body: WriteApology, *, now: dt.datetime
) -> Any:
    """Write the dossier's draft, begun by the scan or here; return it.

    Raises `NotFound`, `Forbidden` outside the competent unit, `ActionRefused` where the dossier cannot be extended any
    more, `InvalidInput` for the content.
    """
    found = await one_dossier(connection, actor, code, now=now)
    row = found.row
    if not actor.scope(Permission.DOSSIERS_PROCESS).covers(row.competent_path):
        raise Forbidden(Refusal("out_of_scope", params={"side": "competent"}))
    refuse_all(ActionRefused, refusals_now(found.facts.situation, DossierAction.EXTEND, now))
    faults = _faults(body.cause_code, body.new_due_at, row.current_due_at)
    responsible_id = None
    if body.responsible is not None:
        responsible_id = await assignee_id(connection, username=body.responsible, path=row.competent_path)
        if responsible_id is None:
            faults.append(Refusal("assignee_unknown", "responsible"))
    refuse_all(InvalidInput, faults)
    await writes.write_edited(
        connection,
        dossier_id=row.id,
        unit_id=row.competent_unit_id,
        due_at=row.current_due_at,
        cause_code=body.cause_code,
        explanation=body.explanation,
        new_due_at=body.new_due_at,
        responsible_id=responsible_id,
        account_id=actor.account_id,
        now=now,
    )
    return await read_letter(connection, actor, code)


async def send_letter(
    connection: AsyncConnection, actor: Actor, code: str, body: SendApology, *, now: dt.datetime
) -> Any:
    """Send the draft: the dossier is extended through the one door in the same transaction. Returns what was sent.

    Raises what `perform` raises for `extend`: `Forbidden` for all but the head of the agency, `ActionRefused` after the
    due time or a second time; `ActionRefused` `apology_not_drafted`; `InvalidInput` while cause or date are missing.
    """
    letter = await _letter_or_none(connection, actor, code)
    require_action(
        actor,
        DossierAction.EXTEND,
        receiving_path=letter.receiving_path,
        competent_path=letter.competent_path,
    )
    draft = await queries.lock_draft(connection, letter.found)
    if draft is None:
        raise ActionRefused(Refusal("apology_not_drafted"))
    cause = body.cause_code or draft.cause_code
    new_due_at = body.new_due_at or draft.new_due_at
    explanation = body.explanation or draft.explanation
    faults = [
        Refusal("missing", name) for name, value in (("cause_code", cause), ("new_due_at", new_due_at)) if value is None
    ]
    if cause is not None:
        faults += _faults(cause, None, None)
    refuse_all(InvalidInput, faults)
    versions: list[int] = []

    def remember(view: DossierView) -> Rendered:
        versions.append(view.version)
        return Rendered(200, {}, b"")

    reason = ". ".join(part for part in (label(_CAUSES, cause), explanation) if part)
    extend = Extend(action="extend", new_due_at=new_due_at, reason=reason)
    await perform(connection, actor, letter.code, extend, if_match=None, keyed=None, render=remember, now=now)
    await writes.mark_sent(
        connection,
        draft.id,
        cause_code=cause,
        explanation=explanation,
        new_due_at=new_due_at,
        account_id=actor.account_id,
        seq=versions[-1],
        now=now,
    )
    return await read_letter(connection, actor, code)


async def _letter_or_none(connection: AsyncConnection, actor: Actor, code: str) -> Any:
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.letter_of(connection, code=code, everything=everything, patterns=patterns)
    if row is None:
        raise NotFound(Refusal("dossier_unknown"))
    return row


def _faults(cause_code: str, new_due_at: dt.datetime | None, due_at: dt.datetime | None) -> list[Refusal]:
    faults = []
    known = entries(_CAUSES)
    if cause_code not in known:
        params = {"given": cause_code, "list": _CAUSES, "expected": ", ".join(known)}
        faults.append(Refusal("code_unknown", "cause_code", params))
    if new_due_at is not None and due_at is not None and new_due_at <= due_at:
        faults.append(Refusal("extension_not_later", "new_due_at"))
    return faults
