"""The figures as they are published: counts, and rates that show what they were divided from.

The models are the declared shape; the documents are built as plain dictionaries, a row a commune, and a test compares
the two.
"""

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field

from app.api.v1.schemas.instants import LocalInstant
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


class RateView(BaseModel):
    """A counted fraction; `rate` and `percent` ("99.80") are null where the denominator is 0."""

    numerator: int
    denominator: int
    rate: float | None
    percent: str | None


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
    """Number of dossiers kept and not kept to their date. `from` and `to` are days in Vietnam, both included.

    `counted_to`: the last day that could be counted; before `to` while the period is under way.
    """

    from_: dt.date = Field(alias="from")
    to: dt.date
    counted_to: dt.date
    group_by: str | None
    definitions: list[DefinitionView]
    rows: list[OnTimeRowView]
    total: OnTimeView
    as_of: LocalInstant


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
    """The whole selection, and its rows if it was grouped. `counted_to` is as in the on-time figures."""

    from_: dt.date = Field(alias="from")
    to: dt.date
    counted_to: dt.date
    group_by: str | None
    definitions: list[DefinitionView]
    rows: list[SatisfactionRowView]
    as_of: LocalInstant


def on_time_document(report: OnTimeReport) -> dict[str, Any]:
    """Return the document of `OnTimeReportView`."""
    return {
        "from": report.first,
        "to": report.last,
        "counted_to": report.counted_to,
        "group_by": report.group_by,
        "definitions": _ON_TIME_DEFINITIONS,
        "rows": [{"code": row.code, "name": row.name, **_on_time(row.figures)} for row in report.rows],
        "total": _on_time(report.total),
        "as_of": report.as_of,
    }


def satisfaction_document(report: SatisfactionReport, *, minimum_responses: int) -> dict[str, Any]:
    """Return the document of `SatisfactionReportView`."""
    rows = [
        {"code": row.code, "name": row.name, **_satisfaction(row.figures, minimum=minimum_responses)}
        for row in report.rows
    ]
    return {
        "from": report.first,
        "to": report.last,
        "counted_to": report.counted_to,
        "group_by": report.group_by,
        "definitions": _SATISFACTION_DEFINITIONS,
        "rows": rows,
        "as_of": report.as_of,
        **_satisfaction(report.total, minimum=minimum_responses),
    }


def _definition(definition: Definition) -> dict[str, str]:
    return {"code": definition.code, "vi": definition.vi, "en": definition.en, "source": definition.source}


_ON_TIME_DEFINITIONS = [_definition(definition) for definition in ON_TIME_DEFINITIONS]
_SATISFACTION_DEFINITIONS = [_definition(definition) for definition in SATISFACTION_DEFINITIONS]


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "rate": rate.rate,
        "percent": rate.percent,
    }


def _on_time(figures: OnTimeFigures) -> dict[str, Any]:
    pending, overdue = figures.pending, figures.pending_overdue
    return {
        "received": figures.received,
        "carried_over": figures.carried_over,
        "resolved": {
            "total": figures.resolved,
            "early": figures.early,
            "on_time": figures.on_time,
            "late": figures.late,
        },
        "closed_without_result": {
            "total": figures.closed_without_result,
            "withdrawn": figures.withdrawn,
            "stopped": figures.stopped,
        },
        "pending": {"total": pending, "in_time": pending - overdue, "overdue": overdue},
        "resolved_on_time": _rate(figures.resolved_on_time),
        "index_766_2_1": _rate(figures.index_766_2_1),
        "against_promise": _rate(figures.against_promise),
    }


_LEVEL_NAMES = tuple(level.name.lower() for level in SatisfactionLevel)


def _satisfaction(figures: SatisfactionFigures, *, minimum: int) -> dict[str, Any]:
    counts = figures.counts
    return {
        "levels": dict(zip(_LEVEL_NAMES, counts.by_level, strict=True)),
        "three_levels": {level.value: count for level, count in counts.three_levels.items()},
        "satisfied": _rate(counts.satisfied),
        "very_satisfied": _rate(counts.very_satisfied),
        "responses": counts.responses,
        "invited": figures.invited,
        "response_rate": _rate(figures.response_rate),
        "too_small_to_publish": counts.too_few_to_publish(minimum),
    }
