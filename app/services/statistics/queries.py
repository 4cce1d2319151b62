"""Reads of the figures: filters by their codes, and sums of cells in one statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, from_json
from app.models.statistics import MEASURES
from app.services.integration.queries import LAGS, Lag
from app.services.statistics.periods import Piece, pieces_by_month, pieces_until

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


class Weight(StrEnum):
    """Which cells a figure is made of."""

    BEFORE = "before"
    """Everything before the period: what was open then is carried over."""
    WITHIN = "within"
    UNTIL = "until"
    """Everything up to the end of the period: what is open then."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to read off the cells: the sum of measures, some taken away, over the cells of its weight."""

    name: str
    weight: Weight
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scan:
    """A piece of time, and how often it counts in each weight."""

    piece: Piece
    before: int
    within: int
    until: int


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


# What comes before the period belongs to none of its months.
_MONTH = "case when scan.within <> 0 then date_trunc('month', c.bucket)::date end"
_KEYS = {
    None: "0",
    "month": _MONTH,
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
    "month": ("added.key as code, null as name", ""),
    "unit": ("u.code, u.name", "join unit u on u.id = added.key"),
    "procedure": (
        f"p.code, coalesce({_NAME_OF_PROCEDURE}, p.code) as name",
        "join procedure p on p.id = added.key",
    ),
    "field": ("p.field as code, p.field as name", "join procedure p on p.id = added.key"),
    "channel": ("added.key as code, added.key as name", ""),
}
# An open dossier due later today is in today's cell of overdue ones already; it is not overdue yet.
_LIVE = {
    "overdue_change": "-1",
    "index_late_change": "-(c.index_late_on = c.overdue_on and not c.asked_twice)::integer",
}


class _Parameters:
    """Collects values and returns their placeholders."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


async def read_figures(
    connection: AsyncConnection, selection: "Selection", figures: Sequence[Figure]
) -> Sequence[Sequence[Any]]:
    """Return a row a group: code, name, then the figures in their order. One round trip.

    Grouped by month the code is the month's first day, and None in the row of everything before the period; figures
    up to the end of the period are then those of the month alone, to be added up from one month to the next.
    """
    sql, parameters = statement(selection, figures)
    return await fetch_all(connection, sql, *parameters)


def statement(selection: "Selection", figures: Sequence[Figure]) -> tuple[str, Sequence[object]]:
    """Return the SQL and its parameters; the text depends on the shape of the question only, never on its values."""
    parameters = _Parameters()
    with_past = any(figure.weight is not Weight.WITHIN for figure in figures)
    scans = _scans_by_month(selection, with_past=with_past) if selection.group_by == "month" else _scans(selection)
    unnested = ", ".join(
        (
            f"{parameters.add([scan.piece.grain.value for scan in scans])}::text[]",
            f"{parameters.add([scan.piece.first for scan in scans])}::date[]",
            f"{parameters.add([scan.piece.last for scan in scans])}::date[]",
            f"{parameters.add([scan.before for scan in scans])}::integer[]",
            f"{parameters.add([scan.within for scan in scans])}::integer[]",
            f"{parameters.add([scan.until for scan in scans])}::integer[]",
        )
    )
    needed = [measure for measure in MEASURES if any(measure in (*each.plus, *each.minus) for each in figures)]
    table, chosen, chosen_facts = _conditions(selection, parameters)
    # Each scan adds up its own few ranges of an index; a join would read everything.
    parts = f"""
    select scan.before, scan.within, scan.until, summed.*
    from unnest({unnested}) as scan (grain, first, last, before, within, until)
    cross join lateral (
      select {_KEYS[selection.group_by]} as key, {", ".join(f"sum(c.{name})::integer as {name}" for name in needed)}
      from {table} c
      where c.grain = scan.grain and c.bucket between scan.first and scan.last and {chosen}
      group by 1
    ) summed"""
    if with_past and selection.is_live:
        parts += _live(selection, parameters, needed, chosen_facts)
    added = ", ".join(f"{_sum_of(figure)}::bigint as {figure.name}" for figure in figures)
    label, join = _LABELS[selection.group_by]
    read = ", ".join(f"added.{figure.name}" for figure in figures)
    end = "order by 1"
    if selection.group_by == "field":
        read = ", ".join(f"sum(added.{figure.name})::bigint" for figure in figures)
        end = "group by p.field order by 1"
    sql = f"""
    select {label}, {read}
    from (select part.key, {added} from ({parts}) part group by part.key) added
    {join} {end}"""
    return sql, parameters.values


def _live(selection: "Selection", parameters: _Parameters, needed: Sequence[str], chosen: str) -> str:
    """Return the rows of dossiers due later today."""
    today = f"{parameters.add(selection.today)}::date"
    key = _KEYS[selection.group_by]
    if selection.group_by == "month":
        key = f"date_trunc('month', {today})::date"
    return f"""
    union all
    select 0, 0, 1, {key}, {", ".join(_LIVE.get(measure, "0") for measure in needed)} from dossier_fact c
    where c.ended_on is null and c.due_at >= {parameters.add(selection.now)}::timestamptz
      and c.due_at < {parameters.add(selection.tomorrow)}::timestamptz and c.overdue_on = {today}{chosen}"""


def _sum_of(figure: Figure) -> str:
    terms = [f"part.{measure}" for measure in figure.plus], [f"part.{measure}" for measure in figure.minus]
    expression = " - ".join((" + ".join(terms[0]), *terms[1]))
    return f"sum(part.{figure.weight.value} * ({expression}))"


def _scans(selection: "Selection") -> list[_Scan]:
    """Return what makes up the period: everything until its end less everything before its beginning."""
    before = pieces_until(selection.first - _DAY)
    past = [_Scan(piece, before=piece.weight, within=-piece.weight, until=0) for piece in before]
    until = pieces_until(selection.counted_to)
    return past + [_Scan(piece, before=0, within=piece.weight, until=piece.weight) for piece in until]


def _scans_by_month(selection: "Selection", *, with_past: bool) -> list[_Scan]:
    before = pieces_until(selection.first - _DAY) if with_past else []
    within = pieces_by_month(selection.first, selection.counted_to)
    past = [_Scan(piece, before=piece.weight, within=0, until=piece.weight) for piece in before]
    return past + [_Scan(piece, before=0, within=piece.weight, until=piece.weight) for piece in within]


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
    """What operations watch: dossiers open and overdue now, jobs by status, lags, days of confirmed calendar left.

    `jobs` has every status of the queue: an alarm needs the zero before the first failure. `worker_acts`: by name, what
    all workers ever did to dossiers by themselves.
    """

    open_dossiers: int
    overdue_dossiers: int
    jobs: dict[str, int]
    lags: list[Lag]
    calendar_days: int | None
    worker_acts: dict[str, int]


_KNOWN_CALENDAR_DAYS = """
(select min(c.known_until) - {today}::date from calendar c where c.purpose = 'deadline' and c.unit_id is null)
"""
NUMBERS = f"""
select
  (select count(*) from dossier d where d.ended_at is null and d.accepted_at is not null) as open_dossiers,
  (select count(*) from dossier d where d.ended_at is null and d.accepted_at is not null and d.current_due_at < $1
    and coalesce(d.suspended_since, $1) > d.current_due_at) as overdue_dossiers,
  (select jsonb_object_agg(known.status, coalesce(j.jobs, 0))
    from unnest(enum_range(null::procrastinate_job_status)) as known (status)
    left join (select status, count(*) as jobs from procrastinate_jobs group by status) j using (status)) as jobs,
  (select coalesce(jsonb_agg(jsonb_build_array(lag.name, lag.events, lag.seconds)), '[]') from ({LAGS}) lag) as lags,
  {_KNOWN_CALENDAR_DAYS.format(today="$2")} as calendar_days,
  (select coalesce(jsonb_object_agg(w.action, w.acts), '{{}}') from worker_act w) as worker_acts
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
        worker_acts=from_json(row.worker_acts),
    )


async def known_calendar_days(connection: AsyncConnection, *, today: dt.date) -> int | None:
    """Return how many days from today the national deadline calendar is confirmed for; None without a calendar."""
    row: Any = await fetch_one(connection, f"select {_KNOWN_CALENDAR_DAYS.format(today='$1')} as days", today)
    days: int | None = row.days
    return days
