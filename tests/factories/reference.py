"""Fills a migrated database with the shipped reference data, through the use cases that the demo uses."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from app.services.certification.shipped import load_shipped_books
from app.services.deadlines.shipped import load_shipped_calendars
from app.services.organization.load_province import load_province_units
from app.services.payments.shipped import load_shipped_reductions
from app.services.procedures.import_procedures import load_shipped_catalogue
from app.services.vault.lists import load_shipped_papers


async def load_reference_data(session: AsyncSession, *, now: dt.datetime) -> None:
    """Load Ninh Bình's units, the procedures, calendars and clock policies."""
    await load_province_units(session, province_code="37", now=now)
    await load_shipped_calendars(session, now=now)
    await load_shipped_catalogue(session, now=now)
    await load_shipped_reductions(session, now=now)
    await load_shipped_books(session)
    await load_shipped_papers(session, now=now)
