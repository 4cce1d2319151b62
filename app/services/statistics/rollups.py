"""How facts follow from dossiers and cells from facts: set-based SQL, the same for one batch and for everything.

A fact is derived from the dossier's rows as they are, never from the content of events, so deriving it twice changes
nothing. Cells are moved by the difference between a dossier's new and former fact.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, fetch_one, from_json
from app.models.statistics import MEASURES

FACT_COLUMNS = (
    "dossier_id",
    "unit_id",
    "procedure_id",
    "channel",
    "received_on",
    "ended_on",
    "ending",
    "outcome",
    "index_on_time",
    "promise_kept",
    "due_at",
    "overdue_on",
    "index_late_on",
    "asked_twice",
    "rated_on",
    "rating",
)
CELL_TABLES = ("statistics_cell", "statistics_fine_cell")
CELL_KEY = ("unit_id", "procedure_id", "grain", "bucket", "channel")

_FACTS = ", ".join(FACT_COLUMNS)
_KEY = ", ".join(CELL_KEY)
_MEASURES = ", ".join(MEASURES)

# Days are those of Vietnam. A stopped clock that had not run out makes a dossier due at no known date; a due date
# before acceptance (dirty imports) counts from acceptance, so that nobody is overdue before being received.
FACT_OF_DOSSIER = """
select d.id as dossier_id, d.competent_unit_id as unit_id, d.procedure_id, d.channel, day.received_on, day.ended_on,
  case when d.ended_at is null then null when d.resolved_at is not null then 'resolved'
    when d.state = 7 then 'withdrawn' else 'stopped' end as ending,
  case when d.resolved_at is null then null when d.resolved_at > d.current_due_at then 'late'
    when day.ended_on < (d.current_due_at at time zone 'Asia/Ho_Chi_Minh')::date then 'early'
    else 'on_time' end as outcome,
  coalesce(d.ended_at <= d.current_due_at, false) and d.supplement_count <= 1 as index_on_time,
  coalesce(d.resolved_at <= d.promised_due_at, false) as promise_kept,
  day.due_at,
  case when day.ended_on <= due.day then null else due.day end as overdue_on,
  case when day.ended_on <= least(due.day, due.asked_twice_on) then null
    else least(due.day, due.asked_twice_on) end as index_late_on,
  d.supplement_count > 1 as asked_twice,
  (r.rated_at at time zone 'Asia/Ho_Chi_Minh')::date as rated_on, r.level::smallint as rating
from dossier d
left join rating r on r.dossier_id = d.id
cross join lateral (
  select (d.accepted_at at time zone 'Asia/Ho_Chi_Minh')::date as received_on,
    (d.ended_at at time zone 'Asia/Ho_Chi_Minh')::date as ended_on,
    case when d.ended_at is null and d.suspended_since <= d.current_due_at then null else d.current_due_at end as due_at
) day
cross join lateral (
  select case when day.due_at is not null
      then greatest((day.due_at at time zone 'Asia/Ho_Chi_Minh')::date, day.received_on) end as day,
    case when d.supplement_count > 1 then coalesce(
      (select (s.requested_at at time zone 'Asia/Ho_Chi_Minh')::date from supplement_request s
       where s.dossier_id = d.id and not s.before_acceptance order by s.seq offset 1 limit 1),
      day.received_on) end as asked_twice_on
) due
where d.accepted_at is not null
"""

_SUMS = ",\n    ".join(f"sum(touch.{measure} * f.weight)::integer as {measure}" for measure in MEASURES)
_ROLLED = ", ".join(f"sum({measure})::integer as {measure}" for measure in MEASURES)
_ANY = " or ".join(f"{measure} <> 0" for measure in MEASURES)
_ANY_ROLLED = " or ".join(f"sum({measure}) <> 0" for measure in MEASURES)
_ZERO = " and ".join(f"{measure} = 0" for measure in MEASURES)
_ADDED_TO = ", ".join(f"{measure} = {{table}}.{measure} + excluded.{measure}" for measure in MEASURES)
_TAKEN = ", ".join(f"{column} = excluded.{column}" for column in FACT_COLUMNS[1:])

# What one fact adds to which day: its reception, its end, the days it turns overdue or late, its rating.
_TOUCHES = f"""
  fine as materialized (
    select f.unit_id, f.procedure_id, f.channel, touch.bucket,
    {_SUMS}
    from weighted f
    cross join lateral (values
      (f.received_on, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      (f.ended_on, 0, coalesce((f.outcome = 'early')::integer, 0), coalesce((f.outcome = 'on_time')::integer, 0),
        coalesce((f.outcome = 'late')::integer, 0),
        (f.ending = 'withdrawn')::integer, (f.ending = 'stopped')::integer, f.index_on_time::integer,
        f.promise_kept::integer, -(f.overdue_on is not null)::integer, -(f.index_late_on is not null)::integer,
        0, 0, 0, 0, 0),
      (f.overdue_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
      (f.index_late_on, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0),
      (f.rated_on, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (f.rating = 1)::integer, (f.rating = 2)::integer,
        (f.rating = 3)::integer, (f.rating = 4)::integer, (f.rating = 5)::integer)
    ) as touch (bucket, {_MEASURES})
    where touch.bucket is not null
    group by f.unit_id, f.procedure_id, f.channel, touch.bucket
  ),
  monthly as materialized (
    select unit_id, procedure_id, channel, date_trunc('month', bucket)::date as bucket, {_ROLLED}
    from fine group by 1, 2, 3, 4
  ),
  grained as materialized (
    select unit_id, procedure_id, 'd' as grain, bucket, channel, {_MEASURES} from fine
    union all select unit_id, procedure_id, 'm', bucket, channel, {_MEASURES} from monthly
    union all select unit_id, procedure_id, 'y', date_trunc('year', bucket)::date, channel, {_ROLLED}
      from monthly group by 1, 2, 4, 5
  ),
  of_procedures as materialized (
    select 0 as unit_id, procedure_id, grain, bucket, channel, {_ROLLED} from grained group by 2, 3, 4, 5
  ),
  fine_sums as (select {_KEY}, {_MEASURES} from grained where {_ANY}),
  sums as (
    select {_KEY}, {_MEASURES} from of_procedures where {_ANY}
    union all select unit_id, 0, grain, bucket, channel, {_ROLLED} from grained group by 1, 3, 4, 5 having {_ANY_ROLLED}
    union all select 0, 0, grain, bucket, channel, {_ROLLED} from of_procedures group by 3, 4, 5 having {_ANY_ROLLED}
  )
"""

APPLY = f"""
with derived as materialized ({FACT_OF_DOSSIER} and d.id = any($1::bigint[])),
  former as materialized (select {_FACTS} from dossier_fact where dossier_id = any($1::bigint[])),
  stored as (
    insert into dossier_fact ({_FACTS}) select {_FACTS} from derived
    on conflict (dossier_id) do update set {_TAKEN} where dossier_fact.* is distinct from excluded.*
  ),
  weighted as (select derived.*, 1 as weight from derived union all select former.*, -1 from former),
  {_TOUCHES},
  written as (
    insert into statistics_cell ({_KEY}, {_MEASURES}) select {_KEY}, {_MEASURES} from sums
    on conflict ({_KEY}) do update set {_ADDED_TO.format(table="statistics_cell")}
    returning {_KEY}, {_ZERO} as is_empty
  ),
  written_fine as (
    insert into statistics_fine_cell ({_KEY}, {_MEASURES}) select {_KEY}, {_MEASURES} from fine_sums
    on conflict ({_KEY}) do update set {_ADDED_TO.format(table="statistics_fine_cell")}
    returning {_KEY}, {_ZERO} as is_empty
  )
select {_KEY} from written where is_empty union all select {_KEY} from written_fine where is_empty
"""

FORGET_EMPTY = f"""
delete from {{table}} c
using unnest($1::integer[], $2::integer[], $3::text[], $4::date[], $5::text[]) as empty ({_KEY})
where c.unit_id = empty.unit_id and c.procedure_id = empty.procedure_id and c.grain = empty.grain
  and c.bucket = empty.bucket and c.channel = empty.channel
"""

ALL_FACTS = f"insert into dossier_fact ({_FACTS}) select {_FACTS} from ({FACT_OF_DOSSIER}) derived"

_SUMS_OF_FACTS = f"weighted as (select {_FACTS}, 1 as weight from dossier_fact), {_TOUCHES}"

# In the order of time, as the follower would have written them: a question reads neighbours.
ALL_CELLS = f"""
with {_SUMS_OF_FACTS},
  written as (
    insert into statistics_cell ({_KEY}, {_MEASURES})
    select {_KEY}, {_MEASURES} from sums order by grain, bucket, unit_id, procedure_id returning 1
  ),
  written_fine as (
    insert into statistics_fine_cell ({_KEY}, {_MEASURES})
    select {_KEY}, {_MEASURES} from fine_sums order by grain, bucket, unit_id, procedure_id returning 1
  )
select (select count(*) from written) + (select count(*) from written_fine) as cells
"""

# Dossiers with events the follower has not read yet are left out: their facts are allowed to be behind.
FACT_DIFFERENCES = f"""
select coalesce(derived.dossier_id, stored.dossier_id)::text as subject,
  to_jsonb(derived) as expected, to_jsonb(stored) as stored
from ({FACT_OF_DOSSIER}) derived
full join (select {_FACTS} from dossier_fact) stored on stored.dossier_id = derived.dossier_id
where derived is distinct from stored and not exists (
  select from dossier_event e join follower_position p on p.name = $1
  where e.dossier_id = coalesce(derived.dossier_id, stored.dossier_id) and (e.xid, e.id) > (p.xid, p.event_id)
)
order by 1 limit $2
"""

CELL_DIFFERENCES = f"""
with {_SUMS_OF_FACTS}
select concat_ws(' ', {_KEY}) as subject, to_jsonb(expected) as expected, to_jsonb(stored) as stored
from (select {_KEY}, {_MEASURES} from sums union all select {_KEY}, {_MEASURES} from fine_sums) expected
full join (select {_KEY}, {_MEASURES} from statistics_cell
  union all select {_KEY}, {_MEASURES} from statistics_fine_cell) stored using ({_KEY})
where expected is distinct from stored
order by 1 limit $1
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored row that is not what the dossiers say; None on a side where the row does not exist."""

    table: str
    subject: str
    expected: dict[str, Any] | None
    stored: dict[str, Any] | None


async def apply_changes(connection: AsyncConnection, dossiers: Collection[int]) -> None:
    """Derive the facts of these dossiers anew and move the cells by what changed; one writer at a time."""
    empty = await fetch_all(connection, APPLY, sorted(dossiers))
    if empty:
        columns = [list(column) for column in zip(*empty, strict=True)]
        for table in CELL_TABLES:
            await execute(connection, FORGET_EMPTY.format(table=table), *columns)


async def derive_everything(connection: AsyncConnection) -> tuple[int, int]:
    """Replace all facts and cells by newly derived ones; return how many there are of each."""
    await fetch_one(connection, "select set_config('work_mem', '256MB', true)")
    for table in CELL_TABLES:
        await execute(connection, f"delete from {table}")
    await execute(connection, "delete from dossier_fact")
    facts = await execute(connection, ALL_FACTS)
    row: Any = await fetch_one(connection, ALL_CELLS)
    return facts, row.cells


async def fact_differences(connection: AsyncConnection, follower: str, *, limit: int) -> list[Difference]:
    rows: Any = await fetch_all(connection, FACT_DIFFERENCES, follower, limit)
    return [Difference("dossier_fact", row.subject, from_json(row.expected), from_json(row.stored)) for row in rows]


async def cell_differences(connection: AsyncConnection, *, limit: int) -> list[Difference]:
    rows: Any = await fetch_all(connection, CELL_DIFFERENCES, limit)
    return [Difference("statistics_cell", row.subject, from_json(row.expected), from_json(row.stored)) for row in rows]
