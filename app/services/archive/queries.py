"""Everything of a closed dossier that a package holds."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one

# Drafts that officers made for themselves are no part of the record; what was superseded is told by the log.
_FILES = """
select 'documents' as section, coalesce(d.component_code, d.kind) as label, d.name, d.content_sha256 as sha256,
  s.size_bytes, s.media_type, d.added_at as at, 1 as rank, d.id
from document d join stored_content s on s.sha256 = d.content_sha256 and s.withdrawn_at is null
where d.dossier_id = $1 and d.kind <> 'internal'
  and not exists (select from document n where n.supersedes_id = d.id)
union all
select 'originals', coalesce(d.component_code, d.kind), d.name, d.original_sha256, s.size_bytes, s.media_type,
  d.added_at, 3, d.id
from document d join stored_content s on s.sha256 = d.original_sha256 and s.withdrawn_at is null
where d.dossier_id = $1 and d.kind <> 'internal'
  and not exists (select from document n where n.supersedes_id = d.id)
union all
select 'papers', p.kind || coalesce('-' || p.form_code, ''), p.number, p.content_sha256, s.size_bytes, s.media_type,
  p.issued_at, 2, p.id
from issued_paper p join stored_content s on s.sha256 = p.content_sha256 and s.withdrawn_at is null
where p.dossier_id = $1 and p.kind <> 'archive'
order by rank, id
"""

_EVENTS = """
select e.seq, e.type, e.state, e.occurred_at, e.data, u.code as unit, a.username as actor
from dossier_event e left join unit u on u.id = e.unit_id left join account a on a.id = e.actor_id
where e.dossier_id = $1 and e.seq <= $2 order by e.seq
"""

_FONDS = """
select i.code from agency_identifier i
where i.unit_id = $1 and i.valid_from <= $2::date and (i.valid_to is null or i.valid_to > $2::date)
order by i.valid_from desc limit 1
"""


async def files_of(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return the files of the dossier: documents as they stand, issued papers, and files as they were handed in."""
    return await fetch_all(connection, _FILES, dossier_id)


async def events_of(connection: AsyncConnection, dossier_id: int, last: int) -> Sequence[Any]:
    """Return the log of the dossier up to the event numbered `last`."""
    return await fetch_all(connection, _EVENTS, dossier_id, last)


async def agency_code(connection: AsyncConnection, unit_id: int, *, day: dt.date) -> str | None:
    """Return the agency identifier of the unit that is valid on the day, or None."""
    row = await fetch_one(connection, _FONDS, unit_id, day)
    return None if row is None else row.code


async def last_package(connection: AsyncConnection, dossier_id: int) -> Any:
    """Return the newest package of the dossier, or None."""
    return await fetch_one(connection, f"{_PACKAGE} where p.dossier_id = $1 order by p.number desc limit 1", dossier_id)


async def package(connection: AsyncConnection, dossier_id: int, number: int) -> Any:
    return await fetch_one(connection, f"{_PACKAGE} where p.dossier_id = $1 and p.number = $2", dossier_id, number)


async def packages_of(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    return await fetch_all(connection, f"{_PACKAGE} where p.dossier_id = $1 order by p.number", dossier_id)


_PACKAGE = """
select p.*, d.code as dossier, i.token, c.withdrawn_at, a.display_name as made_by_name from archive_package p
join dossier d on d.id = p.dossier_id join issued_paper i on i.id = p.issued_paper_id
join stored_content c on c.sha256 = p.content_sha256
left join account a on a.id = p.made_by
"""
