"""Reads of the vault. A person is found by the whole number only; rows that leave carry no number."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.procedures.queries import VERSION_IN_FORCE_OF

PaperList: TypeAlias = Literal["paper_kind", "paper_use"]

_PAPER = """
select h.id, h.code, h.kind, h.about_holder, h.origin, h.component_code, h.content_sha256, h.document_id,
  h.issued_paper_id, h.issuer, h.number, h.issued_on, h.valid_from, h.valid_until, h.legal_basis, h.held_at, h.status,
  h.status_at, h.status_reason, h.holder_id, k.vi as kind_vi, k.en as kind_en,
  r.code as replaced_by, d.code as source_dossier, s.media_type
from held_paper h
join dossier d on d.id = h.source_dossier_id
join stored_content s on s.sha256 = h.content_sha256
left join held_paper r on r.id = h.replaced_by_id
left join lateral (select n.vi, n.en from paper_kind n where n.code = h.kind order by n.valid_from desc limit 1) k
  on true
"""

_NUMBER_OF_APPLICANT = "select p.identity_number from dossier_party p where p.dossier_id = $1 and p.role = 'applicant'"


async def has_paper_lists(connection: AsyncConnection) -> bool:
    """Tell whether the lists of papers were loaded: without them nobody knows what is only shown."""
    return await fetch_one(connection, "select 1 as one from paper_kind limit 1") is not None


async def number_of_applicant(connection: AsyncConnection, dossier_id: int) -> str | None:
    """Return the identity number of the dossier's applicant; None if there is none."""
    row = await fetch_one(connection, _NUMBER_OF_APPLICANT, dossier_id)
    return None if row is None else row.identity_number


async def was_denied(connection: AsyncConnection, dossier_id: int) -> bool:
    """Tell whether the decision went against the applicant: what is published then is no paper of theirs."""
    row = await fetch_one(
        connection,
        "select 1 as one from dossier_outcome where dossier_id = $1 and kind = 'resolved' and reason_code = 'denied'",
        dossier_id,
    )
    return row is not None


async def papers_of(connection: AsyncConnection, identity_number: str) -> Sequence[Any]:
    """Return everything held for a person, the newest first."""
    return await fetch_all(
        connection,
        f"{_PAPER} join paper_holder o on o.id = h.holder_id where o.identity_number = $1 "
        "order by h.issued_on desc nulls last, h.id desc limit 500",
        identity_number,
    )


async def holder_id(connection: AsyncConnection, identity_number: str) -> int | None:
    row = await fetch_one(connection, "select id from paper_holder where identity_number = $1", identity_number)
    return None if row is None else int(row.id)


async def paper_of_applicant(connection: AsyncConnection, code: str, dossier_id: int) -> Any:
    """Return the paper if it is held for the applicant of the dossier; None otherwise. Its row is locked for share."""
    return await fetch_one(
        connection,
        f"{_PAPER} join paper_holder o on o.id = h.holder_id "
        f"where h.code = $1 and o.identity_number = ({_NUMBER_OF_APPLICANT.replace('$1', '$2')}) for share of h",
        code,
        dossier_id,
    )


async def paper_to_change(connection: AsyncConnection, code: str) -> Any:
    """Return a paper with the units of its source dossier, its row locked."""
    return await fetch_one(
        connection,
        f"select p.*, r.path as receiving_path, c.path as competent_path from ({_PAPER} where h.code = $1) p "
        "join dossier d on d.code = p.source_dossier join unit r on r.id = d.receiving_unit_id "
        "join unit c on c.id = d.competent_unit_id join held_paper locked on locked.id = p.id for update of locked",
        code,
    )


async def paper_by_code(connection: AsyncConnection, code: str) -> Any:
    return await fetch_one(connection, f"{_PAPER} where h.code = $1", code)


async def document_to_hold(connection: AsyncConnection, dossier_id: int, document_id: int) -> Any:
    """Return component and content of a dossier's document that nothing has superseded; None otherwise."""
    return await fetch_one(
        connection,
        "select d.id, d.component_code, d.content_sha256, d.kind, d.name from document d "
        "where d.id = $2 and d.dossier_id = $1 and not exists (select from document n where n.supersedes_id = d.id)",
        dossier_id,
        document_id,
    )


_COMPONENTS = """
select c.code, c.source,
  (select json_build_object('source', r.source, 'held_paper', h.code, 'replaced_by', n.code) from paper_reuse r
    left join held_paper h on h.id = r.held_paper_id left join held_paper n on n.id = h.replaced_by_id
    where r.dossier_id = c.dossier_id and r.component_code = c.code order by r.seq desc limit 1) as reuse
from dossier_component c where c.dossier_id = $1
"""


async def components_of(connection: AsyncConnection, dossier_id: int) -> dict[str, Any]:
    """Return by code what was handed in for each component, with its last reuse."""
    return {row.code: row for row in await fetch_all(connection, _COMPONENTS, dossier_id)}


async def digitized_components(connection: AsyncConnection, dossier_id: int) -> set[str]:
    """Return the components of which the dossier has an electronic copy."""
    rows = await fetch_all(
        connection,
        "select distinct d.component_code from document d join stored_content s on s.sha256 = d.content_sha256 "
        "where d.dossier_id = $1 and d.component_code is not null and d.kind in ('component', 'digitized_copy') "
        "and s.withdrawn_at is null",
        dossier_id,
    )
    return {row.component_code for row in rows}


# Counted from the rows beside the log; the events say the same (`reuse_in_log`).
_COUNTS = """
with wanted as (select u.id, u.code, u.name from unit u
  where $3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3)),
reused as (
  select {key} as key, count(*) as reuses, count(distinct r.dossier_id) as dossiers,
    count(*) filter (where r.source = 'vault') as vault,
    count(*) filter (where r.source = 'national_store') as national_store,
    count(*) filter (where r.source = 'database') as database
  from paper_reuse r join wanted u on u.id = r.unit_id
  where r.reused_at >= $1 and r.reused_at < $2 group by 1
),
again as (
  select {again_key} as key, count(*) as asked_again from asked_again r join wanted u on u.id = r.unit_id
  where r.asked_at >= $1 and r.asked_at < $2 group by 1
),
needless as (
  select {needless_key} as key, count(*) as brought_needlessly from needless_paper r join wanted u on u.id = r.unit_id
  where r.brought_at >= $1 and r.brought_at < $2 group by 1
)
select key, coalesce(reused.reuses, 0) as reuses, coalesce(reused.dossiers, 0) as dossiers,
  coalesce(reused.vault, 0) as vault, coalesce(reused.national_store, 0) as national_store,
  coalesce(reused.database, 0) as database, coalesce(again.asked_again, 0) as asked_again,
  coalesce(needless.brought_needlessly, 0) as brought_needlessly,
  (select w.name from unit w where w.code = key) as name
from reused full join again using (key) full join needless using (key) order by key
"""
_KEYS = {
    None: "''",
    "unit": "u.code",
    "month": "to_char({at} at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')",
}


async def reuse_counts(
    connection: AsyncConnection, *, begin: dt.datetime, end: dt.datetime, unit: str | None, group_by: str | None
) -> Sequence[Any]:
    """Return how often papers were reused, asked for again and brought needlessly from `begin` until before `end`."""
    key = _KEYS[group_by]
    sql = _COUNTS.format(
        key=key.format(at="r.reused_at"),
        again_key=key.format(at="r.asked_at"),
        needless_key=key.format(at="r.brought_at"),
    )
    return await fetch_all(connection, sql, begin, end, unit)


async def unit_exists(connection: AsyncConnection, code: str) -> bool:
    return await fetch_one(connection, "select 1 as one from unit where code = $1", code) is not None


_REUSE_IN_LOG = """
select u.code as unit, e.data->>'source' as source, count(*) as reuses, count(distinct e.dossier_id) as dossiers
from dossier_event e join unit u on u.id = e.unit_id
where e.type = 'paper_reused' and e.occurred_at >= $1 and e.occurred_at < $2 group by 1, 2 order by 1, 2
"""


async def reuse_in_log(connection: AsyncConnection, *, begin: dt.datetime, end: dt.datetime) -> Sequence[Any]:
    """Return the same counts from the log alone, by unit and source: what anybody can recompute."""
    return await fetch_all(connection, _REUSE_IN_LOG, begin, end)


_LINES = {
    "paper_kind": "select l.*, l.code as subject from paper_kind l",
    "paper_use": "select l.*, p.code as procedure_code, k.vi as kind_vi from paper_use l "
    "join procedure p on p.id = l.procedure_id left join lateral (select n.vi from paper_kind n "
    "where n.code = l.kind order by n.valid_from desc limit 1) k on true",
}
_COUNTS_ON = "({day}::date is null or l.valid_from <= {day}::date and (l.valid_to is null or l.valid_to > {day}::date))"


async def kinds_page(
    connection: AsyncConnection, *, code: str | None = None, on: dt.date | None, after: int, limit: int
) -> Sequence[Any]:
    """Return lines of the list of kinds that count on a day (None: all of them), in the order they were recorded."""
    return await fetch_all(
        connection,
        f"{_LINES['paper_kind']} where ($1::text is null or l.code = $1) and {_COUNTS_ON.format(day='$2')} "
        "and l.id > $3 order by l.id limit $4",
        code,
        on,
        after,
        limit,
    )


async def uses_page(
    connection: AsyncConnection,
    *,
    procedure_code: str | None = None,
    role: str | None = None,
    code: str | None = None,
    on: dt.date | None,
    after: int,
    limit: int,
) -> Sequence[Any]:
    """Return lines of the list of uses, of one procedure or of all."""
    return await fetch_all(
        connection,
        f"{_LINES['paper_use']} where ($1::text is null or p.code = $1) and ($2::text is null or l.role = $2) "
        f"and ($3::text is null or l.code = $3) and {_COUNTS_ON.format(day='$4')} and l.id > $5 order by l.id limit $6",
        procedure_code,
        role,
        code,
        on,
        after,
        limit,
    )


async def paper_line(connection: AsyncConnection, table: PaperList, line_id: int) -> Any:
    return await fetch_one(connection, f"{_LINES[table]} where l.id = $1", line_id)


async def overlapping_line(
    connection: AsyncConnection, table: PaperList, key: Mapping[str, str], begin: dt.date, end: dt.date | None
) -> Any:
    """Return a line about the same thing that counts on some day from `begin` until before `end`, if there is one."""
    names = {"code": "l.code", "role": "l.role", "procedure_code": "p.code"}
    same = " and ".join(f"{names[name]} = ${place}" for place, name in enumerate(key, start=3))
    return await fetch_one(
        connection,
        f"{_LINES[table]} where daterange(l.valid_from, l.valid_to) && daterange($1, $2) and {same} limit 1",
        begin,
        end,
        *key.values(),
    )


async def code_in_force(connection: AsyncConnection, procedure: str, code: str | None, on: dt.date) -> Any:
    """Return the procedure's id (null if unknown) and what its version in force on a day says of a code.

    `is_listed`, `is_shown`: it is a component, one that is presented only; `is_result`: it is a result.
    """
    return await fetch_one(
        connection,
        "select (select p.id from procedure p where p.code = $1) as procedure_id, x.is_listed, x.is_shown, "
        "exists (select from procedure_version w, jsonb_array_elements(w.result_types) r "
        "where w.id = v.id and r->>'code' = $2) as is_result "
        f"from (select {VERSION_IN_FORCE_OF.format(code='$1', day='$3')} as id) v "
        "cross join lateral (select count(*) > 0 as is_listed, coalesce(bool_and(c.presented_only), false) as is_shown "
        "from procedure_component c where c.version_id = v.id and c.code = $2) x",
        procedure,
        code,
        on,
    )
