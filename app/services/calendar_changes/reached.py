"""What a calendar does to a dossier's date: the engine asked again, and which publications are the cause."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from app.core.db import from_json
from app.domain.calendars import CalendarExhausted, WorkingCalendar
from app.domain.deadlines import Deadline, Limit, LimitUnit, current_deadline, promise
from app.services.deadlines.compiled import PolicyRow
from app.services.deadlines.promises import recorded_facts

_LAYER: Final = re.compile(r"n(?P<national>\d+)|u(?P<unit>\d+)v(?P<version>\d+)")


@dataclass(frozen=True, slots=True)
class Cause:
    """The publications between two calendar versions: the newest, the acts of all, who published the newest."""

    publication_id: int | None = None
    legal_basis: str = ""
    published_by: int | None = None


class Redated(NamedTuple):
    """A dossier with its date before and after; `provisional` and `calendar_version` as they are afterwards.

    (A tuple, for a hundred thousand of them in a few seconds.)
    """

    id: int
    version: int
    code: str
    unit_id: int
    before_due: dt.datetime
    after_due: dt.datetime
    provisional: bool
    calendar_version: str
    cause: Cause = Cause()

    @property
    def is_moved(self) -> bool:
        return self.before_due != self.after_due


@dataclass(frozen=True, slots=True)
class _Line:
    """A wait or an extension of a ledger."""

    cause: str
    effect: str
    from_at: dt.datetime
    to_at: dt.datetime | None
    after_due: dt.datetime
    legal_basis: str


def due_of(row: Any, calendar: WorkingCalendar, policy: PolicyRow) -> Deadline | None:
    """Return the due time that `calendar` gives the facts of `row`; None where the calendar has no days for it.

    While a dossier waits, its date is what it would be if the clock ran: the wait still open is no line yet.
    """
    limit = Limit(row.limit_value, LimitUnit(row.limit_unit))
    try:
        if not row.ledger:
            return promise(calendar, row.accepted_at, limit, policy.clock)
        suspensions, extensions = recorded_facts(_lines(from_json(row.ledger)))
        return current_deadline(
            calendar, row.accepted_at, limit, policy.clock, suspensions, extensions, recomputing=True
        )
    except CalendarExhausted:
        return None


def redated(
    rows: Iterable[Any],
    calendars: Mapping[int, tuple[WorkingCalendar, str]],
    policies: Mapping[int, PolicyRow],
) -> tuple[list[Redated], int]:
    """Return the dates of `rows` by the calendar (and its version) of their unit, and how many it cannot tell."""
    found: list[Redated] = []
    untold = 0
    for row in rows:
        calendar, version = calendars[row.competent_unit_id]
        deadline = due_of(row, calendar, policies[row.clock_policy_id])
        if deadline is None or deadline.due_at is None:
            untold += 1
            continue
        found.append(
            Redated(
                id=row.id,
                version=row.version,
                code=row.code,
                unit_id=row.competent_unit_id,
                before_due=row.current_due_at,
                after_due=deadline.due_at,
                provisional=deadline.provisional,
                calendar_version=version,
            )
        )
    return found, untold


def layers_of(version: str) -> dict[int | None, int]:
    """Return the version number of each layer in a calendar version, by unit (None: the nation): `n3.u7v12`."""
    return {
        None if found["national"] else int(found["unit"]): int(found["national"] or found["version"])
        for found in _LAYER.finditer(version)
    }


def cause_between(before: str, after: str, publications: Sequence[Any]) -> Cause:
    """Return what was published between two versions of a calendar; `publications` are given the oldest first."""
    known, present = layers_of(before), layers_of(after)
    between = [
        found
        for found in publications
        if found.unit_id in present and known.get(found.unit_id, 0) < found.version <= present[found.unit_id]
    ]
    if not between:
        return Cause()
    acts = "; ".join(dict.fromkeys(found.legal_basis for found in between if found.legal_basis))
    return Cause(between[-1].id, acts, between[-1].published_by)


def _lines(rows: Iterable[Mapping[str, Any]]) -> list[_Line]:
    def instant(text: str | None) -> dt.datetime | None:
        return None if text is None else dt.datetime.fromisoformat(text)

    return [
        _Line(
            cause=row["cause"],
            effect=row["effect"],
            from_at=dt.datetime.fromisoformat(row["from_at"]),
            to_at=instant(row["to_at"]),
            after_due=dt.datetime.fromisoformat(row["after_due"]),
            legal_basis=row["legal_basis"],
        )
        for row in rows
    ]
