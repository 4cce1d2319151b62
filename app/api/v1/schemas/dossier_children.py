"""Documents of what belongs to a dossier: people, papers, proceedings, history."""

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
from app.core.db import from_json
from app.domain.lifecycle import DossierState, EventType
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


def timeline_document(code: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the document of `TimelineOut`."""
    entries = []
    papers = from_json(rows[0]["component_names"]) or {}
    names: Mapping[str, str] = {}
    for row in rows:
        if row["type"] in (EventType.REGISTERED, EventType.CORRECTED):
            names = papers.get(row["data"]["procedure"]) or {}
        vi, en = sentences(row["type"], row["data"], names)
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


def _one(row: dict[str, Any] | None, model: Any, instant: str) -> dict[str, Any] | None:
    return None if row is None else instants_local([pick(model, row)], instant)[0]
