"""Where is it now: one original by its barcode, those of a dossier, of a batch, and what a unit holds or awaits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.custody import Holding, read_barcode
from app.domain.errors import InvalidInput, NotFound, Refusal
from app.domain.permissions import Actor, Permission
from app.services.custody import queries
from app.services.dossiers.recording.record import seen_dossier
from app.services.identity.scope import scope_parameters


async def where_is(connection: AsyncConnection, actor: Actor, scanned: str) -> Any:
    """Return the original with its way; raises `InvalidInput` for what is no barcode, `NotFound` if out of sight."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.where_is(connection, _read(scanned), everything=everything, patterns=patterns)
    if row is None:
        raise NotFound(Refusal("original_unknown", "barcode", {"barcode": scanned}))
    return row


async def of_dossier(connection: AsyncConnection, actor: Actor, code: str) -> Sequence[Any]:
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    return await queries.of_dossier(connection, dossier.id)


async def originals_of(
    connection: AsyncConnection, actor: Actor, holding: Holding, *, unit: str | None, after: int, limit: int
) -> Sequence[Any]:
    """Return originals that units in the actor's reach hold, await or have sent, in the order they were taken in."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    return await queries.originals_page(
        connection, holding, everything=everything, patterns=patterns, unit=unit, after=after, limit=limit
    )


async def hand_over(connection: AsyncConnection, actor: Actor, code: str) -> tuple[Any, Sequence[Any]]:
    """Return a batch and the originals that went with it; `NotFound` where neither side is in sight."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    batch = await queries.hand_over_by_code(connection, code)
    scope = actor.scope(Permission.DOSSIERS_READ)
    if batch is None or not any(path is not None and scope.covers(path) for path in (batch.from_path, batch.to_path)):
        raise NotFound(Refusal("hand_over_unknown"))
    rows = await queries.of_hand_over(connection, batch.id, everything=everything, patterns=patterns)
    return batch, rows


def _read(scanned: str) -> str:
    found = read_barcode(scanned)
    if found is None:
        raise InvalidInput(Refusal("barcode_malformed", "barcode"))
    return found
