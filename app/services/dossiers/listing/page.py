"""One page of the dossiers in scope: what narrows it, in what order, and where the next one begins."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.lifecycle import STATE_BY_LABEL
from app.domain.permissions import Actor, Permission
from app.domain.search_text import tokens
from app.services.dossiers.listing import queries
from app.services.dossiers.listing.queries import Order
from app.services.identity.scope import scope_parameters
from app.services.identity.tokens import ensure_current

# By due date: first what runs, then the rest (not accepted yet, or ended), the newest first.
_REST = Order("registered_at", descending=True, only="not_running")
SORTS: dict[str, tuple[Order, ...]] = {
    "registered_at": (Order("registered_at", descending=False),),
    "-registered_at": (Order("registered_at", descending=True),),
    "due_at": (Order("current_due_at", descending=False, only="running"), _REST),
    "-due_at": (Order("current_due_at", descending=True, only="running"), _REST),
}
_OF_RUNNING_ONLY = ("due_before", "overdue_at", "in_time_at")
# Names have no digits; numbers of people and codes of dossiers have them and no spaces.
_NUMBER = re.compile(r"^\S*\d\S*$")
# What is called at a counter is the end of a code: of today, or of the days before, the newest first.
_CALLED = re.compile(r"\d{4,6}", re.ASCII)
_DAYS_CALLED = 8


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


@dataclass(frozen=True, slots=True)
class Place:
    """A row in a list: which of the sort's orders it stands in, and its values there."""

    order: int
    at: dt.datetime
    id: int


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page; `last` is the place of its last row if there are more."""

    rows: Sequence[Any]
    last: Place | None


async def list_dossiers(
    connection: AsyncConnection,
    actor: Actor,
    wanted: ListFilter,
    *,
    sort: str,
    after: Place | None,
    limit: int,
    now: dt.datetime,
) -> Page:
    """Return a page of known states in a known sort.

    One round trip; a second where a page by due date runs out, or where nothing is found by a unit or procedure. Raises
    `InvalidInput` if that is because there is no such unit or procedure.
    """
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    conditions = _conditions(wanted, now)
    orders = SORTS[sort]
    if any(name in conditions for name in _OF_RUNNING_ONLY):
        orders = tuple(order for order in orders if order is not _REST)
    rows: list[Any] = []
    places: list[int] = []
    for number, order in enumerate(orders):
        if len(rows) > limit or (after is not None and number < after.order):
            continue
        found = await queries.list_page(
            connection,
            account_id=actor.account_id or 0,
            everything=everything,
            patterns=patterns,
            unit=wanted.unit,
            conditions=conditions,
            order=order,
            after=(after.at, after.id) if after is not None and number == after.order else None,
            limit=limit + 1 - len(rows),
            now=now,
        )
        ensure_current(actor, found[0].auth_version)
        if found[0].id is not None:
            rows += found
            places += [number] * len(found)
    if not rows and after is None:
        await _refuse_unknown(connection, wanted)
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], Place(places[limit - 1], last.place, last.id))


async def _refuse_unknown(connection: AsyncConnection, wanted: ListFilter) -> None:
    """Raise for a unit or procedure that does not exist: what is there without a dossier is an empty list."""
    if wanted.unit is None and wanted.procedure is None:
        return
    known = await queries.known_filters(connection, unit=wanted.unit, procedure=wanted.procedure)
    faults = []
    if not known.unit:
        faults.append(Refusal("unit_unknown", "unit", {"code": wanted.unit}))
    if not known.procedure:
        faults.append(Refusal("procedure_unknown", "procedure", {"code": wanted.procedure}))
    refuse_all(InvalidInput, faults)


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
        found |= _search(wanted.q, local_date(now))
    return found


def _search(text: str, today: dt.date) -> dict[str, object]:
    """A number of a person or a code of the dossier, whole; the number called at a counter; else words of a name."""
    if _CALLED.fullmatch(text):
        days = (today - dt.timedelta(days=ago) for ago in range(_DAYS_CALLED))
        return {"called": [text, *(f"-{day:%y%m%d}-{text}" for day in days)]}
    if _NUMBER.match(text):
        return {"number": text}
    words = [word for word in tokens(text) if word.isalnum()]
    if not words:
        raise InvalidInput(Refusal("search_empty", "q"))
    return {"name": " & ".join([*words[:-1], f"{words[-1]}:*"])}
