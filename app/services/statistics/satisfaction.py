"""What citizens answered in a period: five levels, three reported levels, and how many answered at all."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.indicators import Rate
from app.domain.satisfaction import SatisfactionCounts, SatisfactionLevel
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.periods import months
from app.services.statistics.queries import SummedCells, sum_cells
from app.services.statistics.selection import Selection, select


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """Ratings given in the period, and how many dossiers were resolved in it, each an invitation to rate."""

    counts: SatisfactionCounts
    invited: int

    @property
    def response_rate(self) -> Rate:
        """May exceed 1: ratings of the period also concern dossiers resolved before it."""
        return self.counts.response_rate(self.invited)


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """The figures of one unit, procedure, field, channel or month (`2026-03`)."""

    code: str
    name: str
    figures: SatisfactionFigures


@dataclass(frozen=True, slots=True)
class SatisfactionReport:
    """The answer to a question."""

    first: dt.date
    last: dt.date
    group_by: str | None
    rows: list[SatisfactionRow]
    total: SatisfactionFigures
    as_of: dt.datetime


async def satisfaction_report(
    connection: AsyncConnection, question: StatisticsQuestion, *, now: dt.datetime
) -> SatisfactionReport:
    """Count the ratings asked for. Two round trips at most; raises `InvalidInput` with all faults of the question."""
    selection = await select(connection, question, now=now)
    cells = await sum_cells(connection, selection, with_past=False)
    return SatisfactionReport(
        first=selection.first,
        last=selection.last,
        group_by=selection.group_by,
        rows=_rows(cells, selection),
        total=figures(cells),
        as_of=selection.as_of,
    )


def figures(cells: Iterable[SummedCells]) -> SatisfactionFigures:
    """Add up the ratings and invitations of these cells."""
    levels: dict[int, int] = dict.fromkeys(SatisfactionLevel, 0)
    invited = 0
    for cell in cells:
        for level in SatisfactionLevel:
            levels[level] += cell.sums[f"rated_{level.value}"]
        invited += cell.sums["early"] + cell.sums["on_time"] + cell.sums["late"]
    return SatisfactionFigures(SatisfactionCounts.from_mapping(levels), invited)


def _rows(cells: list[SummedCells], selection: Selection) -> list[SatisfactionRow]:
    groups: dict[tuple[str, str], list[SummedCells]] = {}
    if selection.group_by == "month":
        for month in months(selection.first, selection.counted_to):
            code = f"{month:%Y-%m}"
            groups[code, code] = [cell for cell in cells if cell.span == month]
    elif selection.group_by is not None:
        for cell in cells:
            groups.setdefault((cell.code, cell.name), []).append(cell)
    rows = [SatisfactionRow(code, name, figures(found)) for (code, name), found in groups.items()]
    if selection.group_by == "month":
        return rows
    return [row for row in rows if row.figures.invited or row.figures.counts.responses]
