"""Proof of the figures: make them anew from the dossiers, or compare what is stored with what the dossiers say."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.integration.writes import claim_position, ensure_position, move_position, safe_position
from app.services.statistics import rollups
from app.services.statistics.follow_log import FOLLOWER
from app.services.statistics.rollups import Difference


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rows the figures consist of after a rebuild."""

    facts: int
    cells: int


async def rebuild(connection: AsyncConnection, *, now: dt.datetime) -> Rebuilt:
    """Replace all facts and cells by what the dossiers say; readers see the former ones until the caller commits.

    The follower's position is held meanwhile and then set to where the log ended when the derivation began: what is
    committed during it may be read again, which changes nothing, and nothing is missed.
    """
    await ensure_position(connection, FOLLOWER)
    await claim_position(connection, FOLLOWER, wait=True)
    position = await safe_position(connection)
    facts, cells = await rollups.derive_everything(connection)
    await move_position(connection, FOLLOWER, position, now=now)
    return Rebuilt(facts=facts, cells=cells)


async def verify(connection: AsyncConnection, *, limit: int = 100) -> list[Difference]:
    """Return up to `limit` differences of each kind between stored and newly derived rows; empty means equal.

    Facts are compared with the dossiers, cells with the facts, each in one statement and so at one moment. Dossiers
    with events still to be read by the follower are left out.
    """
    facts = await rollups.fact_differences(connection, FOLLOWER, limit=limit)
    return facts + await rollups.cell_differences(connection, limit=limit)
