"""What people read for each code of a fault: Vietnamese, then English. Parameters in braces come from the fault."""

from app.api.messages import (
    alerts,
    archive,
    calendars,
    certification,
    core,
    custody,
    digitization,
    documents,
    dossiers,
    fees,
    files,
    forms,
    identity,
    imports,
    organization,
    procedures,
    ratings,
    results,
    statistics,
    vault,
)
from app.api.messages.labels import in_vietnamese
from app.services.dossiers.code_lists import entries

MESSAGES: dict[str, tuple[str, str]] = {}
_MOST_CHOICES = 20
for _part in (
    core,
    alerts,
    calendars,
    certification,
    digitization,
    documents,
    dossiers,
    fees,
    files,
    forms,
    identity,
    imports,
    organization,
    procedures,
    ratings,
    results,
    statistics,
    custody,
    archive,
    vault,
):
    MESSAGES.update(_part.MESSAGES)


def text_of(code: str, params: dict[str, object]) -> tuple[str, str]:
    """Return (Vietnamese, English) for a fault; a code without text reads as the code itself."""
    vi, en = MESSAGES.get(code, (code, code))
    if "component" in params and params.get("name", params["component"]) != params["component"]:
        params = {**params, "component": f"{params['component']} ({params['name']})"}
    said, told = in_vietnamese(code, params), params
    if code == "code_unknown":
        said, told = ({**params, "expected": _choice(str(params.get("list")), language)} for language in ("vi", "en"))
    try:
        return vi.format(**said), en.format(**told)
    except KeyError:
        return vi, en


def _choice(name: str, language: str) -> str:
    """Return the codes of a shipped list with what they mean; of a long one the first, the rest is in the list."""
    known = list(entries(name).values())
    shown = [" – ".join(filter(None, (row["code"], row.get(language)))) for row in known[:_MOST_CHOICES]]
    return "; ".join(shown if len(known) <= _MOST_CHOICES else [*shown, "…"])
