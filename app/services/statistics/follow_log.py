"""Takes events into the figures: called by the follower for each batch of the log."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.integration.queries import LogEvent
from app.services.statistics.rollups import apply_changes

FOLLOWER = "statistics"


async def take_events(connection: AsyncConnection, events: Sequence[LogEvent], _now: dt.datetime) -> None:
    """Bring facts and cells of every dossier the events touch up to date."""
    await apply_changes(connection, {event.dossier_id for event in events})
