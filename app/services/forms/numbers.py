"""Numbers of slips: one sequence per unit, form and year, given out one after the other."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from app.services.forms import writes
from app.services.forms.registry import Form


async def next_number(connection: AsyncConnection, form: Form, *, unit_id: int, day: dt.date) -> str:
    """Return the next number as printed: `12/TNHS`.

    Never given twice: the sequence's row stays locked until the transaction ends, and what is rolled back is given
    again, so the year's numbers have no gaps.
    """
    number = await writes.take_number(connection, unit_id=unit_id, form_code=form.code, year=day.year)
    return f"{number}/{form.suffix}"
