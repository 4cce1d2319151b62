"""The figures as they are published: counts, and rates that show what they were divided from."""

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel, Field

from app.domain.indicators import ON_TIME_DEFINITIONS, SATISFACTION_DEFINITIONS, Definition, Rate
from app.domain.satisfaction import SatisfactionLevel
from app.services.statistics.on_time import OnTimeFigures, OnTimeReport
from app.services.statistics.satisfaction import SatisfactionFigures, SatisfactionReport


class DefinitionView(BaseModel):
    """What a rate means, and where its definition comes from."""

    code: str
    vi: str
    en: str
    source: str

    @classmethod
    def of(cls, definition: Definition) -> Self:
        return cls(code=definition.code, vi=definition.vi, en=definition.en, source=definition.source)


class RateView(BaseModel):
    """A counted fraction; `rate` and `percent` ("99.80") are null where the denominator is 0."""

    numerator: int
    denominator: int
    rate: float | None
    percent: str | None

    @classmethod
    def of(cls, rate: Rate) -> Self:
        return cls(numerator=rate.numerator, denominator=rate.denominator, rate=rate.rate, percent=rate.percent)


class ResolvedView(BaseModel):
    """Trước hạn, đúng hạn, quá hạn: against the current due date."""

    total: int
    early: int
    on_time: int
    late: int


class ClosedView(BaseModel):
    """Ended after acceptance without a result; never counted as on time in `resolved_on_time`."""

    total: int
    withdrawn: int
    stopped: int


class PendingView(BaseModel):
    """Open at `as_of`."""

    total: int
    in_time: int
    overdue: int


class OnTimeView(BaseModel):
    """`received + carried_over = resolved.total + closed_without_result.total + pending.total`, always."""

    received: int
    carried_over: int
    resolved: ResolvedView
    closed_without_result: ClosedView
    pending: PendingView
    resolved_on_time: RateView
    index_766_2_1: RateView
    against_promise: RateView


class OnTimeRowView(OnTimeView):
    """One row: `code` is a unit's, a procedure's, a field, a channel or a month (`2026-03`)."""

    code: str
    name: str


class OnTimeReportView(BaseModel):
    """Number of dossiers kept and not kept to their date. `from` and `to` are days in Vietnam, both included."""

    from_: dt.date = Field(serialization_alias="from")
    to: dt.date
    group_by: str | None
    definitions: list[DefinitionView]
    rows: list[OnTimeRowView]
    total: OnTimeView
    as_of: dt.datetime

    @classmethod
    def of(cls, report: OnTimeReport) -> Self:
        return cls(
            from_=report.first,
            to=report.last,
            group_by=report.group_by,
            definitions=[DefinitionView.of(definition) for definition in ON_TIME_DEFINITIONS],
            rows=[OnTimeRowView(code=row.code, name=row.name, **_on_time_fields(row.figures)) for row in report.rows],
            total=OnTimeView(**_on_time_fields(report.total)),
            as_of=report.as_of,
        )


class LevelsView(BaseModel):
    """How many chose each of the five levels."""

    very_dissatisfied: int
    dissatisfied: int
    neutral: int
    satisfied: int
    very_satisfied: int


class ThreeLevelsView(BaseModel):
    """The national report's projection: levels 1–2, 3–4 and 5."""

    dissatisfied: int
    satisfied: int
    very_satisfied: int


class SatisfactionView(BaseModel):
    """Ratings given in the period. `too_small_to_publish`: so few answered that the rates say nothing reliable."""

    levels: LevelsView
    three_levels: ThreeLevelsView
    satisfied: RateView
    very_satisfied: RateView
    responses: int
    invited: int
    response_rate: RateView
    too_small_to_publish: bool


class SatisfactionRowView(SatisfactionView):
    """One row: `code` is a unit's, a procedure's, a field, a channel or a month (`2026-03`)."""

    code: str
    name: str


class SatisfactionReportView(SatisfactionView):
    """The whole selection, and its rows if it was grouped."""

    from_: dt.date = Field(serialization_alias="from")
    to: dt.date
    group_by: str | None
    definitions: list[DefinitionView]
    rows: list[SatisfactionRowView]
    as_of: dt.datetime

    @classmethod
    def of(cls, report: SatisfactionReport, *, minimum_responses: int) -> Self:
        return cls(
            from_=report.first,
            to=report.last,
            group_by=report.group_by,
            definitions=[DefinitionView.of(definition) for definition in SATISFACTION_DEFINITIONS],
            rows=[
                SatisfactionRowView(
                    code=row.code, name=row.name, **_satisfaction_fields(row.figures, minimum=minimum_responses)
                )
                for row in report.rows
            ],
            as_of=report.as_of,
            **_satisfaction_fields(report.total, minimum=minimum_responses),
        )


def _on_time_fields(figures: OnTimeFigures) -> dict[str, Any]:
    return {
        "received": figures.received,
        "carried_over": figures.carried_over,
        "resolved": ResolvedView(
            total=figures.resolved, early=figures.early, on_time=figures.on_time, late=figures.late
        ),
        "closed_without_result": ClosedView(
            total=figures.closed_without_result, withdrawn=figures.withdrawn, stopped=figures.stopped
        ),
        "pending": PendingView(total=figures.pending, in_time=figures.pending_in_time, overdue=figures.pending_overdue),
        "resolved_on_time": RateView.of(figures.resolved_on_time),
        "index_766_2_1": RateView.of(figures.index_766_2_1),
        "against_promise": RateView.of(figures.against_promise),
    }


def _satisfaction_fields(figures: SatisfactionFigures, *, minimum: int) -> dict[str, Any]:
    counts = figures.counts
    levels = zip(SatisfactionLevel, counts.by_level, strict=True)
    return {
        "levels": LevelsView(**{level.name.lower(): count for level, count in levels}),
        "three_levels": ThreeLevelsView(**{level.value: count for level, count in counts.three_levels.items()}),
        "satisfied": RateView.of(counts.satisfied),
        "very_satisfied": RateView.of(counts.very_satisfied),
        "responses": counts.responses,
        "invited": figures.invited,
        "response_rate": RateView.of(figures.response_rate),
        "too_small_to_publish": counts.too_few_to_publish(minimum),
    }
