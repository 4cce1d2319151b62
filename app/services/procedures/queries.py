"""Reads of the catalogue. Each function is one statement and so one round trip; documents leave as JSON text."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one

# Ranges of one procedure never overlap; `valid_to` is the first day out of force.
IN_FORCE = (
    "v.published_at is not null and v.valid_from <= {day}::date and (v.valid_to is null or v.valid_to > {day}::date)"
)

VERSION_IN_FORCE_OF = (
    "(select v.id from procedure p join procedure_version v on v.procedure_id = p.id where p.code = {code} and "
    + IN_FORCE
    + " order by v.version desc limit 1)"
)
"""Id of the version in force, for the hand-written statements of others; parameters `code` and `day`."""

SIBLINGS_OF = """(
  select coalesce(json_agg(json_build_object('code', s.code, 'name', s.name, 'distinguishing', s.distinguishing)
    order by s.code), '[]'::json)
  from (
    select distinct on (o.code) o.code, w.name, o.distinguishing
    from procedure o join procedure_version w on w.procedure_id = o.id and w.published_at is not null
    where o.sibling_group = p.sibling_group and o.id <> p.id
    order by o.code, w.version desc
  ) s
)"""

_LIMIT = "json_build_object('value', t.{kind}_value, 'unit', t.{kind}_unit)"

_TERMS = f"""(
  select coalesce(json_agg(json_build_object(
    'channel', t.channel, 'case_variant', t.case_variant,
    'statutory', {_LIMIT.format(kind="statutory")}, 'committed', {_LIMIT.format(kind="committed")},
    'verification', case when t.verification_value is not null then {_LIMIT.format(kind="verification")} end,
    'confidence', t.confidence, 'verification_confidence', t.verification_confidence
  ) order by t.case_variant, t.channel), '[]'::json)
  from procedure_term t where t.version_id = v.id
)"""

_COMPONENTS = """(
  select coalesce(json_agg(json_build_object(
    'code', c.code, 'name', c.name, 'case_variant', c.case_variant, 'originals', c.originals, 'copies', c.copies,
    'required', c.required, 'presented_only', c.presented_only, 'digitization_required', c.digitization_required,
    'data_satisfiable', c.data_satisfiable, 'confidence', c.confidence, 'flags_confidence', c.flags_confidence
  ) order by c.case_variant, c.position, c.id), '[]'::json)
  from procedure_component c where c.version_id = v.id
)"""

_FEES = """(
  select coalesce(json_agg(json_build_object(
    'channel', f.channel, 'code', f.code, 'name', f.name, 'amount_vnd', f.amount_vnd, 'per', f.per,
    'later_steps', coalesce(f.tariff -> 'later_steps', '[]'::jsonb), 'cap_vnd', f.tariff -> 'cap_vnd',
    'confidence', f.confidence
  ) order by f.channel, f.code), '[]'::json)
  from procedure_fee f where f.version_id = v.id
)"""

_DOCUMENT = f"""json_build_object(
  'code', p.code, 'version', v.version, 'status', v.status, 'in_force', {IN_FORCE.format(day="{day}")},
  'name', v.name, 'field', p.field, 'level', v.level, 'competent_level', v.competent_level,
  'processing_system', v.processing_system, 'legal_basis', v.legal_basis, 'result_types', v.result_types,
  'case_variants', v.case_variants, 'fee_set_by_council', v.fee_set_by_council,
  'valid_from', v.valid_from, 'valid_to', v.valid_to, 'published_at', v.published_at,
  'components', {_COMPONENTS}, 'terms', {_TERMS}, 'fees', {_FEES},
  'confidence', jsonb_build_object('code', v.confidence) || v.fact_confidence, 'source', v.source, 'notes', v.notes,
  'synonyms', p.synonyms, 'replaced_by', p.replaced_by, 'distinguishing', p.distinguishing, 'siblings', {SIBLINGS_OF}
)"""

_CONTENT = f"""
select v.id, v.procedure_id, v.status, {_DOCUMENT.format(day="v.valid_from")} as document
from procedure_version v join procedure p on p.id = v.procedure_id
where v.id = $1
"""


async def content_document(connection: AsyncConnection, version_id: int) -> Any | None:
    """Return `id, procedure_id, status, document` of a version; None if there is no such version."""
    return await fetch_one(connection, _CONTENT, version_id)


async def version_id_in_force(connection: AsyncConnection, code: str, day: dt.date) -> int | None:
    sql = f"select {VERSION_IN_FORCE_OF.format(code='$1', day='$2')} as id"
    row: Any = await fetch_one(connection, sql, code, day)
    return None if row is None else row.id
