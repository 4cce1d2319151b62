"""The dates of a dossier: what the engine says to the facts that are recorded of it.

A dossier's facts are its acceptance, the pinned limit and policy, and the waits and extensions in its ledger. Lines of
the ledger with another cause (calendar change, correction) tell what moved the date; they are no facts of it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from app.domain.deadline_explanation import ExplanationLine, explain
from app.domain.deadlines import Deadline, Extension, Limit, Suspension, SuspensionEffect, current_deadline, promise
from app.services.deadlines.compiled import CompiledCalendar, PolicyRow

CAUSE_OF_WAIT: Final = {"supplement_wait": "supplement", "payment_wait": "payment"}
"""The ledger's causes that stop the clock → the engine's."""


class LedgerLine(Protocol):
    """What matters here of a row of `deadline_adjustment`."""

    @property
    def cause(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def from_at(self) -> dt.datetime: ...
    @property
    def to_at(self) -> dt.datetime | None: ...
    @property
    def after_due(self) -> dt.datetime: ...
    @property
    def legal_basis(self) -> str: ...


def promised_deadline(
    compiled: CompiledCalendar, policy: PolicyRow, limit: Limit, accepted_at: dt.datetime
) -> Deadline:
    """Return the due time to print on the receipt of a dossier accepted at `accepted_at`.

    Raises CalendarExhausted (422) where it would lie beyond the years that have calendar rows.
    """
    return promise(compiled.calendar, accepted_at, limit, policy.clock)


def lawful_due(
    compiled: CompiledCalendar, policy: PolicyRow, statutory: Limit, accepted_at: dt.datetime
) -> dt.datetime:
    """Return the due time that the law gives, as law and calendar are known now: the agency may have promised less.

    Raises CalendarExhausted like `promised_deadline`.
    """
    due_at = promised_deadline(compiled, policy, statutory, accepted_at).due_at
    if due_at is None:
        raise AssertionError("a clock that just started has a due time")
    return due_at


def deadline_after(
    compiled: CompiledCalendar,
    policy: PolicyRow,
    limit: Limit,
    accepted_at: dt.datetime,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    *,
    recomputing: bool = False,
) -> Deadline:
    """Return the current due time after all waits and extensions, in any order; `due_at` None while the clock stands.

    Raises InvalidInput with every fault of the facts (see `app.domain.deadlines.current_deadline`); `recomputing` is
    for facts that were lawful when they were recorded.
    """
    return current_deadline(
        compiled.calendar, accepted_at, limit, policy.clock, suspensions, extensions, recomputing=recomputing
    )


def explanation_of(
    compiled: CompiledCalendar,
    policy: PolicyRow,
    limit: Limit,
    accepted_at: dt.datetime,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
) -> tuple[ExplanationLine, ...]:
    """Return, line by line, why the recorded facts give the date they give."""
    return explain(compiled.calendar, accepted_at, limit, policy.clock, suspensions, extensions, recomputing=True)


def recorded_facts(ledger: Iterable[LedgerLine]) -> tuple[list[Suspension], list[Extension]]:
    """Return the waits and extensions that a dossier's ledger tells; an extension is the date it appointed."""
    suspensions: list[Suspension] = []
    extensions: list[Extension] = []
    for line in ledger:
        if line.cause in CAUSE_OF_WAIT:
            effect = SuspensionEffect(line.effect)
            suspensions.append(Suspension(line.from_at, line.to_at, CAUSE_OF_WAIT[line.cause], effect))
        elif line.cause == "extension":
            extensions.append(Extension(line.from_at, new_due=line.after_due, basis=line.legal_basis))
    return suspensions, extensions
