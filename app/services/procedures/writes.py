"""Writes of the catalogue, set-based: one procedure by hand and two thousand by import take the same statements.

Contents arrive in the canonical form of `VersionInput`. Tables: `app.models.procedures`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, to_json

_ENTRY = (
    "jsonb_to_recordset($1::jsonb) as r(code text, field text, synonyms jsonb, sibling_group text, "
    "distinguishing text, replaced_by text, search text)"
)

_INSERT_PROCEDURES = (
    "insert into procedure (code, field, synonyms, sibling_group, distinguishing, replaced_by, search) "
    f"select r.code, r.field, r.synonyms, r.sibling_group, r.distinguishing, r.replaced_by, r.search from {_ENTRY} "
    "returning id, code"
)

_UPDATE_PROCEDURES = (
    "update procedure p set field = r.field, synonyms = r.synonyms, sibling_group = r.sibling_group, "
    "distinguishing = r.distinguishing, replaced_by = r.replaced_by, search = r.search "
    f"from {_ENTRY} where p.code = r.code"
)

_HEADER = (
    "name, level, legal_basis, result_types, case_variants, processing_system, competent_level, fee_set_by_council, "
    "source, notes, valid_from, confidence, fact_confidence"
)

_HEADER_OF_CONTENT = (
    "r.name, r.level, r.legal_basis, r.result_types, r.case_variants, r.processing_system, r.competent_level, "
    "r.fee_set_by_council, r.source, r.notes, r.valid_from, r.confidence ->> 'code', r.confidence - 'code'"
)

_CONTENT = (
    "jsonb_to_recordset($1::jsonb) as r(procedure_id integer, version integer, version_id integer, name text, "
    "level text, legal_basis jsonb, result_types jsonb, case_variants jsonb, processing_system text, "
    "competent_level text, fee_set_by_council boolean, source text, notes text, valid_from date, confidence jsonb)"
)

_INSERT_VERSIONS = (
    f"insert into procedure_version (procedure_id, version, status, {_HEADER}) "
    f"select r.procedure_id, r.version, 'draft', {_HEADER_OF_CONTENT} from {_CONTENT} returning id, procedure_id"
)

_UPDATE_VERSION = (
    f"update procedure_version v set ({_HEADER}) = row({_HEADER_OF_CONTENT}) from {_CONTENT} where v.id = r.version_id"
)

_INSERT_COMPONENTS = """
insert into procedure_component (version_id, position, case_variant, code, name, originals, copies, required,
  presented_only, digitization_required, data_satisfiable, confidence, flags_confidence)
select r.version_id, c.position, c.case_variant, c.code, c.name, c.originals, c.copies, c.required,
  c.presented_only, c.digitization_required, c.data_satisfiable, c.confidence, c.flags_confidence
from jsonb_to_recordset($1::jsonb) as r(version_id integer, components jsonb),
  rows from (jsonb_to_recordset(r.components) as (case_variant text, code text, name text, originals integer,
    copies integer, required boolean, presented_only boolean, digitization_required boolean,
    data_satisfiable boolean, confidence text, flags_confidence text)) with ordinality
  as c(case_variant, code, name, originals, copies, required, presented_only, digitization_required,
    data_satisfiable, confidence, flags_confidence, position)
"""

_INSERT_TERMS = """
insert into procedure_term (version_id, case_variant, channel, statutory_value, statutory_unit, committed_value,
  committed_unit, verification_value, verification_unit, confidence, verification_confidence)
select r.version_id, t.case_variant, t.channel, (t.statutory ->> 'value')::integer, t.statutory ->> 'unit',
  (t.committed ->> 'value')::integer, t.committed ->> 'unit', (t.verification ->> 'value')::integer,
  t.verification ->> 'unit', t.confidence, t.verification_confidence
from jsonb_to_recordset($1::jsonb) as r(version_id integer, terms jsonb),
  jsonb_to_recordset(r.terms) as t(case_variant text, channel text, statutory jsonb, committed jsonb,
    verification jsonb, confidence text, verification_confidence text)
"""

_INSERT_FEES = """
insert into procedure_fee (version_id, channel, code, name, amount_vnd, per, tariff, confidence)
select r.version_id, f.channel, f.code, f.name, f.amount_vnd, f.per,
  jsonb_build_object('later_steps', f.later_steps, 'cap_vnd', f.cap_vnd), f.confidence
from jsonb_to_recordset($1::jsonb) as r(version_id integer, fees jsonb),
  jsonb_to_recordset(r.fees) as f(channel text, code text, name text, amount_vnd bigint, per text,
    later_steps jsonb, cap_vnd bigint, confidence text)
"""

_REPLACE_PUBLISHED = (
    "update procedure_version v set status = 'replaced', valid_to = least(v.valid_to, n.valid_from) "
    "from procedure_version n "
    "where n.id = any($1::integer[]) and v.procedure_id = n.procedure_id and v.status = 'published'"
)


async def lock_catalogue(connection: AsyncConnection) -> None:
    """Let one writer at a time change the catalogue, until its transaction ends; readers do not wait."""
    await fetch_all(connection, "select pg_advisory_xact_lock(hashtext('procedure catalogue'))::text")


async def insert_procedures(connection: AsyncConnection, entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert procedures; return their ids by code."""
    rows = await fetch_all(connection, _INSERT_PROCEDURES, to_json(entries))
    return {row.code: row.id for row in rows}


async def update_procedures(connection: AsyncConnection, entries: Sequence[Mapping[str, Any]]) -> None:
    """Rewrite what is said of procedures whatever their version; `code` says which."""
    await execute(connection, _UPDATE_PROCEDURES, to_json(entries))


async def insert_drafts(connection: AsyncConnection, contents: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert contents (with `procedure_id` and `version`) as drafts, at most one a procedure; return the new ids."""
    rows = await fetch_all(connection, _INSERT_VERSIONS, to_json(contents))
    id_of = {row.procedure_id: row.id for row in rows}
    await _insert_parts(connection, [{**item, "version_id": id_of[item["procedure_id"]]} for item in contents])
    return [id_of[item["procedure_id"]] for item in contents]


async def rewrite_draft(connection: AsyncConnection, version_id: int, content: Mapping[str, Any]) -> None:
    """Give a draft another content; the database refuses anything else than a draft."""
    contents = [{**content, "version_id": version_id}]
    await execute(connection, _UPDATE_VERSION, to_json(contents))
    for table in ("procedure_component", "procedure_term", "procedure_fee"):
        await execute(connection, f"delete from {table} where version_id = $1", version_id)
    await _insert_parts(connection, contents)


async def publish_drafts(connection: AsyncConnection, version_ids: Sequence[int], *, now: dt.datetime) -> None:
    """Publish drafts; what was published before is replaced and ends where the new one begins."""
    ids = list(version_ids)
    await execute(connection, _REPLACE_PUBLISHED, ids)
    await execute(
        connection,
        "update procedure_version set status = 'published', published_at = $2 where id = any($1::integer[])",
        ids,
        now,
    )


async def set_replaced_by(connection: AsyncConnection, code: str, *, replaced_by: str, from_date: dt.date) -> None:
    """Name the procedure that stands in; no version of this one is in force from `from_date` on."""
    await execute(connection, "update procedure set replaced_by = $2 where code = $1", code, replaced_by)
    await execute(
        connection,
        "update procedure_version v set valid_to = greatest(v.valid_from, $2::date) from procedure p "
        "where p.id = v.procedure_id and p.code = $1 and v.published_at is not null "
        "and coalesce(v.valid_to, 'infinity') > $2::date",
        code,
        from_date,
    )


async def _insert_parts(connection: AsyncConnection, contents: Sequence[Mapping[str, Any]]) -> None:
    document = to_json(contents)
    for statement in (_INSERT_COMPONENTS, _INSERT_TERMS, _INSERT_FEES):
        await execute(connection, statement, document)
