"""How often the promise was kept: counts of a period and three rates that are never mixed."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.indicators import Rate
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.periods import months
from app.services.statistics.queries import Figure, Weight, read_figures
from app.services.statistics.selection import Selection, select


class OnTimeFigures(NamedTuple):
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


class OnTimeRow(NamedTuple):
    """The figures of one unit, procedure, field, channel or month (`2026-03`)."""

    code: str
    name: str
    figures: OnTimeFigures


@dataclass(frozen=True, slots=True)
class OnTimeReport:
    """The answer to a question; open dossiers are judged at `as_of`. A period under way is counted to `counted_to`."""

    first: dt.date
    last: dt.date
    counted_to: dt.date
    group_by: str | None
    rows: list[OnTimeRow]
    total: OnTimeFigures
    as_of: dt.datetime


_ENDED = ("early", "on_time", "late", "withdrawn", "stopped")
_FIGURES = (
    Figure("received", Weight.WITHIN, ("received",)),
    Figure("carried_over", Weight.BEFORE, ("received",), _ENDED),
    *(Figure(measure, Weight.WITHIN, (measure,)) for measure in _ENDED),
    Figure("pending_overdue", Weight.UNTIL, ("overdue_change",)),
    Figure("pending_index_late", Weight.UNTIL, ("index_late_change",)),
    Figure("ended_index_on_time", Weight.WITHIN, ("index_on_time",)),
    Figure("promise_kept", Weight.WITHIN, ("promise_kept",)),
)
"""How the fields of `OnTimeFigures`, in their order, follow from the cells."""
_NOTHING = OnTimeFigures()


async def on_time_report(
    connection: AsyncConnection, question: StatisticsQuestion, *, now: dt.datetime
) -> OnTimeReport:
    """Count the period asked for. Two round trips at most; raises `InvalidInput` with all faults of the question."""
    selection = await select(connection, question, now=now)
    found = await read_figures(connection, selection, _FIGURES)
    groups = [(code, name, OnTimeFigures(*counts)) for code, name, *counts in found]
    rows: list[OnTimeRow] = []
    if selection.group_by == "month":
        rows = _months({month: figures for month, _, figures in groups}, selection)
    elif selection.group_by is not None:
        rows = [OnTimeRow(*group) for group in groups if group[2] != _NOTHING]
    return OnTimeReport(
        first=selection.first,
        last=selection.last,
        counted_to=selection.counted_to,
        group_by=selection.group_by,
        rows=rows,
        total=OnTimeFigures(*map(sum, zip(*(figures for _, _, figures in groups), strict=True))),
        as_of=selection.as_of,
    )


def _months(by_month: dict[dt.date | None, OnTimeFigures], selection: Selection) -> list[OnTimeRow]:
    """Return a row for each month, an uneventful one too: what is open at a month's end is carried into the next."""
    past = by_month.get(None, _NOTHING)
    carried_over, overdue, index_late = past.carried_over, past.pending_overdue, past.pending_index_late
    rows = []
    for month in months(selection.first, selection.counted_to):
        own = by_month.get(month, _NOTHING)
        overdue += own.pending_overdue
        index_late += own.pending_index_late
        figures = own._replace(carried_over=carried_over, pending_overdue=overdue, pending_index_late=index_late)
        carried_over = figures.pending
        code = f"{month:%Y-%m}"
        rows.append(OnTimeRow(code, code, figures))
    return rows
