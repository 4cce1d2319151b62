"""How often nobody had to be asked, and how often somebody was asked again all the same."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.services.inputs import Code, Input
from app.services.vault import queries

_DAY = dt.timedelta(days=1)
MOST_MONTHS = 120
_MONTH_DAYS = 31
Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2200, 1, 1))]


class ReuseQuestion(Input):
    """From the first to the last day, both included; this month until today unless said otherwise."""

    from_: Day | None = Field(default=None, alias="from", description="Từ ngày / First day")
    to: Day | None = Field(default=None, description="Đến hết ngày / Last day, included")
    unit: Code | None = Field(default=None, description="Mã đơn vị, gồm cả cấp dưới / A unit, with all below it")
    group_by: Literal["unit", "month"] | None = Field(default=None, description="Nhóm theo / What the rows are")


async def reuse_report(
    connection: AsyncConnection, question: ReuseQuestion, *, now: dt.datetime
) -> tuple[dt.date, dt.date, Sequence[Any], Any]:
    """Return (first day, last day, rows, total or None). Raises `InvalidInput` for an unknown unit or an odd period."""
    last = question.to or local_date(now)
    first = question.from_ or last.replace(day=1)
    faults = []
    if last < first:
        faults.append(Refusal("period_reversed", "from", {"first": first.isoformat(), "last": last.isoformat()}))
    if (last - first).days > MOST_MONTHS * _MONTH_DAYS:
        faults.append(Refusal("period_too_long", "from", {"months": MOST_MONTHS}))
    if question.unit is not None and not await queries.unit_exists(connection, question.unit):
        faults.append(Refusal("unit_unknown", "unit", {"code": question.unit}))
    refuse_all(InvalidInput, faults)
    begin, end = (dt.datetime.combine(day, dt.time(), LOCAL_ZONE) for day in (first, last + _DAY))
    totals = await queries.reuse_counts(connection, begin=begin, end=end, unit=question.unit, group_by=None)
    rows: Sequence[Any] = ()
    if question.group_by is not None:
        group_by = question.group_by
        rows = await queries.reuse_counts(connection, begin=begin, end=end, unit=question.unit, group_by=group_by)
    return first, last, rows, totals[0] if totals else None
