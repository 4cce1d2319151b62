"""Import one batch of rows: read, judged each by itself, and the good ones written together.

Reading and judging need no database once its ground is known, so that they can go on while another batch is written.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import DomainError, InvalidInput, Refusal
from app.domain.identifiers import DossierCode
from app.services.dossiers.importing import queries, writes
from app.services.dossiers.importing.ground import Ground, gather
from app.services.dossiers.importing.life import Life, live_again
from app.services.dossiers.importing.report import RowOutcome, RowReport
from app.services.dossiers.importing.shape import HistoricRow, History, read_history

ALIAS_SYSTEM = "import"
_LONGEST_NAME = 64


ReadRow = tuple[int, History | RowReport]
"""A row's number, and what it tells or why it is refused already."""


def read_rows(rows: Iterable[HistoricRow], *, now: dt.datetime) -> list[ReadRow]:
    """Read the shape of rows: all that can be judged without the database, so that it can be done meanwhile."""
    return [(row.number, _read(row, now=now)) for row in rows]


def _read(row: HistoricRow, *, now: dt.datetime) -> History | RowReport:
    history = read_history(row, now=now)
    if isinstance(history, History):
        return history
    code, external_code = (_shown(row.document.get(name)) for name in ("code", "external_code"))
    return RowReport(
        number=row.number,
        outcome=RowOutcome.REFUSED,
        code=code,
        external_code=external_code,
        faults=tuple(history),
    )


def _shown(name: object) -> str | None:
    """A code as the row gives it, so that a refused row is found again."""
    return name[:_LONGEST_NAME] if isinstance(name, str) else None


@dataclass(frozen=True, slots=True)
class JudgedBatch:
    """What is to become of each row, in order: a life to write, or a report already."""

    rows: Sequence[RowReport | Life]

    @property
    def lives(self) -> list[Life]:
        return [found for found in self.rows if isinstance(found, Life)]

    @property
    def names(self) -> frozenset[str]:
        """Every code that the batch will have taken."""
        return frozenset(name for life in self.lives for name in life.history.names)

    @property
    def reports(self) -> list[RowReport]:
        """What became of each row, in order; codes are known once the batch is written."""
        return [_imported(found) if isinstance(found, Life) else found for found in self.rows]


async def ground_of(connection: AsyncConnection, batch: Sequence[ReadRow]) -> Ground:
    """Read what the rows of a batch stand on."""
    return await gather(connection, [history for _, history in batch if isinstance(history, History)])


def judge_batch(batch: Sequence[ReadRow], ground: Ground, taken: Collection[str]) -> JudgedBatch:
    """Judge each row by itself, without the database. `taken` are codes of a batch that is only being written.

    A row whose code or outside code is known is left alone, so that a file may be given again.
    """
    names = {name.upper() for name in taken}
    judged: list[RowReport | Life] = []
    for number, history in batch:
        found = _judge(number, history, ground, names)
        judged.append(found)
        if isinstance(found, Life):
            names.update(name.upper() for name in found.history.names)
    return JudgedBatch(judged)


async def write_batch(connection: AsyncConnection, judged: JudgedBatch) -> JudgedBatch:
    """Write the lives of a batch in the caller's transaction; return the batch as it was written.

    Another import may have written some of them since they were judged: those are left alone, too.
    """
    await writes.begin_batch(connection)
    known = await queries.known_names(connection, judged.names)
    if known:
        judged = JudgedBatch([_present(found, known) or found for found in judged.rows])
    if judged.lives:
        await _write(connection, judged.lives)
    return judged


def _judge(number: int, history: History | RowReport, ground: Ground, taken: set[str]) -> RowReport | Life:
    if not isinstance(history, History):
        return history
    present = next((name for name in history.names if name in ground.known or name.upper() in taken), None)
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


def _present(found: RowReport | Life, known: Mapping[str, str]) -> RowReport | None:
    if isinstance(found, Life):
        for name in found.history.names:
            if name in known:
                return RowReport(
                    number=found.history.number,
                    outcome=RowOutcome.PRESENT,
                    code=known[name],
                    external_code=found.history.body.external_code,
                )
    return None


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
