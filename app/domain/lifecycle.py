"""The dossier's life: the ten national states, the acts between them, and one table that says which is possible when.

Pure. `plan()` answers what an act would change or raises `ActionRefused` with every reason at once; who applies the
plan is `app.services.dossiers.transitions`. State codes are the national list `TrangThaiHoSo`.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from app.domain.errors import ActionRefused, Refusal, refuse_all
from app.domain.papers import Obtainable, refuse_asking_again
from app.domain.permissions import Permission


class DossierState(IntEnum):
    """National dossier status (TrangThaiHoSo 1…10): the one and only state of a dossier."""

    REGISTERED = 1
    ACCEPTED = 2
    REFUSED = 3
    PROCESSING = 4
    AWAITING_SUPPLEMENT = 5
    AWAITING_PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    RESOLVED = 9
    RETURNED = 10

    @property
    def label(self) -> str:
        """The English identifier used in the API: `awaiting_supplement`."""
        return self.name.lower()

    @property
    def is_final(self) -> bool:
        return self in FINAL_STATES


FINAL_STATES = frozenset({DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED, DossierState.RETURNED})
STATE_BY_LABEL = {state.label: state for state in DossierState}


class DossierAction(StrEnum):
    """What people do to a dossier; names never change meaning."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    REQUEST_SUPPLEMENT = "request_supplement"
    RECEIVE_SUPPLEMENT = "receive_supplement"
    START_PROCESSING = "start_processing"
    REQUEST_PAYMENT = "request_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    EXTEND = "extend"
    RESOLVE = "resolve"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    STOP = "stop"
    CORRECT = "correct"


class EventType(StrEnum):
    """Kinds of lines in the log. The first is made by registration, `rated` by the citizen.

    `deadline_moved` is written for a calendar published while the dossier was open. What follows it are papers, fees
    and results: facts beside the state, written by `app.services.dossiers.recording`.
    """

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENT_RECEIVED = "supplement_received"
    PROCESSING_STARTED = "processing_started"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_CONFIRMED = "payment_confirmed"
    EXTENDED = "extended"
    RESOLVED = "resolved"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    CORRECTED = "corrected"
    RATED = "rated"
    DEADLINE_MOVED = "deadline_moved"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_PUBLISHED = "document_published"
    DIGITIZED = "digitized"
    DOCUMENT_WITHDRAWN = "document_withdrawn"
    PAPER_REUSED = "paper_reused"
    ORIGINAL_MOVED = "original_moved"
    SLIP_ISSUED = "slip_issued"
    SLIP_VOIDED = "slip_voided"
    SUBMITTED_FOR_SIGNATURE = "submitted_for_signature"
    SIGNED = "signed"
    SIGNATURE_DECLINED = "signature_declined"
    RESULT_PUBLISHED = "result_published"
    RESULT_REPLACED = "result_replaced"
    RESULT_REVOKED = "result_revoked"
    FEE_CHARGED = "fee_charged"
    FEE_COLLECTED = "fee_collected"
    FEE_VOIDED = "fee_voided"
    FEE_REFUNDED = "fee_refunded"
    ARCHIVED = "archived"


class Side(StrEnum):
    """Whose act it is: of the unit that received the dossier, of the one competent to decide, or of either."""

    RECEIVING = "receiving"
    COMPETENT = "competent"
    EITHER = "either"


class ClockEffect(StrEnum):
    """What an act does to the dossier's clock; the dates themselves are the deadline engine's."""

    NONE = "none"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    END = "end"
    RECOMPUTE = "recompute"


@dataclass(frozen=True, slots=True)
class DossierSituation:
    """Everything the table needs to know of a dossier at the moment of the act, gathered under its row lock."""

    state: DossierState
    registered_at: dt.datetime
    accepted_at: dt.datetime | None = None
    started_at: dt.datetime | None = None
    current_due_at: dt.datetime | None = None
    suspended_since: dt.datetime | None = None
    last_event_at: dt.datetime | None = None
    supplement_requests: int = 0
    """All requests ever made, before and after acceptance."""
    supplement_requests_allowed: int = 1
    extensions: int = 0
    extensions_allowed: int = 1
    missing_components: tuple[str, ...] = ()
    """Codes of required components not handed in."""
    known_components: frozenset[str] = frozenset()
    component_names: Mapping[str, str] = field(default_factory=dict)
    obtainable: Mapping[str, Obtainable] = field(default_factory=dict)
    """By code, the components that are held already or to be had from data: not to be asked for (NQ 66.7/2025)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the act changes: the next state, the event to write, and what the clock does."""

    action: DossierAction
    from_state: DossierState
    to_state: DossierState
    event: EventType
    clock: ClockEffect
    at: dt.datetime


Payload = Mapping[str, Any]
Check = Callable[[DossierSituation, Payload, dt.datetime], list[Refusal]]


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `to_state` None: back to where the dossier was before it had to wait, or unchanged."""

    action: DossierAction
    from_states: frozenset[DossierState]
    to_state: DossierState | None
    event: EventType
    permission: Permission
    side: Side
    clock: ClockEffect = ClockEffect.NONE
    check: Check | None = None


def resume_state(situation: DossierSituation) -> DossierState:
    """Return the state in which a dossier goes on after waiting for papers or money."""
    if situation.accepted_at is None:
        return DossierState.REGISTERED
    return DossierState.PROCESSING if situation.started_at is not None else DossierState.ACCEPTED


def _check_accept(situation: DossierSituation, _payload: Payload, _now: dt.datetime) -> list[Refusal]:
    names = situation.component_names
    return [
        Refusal("component_missing", "components", {"component": code, "name": names.get(code, code)})
        for code in situation.missing_components
    ]


def _check_request_supplement(situation: DossierSituation, payload: Payload, _now: dt.datetime) -> list[Refusal]:
    faults = [
        Refusal("component_unknown", f"items.{index}.component_code", {"component": item["component_code"]})
        for index, item in enumerate(payload["items"])
        if item["component_code"] not in situation.known_components
    ]
    reason_given = payload.get("ask_again_reason") is not None
    faults += refuse_asking_again(payload["items"], situation.obtainable, reason_given=reason_given)
    return faults if payload.get("leader_reason") else faults + _supplements_used(situation)


def _supplements_used(situation: DossierSituation) -> list[Refusal]:
    made, allowed = situation.supplement_requests, situation.supplement_requests_allowed
    if made < allowed:
        return []
    return [Refusal("second_supplement_needs_leader", "leader_reason", {"made": made, "allowed": allowed})]


def _check_refuse(situation: DossierSituation, _payload: Payload, _now: dt.datetime) -> list[Refusal]:
    # Mẫu 03 refuses to take a dossier in; once taken in it ends by decision, withdrawal or stop (Mẫu 05).
    return [] if situation.accepted_at is None else [Refusal("already_accepted")]


def _check_extend(situation: DossierSituation, payload: Payload, now: dt.datetime) -> list[Refusal]:
    due = situation.current_due_at
    faults = _no_extension_left(situation, now)
    if due is not None and payload["new_due_at"] <= due:
        faults.append(Refusal("extension_not_later", "new_due_at"))
    return faults


def _no_extension_left(situation: DossierSituation, now: dt.datetime) -> list[Refusal]:
    faults: list[Refusal] = []
    if situation.extensions >= situation.extensions_allowed:
        faults.append(Refusal("extension_used", params={"allowed": situation.extensions_allowed}))
    if situation.current_due_at is not None and now >= situation.current_due_at:
        faults.append(Refusal("extension_after_due"))
    return faults


_CORRECTABLE = (
    "procedure_code",
    "case_variant",
    "applicant",
    "representative",
    "components",
    "summary",
    "return_channel",
    "return_address",
)


def _check_correct(situation: DossierSituation, payload: Payload, _now: dt.datetime) -> list[Refusal]:
    faults: list[Refusal] = []
    given = {part for part in _CORRECTABLE if payload.get(part) is not None}
    if not given:
        faults.append(Refusal("correction_empty"))
    # Another procedure or case is another time limit: its dates cannot be set while the clock stands or has ended.
    if situation.state not in {DossierState.REGISTERED, DossierState.ACCEPTED, DossierState.PROCESSING}:
        faults += [
            Refusal("procedure_not_correctable", part, {"state": situation.state.label})
            for part in ("procedure_code", "case_variant")
            if part in given
        ]
    return faults


_S = DossierState
_A = DossierAction
_P = Permission
_E = EventType
_OPEN_AFTER_ACCEPTANCE = frozenset({_S.ACCEPTED, _S.PROCESSING})
_ROWS = (
    Transition(_A.ACCEPT, frozenset({_S.REGISTERED}), _S.ACCEPTED, _E.ACCEPTED, _P.DOSSIERS_RECEIVE,
               Side.RECEIVING, ClockEffect.START, _check_accept),
    Transition(_A.REFUSE, frozenset({_S.REGISTERED, _S.AWAITING_SUPPLEMENT}), _S.REFUSED, _E.REFUSED,
               _P.DOSSIERS_RECEIVE, Side.RECEIVING, ClockEffect.NONE, _check_refuse),
    Transition(_A.REQUEST_SUPPLEMENT, _OPEN_AFTER_ACCEPTANCE | {_S.REGISTERED}, _S.AWAITING_SUPPLEMENT,
               _E.SUPPLEMENT_REQUESTED, _P.DOSSIERS_SUPPLEMENT, Side.EITHER, ClockEffect.SUSPEND,
               _check_request_supplement),
    Transition(_A.RECEIVE_SUPPLEMENT, frozenset({_S.AWAITING_SUPPLEMENT}), None, _E.SUPPLEMENT_RECEIVED,
               _P.DOSSIERS_SUBMIT, Side.EITHER, ClockEffect.RESUME),
    Transition(_A.START_PROCESSING, frozenset({_S.ACCEPTED}), _S.PROCESSING, _E.PROCESSING_STARTED,
               _P.DOSSIERS_PROCESS, Side.COMPETENT),
    Transition(_A.REQUEST_PAYMENT, _OPEN_AFTER_ACCEPTANCE, _S.AWAITING_PAYMENT, _E.PAYMENT_REQUESTED,
               _P.DOSSIERS_PROCESS, Side.COMPETENT, ClockEffect.SUSPEND),
    Transition(_A.CONFIRM_PAYMENT, frozenset({_S.AWAITING_PAYMENT}), None, _E.PAYMENT_CONFIRMED,
               _P.PAYMENTS_CONFIRM, Side.EITHER, ClockEffect.RESUME),
    Transition(_A.EXTEND, _OPEN_AFTER_ACCEPTANCE, None, _E.EXTENDED, _P.DOSSIERS_EXTEND, Side.COMPETENT,
               ClockEffect.EXTEND, _check_extend),
    Transition(_A.RESOLVE, _OPEN_AFTER_ACCEPTANCE, _S.RESOLVED, _E.RESOLVED, _P.DOSSIERS_DECIDE, Side.COMPETENT,
               ClockEffect.END),
    Transition(_A.HAND_OVER, frozenset({_S.RESOLVED}), _S.RETURNED, _E.HANDED_OVER, _P.DOSSIERS_HAND_OVER,
               Side.EITHER),
    Transition(_A.WITHDRAW, _OPEN_AFTER_ACCEPTANCE | {_S.REGISTERED, _S.AWAITING_SUPPLEMENT, _S.AWAITING_PAYMENT},
               _S.WITHDRAWN, _E.WITHDRAWN, _P.DOSSIERS_SUBMIT, Side.EITHER, ClockEffect.END),
    Transition(_A.STOP, _OPEN_AFTER_ACCEPTANCE | {_S.AWAITING_SUPPLEMENT, _S.AWAITING_PAYMENT}, _S.STOPPED,
               _E.STOPPED, _P.DOSSIERS_STOP, Side.COMPETENT, ClockEffect.END),
    Transition(_A.CORRECT,
               _OPEN_AFTER_ACCEPTANCE | {_S.REGISTERED, _S.AWAITING_SUPPLEMENT, _S.AWAITING_PAYMENT, _S.RESOLVED},
               None, _E.CORRECTED, _P.DOSSIERS_CORRECT, Side.RECEIVING, ClockEffect.RECOMPUTE, _check_correct),
)  # fmt: skip
TRANSITIONS: dict[DossierAction, Transition] = {row.action: row for row in _ROWS}


def plan(situation: DossierSituation, action: DossierAction, payload: Payload, now: dt.datetime) -> Plan:
    """Return what `action` would change at `now`; raise `ActionRefused` with every reason why it cannot be.

    `now` is the moment of the act; it may lie in the past (import), never before the dossier's last event.
    """
    row = TRANSITIONS[action]
    faults = []
    if situation.last_event_at is not None and now < situation.last_event_at:
        faults.append(Refusal("before_last_event", "at"))
    if situation.state not in row.from_states:
        faults.append(_not_now(situation, action))
    elif row.check is not None:
        faults += row.check(situation, payload, now)
    refuse_all(ActionRefused, faults)
    return Plan(
        action=action,
        from_state=situation.state,
        to_state=_target(row, situation),
        event=row.event,
        clock=_clock(row, situation),
        at=now,
    )


def refusals_now(
    situation: DossierSituation, action: DossierAction, now: dt.datetime, *, may_override: bool = False
) -> list[Refusal]:
    """Return why `action` is not possible at `now`, before any payload is known; empty if it is.

    `may_override`: the actor may give a leader's reason, so the one supplement request is no limit to them.
    """
    if situation.state not in TRANSITIONS[action].from_states:
        return [_not_now(situation, action)]
    if action is DossierAction.ACCEPT:
        return _check_accept(situation, {}, now)
    if action is DossierAction.REFUSE:
        return _check_refuse(situation, {}, now)
    if action is DossierAction.REQUEST_SUPPLEMENT and not may_override:
        return _supplements_used(situation)
    if action is DossierAction.EXTEND:
        return _no_extension_left(situation, now)
    return []


def _not_now(situation: DossierSituation, action: DossierAction) -> Refusal:
    return Refusal("action_not_possible_now", "action", {"action": action.value, "state": situation.state.label})


def _target(row: Transition, situation: DossierSituation) -> DossierState:
    if row.to_state is not None:
        return row.to_state
    return resume_state(situation) if row.clock is ClockEffect.RESUME else situation.state


def _clock(row: Transition, situation: DossierSituation) -> ClockEffect:
    # Before acceptance there is no clock to stop, resume, end or compute anew.
    if situation.accepted_at is None and row.clock is not ClockEffect.START:
        return ClockEffect.NONE
    return row.clock
