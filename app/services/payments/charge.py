"""What a dossier has to pay: computed by the tariff of its version, channel and day, or asked for by the agency."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import ActionRefused, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.fees import ChargeLine, charge_total
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor, Permission
from app.domain.procedures import Channel
from app.services.dossiers.recording.record import record_event, seen_dossier, state_of
from app.services.identity.scope import scope_parameters
from app.services.payments import queries, writes
from app.services.payments.inputs import CalculateFees, ChargeFees, ExemptionInput
from app.services.payments.prices import line_document, price, prices_for
from app.services.procedures.content import version_content

_NOTHING_TO_PAY = frozenset({DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED})
_OBLIGATION = "NVTC"


@dataclass(frozen=True, slots=True)
class Calculation:
    """An answer of the public calculator. Nothing is stored."""

    procedure_code: str
    version: int
    channel: str
    on: dt.date
    lines: tuple[dict[str, Any], ...]
    total_vnd: int | None
    """None: the fee is not known here."""
    unknown: Refusal | None
    grounds: tuple[tuple[str, str, int, str], ...]
    """(code, name, percent, legal basis) of each ground that may be claimed."""


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge just written."""

    id: int
    number: int
    total_vnd: int
    lines: Sequence[dict[str, Any]]


async def calculate_fees(connection: AsyncConnection, body: CalculateFees, *, now: dt.datetime) -> Calculation:
    """Compute what a dossier would pay; raises `InvalidInput` with every fault of the question."""
    on = body.on or local_date(now)
    facts = await queries.calculator_facts(connection, procedure_code=body.procedure_code, unit=body.unit, on=on)
    faults = []
    if facts.version_id is None:
        code = "procedure_not_in_force" if facts.procedure_known else "procedure_unknown"
        faults.append(Refusal(code, "procedure_code", {"code": body.procedure_code}))
    if facts.unit_path is None:
        faults.append(Refusal("unit_unknown", "unit", {"code": body.unit}))
    refuse_all(InvalidInput, faults)
    content = await version_content(connection, facts.version_id)
    prices = await prices_for(connection, content, unit_path=facts.unit_path, channel=body.channel, on=on)
    lines, found = price(prices, body.papers, persons=body.persons, ground=body.ground, ground_field="ground")
    unknown = next((fault for fault in found if fault.code in {"fee_not_known", "fee_set_by_council"}), None)
    refuse_all(InvalidInput, (fault for fault in found if fault is not unknown))
    return Calculation(
        procedure_code=content.code,
        version=content.version,
        channel=body.channel.value,
        on=on,
        lines=tuple(line_document(line) for line in lines),
        total_vnd=None if unknown else charge_total(lines),
        unknown=unknown,
        grounds=tuple((g.code, g.name, g.percent, g.legal_basis) for g in prices.exemptions.values()),
    )


async def charge_fees(
    connection: AsyncConnection, actor: Actor, code: str, body: ChargeFees, *, now: dt.datetime
) -> Charged:
    """Charge a dossier; a charge that is still open gives way. The dossier's state stays as it is.

    Raises `ActionRefused`: `fee_collected_already` (with what the tariff says now) where money was taken, unless the
    body says why this comes on top; `fee_not_additional` where there is nothing for it to come on top of.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.PAYMENTS_CONFIRM, lock=True)
    if state_of(dossier) in _NOTHING_TO_PAY:
        raise ActionRefused(Refusal("fee_after_end", params={"state": state_of(dossier).label}))
    facts = await queries.charge_facts(connection, dossier.id)
    if body.for_payment_request:
        return await _charge_obligation(connection, actor, dossier, body, facts, now=now)
    content = await version_content(connection, dossier.procedure_version_id)
    prices = await prices_for(
        connection,
        content,
        unit_path=dossier.receiving_path,
        channel=Channel(dossier.channel),
        on=local_date(dossier.accepted_at or dossier.registered_at),
    )
    ground = body.exemption.ground if body.exemption else None
    lines, faults = price(prices, body.papers, persons=body.persons, ground=ground, ground_field="exemption.ground")
    refuse_all(InvalidInput, faults)
    refuse_all(ActionRefused, _faults_beside(facts.kept_vnd, charge_total(lines), body))
    return await write_charge(
        connection,
        actor,
        dossier,
        lines,
        exemption=body.exemption,
        additional_reason=body.additional_reason,
        now=now,
    )


async def write_charge(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    lines: Sequence[ChargeLine],
    *,
    exemption: ExemptionInput | None,
    additional_reason: str | None = None,
    now: dt.datetime,
) -> Charged:
    """Write the charge of `lines` to a dossier whose row is locked, and its line of the log."""
    documents = [line_document(line) for line in lines]
    return await _write(
        connection,
        actor,
        dossier,
        documents,
        charge_total(lines),
        exemption=exemption,
        additional_reason=additional_reason,
        now=now,
    )


async def fees_of(connection: AsyncConnection, actor: Actor, code: str) -> Any:
    """Return every charge of a dossier in scope, with receipts and refunds."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.charges_of(connection, code=code, everything=everything, patterns=patterns)
    if row is None:
        raise NotFound(Refusal("dossier_unknown"))
    return {"dossier_code": row.dossier_code, "charges": from_json(row.charges)}


async def _charge_obligation(
    connection: AsyncConnection, actor: Actor, dossier: Any, body: ChargeFees, facts: Any, *, now: dt.datetime
) -> Charged:
    faults = []
    if facts.payment_seq is None:
        faults.append(Refusal("payment_request_not_open", "for_payment_request"))
    if body.papers or body.exemption is not None or body.additional_reason is not None:
        faults.append(Refusal("payment_request_names_amount", "for_payment_request"))
    refuse_all(InvalidInput, faults)
    amount: int = facts.payment_vnd
    line = {
        "code": _OBLIGATION,
        "name": facts.payment_reason,
        "paper": None,
        "per": "dossier",
        "quantity": 1,
        "times": 1,
        "each_vnd": amount,
        "gross_vnd": amount,
        "reduction": None,
        "amount_vnd": amount,
        "source": "Yêu cầu thực hiện nghĩa vụ tài chính",
        "explanation": {
            "vi": "Theo yêu cầu của cơ quan giải quyết",
            "en": "As the competent agency asked for",
        },
    }
    seq: int = facts.payment_seq
    return await _write(connection, actor, dossier, [line], amount, payment_seq=seq, now=now)


def _faults_beside(kept_vnd: int | None, total_vnd: int, body: ChargeFees) -> list[Refusal]:
    """Return why a charge cannot stand beside what was collected and not given back."""
    if body.additional_reason is not None:
        return [] if kept_vnd is not None else [Refusal("fee_not_additional", "additional_reason")]
    if kept_vnd is None:
        return []
    params = {"collected_vnd": kept_vnd, "total_vnd": total_vnd, "difference_vnd": total_vnd - kept_vnd}
    return [Refusal("fee_collected_already", "additional_reason", params)]


async def _write(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    lines: list[dict[str, Any]],
    total: int,
    *,
    exemption: ExemptionInput | None = None,
    payment_seq: int | None = None,
    additional_reason: str | None = None,
    now: dt.datetime,
) -> Charged:
    written = await writes.insert_charge(
        connection,
        dossier_id=dossier.id,
        unit_id=dossier.receiving_unit_id,
        total_vnd=total,
        lines=lines,
        reduction_code=exemption.ground if exemption else None,
        reduction_note=exemption.note if exemption else None,
        payment_seq=payment_seq,
        additional_reason=additional_reason,
        now=now,
        account_id=actor.account_id,
    )
    data = {"charge": written.number, "amount_vnd": total, "lines": len(lines)}
    if exemption is not None:
        data["ground"] = exemption.ground
    if payment_seq is not None:
        data["payment_seq"] = payment_seq
    if written.replaces is not None:
        data["replaces"] = written.replaces
    await record_event(connection, actor, dossier, EventType.FEE_CHARGED, now=now, data=data)
    return Charged(id=written.id, number=written.number, total_vnd=total, lines=lines)
