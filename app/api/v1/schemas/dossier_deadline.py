"""What goes out about the dates of one dossier."""

import dataclasses
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.deadlines import ExplanationLineOut
from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.services.dossiers.deadline import DossierDeadline


class LimitOut(BaseModel):
    value: int
    unit: str


class AdjustmentOut(BaseModel):
    """One line of the ledger: who moved the date is in the timeline; why and by how much is here."""

    seq: int
    cause: str
    effect: str
    from_at: LocalInstant
    to_at: LocalInstant | None
    minutes: int
    before_due: LocalInstant
    after_due: LocalInstant
    reason: str
    legal_basis: str
    recorded_at: LocalInstant


class ElapsedOut(BaseModel):
    working_minutes: int
    clock_minutes: int


class TimeSpentOut(BaseModel):
    """Since acceptance; the three parts sum to the total, in working minutes and around the clock."""

    handling: ElapsedOut
    waiting_for_citizen: ElapsedOut
    waiting_for_payment: ElapsedOut
    total: ElapsedOut


class DossierDeadlineOut(BaseModel):
    """`promised_due_at` was printed and stays; `lawful_due_at` is the statutory limit as known at acceptance;
    `current_due_at` follows the ledger. Minutes are working minutes; those of a `calendar_change` are the clock's.
    """

    code: str
    accepted_at: LocalInstant
    promised_due_at: LocalInstant
    lawful_due_at: LocalInstant
    current_due_at: LocalInstant
    provisional: bool
    suspended_since: LocalInstant | None
    limit: LimitOut
    count_mode: str
    regime: str
    minutes_used: int
    minutes_left: int
    time_spent: TimeSpentOut
    adjustments: list[AdjustmentOut]
    explanation: list[ExplanationLineOut]


def deadline_document(found: DossierDeadline) -> dict[str, Any]:
    """Return the document of `DossierDeadlineOut`."""
    row = found.row
    return {
        "code": row.code,
        "accepted_at": local(row.accepted_at),
        "promised_due_at": local(row.promised_due_at),
        "lawful_due_at": local(row.lawful_due_at),
        "current_due_at": local(row.current_due_at),
        "provisional": row.due_provisional,
        "suspended_since": local(row.suspended_since),
        "limit": {"value": found.limit.value, "unit": found.limit.unit.value},
        "count_mode": found.count_mode,
        "regime": found.regime,
        "minutes_used": found.minutes_used,
        "minutes_left": found.minutes_left,
        "time_spent": dataclasses.asdict(found.spent),
        "adjustments": [
            {
                "seq": line.seq,
                "cause": line.cause,
                "effect": line.effect,
                "from_at": local(line.from_at),
                "to_at": local(line.to_at),
                "minutes": line.minutes,
                "before_due": local(line.before_due),
                "after_due": local(line.after_due),
                "reason": line.reason,
                "legal_basis": line.legal_basis,
                "recorded_at": local(line.recorded_at),
            }
            for line in found.ledger
        ],
        "explanation": [ExplanationLineOut.model_validate(line).model_dump() for line in found.explanation],
    }
