"""Reads of dossiers: facts gathered (and rows locked) for an act, one dossier whole, look-ups.

Each function is one statement and so one round trip. `$1`… are the driver's own placeholders.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, from_json
from app.services.deadlines.queries import calendar_version_of, policy_in_force_on, policy_with_id
from app.services.identity.queries import AUTH_VERSION_OF
from app.services.identity.scope import unit_in_scope

_UNIT_BY_CODE = """
  select u.id, u.code, u.name, u.path, i.code as agency_code
  from unit u left join agency_identifier i on i.unit_id = u.id
    and i.valid_from <= {day}::date and (i.valid_to is null or i.valid_to > {day}::date)
  where u.code = {code} and u.valid_from <= {day}::date and (u.valid_to is null or u.valid_to > {day}::date)
"""

_IN_FORCE = """
  v.status <> 'draft' and v.valid_from <= {day}::date and (v.valid_to is null or v.valid_to > {day}::date)
"""

_FIELD = "(select p.field from procedure p where p.id = d.procedure_id)"

_STORED_ANSWER = """
  select k.request_hash, k.status, k.headers, k.body from idempotency_key k where k.scope = {scope} and k.key = {key}
"""

# For each component the newest valid paper that is of its kind and states facts of the person themselves, as the lists
# of papers say on the day; a paper's last day is a day it counts.
_HELD_PAPERS = """(
  select coalesce(json_object_agg(w.code, h.code order by h.issued_on nulls first, h.id), json_build_object())
  from paper_holder o join held_paper h on h.holder_id = o.id
  join paper_use w on w.kind = h.kind and w.procedure_id = {procedure} and w.role = 'component' and w.about_holder
    and w.valid_from <= {day}::date and (w.valid_to is null or w.valid_to > {day}::date)
  where o.identity_number = {number} and h.status = 'valid' and h.about_holder
    and coalesce(h.valid_from, {day}::date) <= {day}::date and coalesce(h.valid_until, {day}::date) >= {day}::date
)"""
_PROCEDURE_NAMED = "(select p.id from procedure p where p.code = $7)"
_APPLICANT_NUMBER = """(select p.identity_number from dossier_party p
  where p.dossier_id = d.id and p.role = 'applicant')"""

# Of a dossier that turns out to be another person's or about another procedure: what is held for it then, and what of
# its components stands on papers of the vault that are not that person's.
_PAPERS_ANEW = f"""
select {_HELD_PAPERS.format(number="$2", day="$3", procedure="$4")} as held_papers,
  (select coalesce(json_agg(c.code), '[]') from dossier_component c
    join lateral (select r.held_paper_id from paper_reuse r where r.dossier_id = c.dossier_id
      and r.component_code = c.code order by r.seq desc limit 1) r on true
    join held_paper h on h.id = r.held_paper_id join paper_holder o on o.id = h.holder_id
    where c.dossier_id = $1 and c.source = 'reused' and o.identity_number is distinct from $2) as stand_on_others
"""

# A number is given out only if the registration can go on at all; its row stays locked until this transaction ends,
# so numbers of one agency and day are given out one after the other and a rolled-back one is given again. An outside
# code is held likewise; whoever waited for it finds it taken when they write.
_REGISTRATION = f"""
with answered as ({_STORED_ANSWER.format(scope="$1", key="$2")}),
receiving as ({_UNIT_BY_CODE.format(code="$4", day="$8")}),
competent as ({_UNIT_BY_CODE.format(code="$5", day="$8")}),
supporting as ({_UNIT_BY_CODE.format(code="$6", day="$8")}),
in_force as (
  select v.id from procedure p join procedure_version v on v.procedure_id = p.id
  where p.code = $7 and {_IN_FORCE.format(day="$8")}
  order by v.version desc limit 1
),
numbered as (
  insert into dossier_number (agency_code, day, last)
  select receiving.agency_code, $8::date, 1 from receiving
  where receiving.agency_code is not null and exists (select from competent) and exists (select from in_force)
    and not exists (select from answered)
  on conflict (agency_code, day) do update set last = dossier_number.last + 1
  returning last
)
select
  {AUTH_VERSION_OF.format(account="$3")} as auth_version,
  answered.request_hash, answered.status, answered.headers, answered.body,
  receiving.id as receiving_id, receiving.code as receiving_code, receiving.name as receiving_name,
  receiving.path as receiving_path, receiving.agency_code,
  competent.id as competent_id, competent.code as competent_code, competent.name as competent_name,
  competent.path as competent_path,
  supporting.id as supporting_id,
  (select id from in_force) as procedure_version_id,
  exists (select from procedure p where p.code = $7) as procedure_known,
  (select last from numbered) as number,
  {calendar_version_of("competent.path")} as calendar_version,
  {policy_in_force_on("$8::date", "(select p.field from procedure p where p.code = $7)")} as policy,
  exists (select from dossier_alias a where upper(a.code) = upper($9))
    or exists (select from dossier d where d.code = upper($9)) as external_code_taken,
  case when $9 is not null then pg_advisory_xact_lock(hashtext('dossier_alias'), hashtext(upper($9))) end as held,
  exists (select from agency_identifier i where upper($9) like i.code || '-%') as external_code_ours,
  {_HELD_PAPERS.format(number="$10", day="$8", procedure=_PROCEDURE_NAMED)} as held_papers
from (select 1) one
left join answered on true left join receiving on true left join competent on true left join supporting on true
"""

# A code as it was given, ours or another system's; else whatever its letters, unless old aliases that differ only in
# theirs lead to several dossiers. Each is looked for in an index, and only if the one before found nothing.
DOSSIER_ID_OF = """coalesce(
  (select d.id from dossier d where d.code = {code}), (select a.dossier_id from dossier_alias a where a.code = {code}),
  (select d.id from dossier d where d.code = upper({code})),
  (select min(a.dossier_id) from dossier_alias a where upper(a.code) = upper({code})
    having count(distinct a.dossier_id) = 1)
)"""

_COMPONENTS = """(
  select coalesce(json_agg(json_build_object('code', c.code, 'originals', c.originals,
    'certified_copies', c.certified_copies, 'photocopies', c.photocopies, 'source', c.source) order by c.code), '[]')
  from dossier_component c where c.dossier_id = d.id
)"""

_LEDGER = """(
  select coalesce(json_agg(json_build_object('seq', a.seq, 'cause', a.cause, 'effect', a.effect, 'from_at', a.from_at,
    'to_at', a.to_at, 'minutes', a.minutes, 'before_due', a.before_due, 'after_due', a.after_due, 'reason', a.reason,
    'legal_basis', a.legal_basis, 'recorded_at', a.recorded_at) order by a.seq), '[]')
  from deadline_adjustment a where a.dossier_id = d.id
)"""

# Whoever has the secrets may look up and rate: read only where the receipt is handed out, never for the staff at large.
_RECEIPT = """(
  select row_to_json(x) from (select number, {secrets} issued_at, promised_due_at from receipt
    where dossier_id = d.id and voided_at is null) x
)"""
_SECRETS_AT_ACCEPTANCE = """case when $6::text = 'accept' then lookup_secret end as lookup_secret,
    case when $6::text = 'accept' then rating_token end as rating_token,"""

# Only the acts that end a dossier ask for people, results and named documents; CASE spares the others.
_ENDING = """case when {action}::text in ('resolve', 'hand_over') then json_build_object(
    'people', (select coalesce(json_agg(json_build_object('full_name', p.full_name,
        'identity_number', p.identity_number)), '[]') from dossier_party p where p.dossier_id = d.id),
    'results', (select coalesce(json_agg(json_build_object('id', s.id, 'number', s.number,
        'result_type', s.result_type, 'status', s.status) order by s.id), '[]')
      from result s where s.dossier_id = d.id and s.status not in ('discarded', 'replaced', 'revoked')),
    'documents', (select coalesce(json_agg(i.id), '[]') from document i
      where i.dossier_id = d.id and i.id = any ({documents}::bigint[]))
  ) end"""

# The lock is taken here. Whoever had to wait for it sees the newest dossier row but the children as they were before
# the wait; `seen_version` (from before the wait) then differs from `version` and the caller reads again, lock in hand.
_SITUATION = f"""
with answered as ({_STORED_ANSWER.format(scope="$3", key="$4")}),
seen as materialized (select s.id, s.version from dossier s where s.id = {DOSSIER_ID_OF.format(code="$1")}),
locked as (select d.* from dossier d where d.id = (select id from seen) {{lock}})
select
  {AUTH_VERSION_OF.format(account="$2")} as auth_version,
  answered.request_hash, answered.status, answered.headers, answered.body,
  d.*, seen.version as seen_version,
  r.code as receiving_code, r.name as receiving_name, r.path as receiving_path,
  c.code as competent_code, c.name as competent_name, c.path as competent_path,
  (select e.occurred_at from dossier_event e where e.dossier_id = d.id order by e.seq desc limit 1) as last_event_at,
  (select count(*) from supplement_request s where s.dossier_id = d.id) as supplement_requests,
  {_RECEIPT.format(secrets=_SECRETS_AT_ACCEPTANCE)} as receipt,
  {_COMPONENTS} as components,
  {_LEDGER} as ledger,
  {_HELD_PAPERS.format(number=_APPLICANT_NUMBER, day="$5", procedure="d.procedure_id")} as held_papers,
  {calendar_version_of("c.path")} as calendar_version_now,
  (select v.id from procedure_version v where v.procedure_id = d.procedure_id and {_IN_FORCE.format(day="$5")}
    order by v.version desc limit 1) as version_in_force,
  coalesce({policy_with_id("d.clock_policy_id")}, {policy_in_force_on("$5::date", _FIELD)}) as policy,
  case when $6::text = 'receive_supplement' then (select q.items from supplement_request q
    where q.dossier_id = d.id and q.received_at is null order by q.seq desc limit 1) end as asked,
  {_ENDING.format(action="$6", documents="$7")} as ending
from (select 1) one
left join answered on true left join seen on true left join locked d on true
left join unit r on r.id = d.receiving_unit_id left join unit c on c.id = d.competent_unit_id
"""
_SITUATION_LOCKED = _SITUATION.format(lock="for update")
_SITUATION_SEEN = _SITUATION.format(lock="")

# A name is found by its words; a number by the whole of it; a code by its whole or its own system's alias.
_PEOPLE = """(
  select coalesce(json_object_agg(p.role, json_build_object('kind', p.kind, 'full_name', p.full_name,
    'identity_number', p.identity_number, 'date_of_birth', p.date_of_birth, 'gender', p.gender, 'phone', p.phone,
    'email', p.email, 'address', p.address)), '{}')
  from dossier_party p where p.dossier_id = d.id
)"""

_DETAIL = f"""
select
  {AUTH_VERSION_OF.format(account="$2")} as auth_version,
  d.*, d.version as seen_version,
  r.code as receiving_code, r.name as receiving_name, r.path as receiving_path,
  c.code as competent_code, c.name as competent_name, c.path as competent_path,
  s.code as supporting_code, s.name as supporting_name,
  w.display_name as assignee_name, w.username as assignee_username,
  null::timestamptz as last_event_at,
  (select count(*) from supplement_request q where q.dossier_id = d.id) as supplement_requests,
  {_RECEIPT.format(secrets="")} as receipt,
  {_COMPONENTS} as components,
  {_LEDGER} as ledger,
  {_HELD_PAPERS.format(number=_APPLICANT_NUMBER, day="$5", procedure="d.procedure_id")} as held_papers,
  {calendar_version_of("c.path")} as calendar_version_now,
  coalesce({policy_with_id("d.clock_policy_id")}, {policy_in_force_on("$5::date", _FIELD)}) as policy,
  {_PEOPLE} as people,
  (select coalesce(json_agg(json_build_object('code', a.code, 'system', a.system) order by a.code), '[]')
    from dossier_alias a where a.dossier_id = d.id) as aliases,
  (select coalesce(json_agg(row_to_json(q) order by q.seq), '[]') from supplement_request q where q.dossier_id = d.id)
    as supplements,
  (select coalesce(json_agg(row_to_json(q) order by q.seq), '[]') from payment_request q where q.dossier_id = d.id)
    as payments,
  (select row_to_json(o) from dossier_outcome o where o.dossier_id = d.id) as outcome,
  (select row_to_json(h) from hand_over h where h.dossier_id = d.id) as hand_over,
  (select level from rating g where g.dossier_id = d.id) as rating_level
from (select 1) one
left join (dossier d join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id)
  on d.id = {DOSSIER_ID_OF.format(code="$1")}
  and ({unit_in_scope("r.path", "$3", "$4")} or {unit_in_scope("c.path", "$3", "$4")})
left join unit s on s.id = d.supporting_unit_id left join account w on w.id = d.assignee_id
"""

# By procedure, of each that the dossier ever was about: the same code is another paper in another procedure.
_NAMES_OF_PAPERS = """(
  select json_object_agg(p.code, (
    select json_object_agg(n.code, n.name order by v.version)
    from procedure_version v join procedure_component n on n.version_id = v.id where v.procedure_id = p.id))
  from procedure p where p.code in (select x.data->>'procedure' from dossier_event x
    where x.dossier_id = d.id and x.type in ('registered', 'corrected')))"""

_TIMELINE = f"""
select {AUTH_VERSION_OF.format(account="$4")} as auth_version,
  d.code, e.seq, e.type, e.state, e.occurred_at, e.data, u.name as unit_name, a.display_name as actor_name,
  case when e.seq = 1 then {_NAMES_OF_PAPERS} end as component_names
from (select 1) one
left join (dossier d join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id)
  on d.id = {DOSSIER_ID_OF.format(code="$1")}
  and ({unit_in_scope("r.path", "$2", "$3")} or {unit_in_scope("c.path", "$2", "$3")})
left join dossier_event e on e.dossier_id = d.id
left join unit u on u.id = e.unit_id left join account a on a.id = e.actor_id
order by e.seq
"""

_LOOKUP = f"""
select d.code, d.state, d.registered_at, d.accepted_at, d.promised_due_at, d.current_due_at, d.due_provisional,
  d.suspended_since, d.resolved_at, d.ended_at, d.returned_at, d.procedure_version_id, d.return_channel,
  r.name as receiving_name, c.name as competent_name, t.lookup_secret, t.number as receipt_number, t.voided_at,
  t.rating_token,
  exists (select from rating g where g.dossier_id = d.id) as rated,
  (select json_build_object('cause', a.cause, 'after_due', a.after_due, 'reason_code', (
      select e.data->>'reason_code' from dossier_event e where e.dossier_id = d.id and e.seq = a.seq))
    from deadline_adjustment a where a.dossier_id = d.id order by a.seq desc limit 1) as last_adjustment,
  (select json_build_object('reason', q.reason, 'answer_due_at', q.answer_due_at, 'items', q.items)
    from supplement_request q where q.dossier_id = d.id and q.received_at is null) as open_supplement,
  (select json_build_object('kind', o.kind, 'reason_code', o.reason_code, 'legal_basis', o.legal_basis)
    from dossier_outcome o where o.dossier_id = d.id) as outcome,
  (select json_agg(json_build_object('type', e.type, 'state', e.state, 'at', e.occurred_at,
      'outcome', e.data->>'outcome', 'reason_code', e.data->>'reason_code') order by e.seq)
    from dossier_event e where e.dossier_id = d.id) as events
from dossier d
join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
join receipt t on t.dossier_id = d.id
where d.id = {DOSSIER_ID_OF.format(code="$1")}
order by t.number desc
"""


async def days_of_units(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, tuple[dt.date, dt.date | None]]:
    """Return by code the first day of each unit and the first day it no longer exists."""
    sql = "select code, valid_from, valid_to from unit where code = any ($1::text[])"
    rows = await fetch_all(connection, sql, codes)
    return {row.code: (row.valid_from, row.valid_to) for row in rows}


async def registration_facts(
    connection: AsyncConnection,
    *,
    scope: str,
    key: str | None,
    account_id: int,
    receiving_unit: str,
    competent_unit: str,
    supporting_unit: str | None,
    procedure_code: str,
    day: dt.date,
    external_code: str | None,
    identity_number: str | None,
) -> Any:
    """Gather everything a registration must know and give out its number; one row, columns None where unknown."""
    return await fetch_one(
        connection,
        _REGISTRATION,
        scope,
        key,
        account_id,
        receiving_unit,
        competent_unit,
        supporting_unit,
        procedure_code,
        day,
        external_code,
        identity_number,
    )


async def situation(
    connection: AsyncConnection,
    *,
    code: str,
    account_id: int,
    scope: str,
    key: str | None,
    today: dt.date,
    action: str = "",
    documents: Sequence[int] = (),
    lock: bool = True,
) -> Any:
    """Lock the dossier and gather the facts of an act; `id` is None if there is no such dossier.

    `ending` is there for the acts that end a dossier; of `documents` it lists those that are the dossier's.
    """
    sql = _SITUATION_LOCKED if lock else _SITUATION_SEEN
    parameters = (code, account_id, scope, key, today, action, list(documents))
    row = await fetch_one(connection, sql, *parameters)
    if lock and row is not None and row.id is not None and row.seen_version != row.version:
        row = await fetch_one(connection, sql, *parameters)
    return row


async def papers_anew(
    connection: AsyncConnection, dossier_id: int, *, identity_number: str | None, procedure_id: int, day: dt.date
) -> Any:
    """Return `held_papers` of a person for a procedure, and what of the components `stand_on_others`."""
    return await fetch_one(connection, _PAPERS_ANEW, dossier_id, identity_number, day, procedure_id)


async def applicant_of(connection: AsyncConnection, dossier_id: int) -> Any:
    """Return what the dossier's applicant is known by."""
    return await fetch_one(
        connection,
        "select p.identity_number, p.name_search, p.date_of_birth, p.phone from dossier_party p "
        "where p.dossier_id = $1 and p.role = 'applicant'",
        dossier_id,
    )


async def detail(
    connection: AsyncConnection, *, code: str, account_id: int, everything: bool, patterns: list[str], today: dt.date
) -> Any:
    """Return one dossier with its children; a row always, with `id` None if there is none in scope."""
    return await fetch_one(connection, _DETAIL, code, account_id, everything, patterns, today)


async def timeline(
    connection: AsyncConnection, *, code: str, account_id: int, everything: bool, patterns: list[str]
) -> list[dict[str, Any]]:
    """Return the events of a dossier in scope, oldest first; one row with `code` None if there is no such dossier."""
    rows = await fetch_all(connection, _TIMELINE, code, everything, patterns, account_id)
    return [{**row, "data": from_json(row.data)} for row in rows]


async def receipts_of(connection: AsyncConnection, code: str) -> list[Any]:
    """Return the public view of a dossier once per receipt ever issued, the newest first."""
    return list(await fetch_all(connection, _LOOKUP, code))


async def assignee_id(connection: AsyncConnection, *, username: str, path: str) -> int | None:
    """Return the account `username` if it holds a role in the unit at `path` or above it."""
    row = await fetch_one(
        connection,
        "select a.id from account a join role_grant g on g.account_id = a.id and g.revoked_at is null "
        "join unit u on u.id = g.unit_id where a.username = $1 and a.disabled_at is null and $2 like u.path || '%'",
        username,
        path,
    )
    return None if row is None else int(row.id)
