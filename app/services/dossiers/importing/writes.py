"""Writes of an import: numbers in blocks, rows by COPY over the driver's own connection, columns as the models say."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import driver_of, execute, fetch_all, to_json
from app.models.base import Base
from app.models.dossiers import Dossier, DossierAlias, DossierComponent, DossierParty, Receipt
from app.models.events import DossierEvent
from app.models.proceedings import (
    DeadlineAdjustment,
    DossierOutcome,
    HandOver,
    PaymentRequest,
    Rating,
    SupplementRequest,
)

Day = tuple[str, dt.date]
"""An agency code and a day: what dossiers are numbered by."""
Row = tuple[int, Mapping[str, Any]]
"""A dossier's id, and a row of it."""


def _columns_of(model: type[Base]) -> tuple[str, ...]:
    """The columns that an import gives: all but the dossier's id and what the database gives itself."""
    return tuple(
        column.name
        for column in model.__table__.columns
        if column.name != "dossier_id" and column.identity is None and column.server_default is None
    )


_DOSSIER: Final = _columns_of(Dossier)
_CHILDREN: Final = {
    model.__tablename__: _columns_of(model)
    for model in (
        *(DossierParty, DossierComponent, Receipt, DossierAlias, DossierEvent, SupplementRequest, DeadlineAdjustment),
        *(PaymentRequest, DossierOutcome, HandOver, Rating),
    )
}
_JSON: Final = {("dossier_event", "data"), ("supplement_request", "items"), ("rating", "reasons")}

_BLOCK_OF_IDS = """
select nextval(pg_get_serial_sequence('dossier', 'id')) as id from generate_series(1, $1::integer)
"""

# In the order of the key, so that two writers never wait for each other in a circle.
_KEEP_UP = """
insert into dossier_number (agency_code, day, last)
select * from unnest($1::text[], $2::date[], $3::integer[]) as kept (agency_code, day, last) order by 1, 2
on conflict (agency_code, day) do update set last = greatest(dossier_number.last, excluded.last)
"""
_GIVE_OUT = """
insert into dossier_number (agency_code, day, last)
select * from unnest($1::text[], $2::date[], $3::integer[]) as wanted (agency_code, day, count) order by 1, 2
on conflict (agency_code, day) do update set last = dossier_number.last + excluded.last
returning agency_code, day, last
"""


async def begin_batch(connection: AsyncConnection) -> None:
    """Let one import at a time write, until the transaction ends: two runs of one file import it once."""
    await fetch_all(connection, "select pg_advisory_xact_lock(hashtext('dossier import'))::text")


async def take_ids(connection: AsyncConnection, count: int) -> list[int]:
    """Return `count` new ids of dossiers."""
    return [row.id for row in await fetch_all(connection, _BLOCK_OF_IDS, count)]


async def keep_up_numbers(connection: AsyncConnection, highest: Mapping[Day, int]) -> None:
    """See to it that numbers given out later lie above those that codes of old already carry."""
    if highest:
        await execute(connection, _KEEP_UP, *_columns(highest))


async def give_out_numbers(connection: AsyncConnection, wanted: Mapping[Day, int]) -> dict[Day, int]:
    """Give out blocks of numbers; return the first number of each."""
    if not wanted:
        return {}
    rows = await fetch_all(connection, _GIVE_OUT, *_columns(wanted))
    return {(row.agency_code, row.day): row.last - wanted[row.agency_code, row.day] + 1 for row in rows}


async def copy_dossiers(
    connection: AsyncConnection, dossiers: Sequence[Row], children: Mapping[str, Sequence[Row]]
) -> None:
    """Write dossiers and their children by table, each as (dossier's id, values by column); what is absent is null.

    COPY takes all rows of a table in one round trip, and values for identity columns as well.
    """
    copy = (await driver_of(connection)).copy_records_to_table
    records = [(key, *map(row.get, _DOSSIER)) for key, row in dossiers]
    await copy("dossier", records=records, columns=("id", *_DOSSIER))
    for table, names in _CHILDREN.items():
        rows = children.get(table)
        if rows:
            as_text = [to_json if (table, name) in _JSON else None for name in names]
            await copy(table, records=_records(rows, names, as_text), columns=("dossier_id", *names))


def _records(
    rows: Sequence[Row],
    names: Sequence[str],
    as_text: Sequence[Callable[[object], str] | None],
) -> list[tuple[Any, ...]]:
    encoded = [(name, encode) for name, encode in zip(names, as_text, strict=True) if encode is not None]
    if not encoded:
        return [(key, *map(row.get, names)) for key, row in rows]
    return [
        (key, *map({**row, **{name: encode(row[name]) for name, encode in encoded}}.get, names)) for key, row in rows
    ]


def _columns(by_day: Mapping[Day, int]) -> tuple[list[str], list[dt.date], list[int]]:
    return [agency for agency, _ in by_day], [day for _, day in by_day], list(by_day.values())
