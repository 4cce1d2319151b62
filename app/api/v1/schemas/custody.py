"""Documents of originals: where each is, its way, and batches. Who took a paper home is told by the batch alone."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.domain.custody import Move, Place


class PlaceOut(BaseModel):
    """Where an original is by its last move. `given` and `posted`: on its way there, with the batch `hand_over`."""

    move: Move
    place: Place
    unit: str | None
    unit_name: str | None
    account: str | None
    since: LocalInstant
    hand_over: str | None
    tracking_number: str | None


class OriginalOut(BaseModel):
    barcode: str
    dossier: str
    component_code: str | None
    name: str
    to_be_returned: bool
    taken_at: LocalInstant
    returned_at: LocalInstant | None
    now: PlaceOut


class StepOut(BaseModel):
    seq: int
    move: Move
    place: Place
    unit: str | None
    unit_name: str | None
    account: str | None
    by: str | None
    at: LocalInstant
    hand_over: str | None


class OriginalWayOut(OriginalOut):
    way: list[StepOut]


class OriginalsOut(BaseModel):
    items: list[OriginalOut]


class OriginalPageOut(BaseModel):
    items: list[OriginalOut]
    next_cursor: str | None


class AuthorisationOut(BaseModel):
    """Why somebody else than the dossier's own people took them."""

    reason: str
    reference: str
    document_id: int | None


class HandOverOut(BaseModel):
    """`items`: the originals that went with it and where each is now."""

    code: str
    from_unit: str
    from_unit_name: str
    to_place: Place
    to_unit: str | None
    to_unit_name: str | None
    to_account: str | None
    tracking_number: str | None
    receiver_name: str | None
    authorisation: AuthorisationOut | None
    proof: str | None
    note: str
    given_at: LocalInstant
    given_by: str | None
    awaited: int
    items: list[OriginalOut]


def original_document(row: Any) -> OriginalOut:
    return OriginalOut(**_fields(row))


def way_document(row: Any) -> OriginalWayOut:
    steps = [
        StepOut(
            seq=step["seq"],
            move=step["kind"],
            place=step["place"],
            unit=step["unit"],
            unit_name=step["unit_name"],
            account=step["account"],
            by=step["by"],
            at=local(dt.datetime.fromisoformat(step["at"])),
            hand_over=step["hand_over"],
        )
        for step in row.way
    ]
    return OriginalWayOut(**_fields(row), way=steps)


def originals_document(rows: Sequence[Any]) -> OriginalsOut:
    return OriginalsOut(items=[original_document(row) for row in rows])


def hand_over_document(batch: Any, rows: Sequence[Any]) -> HandOverOut:
    items = [original_document(row) for row in rows]
    on_its_way = (Move.GIVEN, Move.POSTED)
    return HandOverOut(
        code=batch.code,
        from_unit=batch.from_code,
        from_unit_name=batch.from_name,
        to_place=batch.to_place,
        to_unit=batch.to_code,
        to_unit_name=batch.to_name,
        to_account=batch.to_account_name,
        tracking_number=batch.tracking_number,
        receiver_name=batch.receiver_name,
        authorisation=None
        if batch.authorisation_reason is None
        else AuthorisationOut(
            reason=batch.authorisation_reason,
            reference=batch.authorisation_reference,
            document_id=batch.authorisation_document_id,
        ),
        proof=batch.proof,
        note=batch.note,
        given_at=local(batch.given_at),
        given_by=batch.given_by_name,
        awaited=sum(item.now.hand_over == batch.code and item.now.move in on_its_way for item in items),
        items=items,
    )


def _fields(row: Any) -> dict[str, Any]:
    return {
        "barcode": row.barcode,
        "dossier": row.dossier,
        "component_code": row.component_code,
        "name": row.name,
        "to_be_returned": row.to_be_returned,
        "taken_at": local(row.taken_at),
        "returned_at": local(row.returned_at),
        "now": PlaceOut(
            move=row.kind,
            place=row.place,
            unit=row.unit_code,
            unit_name=row.unit_name,
            account=row.account_name,
            since=local(row.since),
            hand_over=row.hand_over,
            tracking_number=row.tracking_number,
        ),
    }
