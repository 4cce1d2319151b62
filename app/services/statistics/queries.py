"""Reads of the figures: filters by their codes, and sums of cells in one statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, from_json
from app.models.statistics import MEASURES
from app.services.integration.queries import LAGS, Lag
from app.services.statistics.periods import pieces_by_month, pieces_until

if TYPE_CHECKING:
    from app.services.statistics.selection import Selection

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FilterRows:
    """What the codes of a question stand for; None: not asked for, or not known."""

    units: list[int] | None = None
    """The unit and all below it."""
    covers_every_unit: bool = False
    procedure: int | None = None
    procedures_of_field: list[int] | None = None


@dataclass(frozen=True, slots=True)
class SummedCells:
    """Sums of one group in one span: None is everything before the period, else the first day of period or month."""

    group: str
    """What was added up; several procedures share the code of one field."""
    code: str
    name: str
    span: dt.date | None
    sums: dict[str, int]


FILTERS = """
select
  (select array_agg(below.id) from unit u join unit below on below.path like u.path || '%' where u.code = $1) as units,
  exists (select from unit u where u.code = $1
    and not exists (select from unit other where other.path not like u.path || '%')) as covers_every_unit,
  (select p.id from procedure p where p.code = $2) as procedure,
  (select array_agg(p.id) from procedure p where p.field = $3) as procedures_of_field
"""


async def find_filters(
    connection: AsyncConnection, *, unit: str | None, procedure: str | None, field: str | None
) -> FilterRows:
    """Look up the codes of a question. One round trip."""
    row: Any = await fetch_one(connection, FILTERS, unit, procedure, field)
    return FilterRows(
        units=row.units,
        covers_every_unit=row.covers_every_unit,
        procedure=row.procedure,
        procedures_of_field=row.procedures_of_field,
    )


_KEYS = {
    None: "0",
    "month": "0",
    "unit": "c.unit_id",
    "procedure": "c.procedure_id",
    "field": "c.procedure_id",
    "channel": "c.channel",
}
# A procedure is called what its newest version that was ever published calls it.
_NAME_OF_PROCEDURE = """
  (select v.name from procedure_version v where v.procedure_id = p.id and v.status <> 'draft'
   order by v.version desc limit 1)
"""
_LABELS = {
    None: ("'' as code, '' as name", ""),
    "month": ("'' as code, '' as name", ""),
    "unit": ("u.code, u.name", "join unit u on u.id = added.key"),
    "procedure": (
        f"p.code, coalesce({_NAME_OF_PROCEDURE}, p.code) as name",
        "join procedure p on p.id = added.key",
    ),
    "field": ("p.field as code, p.field as name", "join procedure p on p.id = added.key"),
    "channel": ("added.key as code, added.key as name", ""),
}
_SUMS = ", ".join(f"sum(part.{measure}) as {measure}" for measure in MEASURES)
_READ = ", ".join(f"sum(c.{measure} * piece.weight) as {measure}" for measure in MEASURES)
_ADDED = ", ".join(f"added.{measure}" for measure in MEASURES)
# An open dossier due later today is in today's cell of overdue ones already; it is not overdue yet.
_LIVE = ", ".join(
    {
        "overdue_change": "-1 as overdue_change",
        "index_late_change": "-(c.index_late_on = c.overdue_on and not c.asked_twice)::integer as index_late_change",
    }.get(measure, f"0 as {measure}")
    for measure in MEASURES
)


class _Parameters:
    """Collects values and returns their placeholders."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


async def sum_cells(
    connection: AsyncConnection, selection: "Selection", *, with_past: bool = True
) -> list[SummedCells]:
    """Add the cells of the selection by group and span. One round trip.

    `with_past` adds everything before the period (what was carried over) and judges what is open now.
    """
    sql, parameters = statement(selection, with_past=with_past)
    rows = await fetch_all(connection, sql, *parameters)
    width = len(MEASURES)
    found = [
        SummedCells(
            group=row.group,
            code=row.code,
            name=row.name,
            span=row.span,
            sums=dict(zip(MEASURES, map(int, row[-width:]), strict=True)),
        )
        for row in rows
    ]
    return found if selection.group_by == "month" else _without_past(found)


def _without_past(found: list[SummedCells]) -> list[SummedCells]:
    """Turn sums up to the end of the period into sums of the period, by taking away those up to its beginning."""
    spans: list[SummedCells] = []
    past: dict[str, int] = {}
    of: str | None = None
    for cell in found:
        if cell.group != of:
            of, past = cell.group, {}
        if cell.span is None:
            past = cell.sums
            spans.append(cell)
        else:
            within = {measure: count - past.get(measure, 0) for measure, count in cell.sums.items()}
            spans.append(replace(cell, sums=within))
    return spans


def statement(selection: "Selection", *, with_past: bool) -> tuple[str, Sequence[object]]:
    """Return the SQL and its parameters; the text depends on the shape of the question only, never on its values."""
    parameters = _Parameters()
    by_month = selection.group_by == "month"
    before = pieces_until(min(selection.first - _DAY, selection.counted_to))
    within = pieces_until(selection.counted_to) if selection.first <= selection.counted_to else []
    if by_month:
        before = before if with_past else []
        within = pieces_by_month(selection.first, selection.counted_to)
    read = [*before, *within]
    unnested = ", ".join(
        (
            f"{parameters.add([piece.grain.value for piece in read])}::text[]",
            f"{parameters.add([piece.first for piece in read])}::date[]",
            f"{parameters.add([piece.last for piece in read])}::date[]",
            f"{parameters.add([piece.weight for piece in read])}::integer[]",
            f"{parameters.add([index < len(before) for index in range(len(read))])}::boolean[]",
        )
    )
    span = "date_trunc('month', c.bucket)::date" if by_month else f"{parameters.add(selection.first)}::date"
    key = _KEYS[selection.group_by]
    table, chosen, chosen_facts = _conditions(selection, parameters)
    # OFFSET 0 keeps each piece a scan of its own: a few ranges of an index instead of a join that reads everything.
    parts = f"""
    select {key} as key, case when piece.before then null else {span} end as span, {_READ}
    from unnest({unnested}) as piece (grain, first, last, weight, before)
    cross join lateral (
      select c.* from {table} c
      where c.grain = piece.grain and c.bucket between piece.first and piece.last and {chosen}
      offset 0
    ) c
    group by 1, 2"""
    if with_past and selection.is_live:
        today = f"{parameters.add(selection.today)}::date"
        present = f"date_trunc('month', {today})::date" if by_month else span
        # A period that begins in the future has no present of its own: what is open was carried over.
        if selection.first > selection.today:
            present = "null::date"
        parts += f"""
    union all
    select {key}, {present}, {_LIVE} from dossier_fact c
    where c.ended_on is null and c.due_at >= {parameters.add(selection.now)}::timestamptz
      and c.due_at < {parameters.add(selection.tomorrow)}::timestamptz and c.overdue_on = {today} {chosen_facts}"""
    label, join = _LABELS[selection.group_by]
    sql = f"""
    select {label}, added.span, added.key::text as group, {_ADDED}
    from (select part.key, part.span, {_SUMS} from ({parts}) part group by 1, 2) added
    {join} order by 1, 4, added.span nulls first"""
    return sql, parameters.values


def _conditions(selection: "Selection", parameters: _Parameters) -> tuple[str, str, str]:
    """Return the table of the cut that has the fewest rows for the question, the conditions on it, and on facts."""
    cells, facts = [], []
    all_together = 0
    for column, chosen, groups in (
        ("unit_id", selection.units, ("unit",)),
        ("procedure_id", selection.procedures, ("procedure", "field")),
    ):
        if chosen is not None:
            condition = f"c.{column} = any({parameters.add(chosen)}::integer[])"
            cells.append(condition)
            facts.append(condition)
        elif selection.group_by in groups:
            cells.append(f"c.{column} <> 0")
        else:
            all_together += 1
            cells.append(f"c.{column} = 0")
    if selection.channel is not None:
        condition = f"c.channel = {parameters.add(selection.channel)}::text"
        cells.append(condition)
        facts.append(condition)
    table = "statistics_cell" if all_together else "statistics_fine_cell"
    return table, " and ".join(cells), "".join(f" and {condition}" for condition in facts)


@dataclass(frozen=True, slots=True)
class HouseNumbers:
    """What operations watch: dossiers open and overdue now, jobs by status, lags, days of confirmed calendar left."""

    open_dossiers: int
    overdue_dossiers: int
    jobs: dict[str, int]
    lags: list[Lag]
    calendar_days: int | None


_KNOWN_CALENDAR_DAYS = """
(select min(c.known_until) - {today}::date from calendar c where c.purpose = 'deadline' and c.unit_id is null)
"""
NUMBERS = f"""
select
  (select count(*) from dossier d where d.ended_at is null and d.accepted_at is not null) as open_dossiers,
  (select count(*) from dossier d where d.ended_at is null and d.accepted_at is not null and d.current_due_at < $1
    and coalesce(d.suspended_since, $1) > d.current_due_at) as overdue_dossiers,
  (select coalesce(jsonb_object_agg(j.status, j.jobs), '{{}}')
    from (select status, count(*) as jobs from procrastinate_jobs group by status) j) as jobs,
  (select coalesce(jsonb_agg(jsonb_build_array(lag.name, lag.events, lag.seconds)), '[]') from ({LAGS}) lag) as lags,
  {_KNOWN_CALENDAR_DAYS.format(today="$2")} as calendar_days
"""


async def house_numbers(connection: AsyncConnection, *, now: dt.datetime, today: dt.date) -> HouseNumbers:
    """Return the numbers operations watch, of one moment. One round trip."""
    row: Any = await fetch_one(connection, NUMBERS, now, today)
    return HouseNumbers(
        open_dossiers=row.open_dossiers,
        overdue_dossiers=row.overdue_dossiers,
        jobs=from_json(row.jobs),
        lags=[Lag(name, events, float(seconds)) for name, events, seconds in from_json(row.lags)],
        calendar_days=row.calendar_days,
    )


async def known_calendar_days(connection: AsyncConnection, *, today: dt.date) -> int | None:
    """Return how many days from today the national deadline calendar is confirmed for; None without a calendar."""
    row: Any = await fetch_one(connection, f"select {_KNOWN_CALENDAR_DAYS.format(today='$1')} as days", today)
    days: int | None = row.days
    return days
