"""Originals change hands in batches: given, confirmed by who receives, taken back, sent by post, returned.

Every batch locks its originals in one order, then reads where they are: of two people who take the same paper at once
one finds it gone. All faults of a batch are said at once, and a batch with a fault moves nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.custody import (
    Destination,
    Move,
    Place,
    Whereabouts,
    give_faults,
    read_batch,
    receive_faults,
)
from app.domain.errors import ActionRefused, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission, Scope
from app.services.custody import queries, writes
from app.services.custody.inputs import Confirm, HandOn, TakeBack
from app.services.dossiers.handing_over import authorisation_columns, receiver_faults
from app.services.dossiers.queries import assignee_id
from app.services.dossiers.recording.record import record_events

Target: TypeAlias = tuple[Place, int | None, int | None]
"""Place, unit and person."""

_NEEDED = {
    Place.COUNTER: ("to_unit",),
    Place.OFFICE: ("to_unit",),
    Place.POST: ("tracking_number",),
    Place.CITIZEN: ("receiver_name", "proof"),
}
_OF_A_RECEIVER = ("receiver_name", "receiver_identity_number", "authorisation", "proof")
_FITTING = {
    Place.COUNTER: ("to_unit", "to_account"),
    Place.OFFICE: ("to_unit", "to_account"),
    Place.POST: ("tracking_number", "to_unit"),
    Place.CITIZEN: _OF_A_RECEIVER,
}
_OF_A_PLACE = ("to_unit", "to_account", "tracking_number", *_OF_A_RECEIVER)


async def hand_on(connection: AsyncConnection, actor: Actor, body: HandOn, *, now: dt.datetime) -> str:
    """Give a batch away; return the code of the hand-over.

    Raises `InvalidInput` for what is missing or does not fit the place and for a stranger at the counter without an
    authorisation, `ActionRefused` with every paper that cannot be
    given: unknown, scanned twice, on its way, returned, held by others, lying there already.
    """
    destination, unit_code = await _destination(connection, body)
    barcodes, rows = await _locked(connection, body.barcodes)
    found = {row.barcode: _whereabouts(row) for row in rows}
    scope = actor.scope(Permission.DOCUMENTS_ADD)
    mine = frozenset(row.unit_id for row in rows if row.unit_path is not None and scope.covers(row.unit_path))
    faults = give_faults(barcodes, found, destination, units_of_giver=mine)
    units = {row.unit_id for row in rows}
    if not faults and len(units) > 1:
        faults.append(Refusal("originals_of_several_units", "barcodes"))
    refuse_all(ActionRefused, faults)
    if body.to_place is Place.CITIZEN:
        await _check_receiver(connection, rows[0].dossier_id, body)
    batch = await writes.new_hand_over(
        connection,
        {
            "from_unit_id": units.pop(),
            "to_place": body.to_place.value,
            "to_unit_id": destination.unit_id,
            "to_account_id": destination.account_id,
            "tracking_number": body.tracking_number,
            "receiver_name": body.receiver_name,
            "receiver_identity_number": body.receiver_identity_number,
            "proof": body.proof,
            **authorisation_columns(body.authorisation),
            "note": body.note or "",
            "given_at": now,
            "given_by": actor.account_id,
        },
    )
    kind = {Place.POST: Move.POSTED, Place.CITIZEN: Move.RETURNED}.get(body.to_place, Move.GIVEN)
    target = (body.to_place, destination.unit_id, destination.account_id)
    await _move(connection, actor, rows, kind, [target] * len(rows), batch, unit_code, now=now)
    return str(batch.code)


async def confirm(connection: AsyncConnection, actor: Actor, code: str, body: Confirm, *, now: dt.datetime) -> str:
    """Receive what was scanned of a batch; return its code.

    To whom it was given confirms; a delivery by post to the citizen is confirmed by who sent it, with the receiver and
    the notice. Raises `NotFound`, `Forbidden`, `InvalidInput`, `ActionRefused` with every paper that does not fit.
    """
    batch = await _batch(connection, actor, code)
    to_citizen = batch.to_unit_id is None
    _ensure_of(actor, batch.from_path if to_citizen else batch.to_path, "receiver")
    if batch.to_account_id not in (None, actor.account_id):
        raise Forbidden(Refusal("original_for_somebody_else"))
    if to_citizen:
        refuse_all(
            InvalidInput, (Refusal("missing", n) for n in ("receiver_name", "proof") if getattr(body, n) is None)
        )
    barcodes, rows = await _locked(connection, body.barcodes)
    found = {row.barcode: _whereabouts(row) for row in rows}
    refuse_all(ActionRefused, receive_faults(barcodes, found, hand_over=batch.id))
    if to_citizen:
        delivered = await writes.new_hand_over(
            connection,
            {
                "from_unit_id": batch.from_unit_id,
                "to_place": Place.CITIZEN.value,
                "to_unit_id": None,
                "to_account_id": None,
                "tracking_number": None,
                "receiver_name": body.receiver_name,
                "receiver_identity_number": None,
                "proof": body.proof,
                **authorisation_columns(None),
                "note": batch.code,
                "given_at": now,
                "given_by": actor.account_id,
            },
        )
        home: list[Target] = [(Place.CITIZEN, None, None)] * len(rows)
        await _move(connection, actor, rows, Move.RETURNED, home, delivered, None, now=now)
        return str(delivered.code)
    place = Place.OFFICE if batch.to_place == Place.POST else Place(batch.to_place)
    targets = [(place, batch.to_unit_id, actor.account_id)] * len(rows)
    await _move(connection, actor, rows, Move.RECEIVED, targets, batch, batch.to_code, now=now)
    return str(batch.code)


async def take_back(connection: AsyncConnection, actor: Actor, code: str, body: TakeBack, *, now: dt.datetime) -> str:
    """Let papers that nobody took, or that the post brought back, lie again where they lay; return the batch's code."""
    batch = await _batch(connection, actor, code)
    _ensure_of(actor, batch.from_path, "giver")
    barcodes, rows = await _locked(connection, body.barcodes)
    found = {row.barcode: _whereabouts(row) for row in rows}
    refuse_all(ActionRefused, receive_faults(barcodes, found, hand_over=batch.id))
    targets = [(Place(row.place_before), row.unit_before, row.account_before) for row in rows]
    await _move(connection, actor, rows, Move.TAKEN_BACK, targets, batch, batch.from_code, now=now)
    return str(batch.code)


async def _destination(connection: AsyncConnection, body: HandOn) -> tuple[Destination, str | None]:
    faults = [Refusal("missing", name) for name in _NEEDED[body.to_place] if getattr(body, name) is None]
    faults += [
        Refusal("not_for_this_place", name, {"place": body.to_place.value})
        for name in _OF_A_PLACE
        if name not in _FITTING[body.to_place] and getattr(body, name) is not None
    ]
    _, scanned = read_batch(body.barcodes)
    unit = account = None
    if body.to_unit is not None:
        unit = await queries.unit_by_code(connection, body.to_unit)
        if unit is None:
            faults.append(Refusal("unit_unknown", "to_unit", {"code": body.to_unit}))
    if unit is not None and body.to_account is not None:
        account = await assignee_id(connection, username=body.to_account, path=unit.path)
        if account is None:
            faults.append(Refusal("assignee_unknown", "to_account"))
    refuse_all(InvalidInput, [*faults, *scanned])
    return Destination(body.to_place, unit and unit.id, account), unit and unit.code


async def _check_receiver(connection: AsyncConnection, dossier_id: int, body: HandOn) -> None:
    """Refuse what the hand-over of a result at the counter refuses: a stranger without a recorded authorisation."""
    given = body.authorisation
    document_id = None if given is None else given.document_id
    facts = await queries.receiver_facts(connection, dossier_id, document_id=document_id)
    faults = []
    if given is None:
        faults += receiver_faults(
            from_json(facts.people), name=body.receiver_name, identity_number=body.receiver_identity_number
        )
    if document_id is not None and not facts.has_document:
        faults.append(Refusal("document_of_another_dossier", "authorisation.document_id", {"document": document_id}))
    refuse_all(InvalidInput, faults)


async def _locked(connection: AsyncConnection, scanned: Sequence[str]) -> tuple[list[str], Sequence[Any]]:
    barcodes, faults = read_batch(scanned)
    refuse_all(InvalidInput, faults)
    await queries.lock_originals(connection, barcodes)
    return barcodes, await queries.whereabouts(connection, barcodes)


async def _batch(connection: AsyncConnection, actor: Actor, code: str) -> Any:
    batch = await queries.hand_over_by_code(connection, code)
    scope: Scope = actor.scope(Permission.DOSSIERS_READ)
    if batch is None or not any(path is not None and scope.covers(path) for path in (batch.from_path, batch.to_path)):
        raise NotFound(Refusal("hand_over_unknown"))
    return batch


def _ensure_of(actor: Actor, path: str, side: str) -> None:
    if not actor.scope(Permission.DOCUMENTS_ADD).covers(path):
        raise Forbidden(Refusal("out_of_scope", params={"side": side}))


def _whereabouts(row: Any) -> Whereabouts:
    return Whereabouts(row.dossier_id, Move(row.kind), Place(row.place), row.unit_id, row.account_id, row.hand_over_id)


async def _move(
    connection: AsyncConnection,
    actor: Actor,
    rows: Sequence[Any],
    kind: Move,
    targets: Sequence[Target],
    batch: Any,
    unit_code: str | None,
    *,
    now: dt.datetime,
) -> None:
    """Write the next move of each paper and one line in the log of each dossier; no personal data in either."""
    moves = []
    by_dossier: dict[int, list[tuple[str, str]]] = defaultdict(list)
    units: dict[int, int] = {}
    for row, (place, unit_id, account_id) in zip(rows, targets, strict=True):
        moves.append(
            {
                "id": row.id,
                "kind": kind.value,
                "place": place.value,
                "unit_id": unit_id,
                "account_id": account_id,
                "hand_over_id": batch.id,
            }
        )
        by_dossier[row.dossier_id].append((row.barcode, place.value))
        units[row.dossier_id] = row.receiving_unit_id
    await writes.move(connection, moves, by_id=actor.account_id, now=now)
    facts = [
        {
            "dossier_id": dossier_id,
            "unit_id": units[dossier_id],
            "data": {
                "kind": kind.value,
                "place": papers[0][1],
                "unit": unit_code,
                "barcodes": [barcode for barcode, _ in papers],
                "hand_over": batch.code,
            },
        }
        for dossier_id, papers in sorted(by_dossier.items())
    ]
    await record_events(connection, actor, facts, EventType.ORIGINAL_MOVED, now=now)
