"""Administration of tariffs and of grounds to pay less: dated, with their act; what is in force is never rewritten."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.fees import Fee, FeeStep
from app.domain.permissions import Actor, Permission
from app.services.audit.queries import write_audit_entry
from app.services.payments import queries, writes
from app.services.payments.inputs import EndTariff, SetReduction, SetTariff


async def set_tariff(connection: AsyncConnection, actor: Actor, body: SetTariff, *, now: dt.datetime) -> Any:
    """Record a tariff and return it. Raises `Conflict` where one of the same code is in force in the period."""
    place = await queries.place_of_tariff(connection, procedure_code=body.procedure_code, unit=body.unit)
    faults = _faults_of_place(place, body.procedure_code, body.unit) + _faults_of_period(body.valid_from, body.valid_to)
    steps = tuple(FeeStep(step.from_quantity, step.amount_vnd) for step in body.later_steps)
    try:
        Fee(body.amount_vnd, body.per, body.name, steps, body.cap_vnd)
    except ValueError:
        faults.append(Refusal("fee_steps_out_of_order", "later_steps"))
    refuse_all(InvalidInput, faults)
    _require_authority(actor, place.unit_path)
    clash = await queries.overlapping_tariff(
        connection,
        procedure_id=place.procedure_id,
        channel=body.channel.value,
        unit_id=place.unit_id,
        code=body.code,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    if clash is not None:
        raise Conflict(Refusal("tariff_overlaps", "valid_from", {"tariff": clash.id}))
    tariff_id = await writes.insert_tariff(
        connection,
        {
            **body.model_dump(mode="json", exclude={"procedure_code", "unit"}),
            "procedure_id": place.procedure_id,
            "unit_id": place.unit_id,
            "recorded_at": now,
            "recorded_by": actor.account_id,
        },
    )
    await _audit(connection, actor, "tariff_set", f"tariff:{tariff_id}", {"amount_vnd": body.amount_vnd}, now)
    return await queries.tariff(connection, tariff_id)


async def set_reduction(connection: AsyncConnection, actor: Actor, body: SetReduction, *, now: dt.datetime) -> Any:
    """Record a ground to pay less and return it."""
    place = await queries.place_of_tariff(connection, procedure_code=body.procedure_code, unit=body.unit)
    faults = _faults_of_place(place, body.procedure_code, body.unit) + _faults_of_period(body.valid_from, body.valid_to)
    if body.kind == "discount" and body.channel is None:
        faults.append(Refusal("missing", "channel"))
    refuse_all(InvalidInput, faults)
    _require_authority(actor, place.unit_path)
    await writes.one_at_a_time(connection)
    clash = await queries.overlapping_reduction(
        connection, unit_id=place.unit_id, code=body.code, valid_from=body.valid_from, valid_to=body.valid_to
    )
    if clash is not None:
        raise Conflict(Refusal("tariff_overlaps", "valid_from", {"tariff": clash.id}))
    reduction_id = await writes.insert_reduction(
        connection,
        {
            **body.model_dump(mode="json", exclude={"procedure_code", "unit"}),
            "procedure_id": place.procedure_id,
            "unit_id": place.unit_id,
            "confidence": "verified",
            "recorded_at": now,
            "recorded_by": actor.account_id,
        },
    )
    await _audit(connection, actor, "fee_reduction_set", f"reduction:{reduction_id}", {"percent": body.percent}, now)
    return await queries.reduction(connection, reduction_id)


async def end_tariff(
    connection: AsyncConnection, actor: Actor, tariff_id: int, body: EndTariff, *, now: dt.datetime
) -> Any:
    """End a tariff from today or a later day on: what was charged by it stays."""
    row = await queries.tariff(connection, tariff_id)
    _check_end(actor, row, body, now)
    await writes.end_tariff(connection, tariff_id, body.valid_to)
    await _audit(connection, actor, "tariff_ended", f"tariff:{tariff_id}", {"valid_to": str(body.valid_to)}, now)
    return await queries.tariff(connection, tariff_id)


async def end_reduction(
    connection: AsyncConnection, actor: Actor, reduction_id: int, body: EndTariff, *, now: dt.datetime
) -> Any:
    """End a ground to pay less, as a tariff is ended."""
    row = await queries.reduction(connection, reduction_id)
    _check_end(actor, row, body, now)
    await writes.end_reduction(connection, reduction_id, body.valid_to)
    subject = f"reduction:{reduction_id}"
    await _audit(connection, actor, "fee_reduction_ended", subject, {"valid_to": str(body.valid_to)}, now)
    return await queries.reduction(connection, reduction_id)


def _check_end(actor: Actor, row: Any, body: EndTariff, now: dt.datetime) -> None:
    if row is None:
        raise NotFound(Refusal("tariff_unknown"))
    _require_authority(actor, row.unit_path)
    faults = []
    if body.valid_to <= row.valid_from:
        faults.append(Refusal("tariff_period_reversed", "valid_to"))
    if body.valid_to < local_date(now) or (row.valid_to is not None and row.valid_to <= local_date(now)):
        faults.append(Refusal("tariff_ends_in_past", "valid_to"))
    elif row.valid_to is not None and body.valid_to > row.valid_to:
        faults.append(Refusal("tariff_ends_earlier", "valid_to", {"valid_to": row.valid_to.isoformat()}))
    refuse_all(InvalidInput, faults)


def _faults_of_place(place: Any, procedure_code: str | None, unit: str | None) -> list[Refusal]:
    faults = []
    if procedure_code is not None and place.procedure_id is None:
        faults.append(Refusal("procedure_unknown", "procedure_code", {"code": procedure_code}))
    if place.unit_id is None:
        faults.append(Refusal("unit_unknown", "unit", {"code": unit}))
    return faults


def _faults_of_period(valid_from: dt.date, valid_to: dt.date | None) -> list[Refusal]:
    reversed_ = valid_to is not None and valid_to <= valid_from
    return [Refusal("tariff_period_reversed", "valid_to")] if reversed_ else []


def _require_authority(actor: Actor, unit_path: str) -> None:
    if not actor.scope(Permission.TARIFFS_MANAGE).covers(unit_path):
        raise Forbidden(Refusal("out_of_scope", "unit"))


async def _audit(
    connection: AsyncConnection, actor: Actor, action: str, subject: str, data: dict[str, Any], now: dt.datetime
) -> None:
    await write_audit_entry(connection, at=now, account_id=actor.account_id, action=action, subject=subject, data=data)
