"""SQL of the verification: dossiers with everything their dates were made of, as one document each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.domain.lifecycle import EventType

_DATED = f"('{EventType.ACCEPTED}', '{EventType.CORRECTED}')"

# The document is text: it is read by a process that knows nothing of this program. `events` are those of the log that
# say by which calendar a date was made; a correction that moved no date says none.
_DOCUMENT = f"""
json_build_object(
  'code', d.code, 'imported', d.imported, 'accepted_at', d.accepted_at, 'promised_due_at', d.promised_due_at,
  'lawful_due_at', d.lawful_due_at, 'current_due_at', d.current_due_at, 'due_provisional', d.due_provisional,
  'limit', json_build_object('value', d.limit_value, 'unit', d.limit_unit), 'calendar_version', d.calendar_version,
  'printed_due_at', (select r.promised_due_at from receipt r where r.dossier_id = d.id and r.voided_at is null),
  'policy', (select json_build_object('count_mode', p.count_mode, 'same_day_cutoff', p.same_day_cutoff,
     'minutes_per_working_day', p.minutes_per_working_day) from clock_policy p where p.id = d.clock_policy_id),
  'statutory', (select json_build_object('value', t.statutory_value, 'unit', t.statutory_unit) from procedure_term t
     where t.version_id = d.procedure_version_id and t.channel = d.channel and t.case_variant in (d.case_variant, '')
     order by t.case_variant desc limit 1),
  'events', (select json_agg(json_build_object('seq', e.seq, 'dated', e.type in {_DATED}, 'data', e.data)
       order by e.seq)
     from dossier_event e where e.dossier_id = d.id and e.data ? 'calendar_version'),
  'ledger', (select json_agg(json_build_object('seq', a.seq, 'cause', a.cause, 'effect', a.effect, 'from_at', a.from_at,
       'to_at', a.to_at, 'minutes', a.minutes, 'before_due', a.before_due, 'after_due', a.after_due,
       'reason', a.reason) order by a.seq)
     from deadline_adjustment a where a.dossier_id = d.id))::text
"""

# A dossier without a calendar version was dated elsewhere; there is nothing here to hold its date against.
_DATED_HERE = "d.accepted_at is not null and d.calendar_version is not null and d.clock_policy_id is not null"

_ASKED = """
  ($1::date is null or d.accepted_at >= $1::date::timestamp at time zone 'Asia/Ho_Chi_Minh')
  and ($2::text is null or d.competent_unit_id in (
    select below.id from unit above join unit below on starts_with(below.path, above.path) where above.code = $2))
"""


async def documents_after(
    connection: AsyncConnection, after_id: int, *, since: dt.date | None, unit: str | None, limit: int
) -> Sequence[Any]:
    """Return `id` and `document` of the next dossiers with a date, accepted on or after `since` in or below `unit`."""
    return await fetch_all(
        connection,
        f"select d.id, {_DOCUMENT} as document from dossier d where d.id > $3 and {_DATED_HERE} and {_ASKED} "
        "order by d.id limit $4",
        since,
        unit,
        after_id,
        limit,
    )


async def count_dated(connection: AsyncConnection, *, since: dt.date | None, unit: str | None) -> Any:
    """Return one row: how many dossiers were dated `here`, and how many accepted ones `elsewhere`."""
    return await fetch_one(
        connection,
        f"select count(*) filter (where {_DATED_HERE}) as here, "
        f"count(*) filter (where d.accepted_at is not null and not ({_DATED_HERE})) as elsewhere "
        f"from dossier d where {_ASKED}",
        since,
        unit,
    )
