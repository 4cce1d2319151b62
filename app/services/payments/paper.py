"""The printed fee receipt: rendered once, kept, and given again bit for bit; its QR code says how it stands now.

The form is the program's own; the law sets none in the two sets of the one-stop desk (TT 03/2025/TT-VPCP).
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import ActionRefused, Refusal
from app.domain.fee_sentences import dong, dong_in_words
from app.domain.permissions import Actor, Permission
from app.services.documents.contents import keep_bytes, read_bytes
from app.services.forms.issued_papers import issue_paper, new_token, verify_address
from app.services.forms.render import render
from app.services.forms.stamp import Mark, stamped_copy
from app.services.forms.wording import day_in_words, one_stop_names
from app.services.payments import queries
from app.services.payments.receipts import RECEIPT_FORM, dossier_of_receipt
from app.services.ports import BlobStore

_TEMPLATE = "counter-paper"
_METHODS = {
    "cash": "tiền mặt",
    "bank_transfer": "chuyển khoản",
    "online_national": "trực tuyến qua Cổng DVC quốc gia",
    "online_province": "trực tuyến qua cổng của tỉnh",
}


async def print_receipt(
    connection: AsyncConnection,
    storage: BlobStore,
    actor: Actor,
    number: str,
    *,
    public_base_url: str,
    now: dt.datetime,
) -> bytes:
    """Return the receipt's PDF, the same bytes every time; of one voided or wholly refunded a copy that says so.

    Raises `ActionRefused` for one that was voided before it was ever printed.
    """
    dossier = await dossier_of_receipt(connection, actor, number, Permission.DOSSIERS_READ)
    row = await queries.receipt(connection, number)
    if row.voided_at is not None:
        return await voided_paper_of(connection, storage, dossier.id, form_code=RECEIPT_FORM, number=number, now=now)
    data = {
        "form": {"name": "Biên lai thu phí, lệ phí"},
        "title": ["Biên lai thu phí, lệ phí"],
        "number": number,
        "payer_name": row.payer_name or "",
        "payer_address": row.payer_address,
        "request": row.procedure_name,
        **money_of(from_json(row.lines), row.amount_vnd),
        "method": _METHODS[row.method],
        "reference": row.reference,
        "reduction": row.reduction_code,
        "entries": [],
        "clerk": row.cashier,
    }
    return await paper_of(
        connection,
        storage,
        actor,
        dossier,
        form_code=RECEIPT_FORM,
        number=number,
        data=data,
        at=row.collected_at,
        refunded_at=_refunded_at(row),
        public_base_url=public_base_url,
        now=now,
    )


def _refunded_at(receipt: Any) -> dt.datetime | None:
    """Return when the last đồng of a receipt was given back; None while something of it stands."""
    if receipt.refunded_vnd < receipt.amount_vnd:
        return None
    return max(dt.datetime.fromisoformat(refund["refunded_at"]) for refund in from_json(receipt.refunds))


def money_of(lines: Iterable[Mapping[str, Any]], total_vnd: int) -> dict[str, Any]:
    """Return the lines of a charge and its sum as a paper prints them."""
    return {
        "lines": [
            {
                "name": line["name"],
                "paper": line["paper"],
                "explanation": line["explanation"]["vi"],
                "amount": dong(line["amount_vnd"]),
            }
            for line in lines
        ],
        "total": dong(total_vnd),
        "total_in_words": dong_in_words(total_vnd),
    }


async def voided_paper_of(
    connection: AsyncConnection, storage: BlobStore, dossier_id: int, *, form_code: str, number: str, now: dt.datetime
) -> bytes:
    """Return the copy that says so of a paper that fell with its receipt.

    Raises `ActionRefused` (`receipt_voided`) for one that was never printed before.
    """
    void = await queries.void_paper(connection, dossier_id=dossier_id, form_code=form_code, number=number)
    if void is None:
        raise ActionRefused(Refusal("receipt_voided"))
    return await stamped_copy(connection, storage, void.id, void.content_sha256, Mark.VOID, at=void.status_at, now=now)


async def paper_of(
    connection: AsyncConnection,
    storage: BlobStore,
    actor: Actor,
    dossier: Any,
    *,
    form_code: str,
    number: str,
    data: Mapping[str, Any],
    at: dt.datetime,
    refunded_at: dt.datetime | None,
    public_base_url: str,
    now: dt.datetime,
) -> bytes:
    """Return the paper of a locked dossier that bears `number`: the kept one, or a new one that is kept from now on.

    Where all of the money was given back (`refunded_at`), the copy that says so, whenever the paper was first printed.
    """
    kept = await queries.valid_paper(connection, dossier_id=dossier.id, form_code=form_code, number=number)
    if kept is None:
        paper_id, sha256 = await _issue(
            connection,
            storage,
            actor,
            dossier,
            form_code=form_code,
            number=number,
            data=data,
            at=at,
            public_base_url=public_base_url,
            now=now,
        )
    else:
        paper_id, sha256 = kept.id, kept.content_sha256
    if refunded_at is None:
        return await read_bytes(storage, sha256)
    return await stamped_copy(connection, storage, paper_id, sha256, Mark.REFUNDED, at=refunded_at, now=now)


async def _issue(
    connection: AsyncConnection,
    storage: BlobStore,
    actor: Actor,
    dossier: Any,
    *,
    form_code: str,
    number: str,
    data: Mapping[str, Any],
    at: dt.datetime,
    public_base_url: str,
    now: dt.datetime,
) -> tuple[int, str]:
    """Print, keep and issue a paper; return its id and the hash of its bytes."""
    token, day = new_token(), local_date(at)
    unit = await queries.unit_names(connection, dossier.receiving_unit_id)
    names = one_stop_names({"name": unit.name, "level": unit.level, "province_name": unit.province_name}, day)
    printed = {
        "superior": names.superior,
        "office": names.office,
        "place_and_date": f"{names.place}, {day_in_words(day)}",
        "dossier_code": dossier.code,
        "verify_address": verify_address(public_base_url, token),
        **data,
    }
    content = await asyncio.to_thread(render, _TEMPLATE, printed, at=now)
    sha256 = await keep_bytes(connection, storage, content, media_type="application/pdf", now=now)
    paper_id = await issue_paper(
        connection,
        token=token,
        kind="slip",
        dossier_id=dossier.id,
        unit_id=dossier.receiving_unit_id,
        form_code=form_code,
        number=number,
        content_sha256=sha256,
        issued_by=actor.account_id,
        now=now,
    )
    return paper_id, sha256
