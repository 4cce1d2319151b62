"""Papers of the suite: contents, documents and held papers written without the ways that usually make them."""

import datetime as dt
import hashlib
from itertools import count
from typing import Any

from app.bootstrap import Application
from app.core.db import execute, fetch_one
from app.domain.permissions import SYSTEM
from app.services.vault import writes

_contents = count(1)


async def keep_content(application: Application, text: str | None = None) -> str:
    """Write the row of a content that nobody reads; return its hash."""
    content = (text or f"giấy tờ {next(_contents)}").encode()
    sha256 = hashlib.sha256(content).hexdigest()
    async with application.database.write() as connection:
        await execute(
            connection,
            "insert into stored_content (sha256, size_bytes, media_type, stored_at) "
            "values ($1, $2, 'application/pdf', $3) on conflict do nothing",
            sha256,
            len(content),
            application.clock.now(),
        )
    return sha256


async def document_of(
    application: Application, code: str, component: str | None, *, name: str = "giay-to.pdf", sha256: str | None = None
) -> int:
    """Write a document of the dossier; return its id."""
    sha256 = sha256 or await keep_content(application)
    async with application.database.write() as connection:
        row = await fetch_one(
            connection,
            "insert into document (dossier_id, unit_id, component_code, kind, name, media_type, content_sha256, "
            "changes, virus_checked, version, added_at) select d.id, d.receiving_unit_id, $2, 'component', $3, "
            "'application/pdf', $4, '[]', true, 1, $5 from dossier d where d.code = $1 returning id",
            code,
            component,
            name,
            sha256,
            application.clock.now(),
        )
    assert row is not None
    return int(row.id)


async def held_for(
    application: Application,
    identity_number: str,
    kind: str,
    *,
    source: str,
    about_holder: bool = True,
    sha256: str | None = None,
    **facts: Any,
) -> str:
    """Hold a paper for a person, from the dossier `source`; return its code."""
    values = {
        "kind": kind,
        "about_holder": about_holder,
        "origin": "recorded",
        "component_code": None,
        "content_sha256": sha256 or await keep_content(application),
        "document_id": None,
        "issued_paper_id": None,
        "issuer": "UBND phường Châu Sơn",
        "number": "01/2026",
        "issued_on": dt.date(2026, 10, 1),
        "valid_from": None,
        "valid_until": None,
        "legal_basis": "TT 01/2023/TT-VPCP",
        "held_at": application.clock.now(),
        "held_by": SYSTEM.account_id,
    } | facts
    async with application.database.write() as connection:
        dossier = await fetch_one(connection, "select id from dossier where code = $1", source)
        assert dossier is not None
        values["source_dossier_id"] = dossier.id
        values["holder_id"] = await writes.holder_of(connection, identity_number)
        row, _ = await writes.hold(connection, values)
    return str(row.code)
