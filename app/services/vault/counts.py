"""How often nobody had to be asked, and how often somebody was asked again all the same."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.reporting_periods import period_faults, read_days
from app.services.inputs import Code, Input
from app.services.vault import queries

_DAY = dt.timedelta(days=1)


class ReuseQuestion(Input):
    """From the first to the last day, both included; this month until today unless said otherwise."""

    from_: Code | None = Field(
        default=None, alias="from", description="Từ ngày / First day", json_schema_extra={"format": "date"}
    )
    to: Code | None = Field(
        default=None, description="Đến hết ngày / Last day, included", json_schema_extra={"format": "date"}
    )
    unit: Code | None = Field(default=None, description="Mã đơn vị, gồm cả cấp dưới / A unit, with all below it")
    group_by: Literal["unit", "month"] | None = Field(default=None, description="Nhóm theo / What the rows are")


async def reuse_report(
    connection: AsyncConnection, question: ReuseQuestion, *, now: dt.datetime
) -> tuple[dt.date, dt.date, Sequence[Any], Any]:
    """Return (first day, last day, rows, total or None). Raises `InvalidInput` for an unknown unit or an odd period."""
    today = local_date(now)
    given, faults = read_days(question.from_, question.to)
    last = given.get("to", today)
    first = given.get("from", min(today, last).replace(day=1))
    if not faults:
        faults = period_faults(first, last, today=today, by_month=True)
    if question.unit is not None and not await queries.unit_exists(connection, question.unit):
        faults.append(Refusal("unit_unknown", "unit", {"code": question.unit}))
    refuse_all(InvalidInput, faults)
    begin, end = (dt.datetime.combine(day, dt.time(), LOCAL_ZONE) for day in (first, min(last, today) + _DAY))
    totals = await queries.reuse_counts(connection, begin=begin, end=end, unit=question.unit, group_by=None)
    rows: Sequence[Any] = ()
    if question.group_by is not None:
        group_by = question.group_by
        rows = await queries.reuse_counts(connection, begin=begin, end=end, unit=question.unit, group_by=group_by)
    return first, last, rows, totals[0] if totals else None
