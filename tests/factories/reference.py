"""Fills a migrated database with the shipped reference data, through the use cases that the demo uses."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession


async def load_reference_data(session: AsyncSession, *, now: dt.datetime) -> None:
    """Load Ninh Bình's units, the procedures, calendars and clock policies."""
