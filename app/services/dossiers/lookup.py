"""Public look-up by dossier code and the receipt's secret: status, dates and why; no personal data."""

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.deadlines import Outcome, judge
from app.domain.errors import NotFound, Refusal
from app.domain.lifecycle import DossierState
from app.services.dossiers import queries
from app.services.procedures.content import version_content

# Compared with when the code is unknown, so that a made-up code and a wrong secret take the same path.
_NO_SECRET = "-" * 8


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What a receipt's holder may see; JSON columns parsed."""

    row: Any
    state: DossierState
    procedure_code: str
    procedure_name: str
    receipt_void: bool
    kept: Outcome | None
    rating_open: bool
    supplement: dict[str, Any] | None
    outcome: dict[str, Any] | None
    last_adjustment: dict[str, Any] | None
    events: list[dict[str, Any]]
    component_names: Mapping[str, str]


async def look_up(connection: AsyncConnection, code: str, secret: str, *, now: dt.datetime) -> PublicStatus:
    """Return the status for whoever holds a receipt; `NotFound` alike for an unknown code and a wrong secret."""
    receipts = await queries.receipts_of(connection, code)
    given = secret.strip().upper()
    found = None
    for row in receipts or [None]:
        secret_of_row = _NO_SECRET if row is None else row.lookup_secret
        if hmac.compare_digest(given.encode(), secret_of_row.encode()) and row is not None:
            found = row
    if found is None:
        raise NotFound(Refusal("lookup_unknown"))
    content = await version_content(connection, found.procedure_version_id)
    state = DossierState(found.state)
    void = found.voided_at is not None
    return PublicStatus(
        row=found,
        state=state,
        procedure_code=content.code,
        procedure_name=content.name,
        receipt_void=void,
        kept=_kept(found, now),
        rating_open=not void and found.resolved_at is not None and not found.rated,
        # A request that was never answered stays open in its row; only a dossier that waits still asks for papers.
        supplement=from_json(found.open_supplement) if state is DossierState.AWAITING_SUPPLEMENT else None,
        outcome=from_json(found.outcome),
        last_adjustment=from_json(found.last_adjustment),
        events=from_json(found.events) or [],
        component_names={component.code: component.name for component in content.components},
    )


def _kept(row: Any, now: dt.datetime) -> Outcome | None:
    """Return how the promise is kept; None before acceptance."""
    if row.accepted_at is None:
        return None
    due = None if row.suspended_since is not None else row.current_due_at
    return judge(row.resolved_at or row.ended_at, due, now)
