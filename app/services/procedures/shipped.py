"""The shipped procedures (`app.data`) as rows of an import: nine files joined by the code."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeAlias

from app import data
from app.services.procedures.import_report import ImportRow

Row: TypeAlias = Mapping[str, str]
_FIRST_ROW = 2


def shipped_rows(*, valid_from: dt.date | None = None) -> list[ImportRow]:
    """Return every shipped procedure, complete; `valid_from` replaces the date of the file."""
    details = {
        name: _by_procedure(f"procedure_{name}.csv")
        for name in ("cases", "components", "fees", "results", "siblings", "synonyms", "terms")
    }
    rows = []
    for number, row in enumerate(data.rows("procedures.csv"), start=_FIRST_ROW):
        own = {name: found[row["code"]] for name, found in details.items()}
        sibling = next(iter(own["siblings"]), {})
        entry = {
            "field": row["field"],
            "synonyms": [item["synonym"] for item in own["synonyms"]],
            "sibling_group": sibling.get("group_code"),
            "distinguishing": sibling.get("distinguishing"),
            "replaced_by": row["replaced_by"] or None,
        }
        content = _content(row, own)
        if valid_from is not None:
            content["valid_from"] = valid_from.isoformat()
        rows.append(ImportRow(number=number, code=row["code"], entry=entry, content=content))
    return rows


def _by_procedure(name: str) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in data.rows(name):
        found[row["procedure_code"]].append(row)
    return found


def _content(row: Row, own: Mapping[str, list[Row]]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "level": row["level"] or None,
        "competent_level": row["competent_level"] or None,
        "processing_system": row["processing_system"],
        "legal_basis": [
            {"instrument": instrument, "confidence": row["legal_basis_confidence"]}
            for instrument in row["legal_basis"].split(";")
            if instrument
        ],
        "result_types": [_only(item, "code", "name", "confidence") for item in own["results"]],
        "case_variants": [
            {**_only(item, "code", "name", "confidence"), "requires": [c for c in item["requires"].split(";") if c]}
            for item in own["cases"]
        ],
        "fee_set_by_council": row["fee_set_by_council"] == "true",
        "components": [_component(item) for item in sorted(own["components"], key=lambda item: int(item["position"]))],
        "terms": [_term(item) for item in own["terms"]],
        "fees": [_fee(item) for item in own["fees"]],
        "confidence": {
            "code": row["code_confidence"],
            "name": row["name_confidence"],
            "field": row["field_confidence"],
            "processing_system": row["processing_system_confidence"],
        },
        "source": row["source"],
        "notes": row["notes"],
        "valid_from": row["valid_from"],
    }


def _component(item: Row) -> dict[str, Any]:
    flags = ("required", "presented_only", "digitization_required", "data_satisfiable")
    return {
        **_only(item, "code", "name", "confidence", "flags_confidence"),
        **_numbers(item, "originals", "copies"),
        **{flag: item[flag] == "true" for flag in flags},
    }


def _term(item: Row) -> dict[str, Any]:
    return {
        **_only(item, "channel", "confidence", "verification_confidence"),
        **{
            kind: {"value": int(item[f"{kind}_value"]), "unit": item[f"{kind}_unit"]}
            for kind in ("statutory", "committed", "verification")
            if item[f"{kind}_value"]
        },
    }


def _fee(item: Row) -> dict[str, Any]:
    step = _numbers(item, "step_from_quantity", "step_amount_vnd")
    return {
        **_only(item, "channel", "code", "name", "per", "confidence"),
        **_numbers(item, "amount_vnd", "cap_vnd"),
        "later_steps": [{name.removeprefix("step_"): number for name, number in step.items()}]
        if item["step_from_quantity"]
        else [],
    }


def _only(item: Row, *columns: str) -> dict[str, str | None]:
    return {column: item[column] or None for column in columns}


def _numbers(item: Row, *columns: str) -> dict[str, int | None]:
    return {column: int(item[column]) if item[column] else None for column in columns}
