"""Hot writes of dossiers: one statement each, so one round trip, with the idempotency answer inside.

Must agree with `app.models.dossiers` and `app.models.proceedings`; `tests/services/test_hand_sql.py` compares them.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_one, to_json
from app.services.dossiers.doubles.queries import LIKELY_DOUBLE
from app.services.dossiers.view import ReceiptView


@dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """The answer to store under an idempotency key, in the transaction of what it answers."""

    scope: str
    key: str
    request_hash: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


_PARTY = "role text, kind text, full_name text, name_search text, identity_number text, date_of_birth date, gender text, phone text, email text, address text"  # noqa: E501 - one column list
_COMPONENT = "code text, originals int, certified_copies int, photocopies int, source text"

# The key comes first: if another transaction just took it, `go` is empty and nothing at all is written.
_KEY = """
key_taken as (
  insert into idempotency_key (scope, key, request_hash, status, headers, body, created_at)
  select $1::text, $2::text, $3::bytea, $4::int, $5::jsonb, $6::text, $7::timestamptz where $2::text is not null
  on conflict do nothing returning 1
),
go as (select 1 where $2::text is null or exists (select from key_taken))
"""

_DOSSIER_COLUMNS = (
    "code",
    "state",
    "version",
    "channel",
    "procedure_id",
    "procedure_version_id",
    "case_variant",
    "supporting_unit_id",
    "receiving_unit_id",
    "competent_unit_id",
    "registered_by",
    "summary",
    "return_channel",
    "return_address",
    "registered_at",
    "accepted_at",
    "promised_due_at",
    "current_due_at",
    "due_provisional",
    "limit_value",
    "limit_unit",
    "clock_policy_id",
    "calendar_version",
    "lawful_due_at",
)
_COLUMN_TYPES = {
    "code": "text",
    "state": "smallint",
    "version": "int",
    "channel": "text",
    "procedure_id": "int",
    "procedure_version_id": "int",
    "case_variant": "text",
    "supporting_unit_id": "int",
    "receiving_unit_id": "int",
    "competent_unit_id": "int",
    "assignee_id": "int",
    "registered_by": "int",
    "summary": "text",
    "return_channel": "text",
    "return_address": "text",
    "registered_at": "timestamptz",
    "accepted_at": "timestamptz",
    "started_at": "timestamptz",
    "promised_due_at": "timestamptz",
    "lawful_due_at": "timestamptz",
    "current_due_at": "timestamptz",
    "due_provisional": "boolean",
    "suspended_since": "timestamptz",
    "resolved_at": "timestamptz",
    "ended_at": "timestamptz",
    "returned_at": "timestamptz",
    "limit_value": "int",
    "limit_unit": "text",
    "clock_policy_id": "int",
    "calendar_version": "text",
    "supplement_count": "int",
    "extension_count": "int",
}

_EVENT_ROWS = "jsonb_to_recordset({rows}::jsonb) as e(seq int, type text, state int, actor_id int, unit_id int, occurred_at timestamptz, data jsonb)"  # noqa: E501 - one column list

# Looked for here, where the number's row is locked: what was registered while this registration waited is seen.
_DOUBLE = LIKELY_DOUBLE.format(
    unit="$16::int",
    procedure="$12::int",
    since="$39::timestamptz",
    besides="0",
    number="($32::jsonb->0->>'identity_number')",
    name="($32::jsonb->0->>'name_search')",
    born="($32::jsonb->0->>'date_of_birth')::date",
    phone="($32::jsonb->0->>'phone')",
)
_REGISTER = f"""
with {_KEY},
d as (
  insert into dossier ({", ".join(_DOSSIER_COLUMNS)}, supplement_count, extension_count, imported)
  select {", ".join(f"${n}::{_COLUMN_TYPES[c]}" for n, c in enumerate(_DOSSIER_COLUMNS, start=8))}, 0, 0, false from go
  returning id
),
parties as (
  insert into dossier_party (dossier_id, {", ".join(column.split()[0] for column in _PARTY.split(", "))})
  select d.id, p.* from d, jsonb_to_recordset($32::jsonb) as p({_PARTY})
),
components as (
  insert into dossier_component (dossier_id, code, originals, certified_copies, photocopies, source)
  select d.id, c.* from d, jsonb_to_recordset($33::jsonb) as c({_COMPONENT})
),
issued as (
  insert into receipt (dossier_id, number, lookup_secret, rating_token, issued_at, issued_by, promised_due_at)
  select d.id, 1, $34::text, $35::text, $22::timestamptz, $18::int, $24::timestamptz from d
),
alias as (
  insert into dossier_alias (code, dossier_id, system, added_at)
  select $36::text, d.id, $37::text, $22::timestamptz from d where $36::text is not null
    and not exists (select from dossier_alias a where upper(a.code) = upper($36::text))
  on conflict (code) do nothing returning 1
),
events as (
  insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
  select d.id, e.* from d, {_EVENT_ROWS.format(rows="$38")}
),
needless as (
  insert into needless_paper (dossier_id, component_code, unit_id, brought_at)
  select d.id, n.code, ($38::jsonb->0->>'unit_id')::int, $22::timestamptz
  from d, jsonb_array_elements_text($38::jsonb->0->'data'->'brought_needlessly') as n(code)
)
select (select id from d) as id, (select count(*) from alias) as aliases, {_DOUBLE} as likely_double
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """What was written; the id is None if another request just took the idempotency key: nothing was.

    `likely_double` is an open dossier of the same person, procedure and receiving unit.
    """

    dossier_id: int | None
    aliased: bool
    likely_double: Any


async def write_registration(
    connection: AsyncConnection,
    *,
    answer: KeyedAnswer | None,
    now: dt.datetime,
    dossier: Mapping[str, Any],
    parties: list[dict[str, Any]],
    components: list[dict[str, Any]],
    receipt: ReceiptView,
    alias: str | None,
    alias_system: str,
    events: list[dict[str, Any]],
    doubles_since: dt.datetime | None,
) -> Registered:
    """Write a new dossier with everything around it; `parties` begin with the applicant.

    Doubles are looked for among dossiers registered `doubles_since`; None: not at all.
    """
    row = await fetch_one(
        connection,
        _REGISTER,
        *_key_parameters(answer, now),
        *(dossier[column] for column in _DOSSIER_COLUMNS),
        to_json(parties),
        to_json(components),
        receipt.lookup_secret,
        receipt.rating_token,
        alias,
        alias_system,
        to_json(events),
        doubles_since,
    )
    if row is None or row.id is None:
        return Registered(None, aliased=False, likely_double=None)
    return Registered(int(row.id), aliased=bool(row.aliases), likely_double=row.likely_double)


async def give_number_back(connection: AsyncConnection, *, agency_code: str, day: dt.date, number: int) -> None:
    """Undo giving out `number`, in the transaction that gave it out and will not use it."""
    await fetch_one(
        connection,
        "update dossier_number set last = last - 1 where agency_code = $1 and day = $2 and last = $3 returning last",
        agency_code,
        day,
        number,
    )


# What an act may write beside the dossier's own row and its event. `{p}` is the part's own parameter (jsonb), `d` the
# dossier just updated.
_PARTS = {
    "supplement_request": """
        insert into supplement_request (dossier_id, seq, items, reason, before_acceptance, leader_reason, requested_at,
          requested_by, answer_due_at)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(seq int, items jsonb, reason text,
          before_acceptance boolean, leader_reason text, requested_at timestamptz, requested_by int,
          answer_due_at timestamptz)""",
    "supplement_received": """
        update supplement_request q set received_at = x.received_at from d, jsonb_to_record({p}::jsonb)
          as x(received_at timestamptz) where q.dossier_id = d.id and q.received_at is null""",
    "components": f"""
        insert into dossier_component (dossier_id, code, originals, certified_copies, photocopies, source)
        select d.id, c.* from d, jsonb_to_recordset({{p}}::jsonb) as c({_COMPONENT})
        on conflict (dossier_id, code) do update set originals = excluded.originals,
          certified_copies = excluded.certified_copies, photocopies = excluded.photocopies, source = excluded.source""",
    "adjustment": """
        insert into deadline_adjustment (dossier_id, seq, cause, effect, from_at, to_at, minutes, before_due, after_due,
          reason, legal_basis, recorded_at, recorded_by)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(seq int, cause text, effect text, from_at timestamptz,
          to_at timestamptz, minutes int, before_due timestamptz, after_due timestamptz, reason text, legal_basis text,
          recorded_at timestamptz, recorded_by int)""",
    "payment_request": """
        insert into payment_request (dossier_id, seq, amount_vnd, reason, requested_at, requested_by)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(seq int, amount_vnd bigint, reason text,
          requested_at timestamptz, requested_by int)""",
    "payment_confirmed": """
        update payment_request q set paid_at = x.paid_at, method = x.method, reference = x.reference
        from d, jsonb_to_record({p}::jsonb) as x(paid_at timestamptz, method text, reference text)
        where q.dossier_id = d.id and q.paid_at is null""",
    "outcome": """
        insert into dossier_outcome (dossier_id, kind, reason_code, explanation, legal_basis, result_number,
          result_type, result_id, decided_at, decided_by)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(kind text, reason_code text, explanation text,
          legal_basis text, result_number text, result_type text, result_id bigint, decided_at timestamptz,
          decided_by int)""",
    "hand_over": """
        insert into hand_over (dossier_id, method, receiver_name, receiver_identity_number, relationship, proof,
          tracking_number, link, proof_document_id, authorisation_reason, authorisation_reference,
          authorisation_document_id, handed_over_at, handed_over_by)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(method text, receiver_name text,
          receiver_identity_number text, relationship text, proof text, tracking_number text, link text,
          proof_document_id bigint, authorisation_reason text, authorisation_reference text,
          authorisation_document_id bigint, handed_over_at timestamptz, handed_over_by int)""",
    "asked_again": """
        insert into asked_again (dossier_id, seq, component_code, available, held_paper_code, reason_code, explanation,
          unit_id, asked_at, asked_by)
        select d.id, x.* from d, jsonb_to_recordset({p}::jsonb) as x(seq int, component_code text, available text,
          held_paper_code text, reason_code text, explanation text, unit_id int, asked_at timestamptz, asked_by int)""",
    "receipt_promise": """
        update receipt t set promised_due_at = x.promised_due_at from d, jsonb_to_record({p}::jsonb)
          as x(promised_due_at timestamptz) where t.dossier_id = d.id and t.voided_at is null""",
}
# A correction first voids and removes, then writes anew, so it is two statements: two parts of one `with` would both
# see the old rows.
_CORRECTION_PARTS = {
    "correction": """
        insert into dossier_correction (dossier_id, seq, reason, before, after, corrected_at, corrected_by)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(seq int, reason text, before jsonb, after jsonb,
          corrected_at timestamptz, corrected_by int)""",
    "receipt": """
        insert into receipt (dossier_id, number, lookup_secret, rating_token, issued_at, issued_by, promised_due_at)
        select d.id, x.* from d, jsonb_to_record({p}::jsonb) as x(number int, lookup_secret text, rating_token text,
          issued_at timestamptz, issued_by int, promised_due_at timestamptz)""",
    "parties": f"""
        insert into dossier_party (dossier_id, {", ".join(column.split()[0] for column in _PARTY.split(", "))})
        select d.id, p.* from d, jsonb_to_recordset({{p}}::jsonb) as p({_PARTY})
        on conflict (dossier_id, role) do update set {
        ", ".join(f"{c} = excluded.{c}" for c in (column.split()[0] for column in _PARTY.split(", ")) if c != "role")
    }""",
}
_ALL_PARTS = {**_PARTS, **_CORRECTION_PARTS}


@lru_cache(maxsize=256)
def _transition_sql(columns: tuple[str, ...], parts: tuple[str, ...]) -> str:
    """Return the statement that sets `columns` and writes `parts`; few combinations exist, each is prepared once."""
    first = 11
    sets = ", ".join(f"{column} = ${first + n}::{_COLUMN_TYPES[column]}" for n, column in enumerate(columns))
    after = first + len(columns)
    written = "".join(f",\npart_{n} as ({_ALL_PARTS[part].format(p=f'${after + n}')})" for n, part in enumerate(parts))
    return f"""
with {_KEY},
d as (
  update dossier set {sets} from go where dossier.id = $8::bigint and dossier.version = $9::int returning dossier.id
),
events as (
  insert into dossier_event (dossier_id, seq, type, state, actor_id, unit_id, occurred_at, data)
  select d.id, e.* from d, {_EVENT_ROWS.format(rows="$10")}
){written}
select (select id from d) as id
"""


async def write_transition(
    connection: AsyncConnection,
    *,
    answer: KeyedAnswer | None,
    now: dt.datetime,
    dossier_id: int,
    version: int,
    changes: Mapping[str, Any],
    event: dict[str, Any],
    parts: Mapping[str, Any],
) -> bool:
    """Apply an act to the dossier at `version`; return whether it was written.

    False: another request just took the idempotency key, or the dossier is no longer at `version`.
    """
    columns = tuple(sorted(changes))
    names = tuple(sorted(parts))
    row = await fetch_one(
        connection,
        _transition_sql(columns, names),
        *_key_parameters(answer, now),
        dossier_id,
        version,
        to_json([event]),
        *(changes[column] for column in columns),
        *(to_json(parts[name]) for name in names),
    )
    return row is not None and row.id is not None


async def void_before_correction(
    connection: AsyncConnection, *, dossier_id: int, now: dt.datetime, reason: str, replace_components: bool
) -> None:
    """Void the valid receipt with the papers that print it; drop the list of papers handed in if it is made anew.

    The old list is kept in the correction's row.
    """
    await fetch_one(
        connection,
        """with voided as (
          update receipt set voided_at = $2, void_reason = $3 where dossier_id = $1 and voided_at is null returning id
        )
        update issued_paper p set status = 'void', status_at = $2, status_reason = 'corrected'
        from slip s join voided on voided.id = s.receipt_id where p.id = s.paper_id and p.status = 'valid'
        returning p.id""",
        dossier_id,
        now,
        reason,
    )
    if replace_components:
        await fetch_one(connection, "delete from dossier_component where dossier_id = $1 returning code", dossier_id)


async def withdraw_held_papers(
    connection: AsyncConnection, *, dossier_id: int, by: int | None, now: dt.datetime
) -> None:
    """Say of all that the dossier put into the vault that it counts no more: it was held for the wrong person."""
    await execute(
        connection,
        "update held_paper set status = 'revoked', status_reason = 'applicant_corrected', status_by = $2, "
        "status_at = $3 where source_dossier_id = $1 and status = 'valid'",
        dossier_id,
        by,
        now,
    )


async def people_before_correction(connection: AsyncConnection, *, dossier_id: int) -> str:
    """Return the parties and components as JSON text, to be kept with the correction."""
    row = await fetch_one(
        connection,
        "select json_build_object('parties', (select coalesce(json_agg(row_to_json(p)), '[]') from dossier_party p "
        "where p.dossier_id = $1), 'components', (select coalesce(json_agg(row_to_json(c)), '[]') "
        "from dossier_component c where c.dossier_id = $1), 'return_channel', d.return_channel, "
        "'return_address', d.return_address)::text as before from dossier d where d.id = $1",
        dossier_id,
    )
    return str(row.before) if row is not None else "{}"


def _key_parameters(answer: KeyedAnswer | None, now: dt.datetime) -> tuple[Any, ...]:
    if answer is None:
        return (None, None, None, None, None, None, now)
    headers = to_json(dict(answer.headers))
    return (answer.scope, answer.key, answer.request_hash, answer.status, headers, answer.body.decode(), now)
