"""Reads of apologies: what a draft is made from, the letter's content, the drafts that wait for a signature."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.deadlines.queries import policy_with_id
from app.services.dossiers.queries import DOSSIER_ID_OF
from app.services.identity.scope import unit_in_scope

_LEDGER = """(
  select coalesce(json_agg(json_build_object('cause', a.cause, 'effect', a.effect, 'from_at', a.from_at,
    'to_at', a.to_at, 'after_due', a.after_due, 'legal_basis', a.legal_basis) order by a.seq), '[]')
  from deadline_adjustment a where a.dossier_id = d.id
)"""


async def facts_of_drafts(connection: AsyncConnection, dossiers: Collection[int]) -> Sequence[Any]:
    """Return of each dossier what its new date is computed from."""
    return await fetch_all(
        connection,
        "select d.id as dossier_id, d.competent_unit_id as unit_id, d.assignee_id, d.accepted_at, d.current_due_at, "
        f"d.limit_value, d.limit_unit, {policy_with_id('d.clock_policy_id')} as policy, {_LEDGER} as ledger "
        "from dossier d where d.id = any ($1::bigint[]) and d.clock_policy_id is not null "
        "and d.limit_value is not null order by d.id",
        sorted(dossiers),
    )


_LETTER = f"""
select q.*, d.id as found, d.code, d.accepted_at, d.promised_due_at, d.current_due_at, d.version as dossier_version,
  r.path as receiving_path, c.path as competent_path, c.code as unit_code, c.name as unit_name,
  p.code as procedure_code, p.field, v.name as procedure_name,
  a.full_name as applicant_name, a.address as applicant_address, a.phone as applicant_phone,
  w.username as responsible, w.display_name as responsible_name, s.display_name as sent_by_name
from dossier d
join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
join procedure_version v on v.id = d.procedure_version_id join procedure p on p.id = d.procedure_id
left join dossier_party a on a.dossier_id = d.id and a.role = 'applicant'
left join lateral (
  select q.* from apology q where q.dossier_id = d.id order by q.dropped_at is not null, q.id desc limit 1
) q on true
left join account w on w.id = q.responsible_id left join account s on s.id = q.sent_by
where d.id = {DOSSIER_ID_OF.format(code="$1")}
  and ({unit_in_scope("r.path", "$2", "$3")} or {unit_in_scope("c.path", "$2", "$3")})
"""


async def letter_of(connection: AsyncConnection, *, code: str, everything: bool, patterns: list[str]) -> Any | None:
    """Return the last apology of the dossier with what the letter says; `id` None without one, None out of scope."""
    return await fetch_one(connection, _LETTER, code, everything, patterns)


async def apologies_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    status: str,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` apologies of the competent units in scope, the one due first first."""
    condition = {
        "draft": "q.sent_at is null and q.dropped_at is null",
        "sent": "q.sent_at is not null",
        "dropped": "q.dropped_at is not null",
    }[status]
    return await fetch_all(
        connection,
        f"""select q.*, d.code, d.current_due_at, u.code as unit_code, u.name as unit_name, w.username as responsible
        from apology q join dossier d on d.id = q.dossier_id join unit u on u.id = q.unit_id
        left join account w on w.id = q.responsible_id
        where {condition} and {unit_in_scope("u.path", "$1", "$2")}
          and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
          and ($4::timestamptz is null or (q.due_at, q.id) > ($4, $5::bigint))
        order by q.due_at, q.id limit $6""",
        everything,
        patterns,
        unit,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )


async def lock_draft(connection: AsyncConnection, dossier_id: int) -> Any | None:
    """Return the open draft of the dossier, its row locked; None if there is none."""
    return await fetch_one(
        connection,
        "select * from apology where dossier_id = $1 and sent_at is null and dropped_at is null for update",
        dossier_id,
    )
