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

MESSAGES: dict[str, tuple[str, str]] = {}
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
    if "component" in params and "name" in params:
        params = {**params, "component": f"{params['component']} ({params['name']})"}
    try:
        return vi.format(**in_vietnamese(code, params)), en.format(**params)
    except KeyError:
        return vi, en
