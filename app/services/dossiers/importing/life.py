"""Lives a history again, step by step, through the same table and the same effects as the live door, in memory.

What the door does to a locked row, this does to a row that does not exist yet: `plan()` decides, `effects_of()` gives
dates, children and the event. Nothing here knows a rule of its own, except that a rating follows a result.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from app.core.clock import local_date
from app.core.security import random_paper_secret, random_secret
from app.domain.errors import ActionRefused, DomainError, InvalidInput, Refusal, refuse_all
from app.domain.lifecycle import TRANSITIONS, DossierAction, DossierSituation, DossierState, EventType, plan
from app.domain.permissions import SYSTEM
from app.domain.procedures import SubmittedComponent, missing_components, unknown_components
from app.services.dossiers.effects import Act, Effects, effects_of
from app.services.dossiers.importing.ground import Ground, Standing
from app.services.dossiers.importing.inputs import RATE
from app.services.dossiers.importing.shape import HistoricStep, History
from app.services.dossiers.inputs import ReceiveSupplement
from app.services.dossiers.register import check_registration
from app.services.dossiers.registered_rows import dossier_row, party_rows, registered_event
from app.services.dossiers.situation import DossierFacts, LedgerRow, pieces_of, submitted
from app.services.dossiers.transitions import changes_of, event_of
from app.services.dossiers.view import ReceiptView
from app.services.procedures.content import VersionContent

_TOKEN_BYTES = 16
_LEDGER_FIELDS = tuple(name for name in LedgerRow.__dataclass_fields__)
_PAPERS = frozenset({"component_missing", "component_empty"})


class Papers(NamedTuple):
    """What was handed in, which required papers are not there, and which the procedure knows at all."""

    pieces: tuple[SubmittedComponent, ...] = ()
    missing: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(slots=True)
class Life:
    """A dossier as it will be written: the columns of `row` and the children, without the dossier's id."""

    history: History
    standing: Standing
    content: VersionContent
    """The version in force at registration, from the acceptance on the one in force then."""
    row: Any
    receipt: ReceiptView
    parties: list[dict[str, Any]]
    components: dict[str, dict[str, Any]]
    events: list[dict[str, Any]]
    ledger: list[dict[str, Any]] = field(default_factory=list)
    supplements: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    outcome: dict[str, Any] | None = None
    hand_over: dict[str, Any] | None = None
    rating: dict[str, Any] | None = None
    promised_due_at: dt.datetime | None = None
    warnings: list[Refusal] = field(default_factory=list)
    papers: Papers = field(default_factory=Papers)


def live_again(history: History, ground: Ground) -> Life:
    """Return the dossier that a history makes; raises `DomainError` with every fault of the first wrong step."""
    standing = ground.standing_of(history, local_date(history.registered_at))
    life = _registered(history, standing)
    life.papers = _papers(life)
    for step in history.steps:
        try:
            _take(life, step, ground)
        except DomainError as error:
            raise type(error)(*_under(step.path, error.refusals)) from error
    return life


def _registered(history: History, standing: Standing) -> Life:
    body, at = history.body, history.registered_at
    faults, warnings = check_registration(body, standing.content, at)
    refuse_all(InvalidInput, faults)
    row = SimpleNamespace(
        **dossier_row(SYSTEM, body, standing.content, standing, code="", now=at, accepted=None),
        receiving_path=standing.receiving_path,
        competent_path=standing.competent_path,
        started_at=None,
        suspended_since=None,
        resolved_at=None,
        ended_at=None,
        returned_at=None,
        supplement_count=0,
        extension_count=0,
        imported=True,
        last_event_at=at,
        supplement_requests=0,
        held_papers=None,
    )
    return Life(
        history=history,
        standing=standing,
        content=standing.content,
        row=row,
        receipt=ReceiptView(1, random_paper_secret(), random_secret(_TOKEN_BYTES), at, None),
        parties=party_rows(body),
        components={component.code: component.model_dump(mode="json") for component in body.components},
        events=[registered_event(SYSTEM, body, standing.content, standing, now=at)],
        # Papers not handed in at first are the affair of the acceptance; a finished history need not tell of them.
        warnings=[warning for warning in warnings if warning.code not in _PAPERS],
    )


def _take(life: Life, step: HistoricStep, ground: Ground) -> None:
    if step.action == RATE:
        _rate(life, step)
        return
    action, day = DossierAction(step.action), local_date(step.at)
    if action is DossierAction.ACCEPT:
        life.content = ground.content_on(life.content.code, day, []) or life.content
        life.papers = _papers(life)
    facts = _facts(life, ground, day)
    if isinstance(step.body, ReceiveSupplement):
        refuse_all(InvalidInput, unknown_components(facts.listed, pieces_of(step.body.components)))
    payload = {} if TRANSITIONS[action].check is None else step.body.model_dump()
    planned = plan(_situation(life, facts), action, payload, step.at)
    act = Act(facts, planned, SYSTEM, life.standing.calendar)
    effects = effects_of(act, step.body)
    if action is DossierAction.ACCEPT:
        _keep_printed_promise(life, effects)
    life.events.append(event_of(act, effects))
    for name, value in changes_of(act, effects).items():
        setattr(life.row, name, value)
    life.row.last_event_at = step.at
    for name, part in effects.parts.items():
        _keep_part(life, name, part)


def _facts(life: Life, ground: Ground, day: dt.date) -> DossierFacts:
    pinned = life.row.clock_policy_id
    policies = (policy for _, policy in ground.policies if policy.id == pinned)
    return DossierFacts(
        row=life.row,
        state=DossierState(life.row.state),
        content=life.content,
        policy=ground.policy_on(day, life.content.field) if pinned is None else next(policies),
        components=life.papers.pieces,
        ledger=tuple(LedgerRow(**{name: line[name] for name in _LEDGER_FIELDS}) for line in life.ledger),
        receipt=life.receipt,
    )


def _situation(life: Life, facts: DossierFacts) -> DossierSituation:
    """The situation as `facts` know it, without counting the papers again at each step: a million times five steps."""
    row, policy = life.row, facts.policy
    return DossierSituation(
        state=facts.state,
        registered_at=row.registered_at,
        accepted_at=row.accepted_at,
        started_at=row.started_at,
        current_due_at=row.current_due_at,
        suspended_since=row.suspended_since,
        last_event_at=row.last_event_at,
        supplement_requests=row.supplement_requests,
        supplement_requests_allowed=policy.supplement_requests_allowed,
        extensions=row.extension_count,
        extensions_allowed=policy.extensions_allowed,
        missing_components=life.papers.missing,
        known_components=life.papers.known,
    )


def _papers(life: Life) -> Papers:
    """Count the papers handed in against the list of the version; nothing is missing where nobody listed them."""
    listed = life.content.components_for(life.row.case_variant)
    pieces = submitted(list(life.components.values()))
    missing = missing_components(listed, pieces) if life.history.papers_recorded else []
    return Papers(
        pieces,
        tuple(str(fault.params["component"]) for fault in missing),
        frozenset(component.code for component in listed),
    )


def _keep_printed_promise(life: Life, effects: Effects) -> None:
    """The date printed at the time is what the citizen was promised, also where the engine computes another one.

    Only the promise is kept so. The current due date stays the engine's: on time is judged alike for all dossiers.
    """
    printed, computed = life.history.promised_due_at, effects.changes["promised_due_at"]
    if printed is None or printed == computed:
        return
    if printed < life.row.registered_at:
        raise InvalidInput(Refusal("import_promise_before_acceptance", "promised_due_at"))
    effects.changes["promised_due_at"] = printed
    effects.parts["receipt_promise"] = {"promised_due_at": printed}
    effects.data["promised_due_at"] = printed
    life.warnings.append(
        Refusal(
            "import_promise_differs",
            "promised_due_at",
            {"printed": printed.isoformat(), "computed": computed.isoformat()},
        )
    )


def _keep_part(life: Life, name: str, part: Any) -> None:
    match name:
        case "adjustment":
            life.ledger.append(part)
        case "components":
            life.components |= {component["code"]: component for component in part}
            life.papers = _papers(life)
        case "outcome":
            life.outcome = part
        case "hand_over":
            life.hand_over = part
        case "receipt_promise":
            life.promised_due_at = part["promised_due_at"]
        case "supplement_request":
            life.supplements.append(part | {"received_at": None})
            life.row.supplement_requests += 1
        case "supplement_received":
            life.supplements[-1].update(part)
        case "payment_request":
            life.payments.append(part | {"paid_at": None, "method": None, "reference": None})
        case "payment_confirmed":
            life.payments[-1].update(part)
        case _:
            raise AssertionError(f"an act of a history writes no {name}")


def _rate(life: Life, step: HistoricStep) -> None:
    """Take the citizen's answer, by the rules of `services.satisfaction`: after the result, once."""
    row, body = life.row, step.body
    faults = []
    if row.resolved_at is None:
        faults.append(Refusal("rating_before_result"))
    if life.rating is not None:
        faults.append(Refusal("already_rated"))
    if step.at < row.last_event_at:
        faults.append(Refusal("before_last_event", "at"))
    refuse_all(ActionRefused, faults)
    row.version += 1
    row.last_event_at = step.at
    life.rating = {**body.model_dump(), "reasons": list(body.reasons), "rated_at": step.at}
    life.events.append(
        {
            "seq": row.version,
            "type": EventType.RATED.value,
            "state": row.state,
            "actor_id": None,
            "unit_id": row.receiving_unit_id,
            "occurred_at": step.at,
            "data": {"level": body.level, "channel": body.channel, "assisted": body.assisted},
        }
    )


def _under(path: str, refusals: Iterable[Refusal]) -> list[Refusal]:
    return [
        Refusal(fault.code, path if fault.field is None else f"{path}.{fault.field}", fault.params)
        for fault in refusals
    ]
