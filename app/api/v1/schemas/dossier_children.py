"""Documents of what belongs to a dossier: people, papers, proceedings, list lines, history."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from app.api.v1.schemas.dossiers import (
    AliasOut,
    HandOverOut,
    OutcomeOut,
    PaymentOut,
    SupplementOut,
    instants_local,
    local,
    person_document,
    pick,
)
from app.domain.identifiers import mask_name
from app.domain.lifecycle import DossierState
from app.services.dossiers.read import OneDossier
from app.services.dossiers.timeline import sentences


def children_document(found: OneDossier, children: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `DossierDetailOut` has beyond `DossierOut`."""
    row, people = found.row, children["people"]
    names = {component.code: component.name for component in found.facts.content.components}
    supplements = [pick(SupplementOut, item) for item in children["supplements"]]
    for item in supplements:
        item["items"] = [{"note": None, **part} for part in item["items"]]
    return {
        "supporting_unit": row.supporting_code and {"code": row.supporting_code, "name": row.supporting_name},
        "assignee": row.assignee_username,
        "return_address": row.return_address,
        "imported": row.imported,
        "applicant": person_document(people.get("applicant")),
        "representative": person_document(people.get("representative")),
        "components": [{**item, "name": names.get(item["code"], item["code"])} for item in children["components"]],
        "aliases": [pick(AliasOut, item) for item in children["aliases"]],
        "supplements": instants_local(supplements, "requested_at", "answer_due_at", "received_at"),
        "payments": instants_local(
            [pick(PaymentOut, item) for item in children["payments"]], "requested_at", "paid_at"
        ),
        "outcome": _one(children["outcome"], OutcomeOut, "decided_at"),
        "hand_over": _one(children["hand_over"], HandOverOut, "handed_over_at"),
        "rated": row.rating_level is not None,
    }


def list_item(row: Any, *, now: dt.datetime) -> dict[str, Any]:
    """Return the document of `DossierListItemOut`; the name is masked."""
    open_now = row.accepted_at is not None and row.state not in _ENDED
    return {
        "code": row.code,
        "state": DossierState(row.state).label,
        "national_status": row.state,
        "version": row.version,
        "channel": row.channel,
        "procedure_code": row.procedure_code,
        "procedure_name": row.procedure_name,
        "applicant_name": row.applicant_name and mask_name(row.applicant_name),
        "receiving_unit": {"code": row.receiving_code, "name": row.receiving_name},
        "competent_unit": {"code": row.competent_code, "name": row.competent_name},
        "assignee": row.assignee,
        "registered_at": local(row.registered_at),
        "accepted_at": local(row.accepted_at),
        "promised_due_at": local(row.promised_due_at),
        "current_due_at": local(row.current_due_at),
        "due_provisional": row.due_provisional,
        "suspended": row.suspended_since is not None,
        "overdue": open_now and row.suspended_since is None and row.current_due_at < now,
        "resolved_at": local(row.resolved_at),
        "returned_at": local(row.returned_at),
    }


def timeline_document(code: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document of `TimelineOut`."""
    entries = []
    for row in rows:
        vi, en = sentences(row["type"], row["data"])
        entries.append(
            {
                "seq": row["seq"],
                "type": row["type"],
                "state": DossierState(row["state"]).label,
                "occurred_at": local(row["occurred_at"]),
                "unit": row["unit_name"],
                "actor": row["actor_name"],
                "vi": vi,
                "en": en,
            }
        )
    return {"code": code, "entries": entries}


_ENDED = frozenset(
    int(state)
    for state in (
        DossierState.REFUSED,
        DossierState.WITHDRAWN,
        DossierState.STOPPED,
        DossierState.RESOLVED,
        DossierState.RETURNED,
    )
)


def _one(row: dict[str, Any] | None, model: Any, instant: str) -> dict[str, Any] | None:
    return None if row is None else instants_local([pick(model, row)], instant)[0]
