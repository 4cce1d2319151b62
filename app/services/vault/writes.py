"""Writes of the vault: a paper held once however often it comes, a reuse, a change of standing."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, fetch_one, to_json
from app.services.vault.queries import PaperList

_HOLDER = """
with made as (insert into paper_holder (identity_number) values ($1) on conflict do nothing returning id)
select id from made union all select id from paper_holder where identity_number = $1 limit 1
"""

# The same content of the same kind and person is the same paper; whoever comes second is given the first one's row.
_HOLD = """
insert into held_paper (code, holder_id, kind, about_holder, origin, source_dossier_id, component_code, content_sha256,
  document_id, issued_paper_id, issuer, number, issued_on, valid_from, valid_until, legal_basis, held_at, held_by,
  status)
values ('KG-' || lpad(nextval('held_paper_number')::text, 10, '0'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
  $13, $14, $15, $16, $17, 'valid')
on conflict (holder_id, kind, content_sha256) do nothing
returning id, code
"""
_HELD_ALREADY = "select id, code from held_paper where holder_id = $1 and kind = $2 and content_sha256 = $3"


async def holder_of(connection: AsyncConnection, identity_number: str) -> int:
    """Return the row of a person, made if there is none."""
    row = await fetch_one(connection, _HOLDER, identity_number)
    if row is None:  # somebody else is making it: they have committed by now, so it is there
        row = await fetch_one(connection, _HOLDER, identity_number)
    if row is None:
        raise AssertionError("a holder is there or was made")
    return int(row.id)


async def hold(connection: AsyncConnection, values: Mapping[str, Any]) -> tuple[Any, bool]:
    """Write a held paper; return (its `id` and `code`, whether it is new)."""
    row = await fetch_one(
        connection,
        _HOLD,
        values["holder_id"],
        values["kind"],
        values["about_holder"],
        values["origin"],
        values["source_dossier_id"],
        values["component_code"],
        values["content_sha256"],
        values["document_id"],
        values["issued_paper_id"],
        values["issuer"],
        values["number"],
        values["issued_on"],
        values["valid_from"],
        values["valid_until"],
        values["legal_basis"],
        values["held_at"],
        values["held_by"],
    )
    if row is not None:
        return row, True
    key = values["holder_id"], values["kind"], values["content_sha256"]
    return await fetch_one(connection, _HELD_ALREADY, *key), False


async def change_status(
    connection: AsyncConnection,
    paper_id: int,
    *,
    status: str,
    reason: str,
    replaced_by_id: int | None,
    by: int | None,
    now: dt.datetime,
) -> bool:
    """Say that a valid paper no longer counts; False if that was said before."""
    return bool(
        await execute(
            connection,
            "update held_paper set status = $2, status_reason = $3, replaced_by_id = $4, status_by = $5, "
            "status_at = $6 where id = $1 and status = 'valid'",
            paper_id,
            status,
            reason,
            replaced_by_id,
            by,
            now,
        )
    )


async def withdraw_result(
    connection: AsyncConnection,
    *,
    issued_paper_id: int,
    replaced_by_issued_paper_id: int | None,
    reason: str,
    by: int | None,
    now: dt.datetime,
) -> int:
    """Say of everything held from a result that it is revoked, or replaced by what is held from another one."""
    return await execute(
        connection,
        "update held_paper h set status = case when n.id is null then 'revoked' else 'replaced' end, "
        "replaced_by_id = n.id, status_reason = $3, status_by = $4, status_at = $5 from held_paper o "
        "left join held_paper n on n.issued_paper_id = $2 and n.holder_id = o.holder_id and n.kind = o.kind "
        "where o.id = h.id and h.issued_paper_id = $1 and h.status = 'valid'",
        issued_paper_id,
        replaced_by_issued_paper_id,
        reason,
        by,
        now,
    )


async def withdraw_document(
    connection: AsyncConnection, *, document_id: int, reason: str, by: int | None, now: dt.datetime
) -> int:
    """Say of everything held by the bytes of a document that it is revoked."""
    return await execute(
        connection,
        "update held_paper h set status = 'revoked', status_reason = $2, status_by = $3, status_at = $4 "
        "from document d where d.id = $1 and d.content_sha256 = h.content_sha256 and h.status = 'valid'",
        document_id,
        reason,
        by,
        now,
    )


_COMPONENT = """
insert into dossier_component (dossier_id, code, originals, certified_copies, photocopies, source)
values ($1, $2, 0, 0, 0, $3)
on conflict (dossier_id, code) do update set source = excluded.source
"""


async def set_component_source(connection: AsyncConnection, dossier_id: int, component: str, source: str) -> None:
    await execute(connection, _COMPONENT, dossier_id, component, source)


async def write_reuse(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await execute(
        connection,
        "insert into paper_reuse (dossier_id, seq, component_code, source, held_paper_id, database_code, reference, "
        "legal_basis, unit_id, reused_at, reused_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        values["dossier_id"],
        values["seq"],
        values["component_code"],
        values["source"],
        values["held_paper_id"],
        values["database_code"],
        values["reference"],
        values["legal_basis"],
        values["unit_id"],
        values["reused_at"],
        values["reused_by"],
    )


_ADD_KIND = """
insert into paper_kind (code, vi, en, presented_only, valid_months, file_names, confidence, source, valid_from,
  valid_to, recorded_at, recorded_by)
select x.code, x.vi, x.en, x.presented_only, x.valid_months, x.file_names, x.confidence, x.source, x.valid_from,
  x.valid_to, x.recorded_at, x.recorded_by
from jsonb_to_record($1::jsonb) as x(code text, vi text, en text, presented_only boolean, valid_months int,
  file_names text[], confidence text, source text, valid_from date, valid_to date, recorded_at timestamptz,
  recorded_by int)
where not $2::boolean or not exists (select from paper_kind k where k.code = x.code)
"""
_ADD_USE = """
insert into paper_use (procedure_id, role, code, kind, about_holder, confidence, source, valid_from, valid_to,
  recorded_at, recorded_by)
select p.id, x.role, x.code, x.kind, x.about_holder, x.confidence, x.source, x.valid_from, x.valid_to, x.recorded_at,
  x.recorded_by
from jsonb_to_record($1::jsonb) as x(procedure_code text, role text, code text, kind text, about_holder boolean,
  confidence text, source text, valid_from date, valid_to date, recorded_at timestamptz, recorded_by int)
join procedure p on p.code = x.procedure_code
where not $2::boolean or not exists (select from paper_use w where w.procedure_id = p.id and w.role = x.role
  and w.code = x.code)
"""


async def one_list_at_a_time(connection: AsyncConnection) -> None:
    """Let one change the lists of papers at a time, until the transaction ends."""
    await fetch_all(connection, "select pg_advisory_xact_lock(hashtext('lists of papers'))::text")


async def add_kind(connection: AsyncConnection, values: Mapping[str, Any], *, only_if_unlisted: bool = False) -> int:
    """Write a line of the list of kinds; return how many were written."""
    return await execute(connection, _ADD_KIND, to_json(dict(values)), only_if_unlisted)


async def add_use(connection: AsyncConnection, values: Mapping[str, Any], *, only_if_unlisted: bool = False) -> int:
    """Write a line of the list of uses; return how many were written."""
    return await execute(connection, _ADD_USE, to_json(dict(values)), only_if_unlisted)


async def end_line(connection: AsyncConnection, table: PaperList, line_id: int, valid_to: dt.date) -> None:
    await execute(connection, f"update {table} set valid_to = $2 where id = $1", line_id, valid_to)
