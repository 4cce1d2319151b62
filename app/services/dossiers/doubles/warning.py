"""What is said of a dossier that is likely to double another."""

import datetime as dt
from typing import Any

from app.core.clock import LOCAL_ZONE
from app.core.db import from_json
from app.domain.errors import Refusal
from app.domain.permissions import Actor, Permission


def warned_of_double(actor: Actor, found: Any, *, receiving_path: str) -> list[Refusal]:
    """Return a warning that names the earlier dossier, to whoever may read it."""
    earlier = from_json(found)
    if earlier is None or not actor.scope(Permission.DOSSIERS_READ).covers(receiving_path):
        return []
    at = dt.datetime.fromisoformat(earlier["registered_at"]).astimezone(LOCAL_ZONE)
    params = {"code": earlier["code"], "registered_at": at.isoformat(timespec="minutes")}
    return [Refusal("likely_double", "applicant", params)]
