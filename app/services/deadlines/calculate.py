"""The public calculator: when is something due, and why."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.deadline_explanation import ExplanationLine, explain
from app.domain.deadlines import (
    DEFAULT_POLICY,
    CountMode,
    Limit,
    LimitUnit,
    Suspension,
    current_deadline,
    recorded_facts,
)
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.working_calendar import minute_of
from app.services.deadlines import queries
from app.services.deadlines.compiled import calendar_at, read_policy
from app.services.deadlines.inputs import Calculation, LimitInput

_ONE_ONLY = frozenset({LimitUnit.SAME_DAY, LimitUnit.HALF_DAY})


@dataclasses.dataclass(frozen=True, slots=True)
class Calculated:
    """The answer, with what it was computed from."""

    due_at: dt.datetime | None
    """None while a suspension is not over."""
    provisional: bool
    starts_at: dt.datetime
    count_mode: CountMode
    calendar_version: str
    regime: str
    explanation: Sequence[ExplanationLine]


async def calculate(connection: AsyncConnection, asked: Calculation) -> Calculated:
    """Answer from the calendar of `org_unit` and the clock policy in force on the day of receipt; one round trip.

    A suspension always pauses here; what a supplement does to a dossier is its policy's. Raises InvalidInput with every
    fault: `unit_unknown`, `clock_policy_missing`, those of `Limit` and of `recorded_facts`; CalendarExhausted where
    the calendar has no rows.
    """
    received_on = local_date(asked.received_at)
    basis = await queries.basis_of(connection, asked.org_unit, received_on)
    policy = None if basis.policy is None else read_policy(basis.policy)
    suspensions = [Suspension(wait.start, wait.end) for wait in asked.suspensions]
    limit, faults = _limit(asked.limit)
    if asked.org_unit is not None and basis.unit_id is None:
        faults.append(Refusal("unit_unknown", "org_unit", {"code": asked.org_unit}))
    if policy is None:
        faults.append(Refusal("clock_policy_missing", "received_at", {"day": received_on.isoformat()}))
    faults += _faults_of_waits(asked.received_at, suspensions)
    refuse_all(InvalidInput, faults)
    assert limit is not None and policy is not None  # noqa: S101, PT018 - refused above; narrows the types
    clock = policy.clock if asked.count_mode is None else dataclasses.replace(policy.clock, count_mode=asked.count_mode)
    compiled = await calendar_at(connection, basis.unit_id, basis.version)
    deadline = current_deadline(compiled.calendar, asked.received_at, limit, clock, suspensions)
    return Calculated(
        due_at=deadline.due_at,
        provisional=deadline.provisional,
        starts_at=deadline.starts_at,
        count_mode=clock.count_mode,
        calendar_version=compiled.version,
        regime=policy.regime,
        explanation=explain(compiled.calendar, asked.received_at, limit, clock, suspensions),
    )


def _limit(asked: LimitInput) -> tuple[Limit | None, list[Refusal]]:
    value = 1 if asked.value is None and asked.unit in _ONE_ONLY else asked.value
    if value is None:
        return None, [Refusal("missing", "limit.value")]
    try:
        return Limit(value, asked.unit), []
    except InvalidInput as error:
        return None, list(error.refusals)


def _faults_of_waits(received_at: dt.datetime, suspensions: Sequence[Suspension]) -> Sequence[Refusal]:
    try:
        recorded_facts(minute_of(received_at), DEFAULT_POLICY, suspensions, ())
    except InvalidInput as error:
        return error.refusals
    return ()
