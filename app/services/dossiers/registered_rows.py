"""What a registration writes: the dossier's row, its people, its first events."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.deadlines import Deadline
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor
from app.services.deadlines.compiled import CompiledCalendar, PolicyRow
from app.services.dossiers.effects import acceptance_data
from app.services.dossiers.inputs import RegisterDossier
from app.services.dossiers.people import party_row
from app.services.procedures.content import TermContent, VersionContent


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The clock as it starts."""

    deadline: Deadline
    due_at: dt.datetime
    lawful_due_at: dt.datetime
    term: TermContent
    policy: PolicyRow
    calendar: CompiledCalendar


def dossier_row(
    actor: Actor,
    body: RegisterDossier,
    content: VersionContent,
    facts: Any,
    *,
    code: str,
    now: dt.datetime,
    accepted: Acceptance | None,
) -> dict[str, Any]:
    """Return the row of `dossier`; `facts` know the units' ids."""
    return {
        "code": code,
        "state": int(DossierState.ACCEPTED if accepted else DossierState.REGISTERED),
        "version": 2 if accepted else 1,
        "channel": body.channel.value,
        "procedure_id": content.procedure_id,
        "procedure_version_id": content.version_id,
        "case_variant": body.case_variant or "",
        "supporting_unit_id": facts.supporting_id,
        "receiving_unit_id": facts.receiving_id,
        "competent_unit_id": facts.competent_id,
        "registered_by": actor.account_id,
        "summary": body.summary or "",
        "return_channel": body.return_channel.value,
        "return_address": body.return_address,
        "registered_at": now,
        "accepted_at": now if accepted else None,
        "promised_due_at": accepted.due_at if accepted else None,
        "lawful_due_at": accepted.lawful_due_at if accepted else None,
        "current_due_at": accepted.due_at if accepted else None,
        "due_provisional": accepted.deadline.provisional if accepted else False,
        "limit_value": accepted.term.promised.value if accepted else None,
        "limit_unit": accepted.term.promised.unit.value if accepted else None,
        "clock_policy_id": accepted.policy.id if accepted else None,
        "calendar_version": accepted.calendar.version if accepted else None,
    }


def registered_event(
    actor: Actor,
    body: RegisterDossier,
    content: VersionContent,
    facts: Any,
    *,
    now: dt.datetime,
    needless: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the first event of a dossier: what was filed, where, for whom to decide, which papers needlessly."""
    return {
        "actor_id": actor.account_id,
        "unit_id": facts.receiving_id,
        "occurred_at": now,
        "seq": 1,
        "type": EventType.REGISTERED.value,
        "state": int(DossierState.REGISTERED),
        "data": {
            "channel": body.channel.value,
            "procedure": content.code,
            "procedure_version": content.version,
            "competent_unit_id": facts.competent_id,
            **({"brought_needlessly": list(needless)} if needless else {}),
        },
    }


def events_of(
    actor: Actor,
    body: RegisterDossier,
    content: VersionContent,
    facts: Any,
    *,
    now: dt.datetime,
    accepted: Acceptance | None,
    needless: Sequence[str],
) -> list[dict[str, Any]]:
    registered = registered_event(actor, body, content, facts, now=now, needless=needless)
    if accepted is None:
        return [registered]
    return [
        registered,
        {
            **registered,
            "seq": 2,
            "type": EventType.ACCEPTED.value,
            "state": int(DossierState.ACCEPTED),
            "data": acceptance_data(
                accepted.due_at, accepted.lawful_due_at, accepted.term, accepted.policy, accepted.calendar
            ),
        },
    ]


def party_rows(body: RegisterDossier) -> list[dict[str, Any]]:
    rows = [party_row("applicant", body.applicant)]
    if body.representative is not None:
        rows.append(party_row("representative", body.representative))
    return rows
