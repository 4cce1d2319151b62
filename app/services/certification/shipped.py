"""The books of certification and the procedures of the fast lane (`app.data`)."""

from sqlalchemy.ext.asyncio import AsyncSession

from app import data
from app.services.certification import writes


async def load_shipped_books(session: AsyncSession) -> None:
    """Record what is not recorded yet; what an administrator changed stays. Procedures must be there before."""
    connection = await session.connection()
    for row in data.rows("certification_books.csv"):
        await writes.insert_book(connection, row)
    for row in data.rows("certification_procedures.csv"):
        await writes.allow_shipped(connection, row)
