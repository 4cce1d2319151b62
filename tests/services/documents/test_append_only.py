"""What was read stays read, and a version of a document stays what it was: the database itself says so."""

import asyncpg
import pytest

from app.bootstrap import Application
from app.core.db import execute, transaction


@pytest.mark.parametrize(
    "statement",
    [
        "update document_read set purpose = purpose",
        "delete from document_read",
        "truncate document_read",
        "delete from document",
        "update stored_content set media_type = ''",
    ],
)
async def test_the_service_may_not_rewrite_papers_and_their_reads(application: Application, statement: str) -> None:
    async with application.database.write() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(connection):
                await execute(connection, statement)
