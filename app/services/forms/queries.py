"""Reads of slips and papers: what a slip prints, slips of a dossier, papers by token, lines of the register."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.identity.scope import unit_in_scope

_UNIT = """(
  select json_build_object('id', u.id, 'code', u.code, 'name', u.name, 'level', u.level,
    'province_name', coalesce((select p.name from unit p where p.parent_id is null and u.path like p.path || '%'
      order by length(p.path) desc limit 1), u.name))
  from unit u where u.id = {id}
)"""

# What a slip may print, in one statement; `$2` the kinds of event it may tell of, `$3` the number of one of them.
_FACTS = f"""
select d.id, d.code, d.channel, d.summary, d.return_channel, d.return_address, d.accepted_at, d.promised_due_at,
  d.current_due_at, d.due_provisional, d.limit_value, d.limit_unit, d.resolved_at, d.ended_at, d.suspended_since,
  {_UNIT.format(id="d.receiving_unit_id")} as receiving, {_UNIT.format(id="d.competent_unit_id")} as competent,
  {_UNIT.format(id="coalesce(e.unit_id, d.receiving_unit_id)")} as acting,
  p.code as procedure_code, p.field, v.name as procedure_name,
  e.id as event_id, e.seq, e.type as event_type, e.occurred_at, e.data as event_data,
  w.display_name as event_actor,
  exists (select from role_grant g join unit l on l.id = g.unit_id join unit c on c.path like l.path || '%'
    where g.account_id = e.actor_id and g.role = 'approving_leader' and g.revoked_at is null
      and c.id = d.competent_unit_id) as actor_leads,
  (select json_object_agg(x.role, row_to_json(x)) from dossier_party x where x.dossier_id = d.id) as people,
  (select coalesce(json_agg(json_build_object('code', c.code, 'originals', c.originals,
      'certified_copies', c.certified_copies, 'photocopies', c.photocopies, 'source', c.source) order by c.code), '[]')
    from dossier_component c where c.dossier_id = d.id) as components,
  (select json_object_agg(n.code, n.name) from procedure_component n where n.version_id = d.procedure_version_id)
    as component_names,
  (select row_to_json(r) from (select r.id, r.number, r.lookup_secret, r.rating_token, r.promised_due_at, r.voided_at
    from receipt r where r.dossier_id = d.id and r.number = coalesce((e.data->>'receipt')::int, 1)) r) as receipt,
  (select row_to_json(s) from (select s.items, s.reason, s.answer_due_at from supplement_request s
    where s.dossier_id = d.id and s.seq = e.seq) s) as supplement,
  (select row_to_json(o) from (select o.kind, o.reason_code, o.explanation, o.legal_basis from dossier_outcome o
    where o.dossier_id = d.id) o) as outcome,
  (select row_to_json(a) from (select a.before_due, a.after_due, a.reason from deadline_adjustment a
    where a.dossier_id = d.id and a.seq = e.seq) a) as adjustment
from dossier d
join procedure p on p.id = d.procedure_id
join procedure_version v on v.id = d.procedure_version_id
left join lateral (
  select e.* from dossier_event e
  where e.dossier_id = d.id and e.type = any ($2::text[]) and ($3::int is null or e.seq = $3)
  order by e.seq desc limit 1
) e on true
left join account w on w.id = e.actor_id
where d.id = $1
"""


async def slip_facts(
    connection: AsyncConnection, dossier_id: int, *, event_types: Sequence[str], seq: int | None
) -> Any:
    """Return what a slip may print of the dossier; `event_id` None if it has no such event."""
    return await fetch_one(connection, _FACTS, dossier_id, list(event_types), seq)


async def events_of(connection: AsyncConnection, dossier_id: int, *, up_to: int) -> Sequence[Any]:
    """Return the log of the dossier up to number `up_to`, oldest first, with the names of those who acted."""
    return await fetch_all(
        connection,
        "select e.seq, e.type, e.occurred_at, e.data, e.unit_id, a.display_name as actor from dossier_event e "
        "left join account a on a.id = e.actor_id where e.dossier_id = $1 and e.seq <= $2 order by e.seq",
        dossier_id,
        up_to,
    )


_SLIP = """
select s.id, s.paper_id, s.event_id, s.form_code, s.variant, s.edition, s.receipt_id, s.issued_seq, s.dossier_id,
  e.seq as event_seq, e.type as event_type, d.code as dossier_code,
  p.token, p.number, p.content_sha256, p.issued_at, p.status, p.status_at, p.status_reason, p.unit_id,
  a.display_name as issued_by, n.token as replaced_by_token
from slip s
join issued_paper p on p.id = s.paper_id
join dossier_event e on e.id = s.event_id
join dossier d on d.id = s.dossier_id
left join account a on a.id = p.issued_by
left join issued_paper n on n.id = p.replaced_by
"""


async def last_edition(connection: AsyncConnection, *, event_id: int, form_code: str, variant: str) -> Any | None:
    """Return the newest slip of the event, form and variant; None if it was never issued."""
    return await fetch_one(
        connection,
        f"{_SLIP} where s.event_id = $1 and s.form_code = $2 and s.variant = $3 order by s.edition desc limit 1",
        event_id,
        form_code,
        variant,
    )


async def prints_of(connection: AsyncConnection, *, event_id: int, form_code: str, number: str) -> Sequence[Any]:
    """Return the slips of the event and form that bear `number`, in whatever variant, and stand; oldest first."""
    return await fetch_all(
        connection,
        f"{_SLIP} where s.event_id = $1 and s.form_code = $2 and p.number = $3 and p.status = 'valid' order by s.id",
        event_id,
        form_code,
        number,
    )


async def number_of_valid(connection: AsyncConnection, *, event_id: int, form_code: str) -> str | None:
    """Return the number that a valid slip of the event and form bears in another variant; None without one.

    A number that was voided in any variant is not given again.
    """
    row = await fetch_one(
        connection,
        "select p.number from slip s join issued_paper p on p.id = s.paper_id "
        "where s.event_id = $1 and s.form_code = $2 and p.status = 'valid' and not exists (select from slip v "
        "join issued_paper q on q.id = v.paper_id where v.event_id = $1 and v.form_code = $2 and q.number = p.number "
        "and q.status <> 'valid') order by s.id desc limit 1",
        event_id,
        form_code,
    )
    return None if row is None else str(row.number)


async def void_receipt_slips(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return the slips that printed receipts void by now and that no paper has replaced."""
    return await fetch_all(
        connection,
        f"{_SLIP} join receipt r on r.id = s.receipt_id where s.dossier_id = $1 and r.voided_at is not null "
        "and p.status in ('valid', 'void') order by s.id",
        dossier_id,
    )


async def slip_by_id(connection: AsyncConnection, slip_id: int, *, everything: bool, patterns: list[str]) -> Any | None:
    """Return the slip if its dossier is in scope."""
    return await fetch_one(
        connection,
        f"{_SLIP} join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id where s.id = $1 "
        f"and ({unit_in_scope('r.path', '$2', '$3')} or {unit_in_scope('c.path', '$2', '$3')})",
        slip_id,
        everything,
        patterns,
    )


async def stamped_sha256(connection: AsyncConnection, paper_id: int, mark: str) -> str | None:
    """Return the hash of the kept copy of a paper that bears `mark`; None if none was made."""
    row = await fetch_one(
        connection, "select content_sha256 from stamped_copy where paper_id = $1 and mark = $2", paper_id, mark
    )
    return None if row is None else str(row.content_sha256)


async def slips_of(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return all slips of the dossier, oldest first."""
    return await fetch_all(connection, f"{_SLIP} where s.dossier_id = $1 order by s.id", dossier_id)


# Of a paper that says money was taken, what of it was given back; the slip of a visit names the visit's first receipt.
_VERIFIED = """
select p.kind, p.form_code, p.number, p.content_sha256, p.issued_at,
  array(select k.content_sha256 from stamped_copy k where k.paper_id = p.id) as stamped,
  u.code as unit_code, u.name as unit_name,
  n.token as replaced_by_token, m.refunded_vnd, s.effective_from, s.effective_to,
  case when m.whole then 'refunded' else p.status end as status,
  case when m.whole then m.refunded_at else p.status_at end as status_at,
  case when m.whole then 'receipt_refunded' else p.status_reason end as status_reason
from issued_paper p join unit u on u.id = p.unit_id left join issued_paper n on n.id = p.replaced_by
left join result s on p.kind = 'result' and s.dossier_id = p.dossier_id and s.paper_id = p.id
left join lateral (
  select sum(f.amount_vnd)::bigint as refunded_vnd, max(f.refunded_at) as refunded_at,
    sum(f.amount_vnd) >= t.amount_vnd as whole
  from fee_receipt t join fee_charge c on c.id = t.charge_id join fee_refund f on f.receipt_id = t.id
  where t.dossier_id = p.dossier_id and t.voided_at is null and (p.form_code = 'BIEN-LAI' and t.number = p.number
    or p.form_code = 'PHIEU-CT' and c.additional_reason is null and c.payment_seq is null)
  group by t.id order by t.id limit 1
) m on p.status = 'valid' and p.form_code in ('BIEN-LAI', 'PHIEU-CT')
where p.token = $1
"""


async def paper_by_token(connection: AsyncConnection, token: str) -> Any | None:
    """Return what anybody may know of a paper."""
    return await fetch_one(
        connection,
        _VERIFIED,
        token,
    )


_REGISTER = f"""
select d.id, d.code, d.accepted_at, d.promised_due_at, d.current_due_at, d.resolved_at, d.ended_at, d.returned_at,
  d.suspended_since, d.state, d.return_channel, v.name as procedure_name, c.name as competent_name,
  c.level as competent_level, a.full_name, a.address, a.phone, h.receiver_name, h.method, h.tracking_number
from dossier d
join unit r on r.id = d.receiving_unit_id
join unit c on c.id = d.competent_unit_id
join procedure p on p.id = d.procedure_id
join procedure_version v on v.id = d.procedure_version_id
left join dossier_party a on a.dossier_id = d.id and a.role = 'applicant'
left join hand_over h on h.dossier_id = d.id
where {unit_in_scope("r.path", "$1", "$2")} and r.path like $3 || '%'
  and d.accepted_at >= $4 and d.accepted_at < $5 and d.registered_at < $5
  and ($6::text is null or p.field = $6)
  and ($7::timestamptz is null or (d.accepted_at, d.id) > ($7, $8::bigint))
order by d.accepted_at, d.id limit $9
"""


async def register_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit_path: str,
    from_at: dt.datetime,
    to_at: dt.datetime,
    field: str | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` dossiers that units below `unit_path` took in from `from_at` until before `to_at`."""
    return await fetch_all(
        connection,
        _REGISTER,
        everything,
        patterns,
        unit_path,
        from_at,
        to_at,
        field,
        None if after is None else after[0],
        None if after is None else after[1],
        limit,
    )


async def unit_of_register(
    connection: AsyncConnection, code: str, *, everything: bool, patterns: list[str], field: str | None
) -> Any | None:
    """Return the unit with its names if it is in scope, and whether any procedure is of the field."""
    return await fetch_one(
        connection,
        f"select u.id, u.code, u.path, {_UNIT.format(id='x.id')} as names, "
        "$4::text is null or exists (select from procedure p where p.field = $4) as field_known "
        "from unit x join unit u on u.id = x.id "
        f"where x.code = $1 and {unit_in_scope('x.path', '$2', '$3')}",
        code,
        everything,
        patterns,
        field,
    )
