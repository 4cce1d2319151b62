"""Reads of an import: everything a batch of rows must know, each in one statement for the whole batch."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all
from app.services.deadlines.queries import calendar_version_of, policy_with_id


async def known_names(connection: AsyncConnection, names: Collection[str]) -> dict[str, str]:
    """Return those of `names` that are codes or aliases of dossiers already, each with the dossier's own code.

    Names that differ only in capitals and small letters are the same.
    """
    rows = await fetch_all(
        connection,
        "select g.name, d.code from unnest($1::text[]) g (name) join dossier d on d.code = upper(g.name) union all "
        "select g.name, d.code from unnest($1::text[]) g (name) "
        "join dossier_alias a on upper(a.code) = upper(g.name) join dossier d on d.id = a.dossier_id",
        list(names),
    )
    return {row.name: row.code for row in rows}


async def units_of(connection: AsyncConnection, codes: Collection[str]) -> Sequence[Any]:
    """Return units with validity, present calendar version and every identifier they ever used."""
    return await fetch_all(
        connection,
        f"""
        select u.id, u.code, u.path, u.valid_from, u.valid_to, {calendar_version_of("u.path")} as calendar_version,
          (select coalesce(json_agg(json_build_object('code', i.code, 'from', i.valid_from, 'to', i.valid_to)
            order by i.valid_from), '[]') from agency_identifier i where i.unit_id = u.id) as identifiers
        from unit u where u.code = any($1::text[])""",
        list(codes),
    )


async def versions_of(connection: AsyncConnection, procedure_codes: Collection[str]) -> Sequence[Any]:
    """Return the procedures (`version_id` None: no version yet) with their published versions, the newest first."""
    return await fetch_all(
        connection,
        "select p.code, v.id as version_id, v.valid_from, v.valid_to from procedure p "
        "left join procedure_version v on v.procedure_id = p.id and v.status <> 'draft' "
        "where p.code = any($1::text[]) order by p.code, v.version desc",
        list(procedure_codes),
    )


async def policies(connection: AsyncConnection) -> list[tuple[dt.date, str]]:
    """Return every clock policy as text for `read_policy`, with the day it begins, the newest first."""
    rows = await fetch_all(
        connection,
        f"select c.valid_from, {policy_with_id('c.id')} as policy from clock_policy c order by c.valid_from desc",
    )
    return [(row.valid_from, row.policy) for row in rows]
