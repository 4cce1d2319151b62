"""The register of dossiers (Sổ theo dõi): by period, unit and field; a PDF of the form, or a workbook of any length."""

import asyncio
import datetime as dt
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE
from app.domain.deadlines import Outcome, judge
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.lifecycle import DossierState
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.dossiers.code_lists import label, status_texts
from app.services.forms import queries
from app.services.forms.register_workbook import RegisterWorkbook
from app.services.forms.registry import Purpose, form_for
from app.services.forms.render import render
from app.services.forms.wording import agency_names, moment_in_figures, one_stop_names
from app.services.identity.scope import scope_parameters
from app.services.procedures.named_filters import refuse_unknown_filters

PDF_ROWS = 2_000
"""More lines than this are no paper for people; the workbook holds them."""
WORKBOOK_ROWS = 200_000
_PAGE = 2_000
_LONGEST = dt.timedelta(days=366)
_KEPT = {Outcome.EARLY: "Trước hạn", Outcome.ON_TIME: "Đúng hạn", Outcome.LATE: "Quá hạn", Outcome.OVERDUE: "Quá hạn"}


@dataclass(frozen=True, slots=True)
class RegisterPeriod:
    """Which lines: of the unit and all below it, taken in from `first` to `last` inclusive, of one field or of all."""

    unit: str
    first: dt.date
    last: dt.date
    field: str | None = None


async def register_pdf(connection: AsyncConnection, actor: Actor, wanted: RegisterPeriod, *, now: dt.datetime) -> bytes:
    """Return the register as the form in force on the last day of the period.

    Raises `InvalidInput` (unit_unknown for one that does not exist, field_unknown, period, register_too_long,
    form_not_in_force), `NotFound` for a unit that is not in scope.
    """
    unit = await _unit(connection, actor, wanted)
    form = form_for(Purpose.REGISTER.value, wanted.last)
    lines = [line async for page in _pages(connection, actor, wanted, unit, now, most=PDF_ROWS) for line in page]
    names = one_stop_names(unit.names, wanted.last)
    data = {
        "form": {"code": form.code, "number": form.number, "name": form.name, "instrument": form.instrument},
        "superior": names.superior,
        "office": names.office,
        "from": wanted.first.strftime("%d/%m/%Y"),
        "to": wanted.last.strftime("%d/%m/%Y"),
        "field": wanted.field,
        "count": str(len(lines)),
        "rows": lines,
    }
    await _record(connection, actor, wanted, rows=len(lines), kind="pdf", now=now)
    return await asyncio.to_thread(render, form.code, data, at=now)


async def register_workbook(
    connection: AsyncConnection, actor: Actor, wanted: RegisterPeriod, *, now: dt.datetime
) -> BinaryIO:
    """Return the register as a workbook in a nameless temporary file, which goes when closed; memory stays flat.

    Raises like `register_pdf`.
    """
    unit = await _unit(connection, actor, wanted)
    title = one_stop_names(unit.names, wanted.last).in_sentence
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is handed to the caller, who closes it
    try:
        with tempfile.TemporaryDirectory(prefix="register-") as workplace:
            period = (wanted.first, wanted.last)
            book = RegisterWorkbook(file, title=title, period=period, made_at=now, workplace=workplace)
            rows = 0
            async for page in _pages(connection, actor, wanted, unit, now, most=WORKBOOK_ROWS):
                await asyncio.to_thread(book.add, page)
                rows += len(page)
            await asyncio.to_thread(book.close)
        await _record(connection, actor, wanted, rows=rows, kind="xlsx", now=now)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _unit(connection: AsyncConnection, actor: Actor, wanted: RegisterPeriod) -> Any:
    if not dt.timedelta() <= wanted.last - wanted.first < _LONGEST:
        raise InvalidInput(Refusal("register_period", "to", {"days": _LONGEST.days}))
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    found = await queries.unit_of_register(
        connection, wanted.unit, everything=everything, patterns=patterns, field=wanted.field
    )
    if found is None:
        await refuse_unknown_filters(connection, unit=wanted.unit)
        raise NotFound(Refusal("unit_unknown", "unit", {"code": wanted.unit}))
    if not found.field_known:
        raise InvalidInput(Refusal("field_unknown", "field", {"code": wanted.field}))
    return found


async def _pages(
    connection: AsyncConnection, actor: Actor, wanted: RegisterPeriod, unit: Any, now: dt.datetime, *, most: int
) -> AsyncIterator[list[list[str]]]:
    """Yield the lines by reception, a page at a time; raise `InvalidInput` (register_too_long) beyond `most`."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    after: tuple[dt.datetime, int] | None = None
    number = 0
    while True:
        rows = await queries.register_page(
            connection,
            everything=everything,
            patterns=patterns,
            unit_path=unit.path,
            from_at=_midnight(wanted.first),
            to_at=_midnight(wanted.last + dt.timedelta(days=1)),
            field=wanted.field,
            after=after,
            limit=_PAGE,
        )
        if number + len(rows) > most:
            raise InvalidInput(Refusal("register_too_long", "to", {"most": most}))
        yield [_line(line, row, now) for line, row in enumerate(rows, start=number + 1)]
        number += len(rows)
        if len(rows) < _PAGE:
            return
        after = (rows[-1].accepted_at, rows[-1].id)


def _line(number: int, row: Any, now: dt.datetime) -> list[str]:
    agency = agency_names({"name": row.competent_name, "level": row.competent_level, "province_name": ""})
    return [
        str(number),
        row.code,
        row.procedure_name,
        "1",
        row.full_name or "",
        "; ".join(part for part in (row.address, row.phone) if part),
        agency.in_sentence,
        moment_in_figures(row.accepted_at),
        moment_in_figures(row.promised_due_at),
        moment_in_figures(row.returned_at),
        _channel(row.method or row.return_channel),
        row.receiver_name or row.tracking_number or "",
        _note(row, now),
    ]


def _channel(code: str) -> str:
    return label("channels", code)


def _note(row: Any, now: dt.datetime) -> str:
    """Return how the promise was or is being kept; a dossier that ended otherwise says how."""
    state = DossierState(row.state)
    if state in (DossierState.WITHDRAWN, DossierState.STOPPED):
        return status_texts(int(state))[0]
    due = None if row.suspended_since is not None else row.current_due_at
    kept = _KEPT.get(judge(row.resolved_at or row.ended_at, due, now))
    if row.resolved_at is None:
        return "; ".join(part for part in (status_texts(int(state))[0], kept) if part)
    return kept or ""


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL_ZONE)


async def _record(
    connection: AsyncConnection, actor: Actor, wanted: RegisterPeriod, *, rows: int, kind: str, now: dt.datetime
) -> None:
    """A register is people's data in bulk: who took it out, of which unit and days, is kept."""
    await write_audit_entry(
        connection,
        at=now,
        account_id=actor.account_id,
        action="register.export",
        subject=f"unit:{wanted.unit}",
        data={
            "from": wanted.first.isoformat(),
            "to": wanted.last.isoformat(),
            "field": wanted.field,
            "format": kind,
            "rows": rows,
        },
    )
