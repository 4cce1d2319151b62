"""Originals come into the house's care, each under a barcode of its own."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.custody import Move, Place, barcode
from app.domain.errors import ActionRefused, Forbidden, InvalidInput, Refusal, refuse_all
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.services.custody import queries, writes
from app.services.custody.inputs import TakeIn
from app.services.dossiers.recording.record import record_event, seen_dossier, state_of
from app.services.procedures.content import version_content
from app.services.procedures.paper_kinds import paper_lists


async def take_in(
    connection: AsyncConnection, actor: Actor, code: str, body: TakeIn, *, now: dt.datetime
) -> Sequence[Any]:
    """Take originals of the dossier in; return all of its originals and where each is.

    Raises `InvalidInput` with every fault: a component the procedure does not list, a paper that is only presented
    (an identity card is looked at and given back at once, by whatever name it comes), an original without component
    and name. `ActionRefused` for a dossier that is over.
    """
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD, lock=True)
    if state_of(dossier).is_final:
        raise ActionRefused(Refusal("dossier_ended"))
    at_counter = body.place is Place.COUNTER
    path = dossier.receiving_path if at_counter else dossier.competent_path
    if not actor.scope(Permission.DOCUMENTS_ADD).covers(path):
        raise Forbidden(Refusal("out_of_scope", "place"))
    originals = await _named(connection, dossier, body, now=now)
    numbers = await writes.new_numbers(connection, len(originals))
    for original, number in zip(originals, numbers, strict=True):
        original["barcode"] = barcode(number)
    unit_id = dossier.receiving_unit_id if at_counter else dossier.competent_unit_id
    await writes.take_in(
        connection,
        dossier.id,
        originals,
        place=body.place.value,
        unit_id=unit_id,
        account_id=actor.account_id,
        now=now,
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.ORIGINAL_MOVED,
        now=now,
        data={
            "kind": Move.TAKEN_IN.value,
            "place": body.place.value,
            "unit": dossier.receiving_code if at_counter else dossier.competent_code,
            "barcodes": [original["barcode"] for original in originals],
            "hand_over": None,
        },
        at_competent_unit=not at_counter,
    )
    return await queries.of_dossier(connection, dossier.id)


async def _named(connection: AsyncConnection, dossier: Any, body: TakeIn, *, now: dt.datetime) -> list[dict[str, Any]]:
    content = await version_content(connection, dossier.procedure_version_id)
    lists = await paper_lists(
        connection, procedure_id=content.procedure_id, procedure_code=content.code, on=local_date(now)
    )
    listed = {component.code: component for component in content.components_for(dossier.case_variant)}
    faults, named = [], []
    for index, original in enumerate(body.originals):
        component = None if original.component_code is None else listed.get(original.component_code)
        if original.component_code is not None and component is None:
            params = {"component": original.component_code}
            faults.append(Refusal("component_unknown", f"originals.{index}.component_code", params))
        elif component is not None and component.presented_only:
            params = {"name": component.name}
            faults.append(Refusal("paper_presented_only", f"originals.{index}.component_code", params))
        elif component is None and original.name is None:
            faults.append(Refusal("missing", f"originals.{index}.name"))
        elif original.name is not None:
            faults += lists.presented_only_faults(
                (), component_code=None, file_name=original.name, name_field=f"originals.{index}.name"
            )
        named.append(
            {
                "component_code": original.component_code,
                "name": original.name or (component.name if component is not None else ""),
                "to_be_returned": original.to_be_returned,
            }
        )
    refuse_all(InvalidInput, faults)
    return named
