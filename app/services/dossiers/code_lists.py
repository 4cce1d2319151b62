"""The shipped lists of reasons and problems that acts refer to by code."""

from functools import cache
from typing import Any

from app.data import rows
from app.domain.errors import Refusal
from app.services.dossiers import inputs


@cache
def entries(name: str) -> dict[str, dict[str, str]]:
    """Return a list's rows by code, in the order of the file."""
    return {row["code"]: row for row in rows(f"code_lists/{name}.csv")}


def label(name: str, code: str, language: str = "vi") -> str:
    """Return the text of a code in `vi` or `en`; the code itself if the list no longer has it."""
    found = entries(name).get(code)
    return code if found is None else found[language]


def status_texts(national_status: int) -> tuple[str, str]:
    """Return the national status in Vietnamese and English."""
    found = entries("national_statuses")[str(national_status)]
    return found["vi"], found["en"]


def check_codes(body: Any) -> list[Refusal]:
    """Return a fault for each code in an act that its list does not have; the fault names the codes there are."""
    if isinstance(body, inputs.Refuse):
        return _check("refusal_reasons", body.reason_code, "reason_code")
    if isinstance(body, inputs.Stop):
        return _check("stop_reasons", body.reason_code, "reason_code")
    if isinstance(body, inputs.Extend | inputs.Resolve) and body.reason_code is not None:
        name = "extension_reasons" if isinstance(body, inputs.Extend) else "refusal_reasons"
        return _check(name, body.reason_code, "reason_code")
    if isinstance(body, inputs.RequestSupplement):
        again = body.ask_again_reason
        faults = [] if again is None else _check("ask_again_reasons", again.code, "ask_again_reason.code")
        return faults + [
            fault
            for index, item in enumerate(body.items)
            for fault in _check("supplement_problems", item.problem, f"items.{index}.problem")
        ]
    return []


def _check(name: str, code: str, field: str) -> list[Refusal]:
    known = entries(name)
    if code in known:
        return []
    return [Refusal("code_unknown", field, {"given": code, "list": name, "expected": ", ".join(known)})]
