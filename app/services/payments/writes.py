"""Writes of money. Each function is one statement and so one round trip."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute, fetch_all, fetch_one, to_json

_TARIFF = {
    "procedure_id": "int",
    "channel": "text",
    "unit_id": "int",
    "code": "text",
    "name": "text",
    "amount_vnd": "bigint",
    "per": "text",
    "later_steps": "jsonb",
    "cap_vnd": "bigint",
    "source": "text",
    "valid_from": "date",
    "valid_to": "date",
    "recorded_at": "timestamptz",
    "recorded_by": "int",
}
_REDUCTION = {
    "code": "text",
    "name": "text",
    "kind": "text",
    "percent": "int",
    "channel": "text",
    "field": "text",
    "procedure_id": "int",
    "unit_id": "int",
    "legal_basis": "text",
    "confidence": "text",
    "valid_from": "date",
    "valid_to": "date",
    "recorded_at": "timestamptz",
    "recorded_by": "int",
}


def _insert_sql(table: str, columns: Mapping[str, str]) -> str:
    names = ", ".join(columns)
    record = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"insert into {table} ({names}) select x.* from jsonb_to_record($1::jsonb) as x({record}) returning id"


_INSERT_TARIFF = _insert_sql("fee_tariff", _TARIFF)
_INSERT_REDUCTION = _insert_sql("fee_reduction", _REDUCTION)


async def insert_tariff(connection: AsyncConnection, row: Mapping[str, Any]) -> int:
    return await _inserted(connection, _INSERT_TARIFF, row)


async def insert_reduction(connection: AsyncConnection, row: Mapping[str, Any]) -> int:
    return await _inserted(connection, _INSERT_REDUCTION, row)


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Let one set grounds to pay less at a time, until the transaction ends."""
    await fetch_all(connection, "select pg_advisory_xact_lock(hashtext('fee reductions'))::text")


async def end_tariff(connection: AsyncConnection, tariff_id: int, valid_to: dt.date) -> None:
    await execute(connection, "update fee_tariff set valid_to = $2 where id = $1", tariff_id, valid_to)


async def end_reduction(connection: AsyncConnection, reduction_id: int, valid_to: dt.date) -> None:
    await execute(connection, "update fee_reduction set valid_to = $2 where id = $1", reduction_id, valid_to)


# An open charge gives way to the new one, in one statement: there is never more than one.
_INSERT_CHARGE = """
with cancelled as (
  update fee_charge set status = 'cancelled' where dossier_id = $1 and status = 'open' returning number
)
insert into fee_charge (dossier_id, number, unit_id, status, total_vnd, lines, reduction_code, reduction_note,
  payment_seq, charged_at, charged_by, additional_reason)
select $1, (select coalesce(max(c.number), 0) + 1 from fee_charge c where c.dossier_id = $1), $2,
  case when $3 = 0 then 'free' else 'open' end, $3, $4::jsonb, $5, $6, $7, $8, $9, $10
from (select count(*) from cancelled) once
returning id, number, (select c.number from cancelled c) as replaces
"""


async def insert_charge(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    unit_id: int,
    total_vnd: int,
    lines: list[dict[str, Any]],
    reduction_code: str | None,
    reduction_note: str | None,
    payment_seq: int | None,
    additional_reason: str | None,
    now: dt.datetime,
    account_id: int | None,
) -> Any:
    """Write a charge; return its `id`, `number` and the number of the open one that it `replaces`."""
    return await fetch_one(
        connection,
        _INSERT_CHARGE,
        dossier_id,
        unit_id,
        total_vnd,
        to_json(lines),
        reduction_code,
        reduction_note,
        payment_seq,
        now,
        account_id,
        additional_reason,
    )


# The cashier's day is locked first; a number is given out only if the day and the charge are open.
_COLLECT = """
with day as (
  insert into cash_day (unit_id, cashier_id, day) values ($2, $3, $4)
  on conflict (unit_id, cashier_id, day) do update set day = excluded.day
  returning closed_at
),
charge as (
  update fee_charge set status = 'collected'
  where id = $1 and status = 'open' and (select closed_at is null from day)
  returning id, dossier_id, total_vnd
),
numbered as (
  insert into fee_receipt_number (unit_id, book, year, last)
  select $2, $5, extract(year from $4::date)::int, 1 from charge
  on conflict (unit_id, book, year) do update set last = fee_receipt_number.last + 1
  returning last, year
),
receipt as (
  insert into fee_receipt (number, charge_id, dossier_id, unit_id, book, year, serial, cashier_id, amount_vnd, method,
    payment_channel, reference, collected_at, collected_on)
  select (select i.code from agency_identifier i where i.unit_id = $2
      and i.valid_from <= $4::date and (i.valid_to is null or i.valid_to > $4::date))
      || '-' || $5 || '-' || numbered.year || '-' || lpad(numbered.last::text, 6, '0'),
    charge.id, charge.dossier_id, $2, $5, numbered.year, numbered.last, $3, charge.total_vnd, $6, $7, $8, $9, $4
  from charge, numbered
  returning number, amount_vnd
)
select day.closed_at, receipt.number, receipt.amount_vnd from day left join receipt on true
"""


async def collect(
    connection: AsyncConnection,
    *,
    charge_id: int,
    unit_id: int,
    cashier_id: int,
    day: dt.date,
    book: str,
    method: str,
    payment_channel: int,
    reference: str | None,
    now: dt.datetime,
) -> Any:
    """Take the money of an open charge; return `closed_at` of the cashier's day, or `number` and `amount_vnd`.

    Without either the charge was not open any more: nothing was written but the day.
    """
    return await fetch_one(
        connection, _COLLECT, charge_id, unit_id, cashier_id, day, book, method, payment_channel, reference, now
    )


_LOCK_DAY = """
insert into cash_day (unit_id, cashier_id, day) values ($1, $2, $3)
on conflict (unit_id, cashier_id, day) do update set day = excluded.day
returning id, closed_at
"""


async def lock_day(connection: AsyncConnection, *, unit_id: int, cashier_id: int, day: dt.date) -> Any:
    """Lock a cashier's day until the transaction ends, opening it if need be; return its `id` and `closed_at`."""
    return await fetch_one(connection, _LOCK_DAY, unit_id, cashier_id, day)


async def set_opening(connection: AsyncConnection, day_id: int, opening_vnd: int) -> None:
    await execute(connection, "update cash_day set opening_vnd = $2 where id = $1", day_id, opening_vnd)


# The charge is open again, unless another one took its place meanwhile.
_VOID = """
with voided as (
  update fee_receipt set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1 and voided_at is null
  returning charge_id, dossier_id
)
update fee_charge c set status = case
  when exists (select from fee_charge o where o.dossier_id = c.dossier_id and o.status = 'open') then 'cancelled'
  else 'open' end
from voided where c.id = voided.charge_id
"""


async def void_receipt(
    connection: AsyncConnection, receipt_id: int, *, account_id: int | None, reason: str, now: dt.datetime
) -> None:
    await execute(connection, _VOID, receipt_id, now, account_id, reason)


async def insert_refund(
    connection: AsyncConnection,
    *,
    receipt_id: int,
    unit_id: int,
    cashier_id: int,
    amount_vnd: int,
    method: str,
    reason: str,
    reference: str,
    now: dt.datetime,
    day: dt.date,
) -> None:
    await execute(
        connection,
        "insert into fee_refund (receipt_id, unit_id, cashier_id, amount_vnd, method, reason, reference, refunded_at, "
        "refunded_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        receipt_id,
        unit_id,
        cashier_id,
        amount_vnd,
        method,
        reason,
        reference,
        now,
        day,
    )


async def close_day(
    connection: AsyncConnection,
    day_id: int,
    *,
    expected_vnd: int,
    counted_vnd: int,
    denominations: Mapping[str, int] | None,
    explanation: str | None,
    totals: Mapping[str, Any],
    now: dt.datetime,
) -> None:
    await execute(
        connection,
        "update cash_day set expected_vnd = $2, counted_vnd = $3, denominations = $4::jsonb, explanation = $5, "
        "totals = $6::jsonb, closed_at = $7 where id = $1",
        day_id,
        expected_vnd,
        counted_vnd,
        None if denominations is None else to_json(dict(denominations)),
        explanation,
        to_json(dict(totals)),
        now,
    )


async def _inserted(connection: AsyncConnection, sql: str, row: Mapping[str, Any]) -> int:
    found = await fetch_one(connection, sql, to_json(dict(row)))
    if found is None:
        raise AssertionError("an insert returns its id")
    return int(found.id)
