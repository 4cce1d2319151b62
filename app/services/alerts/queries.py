"""What a scan looks for, set by set and bounded by dates; alerts as people read them.

The statements of a scan take the ids of units that share one calendar, and days or instants of that calendar.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.deadlines.queries import calendar_version_of, policy_in_force_on, policy_with_id
from app.services.identity.scope import unit_in_scope

# A stopped clock that its policy lets run on is no stopped clock. Dossiers without a policy come from elsewhere.
CLOCK_STANDS = """(d.suspended_since is not null
  and coalesce(case d.state when 5 then p.supplement_effect else p.payment_effect end, 'pause') <> 'none')"""
POLICY = "left join clock_policy p on p.id = d.clock_policy_id"
FIELD = "(select f.field from procedure f where f.id = d.procedure_id)"
SIGNABLE = "(2, 4, 9, 10)"
"""States of a dossier in which a result can be signed."""
OPEN = "d.ended_at is null and d.accepted_at is not null"


def end_of(day: str) -> str:
    """Return the SQL expression of the first instant after the day of people in Vietnam."""
    return f"(({day}::date + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')"


def start_of(day: str) -> str:
    """Return the SQL expression of the first instant of the day of people in Vietnam."""
    return f"({day}::date::timestamp at time zone 'Asia/Ho_Chi_Minh')"


async def units_by_calendar(connection: AsyncConnection) -> Sequence[Any]:
    """Return `version` of each calendar that units count with and the ids of its `units`, ascending."""
    return await fetch_all(
        connection,
        "select of_unit.version, array_agg(of_unit.id order by of_unit.id) as units "
        f"from (select u.id, {calendar_version_of('u.path')} as version from unit u) of_unit "
        "group by of_unit.version order by of_unit.version",
    )


async def due_until(connection: AsyncConnection, units: Sequence[int], day: dt.date) -> Sequence[Any]:
    """Return the dossiers with a running clock that are due until the end of `day` or overdue."""
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.competent_unit_id as unit_id, d.assignee_id, d.accepted_at, d.promised_due_at, "
        "d.current_due_at as due_at, d.extension_count, coalesce(p.extensions_allowed, 0) as extensions_allowed "
        f"from dossier d {POLICY} where d.competent_unit_id = any ($1::int[]) and {OPEN} "
        f"and d.current_due_at < {end_of('$2')} and not {CLOCK_STANDS}",
        units,
        day,
    )


async def ended_late_since(connection: AsyncConnection, units: Sequence[int], day: dt.date) -> Sequence[Any]:
    """Return dossiers that ended after their due time on `day` or later and were never extended."""
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.competent_unit_id as unit_id, d.assignee_id, d.current_due_at as due_at "
        "from dossier d where d.competent_unit_id = any ($1::int[]) and d.ended_at > d.current_due_at "
        f"and d.ended_at >= {start_of('$2')} and d.extension_count = 0 and not d.imported",
        units,
        day,
    )


# Waiting for papers has its own limit; waiting for money has none, so it can be idle too.
_IDLE = f"""
with quiet as (
  select d.id, d.competent_unit_id as unit_id, d.assignee_id, d.version from dossier d
  where d.competent_unit_id = any ($1::int[]) and {OPEN} and d.state in (2, 4, 6) and d.accepted_at < {end_of("$2")}
  union all
  select d.id, d.receiving_unit_id, null, d.version from dossier d
  where d.receiving_unit_id = any ($1::int[]) and d.ended_at is null and d.accepted_at is null and d.state = 1
    and d.registered_at < {end_of("$2")}
)
select quiet.id as dossier_id, quiet.unit_id, quiet.assignee_id, quiet.version, e.occurred_at
from quiet join dossier_event e on e.dossier_id = quiet.id and e.seq = quiet.version
where e.occurred_at < {end_of("$2")}
  and not exists (select from alert a where a.dossier_id = quiet.id and a.kind = 'idle'
    and a.occurrence = quiet.version::text)
"""


async def idle_since(connection: AsyncConnection, units: Sequence[int], day: dt.date) -> Sequence[Any]:
    """Return open dossiers of which nothing was heard after `day`, and nobody was told yet."""
    return await fetch_all(connection, _IDLE, units, day)


async def unanswered_online(connection: AsyncConnection, units: Sequence[int], today: dt.date) -> Sequence[Any]:
    """Return online submissions that wait for the desk's answer, since when, and the policy of the clock."""
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.receiving_unit_id as unit_id, greatest(d.registered_at, "
        "(select max(s.received_at) from supplement_request s where s.dossier_id = d.id)) as asked_at, "
        f"{policy_in_force_on('$2::date', FIELD)} as policy "
        "from dossier d where d.receiving_unit_id = any ($1::int[]) and d.ended_at is null and d.accepted_at is null "
        "and d.state = 1 and d.channel = 'online'",
        units,
        today,
    )


_SIGNATURES = f"""
select q.dossier_id, q.unit_id, q.signer_id, waits.since as waiting_since, waits.occurrence
from signature_request q join dossier d on d.id = q.dossier_id
cross join lateral (
  select coalesce(max(held.over_at), q.submitted_at) as since,
    q.id::text || coalesce('/' || max(held.seq), '') as occurrence
  from (
    select s.seq, s.received_at as over_at from supplement_request s where s.dossier_id = q.dossier_id
    union all
    select p.seq, p.paid_at from payment_request p where p.dossier_id = q.dossier_id
  ) held where held.over_at > q.submitted_at
) waits
where q.state = 'waiting' and q.unit_id = any ($1::int[]) and d.state in {SIGNABLE} and waits.since <= $2
  and not exists (select from alert a where a.dossier_id = q.dossier_id and a.kind = 'waiting_at_signature'
    and (a.occurrence = waits.occurrence
      or (a.closed_at is null and split_part(a.occurrence, '/', 1) = q.id::text)))
"""


async def waiting_at_signature(connection: AsyncConnection, units: Sequence[int], since: dt.datetime) -> Sequence[Any]:
    """Return results that wait for signature since `since` or longer (`waiting_since`), told of by nobody yet.

    A dossier that waits for papers or money, or has ended without a decision, cannot be signed and is left out; when
    such a wait is over its result waits anew, under another `occurrence`.
    """
    return await fetch_all(connection, _SIGNATURES, units, since)


async def uncollected_since(connection: AsyncConnection, units: Sequence[int], day: dt.date) -> Sequence[Any]:
    """Return results that lie ready since `day` or longer, and nobody was told yet.

    Of imported histories nobody may have written down the hand-over; they are left out.
    """
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.receiving_unit_id as unit_id, d.resolved_at from dossier d "
        "where d.receiving_unit_id = any ($1::int[]) and d.resolved_at is not null and d.returned_at is null "
        f"and d.resolved_at < {end_of('$2')} and not d.imported "
        "and not exists (select from alert a where a.dossier_id = d.id and a.kind = 'uncollected_result')",
        units,
        day,
    )


async def unreturned_since(connection: AsyncConnection, units: Sequence[int], day: dt.date) -> Sequence[Any]:
    """Return dossiers that were over on `day` or before and whose originals are not all home, told of by nobody yet.

    A result that lies ready is not over: its originals go home with it, and it has its own alert.
    """
    return await fetch_all(
        connection,
        "select distinct d.id as dossier_id, d.receiving_unit_id as unit_id, over.at as over_at from original o "
        "join dossier d on d.id = o.dossier_id cross join lateral (select coalesce(d.returned_at, case when d.state in "
        "(3, 7, 8) then d.ended_at end) as at) over where o.returned_at is null and o.to_be_returned "
        f"and d.receiving_unit_id = any ($1::int[]) and over.at < {end_of('$2')} "
        "and not exists (select from alert a where a.dossier_id = d.id and a.kind = 'unreturned_originals') "
        "order by d.id",
        units,
        day,
    )


async def supplements_expiring(
    connection: AsyncConnection, units: Sequence[int], day: dt.date, today: dt.date
) -> Sequence[Any]:
    """Return open requests to be answered until the end of `day`, with what stopping the dossier would need."""
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.code, d.version, place.unit_id, d.assignee_id, s.seq, s.answer_due_at, "
        f"coalesce({policy_with_id('d.clock_policy_id')}, {policy_in_force_on('$3::date', FIELD)}) as policy, "
        "(select a.raised_at from alert a where a.dossier_id = d.id and a.kind = 'supplement_expiring' "
        "and a.occurrence = s.seq::text) as reminded_at "
        "from supplement_request s join dossier d on d.id = s.dossier_id cross join lateral (select case "
        "when s.before_acceptance then d.receiving_unit_id else d.competent_unit_id end as unit_id) place "
        "where s.received_at is null and d.state = 5 and d.ended_at is null "
        f"and s.answer_due_at < {end_of('$2')} and place.unit_id = any ($1::int[])",
        units,
        day,
        today,
    )


_ALERT = """
select a.id, d.code as dossier_code, a.kind, a.level, a.due_at, a.raised_at, a.reached_at, a.acknowledged_at,
  by.display_name as acknowledged_by, a.acknowledged_note, a.closed_at, u.code as unit_code, u.name as unit_name,
  w.username as assignee,
  (select json_agg(json_build_object('level', s.level, 'reached_at', s.reached_at, 'assignee', t.username)
    order by s.level) from alert_step s left join account t on t.id = s.assignee_id where s.alert_id = a.id) as steps
from {alerts} a join unit u on u.id = a.unit_id join dossier d on d.id = a.dossier_id
left join account w on w.id = d.assignee_id left join account by on by.id = a.acknowledged_by
"""


async def alerts_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    kinds: Sequence[str] | None,
    level: int | None,
    is_open: bool | None,
    acknowledged: bool | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` alerts in scope, the newest first, before the cursor `after`."""
    found = f"""(
      select a.* from alert a join unit u on u.id = a.unit_id
      where {unit_in_scope("u.path", "$1", "$2")}
        and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
        and ($4::text[] is null or a.kind = any ($4)) and ($5::int is null or a.level = $5)
        and ($6::boolean is null or (a.closed_at is null) = $6)
        and ($7::boolean is null or (a.acknowledged_at is not null) = $7)
        and ($8::timestamptz is null or (a.raised_at, a.id) < ($8, $9::bigint))
      order by a.raised_at desc, a.id desc limit $10)"""
    return await fetch_all(
        connection,
        f"{_ALERT.format(alerts=found)} order by a.raised_at desc, a.id desc",
        everything,
        patterns,
        unit,
        kinds,
        level,
        is_open,
        acknowledged,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )


async def one_alert(connection: AsyncConnection, alert_id: int) -> Any:
    """Return the alert as it is shown."""
    return await fetch_one(connection, f"{_ALERT.format(alerts='alert')} where a.id = $1", alert_id)


async def lock_alert(connection: AsyncConnection, alert_id: int) -> Any | None:
    """Return the alert's level and ending with the path of its unit, its row locked; None if there is none."""
    return await fetch_one(
        connection,
        "select a.id, a.level, a.acknowledged_at, a.closed_at, u.path from alert a join unit u on u.id = a.unit_id "
        "where a.id = $1 for update of a",
        alert_id,
    )


async def summary(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    first: dt.date,
    last: dt.date,
) -> Sequence[Any]:
    """Return by unit and kind how many alerts were raised from `first` to `last`, and how far they came."""
    return await fetch_all(
        connection,
        f"""select u.code as unit_code, u.name as unit_name, a.kind, count(*) as raised,
          count(*) filter (where a.closed_at is null) as still_open,
          count(a.acknowledged_at) as acknowledged,
          count(*) filter (where a.level >= 2) as reached_unit_head,
          count(*) filter (where a.level >= 3) as reached_province
        from alert a join unit u on u.id = a.unit_id
        where a.raised_at >= {start_of("$4")} and a.raised_at < {end_of("$5")}
          and {unit_in_scope("u.path", "$1", "$2")}
          and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
        group by u.code, u.name, a.kind order by u.code, a.kind""",
        everything,
        patterns,
        unit,
        first,
        last,
    )
