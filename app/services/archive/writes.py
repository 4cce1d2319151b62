"""The row of a package."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import execute


async def write_package(
    connection: AsyncConnection,
    *,
    dossier_id: int,
    number: int,
    object_id: str,
    content_sha256: str,
    size_bytes: int,
    files: int,
    log_seq: int,
    issued_paper_id: int,
    made_at: dt.datetime,
    made_by: Any,
) -> None:
    await execute(
        connection,
        "insert into archive_package (dossier_id, number, object_id, content_sha256, size_bytes, files, log_seq, "
        "issued_paper_id, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        dossier_id,
        number,
        object_id,
        content_sha256,
        size_bytes,
        files,
        log_seq,
        issued_paper_id,
        made_at,
        made_by,
    )
