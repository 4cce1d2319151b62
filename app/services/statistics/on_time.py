"""How often the promise was kept: counts of a period and three rates that are never mixed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.indicators import Rate
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.periods import months
from app.services.statistics.queries import SummedCells, sum_cells
from app.services.statistics.selection import Selection, select


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTimeFigures:
    """Counts of dossiers. Always `received + carried_over = resolved + closed without result + pending`."""

    received: int = 0
    carried_over: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    withdrawn: int = 0
    stopped: int = 0
    pending_overdue: int = 0
    pending_index_late: int = 0
    """Open dossiers that QĐ 766/2.1 counts late: overdue, or asked for supplement twice."""
    ended_index_on_time: int = 0
    promise_kept: int = 0

    @property
    def resolved(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def closed_without_result(self) -> int:
        return self.withdrawn + self.stopped

    @property
    def pending(self) -> int:
        return self.received + self.carried_over - self.resolved - self.closed_without_result

    @property
    def pending_in_time(self) -> int:
        return self.pending - self.pending_overdue

    @property
    def resolved_on_time(self) -> Rate:
        """Report II.06a: resolved early or on time of all resolved."""
        return Rate(self.early + self.on_time, self.resolved)

    @property
    def index_766_2_1(self) -> Rate:
        """QĐ 766/2.1: ended or pending in time, asked for supplement at most once, of all handled in the period."""
        return Rate(
            self.ended_index_on_time + self.pending - self.pending_index_late, self.carried_over + self.received
        )

    @property
    def against_promise(self) -> Rate:
        """Resolved by the date printed on the receipt of all resolved."""
        return Rate(self.promise_kept, self.resolved)


@dataclass(frozen=True, slots=True)
class OnTimeRow:
    """The figures of one unit, procedure, field, channel or month (`2026-03`)."""

    code: str
    name: str
    figures: OnTimeFigures


@dataclass(frozen=True, slots=True)
class OnTimeReport:
    """The answer to a question; open dossiers are judged at `as_of`."""

    first: dt.date
    last: dt.date
    group_by: str | None
    rows: list[OnTimeRow]
    total: OnTimeFigures
    as_of: dt.datetime


@dataclass(slots=True)
class _Running:
    """What was open, overdue and late by the index at the end of the spans added so far."""

    pending: int = 0
    overdue: int = 0
    index_late: int = 0

    def add(self, sums: dict[str, int]) -> None:
        ended = sum(sums[ending] for ending in ("early", "on_time", "late", "withdrawn", "stopped"))
        self.pending += sums["received"] - ended
        self.overdue += sums["overdue_change"]
        self.index_late += sums["index_late_change"]


_NOTHING = dict.fromkeys(
    (
        *("received", "early", "on_time", "late", "withdrawn", "stopped", "index_on_time", "promise_kept"),
        *("overdue_change", "index_late_change"),
    ),
    0,
)


async def on_time_report(
    connection: AsyncConnection, question: StatisticsQuestion, *, now: dt.datetime
) -> OnTimeReport:
    """Count the period asked for. Two round trips at most; raises `InvalidInput` with all faults of the question."""
    selection = await select(connection, question, now=now)
    cells = await sum_cells(connection, selection)
    total = figures(cells)
    rows: list[OnTimeRow] = []
    if selection.group_by == "month":
        rows = _months(cells, selection)
    elif selection.group_by is not None:
        rows = _groups(cells)
    return OnTimeReport(
        first=selection.first,
        last=selection.last,
        group_by=selection.group_by,
        rows=rows,
        total=total,
        as_of=selection.as_of,
    )


def figures(cells: Iterable[SummedCells]) -> OnTimeFigures:
    """Return the figures of one period from all its spans, those before it (`span` None) included."""
    before, until = _Running(), _Running()
    within = dict(_NOTHING)
    for cell in cells:
        until.add(cell.sums)
        if cell.span is None:
            before.add(cell.sums)
        else:
            within = {measure: within[measure] + cell.sums[measure] for measure in within}
    return _figures(before, within, until)


def _figures(before: _Running, within: dict[str, int], until: _Running) -> OnTimeFigures:
    return OnTimeFigures(
        received=within["received"],
        carried_over=before.pending,
        early=within["early"],
        on_time=within["on_time"],
        late=within["late"],
        withdrawn=within["withdrawn"],
        stopped=within["stopped"],
        pending_overdue=until.overdue,
        pending_index_late=until.index_late,
        ended_index_on_time=within["index_on_time"],
        promise_kept=within["promise_kept"],
    )


def _groups(cells: list[SummedCells]) -> list[OnTimeRow]:
    spans: dict[str, list[SummedCells]] = {}
    for cell in cells:
        spans.setdefault(cell.code, []).append(cell)
    rows = [OnTimeRow(code, found[0].name, figures(found)) for code, found in spans.items()]
    return [row for row in rows if row.figures != OnTimeFigures()]


def _months(cells: list[SummedCells], selection: Selection) -> list[OnTimeRow]:
    """Return a row for each month, an uneventful one too: what is open at a month's end is carried into the next."""
    by_month = {cell.span: cell.sums for cell in cells}
    running = _Running()
    running.add(by_month.get(None, _NOTHING))
    rows = []
    for month in months(selection.first, selection.counted_to):
        sums = by_month.get(month, _NOTHING)
        before = _Running(running.pending, running.overdue, running.index_late)
        running.add(sums)
        code = f"{month:%Y-%m}"
        rows.append(OnTimeRow(code, code, _figures(before, sums, running)))
    return rows
