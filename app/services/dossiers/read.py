"""Reads of dossiers for people in scope: one whole, what can be done, its history. One statement each."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.dossiers import queries
from app.services.dossiers.access import actions_now
from app.services.dossiers.situation import DossierFacts, facts_of
from app.services.dossiers.view import DossierView
from app.services.identity.scope import scope_parameters
from app.services.identity.tokens import ensure_current
from app.services.procedures.content import version_content


@dataclass(frozen=True, slots=True)
class OneDossier:
    """A dossier with its children as JSON rows, and what the reader may do with it."""

    facts: DossierFacts
    view: DossierView
    row: Any


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
