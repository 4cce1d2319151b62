"""The columns of a CSV file of historic dossiers, and the document that a row of them tells."""

import re
from collections.abc import Mapping
from typing import Any, Final

_PLAIN: Final = (
    *("code", "external_code", "procedure_code", "case_variant", "channel", "receiving_unit", "competent_unit"),
    *("supporting_unit", "summary", "return_channel", "return_address", "registered_at", "promised_due_at"),
)
_PERSON: Final = {
    "kind": "kind",
    "name": "full_name",
    "identity_number": "identity_number",
    "date_of_birth": "date_of_birth",
    "gender": "gender",
    "phone": "phone",
    "email": "email",
    "address": "address",
}
_PEOPLE: Final = ("applicant", "representative")

# (column of the instant, action, field of the payload by column). Of two steps at one instant the upper comes first.
_STEPS: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    (
        "refused_at",
        "refuse",
        {"reason_code": "reason_code", "explanation": "explanation", "legal_basis": "legal_basis"},
    ),
    ("accepted_at", "accept", {}),
    ("started_at", "start_processing", {}),
    (
        "supplement_requested_at",
        "request_supplement",
        {
            "supplement_items": "items",
            "supplement_reason": "reason",
            "supplement_answer_within_days": "answer_within_days",
        },
    ),
    ("supplement_received_at", "receive_supplement", {}),
    ("payment_requested_at", "request_payment", {"payment_amount_vnd": "amount_vnd", "payment_reason": "reason"}),
    ("payment_confirmed_at", "confirm_payment", {"payment_method": "method", "payment_reference": "reference"}),
    (
        "extended_at",
        "extend",
        {"extended_to": "new_due_at", "extension_reason": "reason", "extension_basis": "legal_basis"},
    ),
    (
        "resolved_at",
        "resolve",
        {"outcome": "outcome", "result_number": "result_number", "result_type": "result_type"},
    ),
    ("withdrawn_at", "withdraw", {"explanation": "explanation"}),
    ("stopped_at", "stop", {"reason_code": "reason_code", "explanation": "explanation", "legal_basis": "legal_basis"}),
    (
        "handed_over_at",
        "hand_over",
        {
            "hand_over_method": "method",
            **{name: name for name in ("receiver_name", "receiver_identity_number", "relationship", "proof")},
            **{name: name for name in ("tracking_number", "link")},
        },
    ),
    ("rated_at", "rate", {"rating": "level", "rating_reasons": "reasons", "rating_comment": "comment"}),
)
_WHOLE: Final = frozenset({"supplement_answer_within_days", "payment_amount_vnd", "rating"})
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")
_COMPONENT: Final = ("code", "originals", "certified_copies", "photocopies", "source")

COLUMNS: Final = frozenset(
    {
        *_PLAIN,
        "components",
        *(f"{role}_{part}" for role in _PEOPLE for part in _PERSON),
        *(instant for instant, _, _ in _STEPS),
        *(column for _, _, fields in _STEPS for column in fields),
    }
)
"""Every column there is."""

REQUIRED: Final = ("procedure_code", "channel", "receiving_unit", "applicant_name", "registered_at")
"""Columns without which no row can be read."""


def document_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return what a row says; an empty cell says nothing."""
    said = {column: cell for column, cell in cells.items() if cell}
    document: dict[str, Any] = {column: said[column] for column in _PLAIN if column in said}
    for role in _PEOPLE:
        person = {field: said[f"{role}_{part}"] for part, field in _PERSON.items() if f"{role}_{part}" in said}
        if person:
            document[role] = person
    if "components" in said:
        document["components"] = [_component(item) for item in said["components"].split(";") if item.strip()]
    steps = [
        {"action": action, "at": said[instant]}
        | {name: _cell(said, column) for column, name in fields.items() if column in said}
        for instant, action, fields in _STEPS
        if instant in said
    ]
    # ISO times of one form sort as text; where forms differ the order of the columns is left and judged as such.
    document["steps"] = sorted(steps, key=lambda step: str(step["at"]).replace(" ", "T"))
    return document


def _cell(said: Mapping[str, str], column: str) -> Any:
    if column == "supplement_items":
        pairs = (item.partition(":") for item in said[column].split(";") if item.strip())
        return [{"component_code": code.strip(), "problem": problem.strip()} for code, _, problem in pairs]
    if column == "rating_reasons":
        return [reason.strip() for reason in said[column].split(";") if reason.strip()]
    return _number(said[column]) if column in _WHOLE else said[column]


def _number(text: str) -> int | str:
    """Return the number that a cell writes; what is none is left to be refused as such."""
    return int(text) if _DIGITS.fullmatch(text) else text


def _component(item: str) -> dict[str, Any]:
    """Read `TP01:1:0:2:paper`: code, originals, certified copies, photocopies, source; the end may be left out."""
    values = [value.strip() for value in item.split(":")]
    numbers = _COMPONENT[1:-1]
    return {
        name: _number(value) if name in numbers else value
        for name, value in zip(_COMPONENT, values, strict=False)
        if value
    } | ({"extra": values[len(_COMPONENT)]} if len(values) > len(_COMPONENT) else {})
