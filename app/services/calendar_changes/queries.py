"""SQL of published calendars and the open dossiers they reach."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.deadlines.queries import calendar_version_of, policy_with_id

# The number under which batches wait for one another; any number that no other lock of the program has.
_BATCHES = 7_306_118_120

# An open, accepted dossier whose date this program computed. What has no calendar version was dated elsewhere.
_REACHED = """
  d.ended_at is null and d.accepted_at is not null and d.limit_value is not null and d.clock_policy_id is not null
  and d.calendar_version is not null"""

_FACTS = """
  d.id, d.code, d.version, d.competent_unit_id, d.accepted_at, d.current_due_at, d.due_provisional, d.calendar_version,
  d.limit_value, d.limit_unit, d.clock_policy_id,
  (select json_agg(json_build_object('cause', a.cause, 'effect', a.effect, 'from_at', a.from_at, 'to_at', a.to_at,
     'after_due', a.after_due, 'legal_basis', a.legal_basis) order by a.seq)
   from deadline_adjustment a
   where a.dossier_id = d.id and a.cause in ('supplement_wait', 'payment_wait', 'extension')) as ledger"""


async def unit_versions(connection: AsyncConnection, path: str) -> Sequence[Any]:
    """Return `id`, `code`, `name` and the present calendar `version` of the units at and below `path` (empty: all)."""
    return await fetch_all(
        connection,
        f"select u.id, u.code, u.name, {calendar_version_of('u.path')} as version from unit u "
        "where starts_with(u.path, $1) order by u.id",
        path,
    )


async def claim_publication(connection: AsyncConnection, publication_id: int) -> Any | None:
    """Lock an unfinished publication and return it with the `path` it reaches; None if finished or being worked on."""
    return await fetch_one(
        connection,
        "select p.id, p.last_dossier_id, p.skipped, coalesce(u.path, '') as path from calendar_publication p "
        "join calendar c on c.id = p.calendar_id left join unit u on u.id = c.unit_id "
        "where p.id = $1 and p.finished_at is null for update of p skip locked",
        publication_id,
    )


async def one_batch_at_a_time(connection: AsyncConnection) -> None:
    """Wait until no other batch is being written: batches of two publications may share dossiers."""
    await fetch_one(connection, "select pg_advisory_xact_lock($1)", _BATCHES)


async def unfinished_publications(connection: AsyncConnection) -> Sequence[int]:
    rows = await fetch_all(connection, "select id from calendar_publication where finished_at is null order by id")
    return [row.id for row in rows]


async def stale_facts(
    connection: AsyncConnection, versions: Mapping[int, str], *, after_id: int, limit: int
) -> Sequence[Any]:
    """Return the facts of the next open dossiers dated by another calendar than their unit's present one.

    They are not locked: who writes them checks that their version is still the one read here.
    """
    return await fetch_all(
        connection,
        f"select {_FACTS} from dossier d where d.id > $3 and {_REACHED} and d.competent_unit_id = any($1::int[]) "
        "and (d.competent_unit_id, d.calendar_version) not in (select * from unnest($1::int[], $2::text[])) "
        "order by d.id limit $4",
        list(versions),
        list(versions.values()),
        after_id,
        limit,
    )


async def open_facts(connection: AsyncConnection, units: Sequence[int], *, after_id: int, limit: int) -> Sequence[Any]:
    """Return the facts of the next open dossiers of these units, without locking them."""
    return await fetch_all(
        connection,
        f"select {_FACTS} from dossier d where d.id > $1 and {_REACHED} and d.competent_unit_id = any($2::int[]) "
        "order by d.id limit $3",
        after_id,
        list(units),
        limit,
    )


async def policy_texts(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
    """Return the clock policies with these ids as text for `read_policy`."""
    rows = await fetch_all(
        connection,
        f"select wanted.id, {policy_with_id('wanted.id')} as policy from unnest($1::int[]) as wanted(id)",
        list(ids),
    )
    return {row.id: row.policy for row in rows}


async def publications_of(connection: AsyncConnection, layers: Sequence[int | None]) -> Sequence[Any]:
    """Return the deadline publications of the layers of these units (None: the nation), the oldest first."""
    return await fetch_all(
        connection,
        "select p.id, p.version, c.unit_id, p.legal_basis, p.published_by from calendar_publication p "
        "join calendar c on c.id = p.calendar_id "
        "where c.purpose = 'deadline' and (c.unit_id = any($1::int[]) or c.unit_id is null and $2) order by p.version",
        [unit for unit in layers if unit is not None],
        None in layers,
    )


async def running_transactions(connection: AsyncConnection, among: Sequence[str] | None = None) -> list[str]:
    """Return the other transactions of this database that are running now (those of `among` only, if given).

    A transaction that began before a calendar was published may still date a dossier by the former one.
    """
    rows = await fetch_all(
        connection,
        "select k.virtualtransaction as name from pg_locks k join pg_stat_activity s on s.pid = k.pid "
        "where k.locktype = 'virtualxid' and k.pid <> pg_backend_pid() "
        "and s.datid = (select oid from pg_database where datname = current_database()) "
        "and ($1::text[] is null or k.virtualtransaction = any($1::text[]))",
        None if among is None else list(among),
    )
    return [row.name for row in rows]


async def publications_page(
    connection: AsyncConnection, unit_id: int | None, purpose: str, *, before_id: int | None, limit: int
) -> Sequence[Any]:
    """Return the publications of a layer, the newest first, with who published them."""
    return await fetch_all(
        connection,
        "select p.id, p.version, p.changes, p.legal_basis, p.decided_by, p.published_at, p.examined, p.moved, "
        "p.left_alone, p.finished_at, w.display_name as published_by from calendar_publication p "
        "join calendar c on c.id = p.calendar_id left join account w on w.id = p.published_by "
        "where c.purpose = $1 and c.unit_id is not distinct from $2::int and ($3::bigint is null or p.id < $3::bigint) "
        "order by p.id desc limit $4",
        purpose,
        unit_id,
        before_id,
        limit,
    )


async def contents_of(connection: AsyncConnection, versions: Sequence[int]) -> Sequence[Any]:
    """Return the layers as published in these versions, with the unit they are of (None: the nation)."""
    return await fetch_all(
        connection,
        "select p.version, p.content, c.unit_id, u.code, u.path, p.published_at from calendar_publication p "
        "join calendar c on c.id = p.calendar_id left join unit u on u.id = c.unit_id "
        "where c.purpose = 'deadline' and p.version = any($1::int[])",
        list(versions),
    )
