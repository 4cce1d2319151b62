"""Writes of originals: rows that are only ever added, and how far each original has come."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one, to_json


async def new_numbers(connection: AsyncConnection, count: int) -> list[int]:
    """Return numbers that nobody else is ever given; what is rolled back leaves a gap."""
    rows = await fetch_all(
        connection, "select nextval('original_number') as number from generate_series(1, $1::int)", count
    )
    return sorted(row.number for row in rows)


_TAKE_IN = """
with taken as (
  insert into original (barcode, dossier_id, component_code, name, to_be_returned, taken_at, moves)
  select x.barcode, $1, x.component_code, x.name, x.to_be_returned, $2, 1
  from jsonb_to_recordset($3::jsonb) as x(barcode text, component_code text, name text, to_be_returned boolean)
  returning id
),
placed as (insert into original_place (original_id, unit_id) select id, $5 from taken)
insert into original_move (original_id, seq, kind, place, unit_id, account_id, at, by_id)
select id, 1, 'taken_in', $4, $5, $6, $2, $6 from taken
returning original_id
"""


async def take_in(
    connection: AsyncConnection,
    dossier_id: int,
    originals: Sequence[Mapping[str, Any]],
    *,
    place: str,
    unit_id: int,
    account_id: int | None,
    now: dt.datetime,
) -> None:
    await fetch_all(connection, _TAKE_IN, dossier_id, now, to_json(list(originals)), place, unit_id, account_id)


_HAND_OVER = """
insert into original_hand_over (code, from_unit_id, to_place, to_unit_id, to_account_id, tracking_number, receiver_name,
  proof, note, given_at, given_by, receiver_identity_number, authorisation_reason, authorisation_reference,
  authorisation_document_id)
values ('BG-' || lpad(nextval('original_hand_over_number')::text, 9, '0'), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
  $12, $13, $14)
returning id, code
"""


async def new_hand_over(connection: AsyncConnection, values: Mapping[str, Any]) -> Any:
    """Write a batch; return its `id` and `code`."""
    return await fetch_one(
        connection,
        _HAND_OVER,
        values["from_unit_id"],
        values["to_place"],
        values["to_unit_id"],
        values["to_account_id"],
        values["tracking_number"],
        values["receiver_name"],
        values["proof"],
        values["note"],
        values["given_at"],
        values["given_by"],
        values["receiver_identity_number"],
        values["authorisation_reason"],
        values["authorisation_reference"],
        values["authorisation_document_id"],
    )


# The originals are locked; the key (original, seq) refuses a second way even if they were not.
_MOVE = """
with moved as (
  update original o set moves = o.moves + 1,
    returned_at = case when x.kind = 'returned' then $2::timestamptz end
  from jsonb_to_recordset($1::jsonb) as x(id bigint, kind text, place text, unit_id int, account_id int,
    hand_over_id bigint)
  where o.id = x.id
  returning o.id, o.moves, x.kind, x.place, x.unit_id, x.account_id, x.hand_over_id
),
placed as (
  update original_place p set unit_id = m.unit_id,
    from_unit_id = case when m.kind in ('given', 'posted') then h.from_unit_id end
  from moved m join original_hand_over h on h.id = m.hand_over_id
  where p.original_id = m.id and m.kind <> 'returned'
),
home as (delete from original_place p using moved m where p.original_id = m.id and m.kind = 'returned')
insert into original_move (original_id, seq, kind, place, unit_id, account_id, hand_over_id, at, by_id)
select id, moves, kind, place, unit_id, account_id, hand_over_id, $2, $3 from moved
returning original_id
"""


async def move(
    connection: AsyncConnection, moves: Sequence[Mapping[str, Any]], *, by_id: int | None, now: dt.datetime
) -> None:
    """Add the next move of each original."""
    await fetch_all(connection, _MOVE, to_json(list(moves)), now, by_id)
