"""The grounds to pay less that the law names (`app.data`), in force in the whole province."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from app import data
from app.services.payments import queries, writes


async def load_shipped_reductions(session: AsyncSession, *, now: dt.datetime) -> int:
    """Record what is not recorded yet of `fee_reductions.csv`; return how many. A second call changes nothing."""
    connection = await session.connection()
    await writes.one_at_a_time(connection)
    added = 0
    for row in data.rows("fee_reductions.csv"):
        place = await queries.place_of_tariff(connection, procedure_code=row["procedure_code"] or None, unit=None)
        valid_from = dt.date.fromisoformat(row["valid_from"])
        present = await queries.overlapping_reduction(
            connection, unit_id=place.unit_id, code=row["code"], valid_from=valid_from, valid_to=None
        )
        if present is None:
            await writes.insert_reduction(
                connection,
                {
                    **{name: row[name] for name in ("code", "name", "kind", "legal_basis", "confidence")},
                    **{name: row[name] or None for name in ("channel", "field")},
                    "percent": int(row["percent"]),
                    "procedure_id": place.procedure_id,
                    "unit_id": place.unit_id,
                    "valid_from": valid_from,
                    "valid_to": None,
                    "recorded_at": now,
                    "recorded_by": None,
                },
            )
            added += 1
    return added
