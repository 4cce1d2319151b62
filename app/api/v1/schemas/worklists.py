"""Documents of the work that falls due; names of people are masked."""

import datetime as dt
from typing import Any

from pydantic import BaseModel

from app.api.pagination import encode_cursor
from app.api.v1.schemas.dossiers import local, state_label
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.domain.identifiers import mask_name
from app.services.worklists.due import DueWork


class WorkUnitOut(BaseModel):
    code: str
    name: str


class DueDossierOut(BaseModel):
    code: str
    state: str
    due_at: LocalInstant
    due_provisional: bool
    procedure_code: str
    procedure_name: str
    receiving_unit: WorkUnitOut
    competent_unit: WorkUnitOut
    assignee: str | None
    applicant_name: str | None


class DueSectionOut(BaseModel):
    items: list[DueDossierOut]
    next_cursor: str | None


class OverdueDossierOut(DueDossierOut):
    """`newly_overdue`: since the last working day; whoever looks every working day sees it for the first time."""

    newly_overdue: bool


class OverdueSectionOut(BaseModel):
    items: list[OverdueDossierOut]
    next_cursor: str | None


class LoadDayOut(BaseModel):
    day: dt.date
    dossiers: int


class LoadOut(BaseModel):
    """How many open dossiers fall due for one officer on each of the days; `assignee` null: not assigned yet."""

    unit: WorkUnitOut
    assignee: str | None
    days: list[LoadDayOut]
    total: int


class LoadSectionOut(BaseModel):
    items: list[LoadOut]
    next_cursor: str | None


class DueWorkOut(BaseModel):
    """`soon` may repeat what is in `today`. `overdue` is everything overdue, what lapsed last first.

    A cursor continues its own section; the others are then empty.
    """

    as_of: LocalInstant
    soon_until: LocalInstant
    newly_overdue_from: LocalInstant
    today: DueSectionOut
    soon: DueSectionOut
    overdue: OverdueSectionOut
    load: LoadSectionOut


def due_work_document(found: DueWork, *, limit: int) -> DueWorkOut:
    return DueWorkOut(
        as_of=found.now.astimezone(LOCAL_ZONE),
        soon_until=found.soon_until.astimezone(LOCAL_ZONE),
        newly_overdue_from=found.newly_overdue_from.astimezone(LOCAL_ZONE),
        today=_section(found, "today", limit),
        soon=_section(found, "soon", limit),
        overdue=_overdue(found, limit),
        load=_load(found, limit),
    )


def _section(found: DueWork, name: str, limit: int) -> DueSectionOut:
    rows = found.sections[name]
    items = [DueDossierOut.model_validate(_dossier(row)) for row in rows[:limit]]
    return DueSectionOut(items=items, next_cursor=_more(name, rows, limit))


def _overdue(found: DueWork, limit: int) -> OverdueSectionOut:
    rows = found.sections["overdue"]
    items = []
    for row in rows[:limit]:
        shown = _dossier(row)
        newly = shown["due_at"] >= found.newly_overdue_from
        items.append(OverdueDossierOut.model_validate({**shown, "newly_overdue": newly}))
    return OverdueSectionOut(items=items, next_cursor=_more("overdue", rows, limit))


def _more(name: str, rows: list[dict[str, Any]], limit: int) -> str | None:
    """Return the cursor behind the last line shown; None if there are no more."""
    return encode_cursor(name, [rows[limit - 1]["due_at"], rows[limit - 1]["id"]]) if len(rows) > limit else None


def _dossier(row: dict[str, Any]) -> dict[str, Any]:
    name = row["applicant_name"]
    return {
        "code": row["code"],
        "state": state_label(row["state"]),
        "due_at": local(dt.datetime.fromisoformat(row["due_at"])),
        "due_provisional": row["due_provisional"],
        "procedure_code": row["procedure_code"],
        "procedure_name": row["procedure_name"],
        "receiving_unit": WorkUnitOut(code=row["receiving_unit"], name=row["receiving_name"]),
        "competent_unit": WorkUnitOut(code=row["competent_unit"], name=row["competent_name"]),
        "assignee": row["assignee"],
        "applicant_name": None if name is None else mask_name(name),
    }


def _load(found: DueWork, limit: int) -> LoadSectionOut:
    rows = found.sections["load"]
    more = (
        encode_cursor("load", [rows[limit - 1]["unit_id"], rows[limit - 1]["officer"]]) if len(rows) > limit else None
    )
    items = [
        LoadOut(
            unit=WorkUnitOut(code=row["unit"], name=row["unit_name"]),
            assignee=row["assignee"],
            days=[LoadDayOut(day=day, dossiers=row["days"].get(day.isoformat(), 0)) for day in found.days],
            total=row["total"],
        )
        for row in rows[:limit]
    ]
    return LoadSectionOut(items=items, next_cursor=more)
