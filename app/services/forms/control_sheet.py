"""The hand-overs of a dossier as the log tells them: the blocks of the control sheet."""

from collections.abc import Sequence
from typing import Any

from app.core.clock import local_date
from app.domain.deadlines import judge
from app.domain.lifecycle import EventType
from app.services.dossiers.timeline import sentences
from app.services.forms.wording import agency_names, moment_in_words, one_stop_names

_FILER = "Người nộp hồ sơ"
# Who gives and who takes: the filer, the reception, the agency. What changes no hands is done by one side.
_HANDS: dict[EventType, tuple[str | None, str]] = {
    EventType.ACCEPTED: ("filer", "reception"),
    EventType.SUPPLEMENT_RECEIVED: ("filer", "reception"),
    EventType.PROCESSING_STARTED: ("reception", "agency"),
    EventType.RESOLVED: ("agency", "reception"),
    EventType.HANDED_OVER: ("reception", "filer"),
    EventType.SUPPLEMENT_REQUESTED: (None, "acting"),
    EventType.PAYMENT_REQUESTED: (None, "agency"),
    EventType.PAYMENT_CONFIRMED: (None, "acting"),
    EventType.EXTENDED: (None, "agency"),
    EventType.STOPPED: (None, "agency"),
    EventType.WITHDRAWN: (None, "acting"),
    EventType.CORRECTED: (None, "reception"),
}


def control_steps(facts: Any, events: Sequence[Any]) -> list[dict[str, Any]]:
    """Return one block for each event by which the dossier changed hands or stood, oldest first."""
    steps: list[dict[str, Any]] = []
    holder: str | None = None
    for event in events:
        kind = EventType(event.type)
        if kind not in _HANDS:
            continue
        giver, receiver = _HANDS[kind]
        steps.append(
            {
                "giver": None if giver is None else _name(facts, giver, event),
                "receiver": _name(facts, receiver, event),
                "at": moment_in_words(event.occurred_at),
                "given_by": (holder or "") if giver in ("reception", "agency") else "",
                "received_by": "" if receiver == "filer" or kind is EventType.RESOLVED else event.actor or "",
                "outcome": _outcome(facts, event, kind),
                "note": sentences(event.type, event.data)[0],
            }
        )
        if kind is EventType.RESOLVED:
            steps[-1]["given_by"] = event.actor or ""
        if kind in (EventType.ACCEPTED, EventType.PROCESSING_STARTED):
            holder = event.actor
    return steps


def _name(facts: Any, hand: str, event: Any) -> str:
    if hand == "filer":
        return _FILER
    if hand == "acting":
        hand = "agency" if event.unit_id == facts.competent["id"] != facts.receiving["id"] else "reception"
    if hand == "agency":
        return agency_names(facts.competent).in_sentence
    return one_stop_names(facts.receiving, local_date(event.occurred_at)).in_sentence


def _outcome(facts: Any, event: Any, kind: EventType) -> str | None:
    """Return how the promise was kept where this step ended the processing."""
    if kind is not EventType.RESOLVED:
        return None
    return judge(event.occurred_at, facts.current_due_at, event.occurred_at).value
