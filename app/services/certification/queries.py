"""Reads of the fast lane and of the register of certifications. Each function is one round trip."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE
from app.core.db import fetch_all, fetch_one
from app.services.identity.scope import unit_in_scope
from app.services.procedures.queries import VERSION_IN_FORCE_OF


async def fast_lane_facts(
    connection: AsyncConnection, *, procedure_code: str, unit: str, signer: str | None, on: dt.date
) -> Any:
    """Return version in force, book, unit and signer (with the grants they hold); nulls for what there is none of."""
    return await fetch_one(
        connection,
        f"select {VERSION_IN_FORCE_OF.format(code='$1', day='$4')} as version_id, "
        "b.code as book, b.suffix, b.numbered_by, u.id as unit_id, u.path as unit_path, "
        "s.id as signer_id, s.display_name as signer_name "
        "from (select 1) one "
        "left join procedure p on p.code = $1 "
        "left join certification_procedure c on c.procedure_id = p.id "
        "left join certification_book b on b.code = c.book "
        "left join unit u on u.code = $2 "
        "left join account s on s.username = $3 and s.kind = 'staff' and s.disabled_at is null",
        procedure_code,
        unit,
        signer,
        on,
    )


_ENTRY = """
select e.id, e.book, e.year, e.number, b.suffix, b.name as book_name, e.paper, e.pages, e.copies, e.fee_vnd,
  e.certified_at, d.code as dossier_code, u.code as unit_code, u.name as unit_name, s.display_name as signer,
  p.full_name as requester
from certification_entry e join certification_book b on b.code = e.book join dossier d on d.id = e.dossier_id
join unit u on u.id = e.unit_id join account s on s.id = e.signer_id
left join dossier_party p on p.dossier_id = d.id and p.role = 'applicant'
"""


async def register_page(
    connection: AsyncConnection,
    *,
    everything: bool,
    patterns: list[str],
    unit: str | None,
    book: str | None,
    from_day: dt.date | None,
    to_day: dt.date | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` lines of the register in scope before the cursor, the latest first."""
    at, tie = after or (None, None)
    return await fetch_all(
        connection,
        f"""{_ENTRY}
        where {unit_in_scope("u.path", "$1", "$2")}
          and ($3::text is null or u.path like (select f.path || '%' from unit f where f.code = $3))
          and ($4::text is null or e.book = $4)
          and ($5::date is null or e.certified_at >= $5::date::timestamp at time zone '{LOCAL_ZONE.key}')
          and ($6::date is null or e.certified_at < ($6::date + 1)::timestamp at time zone '{LOCAL_ZONE.key}')
          and ($7::timestamptz is null or (e.certified_at, e.id) < ($7, $8::bigint))
        order by e.certified_at desc, e.id desc limit $9""",
        everything,
        patterns,
        unit,
        book,
        from_day,
        to_day,
        at,
        tie,
        limit,
    )


async def fast_lane(connection: AsyncConnection) -> Sequence[Any]:
    """Return every procedure of the fast lane with its book, by code."""
    return await fetch_all(
        connection,
        "select p.code as procedure_code, b.code as book, b.name as book_name, b.suffix, b.numbered_by, b.legal_basis, "
        "c.confidence from certification_procedure c join procedure p on p.id = c.procedure_id "
        "join certification_book b on b.code = c.book order by p.code",
    )


async def procedure_and_book(connection: AsyncConnection, *, procedure_code: str, book: str | None) -> Any:
    return await fetch_one(
        connection,
        "select (select p.id from procedure p where p.code = $1) as procedure_id, "
        "(select b.code from certification_book b where b.code = $2) as book",
        procedure_code,
        book,
    )


async def display_name(connection: AsyncConnection, account_id: int) -> str | None:
    row = await fetch_one(connection, "select display_name from account where id = $1", account_id)
    return None if row is None else str(row.display_name)


async def paper_facts(connection: AsyncConnection, dossier_id: int) -> Any:
    """Return what the slip of a certification prints; `entries` in the order of the register."""
    return await fetch_one(
        connection,
        "select (select coalesce(json_agg(json_build_object('number', e.number, 'year', e.year, 'suffix', b.suffix, "
        "'paper', e.paper, 'pages', e.pages, 'copies', e.copies, 'signer', s.display_name, "
        "'certified_at', e.certified_at) order by e.id), '[]') from certification_entry e "
        "join certification_book b on b.code = e.book join account s on s.id = e.signer_id "
        "where e.dossier_id = d.id) as entries, v.name as procedure_name, p.full_name as applicant_name, "
        "p.address as applicant_address, r.rating_token, w.display_name as clerk, c.lines, c.total_vnd, "
        "c.reduction_code, t.number as receipt_number, (select max(f.refunded_at) from fee_refund f "
        "where f.receipt_id = t.id having sum(f.amount_vnd) >= t.amount_vnd) as refunded_at "
        "from dossier d join procedure_version v on v.id = d.procedure_version_id "
        "left join dossier_party p on p.dossier_id = d.id and p.role = 'applicant' "
        "left join receipt r on r.dossier_id = d.id and r.voided_at is null "
        "left join account w on w.id = d.registered_by "
        "left join lateral (select * from fee_charge c where c.dossier_id = d.id and c.status <> 'cancelled' "
        "order by c.number limit 1) c on true "
        "left join fee_receipt t on t.charge_id = c.id and t.voided_at is null "
        "where d.id = $1",
        dossier_id,
    )
