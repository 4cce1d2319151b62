"""Reads of dossiers for people in scope: one whole, what can be done, the list. One statement each."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.lifecycle import STATE_BY_LABEL
from app.domain.permissions import Actor, Permission
from app.domain.search_text import tokens
from app.services.dossiers import queries
from app.services.dossiers.access import actions_now
from app.services.dossiers.situation import DossierFacts, facts_of
from app.services.dossiers.view import DossierView
from app.services.identity.scope import scope_parameters
from app.services.identity.tokens import ensure_current
from app.services.procedures.content import version_content

SORTS = {
    "registered_at": ("registered_at", False),
    "-registered_at": ("registered_at", True),
    "due_at": ("current_due_at", False),
    "-due_at": ("current_due_at", True),
}
# Names have no digits; numbers of people and codes of dossiers have them and no spaces.
_NUMBER = re.compile(r"^\S*\d\S*$")


@dataclass(frozen=True, slots=True)
class OneDossier:
    """A dossier with its children as JSON rows, and what the reader may do with it."""

    facts: DossierFacts
    view: DossierView
    row: Any


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a list is narrowed by; everything is optional."""

    states: tuple[str, ...] = ()
    unit: str | None = None
    procedure: str | None = None
    due_before: dt.datetime | None = None
    overdue: bool | None = None
    assignee: str | None = None
    q: str | None = None


async def one_dossier(connection: AsyncConnection, actor: Actor, code: str, *, now: dt.datetime) -> OneDossier:
    """Return the dossier known by `code` or an alias; `NotFound` alike for unknown and out of scope."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.detail(
        connection,
        code=code,
        account_id=actor.account_id or 0,
        everything=everything,
        patterns=patterns,
        today=local_date(now),
    )
    ensure_current(actor, row.auth_version)
    if row.id is None:
        raise NotFound(Refusal("dossier_unknown"))
    facts = facts_of(row, await version_content(connection, row.procedure_version_id))
    actions = actions_now(
        actor, facts.situation, receiving_path=row.receiving_path, competent_path=row.competent_path, now=now
    )
    return OneDossier(facts, facts.view(actions), row)


async def list_dossiers(
    connection: AsyncConnection,
    actor: Actor,
    wanted: ListFilter,
    *,
    sort: str,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    now: dt.datetime,
) -> list[Any]:
    """Return one row more than `limit` if there is more. Raises `InvalidInput` for unknown states or sorts."""
    faults = [
        Refusal("state_unknown", "state", {"given": state, "expected": ", ".join(STATE_BY_LABEL)})
        for state in wanted.states
        if state not in STATE_BY_LABEL
    ]
    if sort not in SORTS:
        faults.append(Refusal("sort_unknown", "sort", {"given": sort, "expected": ", ".join(SORTS)}))
    if faults:
        raise InvalidInput(*faults)
    column, descending = SORTS[sort]
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    rows = await queries.list_page(
        connection,
        account_id=actor.account_id or 0,
        everything=everything,
        patterns=patterns,
        unit=wanted.unit,
        conditions=_conditions(wanted, now),
        sort=column,
        descending=descending,
        after=after,
        limit=limit + 1,
    )
    ensure_current(actor, rows[0].auth_version)
    return [row for row in rows if row.id is not None]


async def timeline_of(connection: AsyncConnection, actor: Actor, code: str) -> list[dict[str, Any]]:
    """Return the events of a dossier in scope, oldest first."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    rows = await queries.timeline(
        connection, code=code, account_id=actor.account_id or 0, everything=everything, patterns=patterns
    )
    ensure_current(actor, rows[0]["auth_version"])
    if rows[0]["code"] is None:
        raise NotFound(Refusal("dossier_unknown"))
    return rows


def children_of(row: Any) -> dict[str, Any]:
    """Return the JSON columns of a detail row, parsed."""
    names = ("people", "components", "aliases", "supplements", "payments", "outcome", "hand_over")
    return {name: from_json(getattr(row, name)) for name in names}


def _conditions(wanted: ListFilter, now: dt.datetime) -> dict[str, object]:
    found: dict[str, object] = {}
    if wanted.states:
        found["state"] = [int(STATE_BY_LABEL[state]) for state in wanted.states]
    if wanted.procedure is not None:
        found["procedure"] = wanted.procedure
    if wanted.due_before is not None:
        found["due_before"] = wanted.due_before
    if wanted.overdue is not None:
        found["overdue_at" if wanted.overdue else "in_time_at"] = now
    if wanted.assignee is not None:
        found["assignee"] = wanted.assignee
    if wanted.q is not None:
        found |= _search(wanted.q)
    return found


def _search(text: str) -> dict[str, object]:
    """A number of a person or a code of the dossier, whole; else words of a name, the last one unfinished."""
    if _NUMBER.match(text):
        return {"number": text}
    words = [word for word in tokens(text) if word.isalnum()]
    if not words:
        raise InvalidInput(Refusal("search_empty", "q"))
    return {"name": " & ".join([*words[:-1], f"{words[-1]}:*"])}
