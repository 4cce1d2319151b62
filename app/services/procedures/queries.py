"""Reads of the catalogue. Each function is one statement and so one round trip; documents leave as JSON text."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

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
  select coalesce(json_agg(json_build_object('code', sibling.code, 'name', sibling.name,
    'distinguishing', sibling.distinguishing) order by sibling.code), '[]'::json)
  from (
    select distinct on (o.code) o.code, w.name, o.distinguishing
    from procedure o join procedure_version w on w.procedure_id = o.id and w.published_at is not null
    where o.sibling_group = {procedure}.sibling_group and o.id <> {procedure}.id
    order by o.code, w.version desc
  ) sibling
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
  'synonyms', p.synonyms, 'replaced_by', p.replaced_by, 'distinguishing', p.distinguishing,
  'siblings', {SIBLINGS_OF.format(procedure="p")}
)"""

_CONTENT = f"""
select v.id, v.procedure_id, v.status, {_DOCUMENT.format(day="v.valid_from")}::text as document
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


_ENTRIES = f"""
select p.id, p.code, p.field, p.synonyms::text as synonyms, p.sibling_group, p.distinguishing, p.replaced_by,
  v.valid_from,
  (select coalesce(max(w.version), 0) from procedure_version w where w.procedure_id = p.id) as last_version,
  case when v.id is not null then {_DOCUMENT.format(day="v.valid_from")}::text end as document
from procedure p left join procedure_version v on v.procedure_id = p.id and v.status = 'published'
where p.code = any($1::text[])
"""

_VERSION = f"""
select p.id as procedure_id, v.id, v.status, v.valid_from, {_DOCUMENT.format(day="$3")}::text as document
from procedure p join procedure_version v on v.procedure_id = p.id
where p.code = $1 and v.version = $2
"""


async def entries(connection: AsyncConnection, codes: Sequence[str]) -> Sequence[Any]:
    """Return the procedures of `codes` with their last version number and what is published of them."""
    return await fetch_all(connection, _ENTRIES, list(codes))


async def version(connection: AsyncConnection, code: str, number: int, day: dt.date) -> Any | None:
    """Return `procedure_id, id, status, valid_from, document` of one version, draft or not; None if unknown."""
    return await fetch_one(connection, _VERSION, code, number, day)


async def open_draft(connection: AsyncConnection, code: str) -> int | None:
    """Return the number of the procedure's open draft; None if it has none."""
    sql = (
        "select max(v.version) as number from procedure p join procedure_version v on v.procedure_id = p.id "
        "where p.code = $1 and v.status = 'draft'"
    )
    row: Any = await fetch_one(connection, sql, code)
    return None if row is None else row.number


async def replacements(connection: AsyncConnection) -> dict[str, str | None]:
    """Return for each code of the catalogue what replaces it."""
    rows = await fetch_all(connection, "select code, replaced_by from procedure")
    return {row.code: row.replaced_by for row in rows}


# `search` is laid out by `entries.search_column`. $6: the phrase; $7: a pattern for each word, all but the last whole.
_RANK = r"""
case
  when p.code = $6 then 7
  when strpos(p.search, E'\ns ' || $6 || E' \n') > 0 then 6
  when strpos(p.search, E'\nn ' || $6 || E' \n') > 0 then 5
  when strpos(split_part(p.search, E'\n', 2), ' ' || $6) > 0 then 4
  when strpos(substr(p.search, nullif(strpos(p.search, E'\ns '), 0)), ' ' || $6) > 0 then 3
  when split_part(p.search, E'\n', 2) like all($7::text[]) then 2
  else 1
end
"""

_ITEM = f"""json_build_object(
  'code', s.code, 'name', s.name, 'field', s.field, 'level', s.level, 'version', s.version,
  'competent_level', s.competent_level, 'processing_system', s.processing_system,
  'channels', (select coalesce(json_agg(distinct t.channel), '[]'::json) from procedure_term t
    where t.version_id = s.version_id),
  'valid_from', s.valid_from, 'in_force', s.in_force, 'replaced_by', s.replaced_by,
  'distinguishing', s.distinguishing, 'siblings', {SIBLINGS_OF.format(procedure="s")}
)::text"""

_SHOWN = """
  select p.id, p.code, p.field, p.sibling_group, p.distinguishing, p.replaced_by, p.rank, v.id as version_id, v.name,
    v.level, v.version, v.competent_level, v.processing_system, v.valid_from, v.in_force, length(v.name) as size
  from found p cross join lateral (
    select v.*, (IN_FORCE) as in_force from procedure_version v
    where v.procedure_id = p.id and v.published_at is not null and ((IN_FORCE) or p.rank = 7)
    order by in_force desc, v.version desc limit 1
  ) v
  where ($2::text is null or split_part(p.search, E'\\n', 3) = 'f ' || $2) and ($3::text is null or v.level = $3)
    and ($4::text is null
      or exists (select from procedure_term t where t.version_id = v.id and t.channel = $4))
""".replace("IN_FORCE", IN_FORCE.format(day="$1"))

# A word too many should not empty the page: where nothing has every word, what has most of them is found.
_SEARCH = f"""
with whole as materialized (
  select p.*, {_RANK} as rank from procedure p where p.code = $6 or p.search like all($7::text[])
),
found as (
  select * from whole
  union all
  select p.*, (1 - missed.words)::integer from procedure p cross join lateral (
    select count(*) as words from unnest($7::text[]) pattern where p.search not like pattern
  ) missed
  where not exists (select from whole) and missed.words * 2 < cardinality($7::text[])
),
page as (
  select * from ({_SHOWN}) shown
  where $8::integer is null or (-rank, size, code) > (-$8::integer, $9::integer, $10::text)
  order by -rank, size, code limit $5
)
select s.rank, s.size, s.code, {_ITEM} as document from page s order by -s.rank, s.size, s.code
"""

_LIST = f"""
with found as (select p.*, 0 as rank from procedure p where $6::text is null or p.code > $6),
page as ({_SHOWN} order by p.code limit $5)
select s.rank, s.size, s.code, {_ITEM} as document from page s order by s.code
"""

_SHOWN_VERSION = f"""
select {_DOCUMENT.format(day="$2")}::text as document
from procedure p join procedure_version v on v.procedure_id = p.id
where p.code = $1 and v.published_at is not null and ($3::integer is null or v.version = $3)
order by ({IN_FORCE.format(day="$2")}) desc, v.version desc limit 1
"""

_VERSIONS = f"""
select coalesce(json_agg(json_build_object('version', v.version, 'status', v.status, 'name', v.name,
    'in_force', {IN_FORCE.format(day="$2")}, 'valid_from', v.valid_from, 'valid_to', v.valid_to,
    'published_at', v.published_at
  ) order by v.version desc) filter (where v.published_at is not null), '[]'::json)::text as versions
from procedure p left join procedure_version v on v.procedure_id = p.id
where p.code = $1 group by p.id
"""


async def search(
    connection: AsyncConnection,
    *,
    words: Sequence[str],
    day: dt.date,
    field: str | None,
    level: str | None,
    channel: str | None,
    after: Sequence[Any] | None,
    limit: int,
) -> Sequence[Any]:
    """Return `rank, size, code, document` of what is found, best first; without words everything in force, by code.

    `words` and `field` are folded; `after` is (rank, size, code) of the last row of the page before.
    """
    patterns = [*(f"% {word} %" for word in words[:-1]), *(f"% {word}%" for word in words[-1:])]
    rank, size, code = after or (None, None, None)
    shown = (day, field, level, channel, limit)
    if not words:
        return await fetch_all(connection, _LIST, *shown, code)
    return await fetch_all(connection, _SEARCH, *shown, " ".join(words), patterns, rank, size, code)


_PAPER_LISTS = """
select (select coalesce(json_agg(json_build_object('code', k.code, 'vi', k.vi, 'en', k.en, 'presented_only',
    k.presented_only, 'valid_months', k.valid_months, 'file_names', k.file_names) order by k.id), '[]')
  from paper_kind k where k.valid_from <= $2 and (k.valid_to is null or k.valid_to > $2)) as kinds,
  (select coalesce(json_agg(json_build_object('role', w.role, 'code', w.code, 'kind', w.kind, 'about_holder',
    w.about_holder)), '[]')
  from paper_use w where w.procedure_id = $1 and w.valid_from <= $2 and (w.valid_to is null or w.valid_to > $2)) as uses
"""


async def paper_lists(connection: AsyncConnection, procedure_id: int, on: dt.date) -> Any:
    """Return as JSON the kinds of papers in force on a day, and what the procedure's components and results are."""
    return await fetch_one(connection, _PAPER_LISTS, procedure_id, on)


async def shown_version(
    connection: AsyncConnection, code: str, *, day: dt.date, number: int | None = None
) -> str | None:
    """Return the document of a published version: the one of that number, else in force, else the last; or None."""
    row: Any = await fetch_one(connection, _SHOWN_VERSION, code, day, number)
    return None if row is None else row.document


async def published_versions(connection: AsyncConnection, code: str, *, day: dt.date) -> str | None:
    """Return the published versions as a JSON list, the newest first; None if the procedure is unknown."""
    row: Any = await fetch_one(connection, _VERSIONS, code, day)
    return None if row is None else row.versions


_KNOWN_FILTERS = r"""
select $1::text is null or exists (select from unit u where u.code = $1) as unit,
  $2::text is null or exists (select from unit u where u.code = $2) as parent,
  $3::text is null or exists (select from procedure p where p.code = $3) as procedure,
  $4::text is null or exists (select from procedure p where split_part(p.search, E'\n', 3) = 'f ' || $4) as field,
  $5::text is null or exists (select from certification_book b where b.code = $5) as book
"""


async def known_filters(
    connection: AsyncConnection,
    *,
    unit: str | None,
    parent: str | None,
    procedure: str | None,
    field: str | None,
    book: str | None,
) -> Any:
    """Tell of each code whether anything has it; what is None does. `field` is folded as in the search column."""
    return await fetch_one(connection, _KNOWN_FILTERS, unit, parent, procedure, field, book)
