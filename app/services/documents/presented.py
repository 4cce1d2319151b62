"""Papers that are only shown at the counter (an identity card) are refused by name before anything of them is kept."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.documents import DocumentKind
from app.domain.errors import InvalidInput, refuse_all
from app.services.procedures.content import version_content
from app.services.procedures.paper_kinds import paper_lists

_OF_THE_OFFICE = frozenset({DocumentKind.RESULT, DocumentKind.INTERNAL})


async def refuse_presented_only(
    connection: AsyncConnection,
    dossier: Any,
    *,
    kind: DocumentKind,
    component_code: str | None,
    name: str,
    now: dt.datetime,
    field: str = "component_code",
) -> None:
    """Raise `InvalidInput` (`paper_presented_only`) for a citizen's paper that may not be copied (TT 01/2023).

    `dossier` knows its procedure's version and case; `field` is where the component was named.
    Which cards are only shown is read from the lists of papers.
    """
    if kind in _OF_THE_OFFICE:
        return
    content = await version_content(connection, dossier.procedure_version_id)
    listed = content.components_for(dossier.case_variant)
    lists = await paper_lists(
        connection, procedure_id=content.procedure_id, procedure_code=content.code, on=local_date(now)
    )
    refuse_all(
        InvalidInput, lists.presented_only_faults(listed, component_code=component_code, file_name=name, field=field)
    )
