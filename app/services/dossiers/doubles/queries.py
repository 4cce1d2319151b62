"""Looks for a dossier that another is likely to double."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_one

# The newest open dossier of the same person (by number; without one by name and birth date or telephone), for the same
# procedure at the same unit.
_BY = """(
  select json_build_object('code', o.code, 'registered_at', o.registered_at)
  from dossier o join dossier_party a on a.dossier_id = o.id and a.role = 'applicant'
  where o.receiving_unit_id = {{unit}} and o.procedure_id = {{procedure}} and o.registered_at >= {{since}}
    and o.ended_at is null and o.id <> {{besides}} and {person}
  order by o.registered_at desc, o.id desc limit 1
)"""
_BY_NUMBER = _BY.format(person="a.identity_number = {number}")
_BY_NAME = _BY.format(
    person="{number} is null and a.identity_number is null and a.name_search = {name} "
    "and (a.date_of_birth = {born} or a.phone = {phone})"
)
LIKELY_DOUBLE = f"coalesce({_BY_NUMBER}, {_BY_NAME})"

_LIKELY_DOUBLE_OF = f"""
select {
    LIKELY_DOUBLE.format(
        unit="$1::int",
        procedure="$2::int",
        since="$3::timestamptz",
        besides="$4::bigint",
        number="$5::text",
        name="$6::text",
        born="$7::date",
        phone="$8::text",
    )
} as found
"""


async def likely_double_of(
    connection: AsyncConnection,
    dossier_id: int,
    *,
    unit_id: int,
    procedure_id: int,
    person: Mapping[str, Any],
    since: dt.datetime,
) -> Any:
    """Return code and time of the open dossier, registered `since`, that the dossier doubles if it is `person`'s."""
    row = await fetch_one(
        connection,
        _LIKELY_DOUBLE_OF,
        unit_id,
        procedure_id,
        since,
        dossier_id,
        person["identity_number"],
        person["name_search"],
        person["date_of_birth"],
        person["phone"],
    )
    return None if row is None else row.found
