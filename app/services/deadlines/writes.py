"""Writes of published calendars."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute

_CONTENT = """jsonb_build_object(
  'known_until', layer.known_until,
  'days', (select coalesce(jsonb_agg(to_jsonb(entry) - 'id' - 'calendar_id' - 'publication_id'
             order by entry.day, entry.closes_from), '[]')
           from calendar_day entry where entry.calendar_id = layer.id),
  'hours', (select coalesce(jsonb_agg(to_jsonb(hours) - 'id' - 'unit_id' - 'purpose'), '[]') from office_hours hours
            where hours.purpose = layer.purpose and hours.unit_id is not distinct from layer.unit_id))"""


async def publish_first_versions(connection: AsyncConnection, *, now: dt.datetime) -> None:
    """Write the publication of every layer that has none: what was loaded is the first version to go back to."""
    await execute(
        connection,
        "insert into calendar_publication (calendar_id, version, changes, content, legal_basis, decided_by, "
        "published_at, last_dossier_id, examined, moved, left_alone, skipped, finished_at) "
        f"select layer.id, layer.version, '{{}}', {_CONTENT}, '', '', $1, 0, 0, 0, 0, 0, $1 from calendar layer "
        "where not exists (select from calendar_publication found where found.calendar_id = layer.id)",
        now,
    )
    await execute(
        connection,
        "update calendar_day set publication_id = (select min(found.id) from calendar_publication found "
        "where found.calendar_id = calendar_day.calendar_id) where publication_id is null",
    )
