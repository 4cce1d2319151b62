"""What each act writes beside the state: its dates, its own small record, and what the log may say of it.

An effect never decides whether the act is possible (the table did) and never sets the state (the door does).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.clock import LOCAL_ZONE
from app.domain.deadlines import Deadline, Extension, Limit, LimitUnit, Suspension, SuspensionEffect
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.lifecycle import ClockEffect, DossierAction, DossierState, Plan
from app.domain.papers import asked_again
from app.domain.permissions import Actor
from app.services.deadlines.compiled import CompiledCalendar, PolicyRow
from app.services.deadlines.promises import (
    CAUSE_OF_WAIT,
    deadline_after,
    lawful_due,
    promised_deadline,
    recorded_facts,
)
from app.services.dossiers import inputs
from app.services.dossiers.handing_over import authorisation_columns, missing_proof
from app.services.dossiers.situation import DossierFacts
from app.services.procedures.content import TermContent

_LAST_MINUTE = dt.time(23, 59)


@dataclass(frozen=True, slots=True)
class Act:
    """One act in hand: who, what, on which facts, when, and the calendar if the clock is touched."""

    facts: DossierFacts
    plan: Plan
    actor: Actor
    calendar: CompiledCalendar | None

    @property
    def at(self) -> dt.datetime:
        return self.plan.at

    @property
    def seq(self) -> int:
        """Number of the event this act writes."""
        return int(self.facts.row.version) + 1

    @property
    def compiled(self) -> CompiledCalendar:
        if self.calendar is None:
            raise AssertionError("an act that touches the clock is given a calendar")
        return self.calendar

    @property
    def limit(self) -> Limit:
        return Limit(self.facts.row.limit_value, LimitUnit(self.facts.row.limit_unit))


@dataclass(slots=True)
class Effects:
    """Columns of the dossier to set, rows to write beside it, facts for the log (no personal data, no free text)."""

    changes: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def effects_of(act: Act, body: Any) -> Effects:
    """Return what `body` (one of the action inputs) writes; raises `InvalidInput` for what only the dates can tell."""
    effects = Effects()
    if act.plan.clock is ClockEffect.SUSPEND:
        effects.changes["suspended_since"] = act.at
    elif act.plan.clock is ClockEffect.RESUME:
        _resume(act, effects)
    elif act.plan.clock is ClockEffect.END:
        # A dossier withdrawn or stopped while it waited closes its wait first: the time waited is not the office's.
        if act.facts.row.suspended_since is not None:
            _resume(act, effects)
        effects.changes["ended_at"] = act.at
    writer = _WRITERS.get(act.plan.action)
    if writer is not None:
        writer(act, body, effects)
    return effects


def due_after(
    act: Act, *, waits: tuple[Suspension, ...] = (), extensions: tuple[Extension, ...] = (), recomputing: bool = True
) -> Deadline:
    """Return the due time from the recorded facts and what this act adds to them."""
    facts = act.facts
    suspensions, granted = recorded_facts(facts.ledger)
    return deadline_after(
        act.compiled,
        facts.policy,
        act.limit,
        facts.row.accepted_at,
        (*suspensions, *waits),
        (*granted, *extensions),
        recomputing=recomputing,
    )


def settled(deadline: Deadline) -> dt.datetime:
    """Return the due time of a running clock."""
    if deadline.due_at is None:
        raise AssertionError("a running clock has a due time")
    return deadline.due_at


def _resume(act: Act, effects: Effects) -> None:
    """End the wait: one line of the ledger with its interval, the minutes given back, the date before and after."""
    row = act.facts.row
    since: dt.datetime = row.suspended_since
    cause = "supplement_wait" if act.facts.state is DossierState.AWAITING_SUPPLEMENT else "payment_wait"
    policy = act.facts.policy
    effect = policy.supplement_effect if cause == "supplement_wait" else policy.payment_effect
    wait = Suspension(since, act.at, CAUSE_OF_WAIT[cause], effect)
    deadline = due_after(act, waits=(wait,))
    after = settled(deadline)
    credited = act.compiled.calendar.working_minutes(since, act.at) if effect is not SuspensionEffect.NONE else 0
    effects.changes |= {
        "suspended_since": None,
        "current_due_at": after,
        "due_provisional": deadline.provisional,
        "calendar_version": act.compiled.version,
    }
    effects.parts["adjustment"] = _adjustment(
        act, cause=cause, effect=effect, from_at=since, to_at=act.at, minutes=credited, after=after
    )
    effects.data |= {
        "cause": cause,
        "minutes": credited,
        "before_due": row.current_due_at,
        "after_due": after,
        "calendar_version": act.compiled.version,
    }


def _adjustment(
    act: Act,
    *,
    cause: str,
    from_at: dt.datetime,
    after: dt.datetime,
    effect: SuspensionEffect = SuspensionEffect.NONE,
    to_at: dt.datetime | None = None,
    minutes: int = 0,
    reason: str = "",
    legal_basis: str = "",
) -> dict[str, Any]:
    return {
        "seq": act.seq,
        "cause": cause,
        "effect": effect.value,
        "from_at": from_at,
        "to_at": to_at,
        "minutes": minutes,
        "before_due": act.facts.row.current_due_at,
        "after_due": after,
        "reason": reason,
        "legal_basis": legal_basis or act.facts.policy.legal_basis,
        "recorded_at": act.at,
        "recorded_by": act.actor.account_id,
    }


def _accept(act: Act, body: inputs.Accept, effects: Effects) -> None:
    facts = act.facts
    term = facts.content.term(facts.channel, facts.row.case_variant)
    if term is None:
        raise InvalidInput(Refusal("channel_not_offered", params={"channel": facts.row.channel}))
    deadline = promised_deadline(act.compiled, facts.policy, term.promised, act.at)
    due_at = settled(deadline)
    lawful = lawful_due(act.compiled, facts.policy, term.statutory, act.at)
    effects.changes |= {
        "accepted_at": act.at,
        "promised_due_at": due_at,
        "lawful_due_at": lawful,
        "current_due_at": due_at,
        "due_provisional": deadline.provisional,
        "limit_value": term.promised.value,
        "limit_unit": term.promised.unit.value,
        "clock_policy_id": facts.policy.id,
        "calendar_version": act.compiled.version,
    }
    if facts.content.version_id != facts.row.procedure_version_id:
        effects.changes["procedure_version_id"] = facts.content.version_id
        effects.data["procedure_version"] = facts.content.version
    effects.parts["receipt_promise"] = {"promised_due_at": due_at}
    receipt = 1 if facts.receipt is None else facts.receipt.number
    effects.data |= acceptance_data(due_at, lawful, term, facts.policy, act.compiled, receipt=receipt)
    if body.components:
        effects.parts["components"] = act.facts.taking_in(body.components)
        effects.data["components"] = [component.code for component in body.components]


def acceptance_data(
    due_at: dt.datetime,
    lawful_due_at: dt.datetime,
    term: TermContent,
    policy: PolicyRow,
    calendar: CompiledCalendar,
    *,
    receipt: int = 1,
) -> dict[str, Any]:
    """Return what the log keeps of a promise, so that anyone can recompute it."""
    return {
        "promised_due_at": due_at,
        "lawful_due_at": lawful_due_at,
        "limit": {"value": term.promised.value, "unit": term.promised.unit.value},
        "regime": policy.regime,
        "count_mode": policy.clock.count_mode.value,
        "calendar_version": calendar.version,
        "receipt": receipt,
    }


def _refuse(act: Act, body: inputs.Refuse, effects: Effects) -> None:
    effects.changes["ended_at"] = act.at
    effects.parts["outcome"] = _outcome(act, "refused", body.explanation, body.reason_code, body.legal_basis)
    effects.data["reason_code"] = body.reason_code


def _request_supplement(act: Act, body: inputs.RequestSupplement, effects: Effects) -> None:
    days = body.answer_within_days or act.facts.policy.supplement_wait_days
    answer_day = act.at.astimezone(LOCAL_ZONE).date() + dt.timedelta(days=days)
    answer_due_at = dt.datetime.combine(answer_day, _LAST_MINUTE, LOCAL_ZONE)
    after_acceptance = act.facts.row.accepted_at is not None
    if after_acceptance:
        effects.changes["supplement_count"] = act.facts.row.supplement_count + 1
    effects.parts["supplement_request"] = {
        "seq": act.seq,
        "items": [item.model_dump() for item in body.items],
        "reason": body.reason,
        "before_acceptance": not after_acceptance,
        "leader_reason": body.leader_reason,
        "requested_at": act.at,
        "requested_by": act.actor.account_id,
        "answer_due_at": answer_due_at,
    }
    effects.data |= {
        "components": [item.component_code for item in body.items],
        "answer_due_at": answer_due_at,
        "before_acceptance": not after_acceptance,
        "by_leader": body.leader_reason is not None,
    }
    _ask_again(act, body, effects)


def _ask_again(act: Act, body: inputs.RequestSupplement, effects: Effects) -> None:
    """Keep what is demanded although it is to be had, with the reason; the log names component and reason only."""
    demanded = asked_again([item.model_dump() for item in body.items], act.facts.situation.obtainable)
    reason = body.ask_again_reason
    if not demanded or reason is None:
        return
    row = act.facts.row
    effects.parts["asked_again"] = [
        {
            "seq": act.seq,
            "component_code": found.component,
            "available": found.available.value,
            "held_paper_code": found.held_paper,
            "reason_code": reason.code,
            "explanation": reason.text,
            "unit_id": row.receiving_unit_id if row.accepted_at is None else row.competent_unit_id,
            "asked_at": act.at,
            "asked_by": act.actor.account_id,
        }
        for found in demanded
    ]
    effects.data |= {"asked_again": [found.component for found in demanded], "ask_again_reason": reason.code}


def _receive_supplement(act: Act, body: inputs.ReceiveSupplement, effects: Effects) -> None:
    effects.parts["supplement_received"] = {"received_at": act.at}
    if body.components:
        effects.parts["components"] = act.facts.taking_in(body.components)
    effects.data["components"] = [component.code for component in body.components]


def _start_processing(act: Act, _body: inputs.StartProcessing, effects: Effects) -> None:
    effects.changes["started_at"] = act.at


def _request_payment(act: Act, body: inputs.RequestPayment, effects: Effects) -> None:
    effects.parts["payment_request"] = {
        "seq": act.seq,
        "amount_vnd": body.amount_vnd,
        "reason": body.reason,
        "requested_at": act.at,
        "requested_by": act.actor.account_id,
    }
    effects.data["amount_vnd"] = body.amount_vnd


def _confirm_payment(act: Act, body: inputs.ConfirmPayment, effects: Effects) -> None:
    effects.parts["payment_confirmed"] = {"paid_at": act.at, "method": body.method, "reference": body.reference}
    effects.data["method"] = body.method


def _extend(act: Act, body: inputs.Extend, effects: Effects) -> None:
    extension = Extension(granted_at=act.at, new_due=body.new_due_at, basis=body.legal_basis or "")
    deadline = due_after(act, extensions=(extension,), recomputing=False)
    after = settled(deadline)
    effects.changes |= {
        "current_due_at": after,
        "due_provisional": deadline.provisional,
        "extension_count": act.facts.row.extension_count + 1,
        "calendar_version": act.compiled.version,
    }
    effects.parts["adjustment"] = _adjustment(
        act,
        cause="extension",
        from_at=act.at,
        after=after,
        minutes=act.compiled.calendar.working_minutes(act.facts.row.current_due_at, after),
        reason=body.reason,
        legal_basis=body.legal_basis or "",
    )
    if body.reason_code is not None:
        effects.data["reason_code"] = body.reason_code
    effects.data |= {
        "before_due": act.facts.row.current_due_at,
        "after_due": after,
        "calendar_version": act.compiled.version,
    }


def _resolve(act: Act, body: inputs.Resolve, effects: Effects) -> None:
    known = {result.code for result in act.facts.content.result_types if result.code}
    if body.result_type is not None and known and body.result_type not in known:
        raise InvalidInput(Refusal("result_type_unknown", "result_type", {"result_type": body.result_type}))
    effects.changes["resolved_at"] = act.at
    outcome = _outcome(act, "resolved", body.explanation or "", body.outcome, "")
    effects.parts["outcome"] = {
        **outcome,
        "result_number": body.result_number,
        "result_type": body.result_type,
        "result_id": body.result_id,
    }
    effects.data |= {"outcome": body.outcome, "due_at": act.facts.row.current_due_at}
    if body.reason_code is not None:
        effects.data["reason_code"] = body.reason_code
    if body.result_id is not None:
        effects.data["result_id"] = body.result_id


def _hand_over(act: Act, body: inputs.HandOver, effects: Effects) -> None:
    refuse_all(InvalidInput, missing_proof(body))
    effects.changes["returned_at"] = act.at
    effects.parts["hand_over"] = {
        **body.model_dump(mode="json", exclude={"action", "authorisation"}),
        **authorisation_columns(body.authorisation),
        "handed_over_at": act.at,
        "handed_over_by": act.actor.account_id,
    }
    effects.data["method"] = body.method.value
    effects.data["authorised"] = body.authorisation is not None


def _withdraw(act: Act, body: inputs.Withdraw, effects: Effects) -> None:
    effects.changes["ended_at"] = act.at
    effects.parts["outcome"] = _outcome(act, "withdrawn", body.explanation, None, "")


def _stop(act: Act, body: inputs.Stop, effects: Effects) -> None:
    effects.changes["ended_at"] = act.at
    effects.parts["outcome"] = _outcome(act, "stopped", body.explanation, body.reason_code, body.legal_basis)
    effects.data["reason_code"] = body.reason_code


def _outcome(act: Act, kind: str, explanation: str, reason_code: str | None, legal_basis: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "reason_code": reason_code,
        "explanation": explanation,
        "legal_basis": legal_basis,
        "decided_at": act.at,
        "decided_by": act.actor.account_id,
    }


_WRITERS: Mapping[DossierAction, Callable[[Act, Any, Effects], None]] = {
    DossierAction.ACCEPT: _accept,
    DossierAction.REFUSE: _refuse,
    DossierAction.REQUEST_SUPPLEMENT: _request_supplement,
    DossierAction.RECEIVE_SUPPLEMENT: _receive_supplement,
    DossierAction.START_PROCESSING: _start_processing,
    DossierAction.REQUEST_PAYMENT: _request_payment,
    DossierAction.CONFIRM_PAYMENT: _confirm_payment,
    DossierAction.EXTEND: _extend,
    DossierAction.RESOLVE: _resolve,
    DossierAction.HAND_OVER: _hand_over,
    DossierAction.WITHDRAW: _withdraw,
    DossierAction.STOP: _stop,
}
