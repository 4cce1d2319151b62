"""The dates of one dossier, with the reason of each: what a clerk, a citizen and an inspector read alike."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.deadline_explanation import ExplanationLine
from app.domain.deadline_totals import TimeSpent, time_spent
from app.domain.deadlines import Limit, LimitUnit, Suspension, SuspensionEffect, minutes_left, minutes_used
from app.domain.errors import ActionRefused, Refusal
from app.domain.lifecycle import DossierState
from app.domain.permissions import Actor
from app.services.deadlines.compiled import calendar_at
from app.services.deadlines.promises import CAUSE_OF_WAIT, explanation_of, recorded_facts
from app.services.dossiers.read import one_dossier
from app.services.dossiers.situation import LedgerRow


@dataclass(frozen=True, slots=True)
class DossierDeadline:
    """Promise, present date, ledger and explanation. Minutes are working minutes as of the asking."""

    row: Any
    limit: Limit
    count_mode: str
    regime: str
    ledger: Sequence[LedgerRow]
    explanation: Sequence[ExplanationLine]
    minutes_used: int
    minutes_left: int
    spent: TimeSpent
    """From acceptance to the end or, of an open dossier, to the asking."""


async def deadline_of(connection: AsyncConnection, actor: Actor, code: str, *, now: dt.datetime) -> DossierDeadline:
    """Return the dates of an accepted dossier in scope; raises `ActionRefused` (not_accepted_yet) before acceptance."""
    found = await one_dossier(connection, actor, code, now=now)
    row, facts = found.row, found.facts
    if row.accepted_at is None:
        raise ActionRefused(Refusal("not_accepted_yet"))
    compiled = await calendar_at(connection, row.competent_unit_id, row.calendar_version_now)
    limit = Limit(row.limit_value, LimitUnit(row.limit_unit))
    suspensions, extensions = recorded_facts(facts.ledger)
    if row.suspended_since is not None:
        cause = "supplement_wait" if facts.state is DossierState.AWAITING_SUPPLEMENT else "payment_wait"
        policy = facts.policy
        effect = policy.supplement_effect if cause == "supplement_wait" else policy.payment_effect
        suspensions.append(Suspension(row.suspended_since, None, CAUSE_OF_WAIT[cause], SuspensionEffect(effect)))
    at = row.ended_at or now
    course = (compiled.calendar, row.accepted_at, limit, facts.policy.clock, suspensions, extensions)
    return DossierDeadline(
        row=row,
        limit=limit,
        count_mode=facts.policy.clock.count_mode.value,
        regime=facts.policy.regime,
        ledger=facts.ledger,
        explanation=explanation_of(compiled, facts.policy, limit, row.accepted_at, suspensions, extensions),
        minutes_used=minutes_used(*course, at=at),
        minutes_left=minutes_left(*course, at=at),
        spent=time_spent(compiled.calendar, row.accepted_at, at, suspensions),
    )
