"""Papers that are only shown at the counter (an identity card) are refused by name before anything of them is kept."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.documents import DocumentKind
from app.domain.errors import InvalidInput, refuse_all
from app.services.procedures.content import version_content
from app.services.procedures.paper_kinds import presented_only_faults

_OF_THE_OFFICE = frozenset({DocumentKind.RESULT, DocumentKind.INTERNAL})


async def refuse_presented_only(
    connection: AsyncConnection, dossier: Any, *, kind: DocumentKind, component_code: str | None, name: str
) -> None:
    """Raise `InvalidInput` (`paper_presented_only`) for a citizen's paper that may not be copied (TT 01/2023).

    `dossier` knows its procedure's version and case. A published version is read once, so this costs no round trip.
    """
    if kind in _OF_THE_OFFICE:
        return
    content = await version_content(connection, dossier.procedure_version_id)
    listed = content.components_for(dossier.case_variant)
    refuse_all(InvalidInput, presented_only_faults(listed, component_code=component_code, file_name=name))
