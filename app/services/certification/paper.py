"""The one slip of a visit: what was paid, the numbers in the register, where to rate. Rendered once, then kept."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.errors import NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.certification import queries
from app.services.certification.register import label
from app.services.dossiers.recording.record import seen_dossier
from app.services.payments.paper import money_of, paper_of, voided_paper_of
from app.services.payments.receipts import VISIT_FORM
from app.services.ports import BlobStore


async def print_certification(
    connection: AsyncConnection, storage: BlobStore, actor: Actor, code: str, *, public_base_url: str, now: dt.datetime
) -> bytes:
    """Return the PDF of a certification, the same bytes every time until its receipt is voided.

    From then on, until money is taken again, the copy that says so. Raises `NotFound` where nothing was certified,
    `ActionRefused` (`receipt_voided`) for a slip that was never printed before its receipt was voided.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ, lock=True)
    facts = await queries.paper_facts(connection, dossier.id)
    entries = from_json(facts.entries)
    if not entries:
        raise NotFound(Refusal("certification_unknown"))
    first, last = entries[0], entries[-1]
    number = label(last["number"], last["year"], last["suffix"])
    if first["number"] != last["number"]:
        number = f"{first['number']}-{number}"
    if facts.total_vnd and facts.receipt_number is None:
        return await voided_paper_of(connection, storage, dossier.id, form_code=VISIT_FORM, number=number, now=now)
    data = {
        "form": {"name": "Phiếu chứng thực"},
        "title": ["Phiếu thu và trả kết quả chứng thực"],
        "number": number,
        "payer_name": facts.applicant_name or "",
        "payer_address": facts.applicant_address,
        "request": facts.procedure_name,
        **money_of(from_json(facts.lines), facts.total_vnd),
        "reduction": facts.reduction_code,
        "receipt_number": facts.receipt_number,
        "entries": _by_paper(entries),
        "signer": first["signer"],
        "clerk": facts.clerk,
        "rating_address": f"{public_base_url.rstrip('/')}/r/{facts.rating_token}",
    }
    return await paper_of(
        connection,
        storage,
        actor,
        dossier,
        form_code=VISIT_FORM,
        number=number,
        data=data,
        at=dt.datetime.fromisoformat(first["certified_at"]),
        refunded_at=facts.refunded_at,
        public_base_url=public_base_url,
        now=now,
    )


def _by_paper(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for each paper with the range of its numbers; lines of one paper follow each other."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        same = found and found[-1]["paper"] == entry["paper"] and found[-1]["pages"] == entry["pages"]
        if same:
            line = found[-1]
            line["copies"] += entry["copies"]
        else:
            line = {"paper": entry["paper"], "pages": entry["pages"], "copies": entry["copies"]}
            line["first"] = entry["number"]
            found.append(line)
        ending = label(entry["number"], entry["year"], entry["suffix"])
        line["numbers"] = ending if line["first"] == entry["number"] else f"{line['first']}-{ending}"
    return found
