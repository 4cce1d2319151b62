"""Reads of originals: where one is now and its way, those of a dossier, a batch."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.domain.custody import Holding
from app.services.identity.scope import unit_in_scope

# The last move is found by its key, so where a paper is costs one look however long its way was.
_WHERE = """
select o.id, o.barcode, o.component_code, o.name, o.to_be_returned, o.taken_at, o.returned_at, d.code as dossier,
  m.kind, m.place, m.at as since, u.code as unit_code, u.name as unit_name, a.display_name as account_name,
  h.code as hand_over, h.tracking_number
from original o
join original_move m on m.original_id = o.id and m.seq = o.moves
join dossier d on d.id = o.dossier_id
join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
left join unit u on u.id = m.unit_id left join account a on a.id = m.account_id
left join original_hand_over h on h.id = m.hand_over_id
"""
_IN_SIGHT = "(" + " or ".join(unit_in_scope(f"{unit}.path", "$2", "$3") for unit in ("r", "c", "u")) + ")"
# Which unit it is about, and what the last move was.
_HOLDING = {
    Holding.HELD: ("unit_id", "m.kind in ('taken_in', 'received', 'taken_back')"),
    Holding.AWAITED: ("unit_id", "m.kind in ('given', 'posted')"),
    Holding.SENT: ("from_unit_id", "m.kind in ('given', 'posted')"),
}
_WAY = """(
  select json_agg(json_build_object('seq', w.seq, 'kind', w.kind, 'place', w.place, 'at', w.at, 'unit', wu.code,
    'unit_name', wu.name, 'account', wa.display_name, 'by', wb.display_name, 'hand_over', wh.code) order by w.seq)
  from original_move w left join unit wu on wu.id = w.unit_id left join account wa on wa.id = w.account_id
  left join account wb on wb.id = w.by_id left join original_hand_over wh on wh.id = w.hand_over_id
  where w.original_id = o.id
) as way"""


async def where_is(connection: AsyncConnection, barcode: str, *, everything: bool, patterns: list[str]) -> Any:
    """Return the original with its whole way, if it or its dossier is in scope; None otherwise. One statement."""
    sql = _WHERE.replace("h.tracking_number\n", f"h.tracking_number, {_WAY}\n", 1)
    return await fetch_one(connection, f"{sql} where o.barcode = $1 and {_IN_SIGHT}", barcode, everything, patterns)


async def of_dossier(connection: AsyncConnection, dossier_id: int) -> Sequence[Any]:
    """Return the dossier's originals and where each is now, in the order they were taken in."""
    return await fetch_all(connection, f"{_WHERE} where o.dossier_id = $1 order by o.id", dossier_id)


async def originals_page(
    connection: AsyncConnection,
    holding: Holding,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    after: int,
    limit: int,
) -> Sequence[Any]:
    """Return originals that units in scope hold, await or have sent, the longest in the house first."""
    side, moves = _HOLDING[holding]
    return await fetch_all(
        connection,
        f"{_WHERE} join original_place s on s.original_id = o.id join unit f on f.id = s.{side} "
        f"where s.original_id > $4 and {moves} and {unit_in_scope('f.path', '$1', '$2')} "
        "and ($3::text is null or f.path like (select w.path || '%' from unit w where w.code = $3)) "
        "order by s.original_id limit $5",
        everything,
        patterns,
        unit,
        after,
        limit,
    )


async def of_hand_over(
    connection: AsyncConnection, hand_over_id: int, *, everything: bool, patterns: list[str]
) -> Sequence[Any]:
    """Return the originals that once went with the batch, in scope, and where each is now."""
    return await fetch_all(
        connection,
        f"{_WHERE} where o.id in (select b.original_id from original_move b where b.hand_over_id = $1) "
        f"and {_IN_SIGHT} order by o.id",
        hand_over_id,
        everything,
        patterns,
    )


_HAND_OVER = """
select h.*, f.code as from_code, f.name as from_name, f.path as from_path, t.code as to_code, t.name as to_name,
  t.path as to_path, a.display_name as to_account_name, g.display_name as given_by_name
from original_hand_over h
join unit f on f.id = h.from_unit_id left join unit t on t.id = h.to_unit_id
left join account a on a.id = h.to_account_id left join account g on g.id = h.given_by
where h.code = $1
"""


async def hand_over_by_code(connection: AsyncConnection, code: str) -> Any:
    return await fetch_one(connection, _HAND_OVER, code)


async def lock_originals(connection: AsyncConnection, barcodes: Sequence[str]) -> None:
    """Lock the rows in one order, so that batches wait for each other instead of standing crosswise."""
    await fetch_all(
        connection, "select id from original where barcode = any ($1::text[]) order by id for update", list(barcodes)
    )


async def whereabouts(connection: AsyncConnection, barcodes: Sequence[str]) -> Sequence[Any]:
    """Return where each original is, with the path of the unit that holds or expects it.

    Read after the lock: a statement that waits for a lock sees the other rows as they were before.
    """
    return await fetch_all(
        connection,
        "select o.id, o.barcode, o.dossier_id, o.moves, m.kind, m.place, m.unit_id, m.account_id, m.hand_over_id, "
        "u.path as unit_path, u.code as unit_code, d.receiving_unit_id, before.place as place_before, "
        "before.unit_id as unit_before, before.account_id as account_before "
        "from original o join original_move m on m.original_id = o.id and m.seq = o.moves "
        "join dossier d on d.id = o.dossier_id left join unit u on u.id = m.unit_id "
        "left join original_move before on before.original_id = o.id and before.seq = o.moves - 1 "
        "where o.barcode = any ($1::text[]) order by o.id",
        list(barcodes),
    )


async def receiver_facts(connection: AsyncConnection, dossier_id: int, *, document_id: int | None) -> Any:
    """Return the dossier's `people` as a receiver is compared with them, and whether the document is the dossier's."""
    return await fetch_one(
        connection,
        "select (select coalesce(json_agg(json_build_object('full_name', p.full_name, 'identity_number', "
        "p.identity_number)), '[]') from dossier_party p where p.dossier_id = $1) as people, "
        "exists (select from document i where i.dossier_id = $1 and i.id = $2) as has_document",
        dossier_id,
        document_id,
    )


async def unit_by_code(connection: AsyncConnection, code: str) -> Any:
    return await fetch_one(connection, "select id, code, name, path from unit where code = $1", code)
