"""What citizens answered in a period: five levels, three reported levels, and how many answered at all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.indicators import Rate
from app.domain.satisfaction import SatisfactionCounts, SatisfactionLevel
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.periods import months
from app.services.statistics.queries import Figure, Weight, read_figures
from app.services.statistics.selection import select


class SatisfactionFigures(NamedTuple):
    """Ratings given in the period, and how many dossiers were resolved in it, each an invitation to rate."""

    counts: SatisfactionCounts
    invited: int

    @property
    def response_rate(self) -> Rate:
        """May exceed 1: ratings of the period also concern dossiers resolved before it."""
        return self.counts.response_rate(self.invited)


class SatisfactionRow(NamedTuple):
    """The figures of one unit, procedure, field, channel or month (`2026-03`)."""

    code: str
    name: str
    figures: SatisfactionFigures


@dataclass(frozen=True, slots=True)
class SatisfactionReport:
    """The answer to a question. A period under way is counted to `counted_to`."""

    first: dt.date
    last: dt.date
    counted_to: dt.date
    group_by: str | None
    rows: list[SatisfactionRow]
    total: SatisfactionFigures
    as_of: dt.datetime


_FIGURES = (
    *(Figure(f"rated_{level.value}", Weight.WITHIN, (f"rated_{level.value}",)) for level in SatisfactionLevel),
    Figure("invited", Weight.WITHIN, ("early", "on_time", "late")),
)
_NOTHING = SatisfactionFigures(SatisfactionCounts(), 0)


async def satisfaction_report(
    connection: AsyncConnection, question: StatisticsQuestion, *, now: dt.datetime
) -> SatisfactionReport:
    """Count the ratings asked for. Two round trips at most; raises `InvalidInput` with all faults of the question."""
    selection = await select(connection, question, now=now)
    found = await read_figures(connection, selection, _FIGURES)
    groups = [(code, name, _figures(counts)) for code, name, *counts in found]
    rows: list[SatisfactionRow] = []
    if selection.group_by == "month":
        by_month = {month: figures for month, _, figures in groups}
        codes = {f"{month:%Y-%m}": month for month in months(selection.first, selection.counted_to)}
        rows = [SatisfactionRow(code, code, by_month.get(month, _NOTHING)) for code, month in codes.items()]
    elif selection.group_by is not None:
        rows = [SatisfactionRow(*group) for group in groups if group[2] != _NOTHING]
    return SatisfactionReport(
        first=selection.first,
        last=selection.last,
        counted_to=selection.counted_to,
        group_by=selection.group_by,
        rows=rows,
        total=_figures([sum(counts) for counts in zip(*(row[2:] for row in found), strict=True)] or [0] * 6),
        as_of=selection.as_of,
    )


def _figures(counts: Sequence[int]) -> SatisfactionFigures:
    """Read what `_FIGURES` asked for: ratings by level, level 1 first, then invitations."""
    very_bad, bad, neutral, good, very_good, invited = counts
    return SatisfactionFigures(SatisfactionCounts((very_bad, bad, neutral, good, very_good)), invited)
