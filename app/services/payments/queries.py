"""Reads of money. Each function is one statement and so one round trip."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import fetch_all, fetch_one
from app.services.dossiers.queries import DOSSIER_ID_OF
from app.services.identity.scope import unit_in_scope
from app.services.procedures.queries import VERSION_IN_FORCE_OF

_FEE_IN_FORCE = "{t}.valid_from <= {day}::date and ({t}.valid_to is null or {t}.valid_to > {day}::date)"

# Of several rows with one code the one of the nearest unit counts.
_PRICES = f"""
select
  (select coalesce(json_agg(x order by x.channel, x.code), '[]') from (
    select distinct on (t.channel, t.code) t.channel, t.code, t.name, t.amount_vnd, t.per, t.later_steps, t.cap_vnd,
      t.source
    from fee_tariff t join unit u on u.id = t.unit_id
    where t.procedure_id = $1 and t.channel in ($3, 'counter') and $4 like u.path || '%'
      and {_FEE_IN_FORCE.format(t="t", day="$5")}
    order by t.channel, t.code, length(u.path) desc, t.valid_from desc
  ) x) as tariffs,
  (select coalesce(json_agg(x order by x.code), '[]') from (
    select distinct on (r.code) r.code, r.name, r.kind, r.percent, r.legal_basis
    from fee_reduction r join unit u on u.id = r.unit_id
    where $4 like u.path || '%' and (r.channel is null or r.channel = $3) and (r.field is null or r.field = $2)
      and (r.procedure_id is null or r.procedure_id = $1) and {_FEE_IN_FORCE.format(t="r", day="$5")}
    order by r.code, length(u.path) desc, r.valid_from desc
  ) x) as reductions
"""


async def prices(
    connection: AsyncConnection,
    *,
    procedure_id: int,
    field: str,
    channel: str,
    unit_path: str,
    on: dt.date,
) -> Any:
    """Return `tariffs` of the channel and of the counter, and `reductions` that hold there, as JSON."""
    return await fetch_one(connection, _PRICES, procedure_id, field, channel, unit_path, on)


async def calculator_facts(connection: AsyncConnection, *, procedure_code: str, unit: str | None, on: dt.date) -> Any:
    """Return the version in force and the unit's path (of the root without a unit); nulls for what is unknown."""
    return await fetch_one(
        connection,
        f"select {VERSION_IN_FORCE_OF.format(code='$1', day='$3')} as version_id, "
        "exists (select from procedure p where p.code = $1) as procedure_known, "
        "(select u.path from unit u where case when $2::text is null then u.parent_id is null else u.code = $2 end "
        "order by u.id limit 1) as unit_path",
        procedure_code,
        unit,
        on,
    )


async def place_of_tariff(connection: AsyncConnection, *, procedure_code: str | None, unit: str | None) -> Any:
    """Return ids of the procedure (locked, so that its tariffs are set one after the other) and of the unit."""
    return await fetch_one(
        connection,
        "with locked as (select p.id from procedure p where p.code = $1 for update) "
        "select (select id from locked) as procedure_id, u.id as unit_id, u.path as unit_path "
        "from (select 1) one left join lateral (select u.id, u.path from unit u "
        "where case when $2::text is null then u.parent_id is null else u.code = $2 end order by u.id limit 1) u "
        "on true",
        procedure_code,
        unit,
    )


async def unit_place(connection: AsyncConnection, unit: str) -> Any:
    """Return id and path of a unit; nulls if there is none of that code."""
    return await fetch_one(
        connection,
        "select u.id as unit_id, u.path as unit_path from (select 1) one left join unit u on u.code = $1",
        unit,
    )


async def overlapping_tariff(
    connection: AsyncConnection,
    *,
    procedure_id: int,
    channel: str,
    unit_id: int,
    code: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
) -> Any | None:
    """Return a tariff for the same that is in force on a day of the period."""
    return await fetch_one(
        connection,
        "select id, valid_from, valid_to from fee_tariff where procedure_id = $1 and channel = $2 and unit_id = $3 "
        "and code = $4 and daterange(valid_from, valid_to) && daterange($5, $6) limit 1",
        procedure_id,
        channel,
        unit_id,
        code,
        valid_from,
        valid_to,
    )


async def overlapping_reduction(
    connection: AsyncConnection, *, unit_id: int, code: str, valid_from: dt.date, valid_to: dt.date | None
) -> Any | None:
    return await fetch_one(
        connection,
        "select id from fee_reduction where unit_id = $1 and code = $2 "
        "and daterange(valid_from, valid_to) && daterange($3, $4) limit 1",
        unit_id,
        code,
        valid_from,
        valid_to,
    )


_TARIFF = """
select t.id, p.code as procedure_code, t.channel, u.code as unit_code, u.name as unit_name, u.path as unit_path, t.code,
  t.name, t.amount_vnd, t.per, t.later_steps, t.cap_vnd, t.source, t.valid_from, t.valid_to, t.recorded_at
from fee_tariff t join procedure p on p.id = t.procedure_id join unit u on u.id = t.unit_id
"""
_REDUCTION = """
select r.id, r.code, r.name, r.kind, r.percent, r.channel, r.field, p.code as procedure_code, u.code as unit_code,
  u.name as unit_name, u.path as unit_path, r.legal_basis, r.confidence, r.valid_from, r.valid_to, r.recorded_at
from fee_reduction r join unit u on u.id = r.unit_id left join procedure p on p.id = r.procedure_id
"""


async def tariff(connection: AsyncConnection, tariff_id: int) -> Any | None:
    return await fetch_one(connection, f"{_TARIFF} where t.id = $1", tariff_id)


async def reduction(connection: AsyncConnection, reduction_id: int) -> Any | None:
    return await fetch_one(connection, f"{_REDUCTION} where r.id = $1", reduction_id)


async def tariffs_page(
    connection: AsyncConnection,
    *,
    procedure_code: str | None,
    unit: str | None,
    channel: str | None,
    on: dt.date | None,
    after: int,
    limit: int,
) -> Sequence[Any]:
    """Return tariffs after `after`; those of a unit are its own and those that reach it from above."""
    return await fetch_all(
        connection,
        f"""{_TARIFF}
        where ($1::text is null or p.code = $1)
          and ($2::text is null or (select w.path from unit w where w.code = $2) like u.path || '%')
          and ($3::text is null or t.channel = $3)
          and ($4::date is null or {_FEE_IN_FORCE.format(t="t", day="$4")})
          and t.id > $5 order by t.id limit $6""",
        procedure_code,
        unit,
        channel,
        on,
        after,
        limit,
    )


async def reductions_page(
    connection: AsyncConnection, *, unit: str | None, on: dt.date | None, after: int, limit: int
) -> Sequence[Any]:
    return await fetch_all(
        connection,
        f"""{_REDUCTION}
        where ($1::text is null or (select w.path from unit w where w.code = $1) like u.path || '%')
          and ($2::date is null or {_FEE_IN_FORCE.format(t="r", day="$2")})
          and r.id > $3 order by r.id limit $4""",
        unit,
        on,
        after,
        limit,
    )


async def charge_facts(connection: AsyncConnection, dossier_id: int) -> Any:
    """Return the open payment request and the open charge of a dossier; nulls where there is none.

    `kept_vnd`: what was collected of ordinary fees and not given back; null where nothing of it is left.
    """
    return await fetch_one(
        connection,
        "select q.seq as payment_seq, q.amount_vnd as payment_vnd, q.reason as payment_reason, c.id as charge_id, "
        "c.number as charge_number, c.total_vnd as charge_vnd, c.payment_seq as charge_payment_seq, "
        "c.additional_reason, (select nullif(sum(t.amount_vnd - coalesce((select sum(f.amount_vnd) from fee_refund f "
        "where f.receipt_id = t.id), 0)), 0)::bigint from fee_receipt t join fee_charge k on k.id = t.charge_id "
        "where t.dossier_id = $1 and t.voided_at is null and k.payment_seq is null) as kept_vnd "
        "from (select 1) one "
        "left join payment_request q on q.dossier_id = $1 and q.paid_at is null "
        "left join fee_charge c on c.dossier_id = $1 and c.status = 'open'",
        dossier_id,
    )


_RECEIPT_OF = """
  json_build_object('number', t.number, 'book', t.book, 'year', t.year, 'serial', t.serial,
    'amount_vnd', t.amount_vnd, 'method', t.method, 'payment_channel', t.payment_channel, 'reference', t.reference,
    'cashier', w.display_name, 'collected_at', t.collected_at, 'voided_at', t.voided_at, 'void_reason', t.void_reason,
    'refunds', (select coalesce(json_agg(json_build_object('amount_vnd', f.amount_vnd, 'method', f.method,
        'reason', f.reason, 'reference', f.reference, 'refunded_at', f.refunded_at) order by f.id), '[]')
      from fee_refund f where f.receipt_id = t.id))
"""

_CHARGES = f"""
select d.id as found, d.code as dossier_code, coalesce((
  select json_agg(json_build_object(
    'number', c.number, 'status', c.status, 'total_vnd', c.total_vnd, 'lines', c.lines,
    'reduction_code', c.reduction_code, 'reduction_note', c.reduction_note, 'payment_seq', c.payment_seq,
    'additional_reason', c.additional_reason, 'charged_at', c.charged_at,
    'receipts', (select coalesce(json_agg({_RECEIPT_OF} order by t.id), '[]') from fee_receipt t
      join account w on w.id = t.cashier_id where t.charge_id = c.id)
    ) order by c.number)
  from fee_charge c where c.dossier_id = d.id), '[]') as charges
from dossier d join unit r on r.id = d.receiving_unit_id join unit c on c.id = d.competent_unit_id
where d.id = {DOSSIER_ID_OF.format(code="$1")}
  and ({unit_in_scope("r.path", "$2", "$3")} or {unit_in_scope("c.path", "$2", "$3")})
"""


async def charges_of(connection: AsyncConnection, *, code: str, everything: bool, patterns: list[str]) -> Any | None:
    """Return all charges of a dossier in scope with their receipts and refunds; None if there is no such dossier."""
    return await fetch_one(connection, _CHARGES, code, everything, patterns)


async def dossier_of_receipt(connection: AsyncConnection, number: str) -> str | None:
    """Return the code of the dossier that a receipt belongs to."""
    row = await fetch_one(
        connection,
        "select d.code from fee_receipt t join dossier d on d.id = t.dossier_id where t.number = $1",
        number,
    )
    return None if row is None else str(row.code)


_RECEIPT = """
select t.*, c.payment_seq, c.additional_reason, c.number as charge_number, c.lines, c.reduction_code,
  u.path as unit_path, u.code as unit_code, u.name as unit_name, d.code as dossier_code,
  v.name as procedure_name, w.display_name as cashier,
  p.full_name as payer_name, p.address as payer_address,
  (select coalesce(sum(f.amount_vnd), 0)::bigint from fee_refund f where f.receipt_id = t.id) as refunded_vnd,
  (select coalesce(json_agg(json_build_object('amount_vnd', f.amount_vnd, 'method', f.method, 'reason', f.reason,
      'reference', f.reference, 'refunded_at', f.refunded_at) order by f.id), '[]')
    from fee_refund f where f.receipt_id = t.id) as refunds,
  (select b.closed_at from cash_day b where b.unit_id = t.unit_id and b.cashier_id = t.cashier_id
    and b.day = t.collected_on) as day_closed_at
from fee_receipt t join fee_charge c on c.id = t.charge_id join unit u on u.id = t.unit_id
join dossier d on d.id = t.dossier_id join procedure_version v on v.id = d.procedure_version_id
join account w on w.id = t.cashier_id
left join dossier_party p on p.dossier_id = d.id and p.role = 'applicant'
where t.number = $1
"""


async def receipt(connection: AsyncConnection, number: str) -> Any:
    """Return a receipt with its charge, its refunds and whether its day is closed; None if unknown."""
    return await fetch_one(connection, _RECEIPT, number)


async def open_charge_of(connection: AsyncConnection, code: str) -> Any | None:
    """Return `id` and `payment_seq` of the open charge of the dossier known by `code`."""
    return await fetch_one(
        connection,
        "select c.id, c.payment_seq from fee_charge c where c.status = 'open' "
        f"and c.dossier_id = {DOSSIER_ID_OF.format(code='$1')}",
        code,
    )


_BY_METHOD = """
  select coalesce(json_object_agg(x.method, json_build_object('count', x.count, 'amount_vnd', x.amount_vnd)), '{{}}')
  from (select m.method, count(*), sum(m.amount_vnd)::bigint as amount_vnd from {table} m
    where m.unit_id = $1 and m.cashier_id = $2 and m.{day} = $3 {condition} group by m.method) x
"""
_TILL = f"""
select
  ({_BY_METHOD.format(table="fee_receipt", day="collected_on", condition="and m.voided_at is null")}) as receipts,
  ({_BY_METHOD.format(table="fee_receipt", day="collected_on", condition="and m.voided_at is not null")}) as voided,
  ({_BY_METHOD.format(table="fee_refund", day="refunded_on", condition="")}) as refunds,
  (select d.closed_at from cash_day d where d.unit_id = $1 and d.cashier_id = $2 and d.day = $3) as closed_at,
  (select d.opening_vnd from cash_day d where d.unit_id = $1 and d.cashier_id = $2 and d.day = $3) as opening_vnd
"""


async def till(connection: AsyncConnection, *, unit_id: int, cashier_id: int, day: dt.date) -> Any:
    """Return count and amount by method of a cashier's receipts, voided receipts and refunds of a day, as JSON.

    `opening_vnd`: the cash that the day was said to start with; null where nobody said.
    """
    return await fetch_one(connection, _TILL, unit_id, cashier_id, day)


_CLOSED_DAY = """
select d.*, u.code as unit_code, u.name as unit_name, w.display_name as cashier
from cash_day d join unit u on u.id = d.unit_id join account w on w.id = d.cashier_id
"""


async def closed_day(connection: AsyncConnection, day_id: int) -> Any:
    return await fetch_one(connection, f"{_CLOSED_DAY} where d.id = $1", day_id)


async def closed_days(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    day: dt.date | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return closed days of units in scope before the cursor, the latest first."""
    at, tie = after or (None, None)
    return await fetch_all(
        connection,
        f"""{_CLOSED_DAY}
        where d.closed_at is not null and {unit_in_scope("u.path", "$1", "$2")}
          and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
          and ($4::date is null or d.day = $4)
          and ($5::timestamptz is null or (d.closed_at, d.id) < ($5, $6::bigint))
        order by d.closed_at desc, d.id desc limit $7""",
        everything,
        patterns,
        unit,
        day,
        at,
        tie,
        limit,
    )


async def valid_paper(
    connection: AsyncConnection, *, dossier_id: int, form_code: str, number: str | None
) -> Any | None:
    """Return the paper of the dossier that bears `number` (whatever it bears, for None) and stands."""
    return await fetch_one(
        connection,
        "select p.id, p.content_sha256 from issued_paper p where p.dossier_id = $1 and p.form_code = $2 "
        "and ($3::text is null or p.number = $3) and p.status = 'valid' order by p.id limit 1",
        dossier_id,
        form_code,
        number,
    )


async def void_paper(connection: AsyncConnection, *, dossier_id: int, form_code: str, number: str) -> Any | None:
    """Return the paper of the dossier that bore `number` and was voided."""
    return await fetch_one(
        connection,
        "select p.id, p.content_sha256, p.status_at from issued_paper p where p.dossier_id = $1 and p.form_code = $2 "
        "and p.number = $3 and p.status = 'void' order by p.id desc limit 1",
        dossier_id,
        form_code,
        number,
    )


async def unit_names(connection: AsyncConnection, unit_id: int) -> Any:
    """Return name and level of a unit, and the name of its province."""
    return await fetch_one(
        connection,
        "select u.name, u.level, coalesce((select p.name from unit p where p.parent_id is null "
        "and u.path like p.path || '%' order by length(p.path) desc limit 1), u.name) as province_name "
        "from unit u where u.id = $1",
        unit_id,
    )
