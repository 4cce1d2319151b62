"""Import one batch of rows: each judged by itself, the good ones written together."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import DomainError, InvalidInput, Refusal
from app.domain.identifiers import DossierCode
from app.services.dossiers.importing import writes
from app.services.dossiers.importing.ground import Ground, gather
from app.services.dossiers.importing.life import Life, live_again
from app.services.dossiers.importing.report import RowOutcome, RowReport
from app.services.dossiers.importing.shape import HistoricRow, History, read_history

ALIAS_SYSTEM = "import"


ReadRow = tuple[int, History | list[Refusal]]
"""A row's number, and what it tells or why it cannot be read."""


def read_rows(rows: Iterable[HistoricRow], *, now: dt.datetime) -> list[ReadRow]:
    """Read the shape of rows: all that can be judged without the database, so that it can be done meanwhile."""
    return [(row.number, read_history(row, now=now)) for row in rows]


async def import_batch(connection: AsyncConnection, batch: Sequence[ReadRow], *, dry_run: bool) -> list[RowReport]:
    """Write the dossiers of `read_rows`, in the caller's transaction; return what became of each row, in order.

    A row whose code or outside code is known is left alone, so that a file may be given again. A dry run writes
    nothing and works on a read-only connection; there an earlier row of another batch is not yet known.
    """
    if not dry_run:
        await writes.begin_batch(connection)
    ground = await gather(connection, [history for _, history in batch if isinstance(history, History)])
    taken: set[str] = set()
    lives: list[Life] = []
    reports: list[RowReport | Life] = []
    for number, history in batch:
        judged = _judge(number, history, ground, taken)
        reports.append(judged)
        if isinstance(judged, Life):
            lives.append(judged)
            taken.update(judged.history.names)
    if lives and not dry_run:
        await _write(connection, lives)
    return [_imported(found) if isinstance(found, Life) else found for found in reports]


def _judge(number: int, history: History | list[Refusal], ground: Ground, taken: set[str]) -> RowReport | Life:
    if not isinstance(history, History):
        return RowReport(number=number, outcome=RowOutcome.REFUSED, faults=tuple(history))
    present = next((name for name in history.names if name in ground.known or name in taken), None)
    external_code = history.body.external_code
    if present is not None:
        code = ground.known.get(present)
        return RowReport(number=number, outcome=RowOutcome.PRESENT, code=code, external_code=external_code)
    try:
        return live_again(history, ground)
    except DomainError as error:
        faults = error.refusals or (Refusal(error.code),)
        code = None if history.code is None else str(history.code)
        return RowReport(
            number=number, outcome=RowOutcome.REFUSED, code=code, external_code=external_code, faults=faults
        )


def _imported(life: Life) -> RowReport:
    history = life.history
    return RowReport(
        number=history.number,
        outcome=RowOutcome.IMPORTED,
        code=life.row.code or (str(history.code) if history.code else None),
        external_code=history.body.external_code,
        warnings=tuple(life.warnings),
    )


async def _write(connection: AsyncConnection, lives: Sequence[Life]) -> None:
    await _give_codes(connection, lives)
    ids = await writes.take_ids(connection, len(lives))
    children: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for key, life in zip(ids, lives, strict=True):
        for table, rows in _children(life).items():
            children.setdefault(table, []).extend((key, row) for row in rows)
    await writes.copy_dossiers(
        connection, [(key, vars(life.row)) for key, life in zip(ids, lives, strict=True)], children
    )


def _children(life: Life) -> dict[str, Sequence[dict[str, Any]]]:
    at = life.history.registered_at
    receipt = {
        "number": life.receipt.number,
        "lookup_secret": life.receipt.lookup_secret,
        "rating_token": life.receipt.rating_token,
        "issued_at": at,
        "promised_due_at": life.promised_due_at,
    }
    return {
        "dossier_party": life.parties,
        "dossier_component": list(life.components.values()),
        "receipt": [receipt],
        "dossier_alias": [{"code": name, "system": ALIAS_SYSTEM, "added_at": at} for name in life.history.other_names],
        "dossier_event": life.events,
        "supplement_request": life.supplements,
        "deadline_adjustment": life.ledger,
        "payment_request": life.payments,
        "dossier_outcome": [life.outcome] if life.outcome else [],
        "hand_over": [life.hand_over] if life.hand_over else [],
        "rating": [life.rating] if life.rating else [],
    }


async def _give_codes(connection: AsyncConnection, lives: Sequence[Life]) -> None:
    """Keep codes of our shape, number the others by agency and day of registration, as the door would have."""
    highest: dict[writes.Day, int] = {}
    wanted: Counter[writes.Day] = Counter()
    for life in lives:
        code = life.history.code
        if code is None:
            wanted[_day(life)] += 1
        else:
            life.row.code = str(code)
            highest[code.agency, code.day] = max(highest.get((code.agency, code.day), 0), code.number)
    await writes.keep_up_numbers(connection, highest)
    following = await writes.give_out_numbers(connection, wanted)
    for life in lives:
        if life.history.code is None:
            agency, day = _day(life)
            life.row.code = str(DossierCode(agency=agency, day=day, number=following[agency, day]))
            following[agency, day] += 1


def _day(life: Life) -> writes.Day:
    if life.standing.agency_code is None:
        raise InvalidInput(Refusal("unit_without_agency_code", "receiving_unit"))
    return life.standing.agency_code, local_date(life.history.registered_at)
