"""The shipped lists of reasons and problems that acts refer to by code."""

from functools import cache

from app.data import rows
from app.domain.errors import Refusal


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


def check_moment(name: str, code: str, state: str, field: str) -> list[Refusal]:
    """Return a fault if the list says that the code is a reason in another state only (`only_while`)."""
    only_while = entries(name)[code].get("only_while")
    if not only_while or state == only_while:
        return []
    return [Refusal("reason_not_now", field, {"given": code, "state": state, "only_while": only_while})]


def check_code(name: str, code: str, field: str) -> list[Refusal]:
    """Return a fault if the list does not have the code; it names the codes there are."""
    known = entries(name)
    if code in known:
        return []
    return [Refusal("code_unknown", field, {"given": code, "list": name, "expected": ", ".join(known)})]
