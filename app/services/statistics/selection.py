"""Turns a question into a selection that can be counted, or refuses it with every fault at once."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.reporting_periods import period_faults, read_days
from app.services.statistics.inputs import CHANNELS, GROUPS, StatisticsQuestion
from app.services.statistics.queries import FilterRows, find_filters

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be counted, over the days `first` to `last`; None stands for no restriction."""

    first: dt.date
    last: dt.date
    now: dt.datetime
    units: list[int] | None
    procedures: list[int] | None
    channel: str | None
    group_by: str | None

    @property
    def today(self) -> dt.date:
        return local_date(self.now)

    @property
    def is_live(self) -> bool:
        """The period has not ended, so what is open is judged now, to the minute."""
        return self.last >= self.today

    @property
    def counted_to(self) -> dt.date:
        """Last day of which anything can be known."""
        return min(self.last, self.today)

    @property
    def as_of(self) -> dt.datetime:
        """The moment at which open dossiers are judged: now, or the end of a past period's last day."""
        if self.is_live:
            return self.now.astimezone(LOCAL_ZONE).replace(microsecond=0)
        return dt.datetime.combine(self.last, dt.time(23, 59, 59), LOCAL_ZONE)

    @property
    def tomorrow(self) -> dt.datetime:
        """The coming midnight in Vietnam."""
        return dt.datetime.combine(self.today + _DAY, dt.time(), LOCAL_ZONE)


async def select(connection: AsyncConnection, question: StatisticsQuestion, *, now: dt.datetime) -> Selection:
    """Return the selection asked for; raise `InvalidInput` with all faults. At most one round trip."""
    today = local_date(now)
    given, faults = read_days(question.from_, question.to)
    last = given.get("to", today)
    first = given.get("from", dt.date(min(today, last).year, 1, 1))
    if not faults:
        faults = period_faults(first, last, today=today, by_month=question.group_by == "month")
    found = FilterRows()
    if question.unit or question.procedure or question.field:
        found = await find_filters(connection, unit=question.unit, procedure=question.procedure, field=question.field)
    refuse_all(InvalidInput, [*faults, *_filter_faults(question, found)])
    return Selection(
        first=first,
        last=last,
        now=now,
        units=None if found.covers_every_unit else found.units,
        procedures=_procedures(found),
        channel=question.channel,
        group_by=question.group_by,
    )


def _filter_faults(question: StatisticsQuestion, found: FilterRows) -> list[Refusal]:
    faults = []
    if question.unit and found.units is None:
        faults.append(Refusal("unit_unknown", "unit", {"code": question.unit}))
    if question.procedure and found.procedure is None:
        faults.append(Refusal("procedure_unknown", "procedure", {"code": question.procedure}))
    if question.field and found.procedures_of_field is None:
        faults.append(Refusal("field_unknown", "field", {"code": question.field}))
    if question.channel and question.channel not in CHANNELS:
        faults.append(Refusal("enum", "channel", {"expected": ", ".join(CHANNELS)}))
    if question.group_by and question.group_by not in GROUPS:
        faults.append(Refusal("enum", "group_by", {"expected": ", ".join(GROUPS)}))
    return faults


def _procedures(found: FilterRows) -> list[int] | None:
    if found.procedure is None:
        return found.procedures_of_field
    if found.procedures_of_field is None or found.procedure in found.procedures_of_field:
        return [found.procedure]
    return []
