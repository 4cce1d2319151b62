"""Separator sheets: printed once for a dossier, laid between its papers, read by the program from the scan."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE
from app.domain.digitization import Separator
from app.domain.permissions import Actor, Permission
from app.services.dossiers.recording.record import seen_dossier
from app.services.forms.marks import qr_svg
from app.services.forms.render import render
from app.services.procedures.content import version_content

TEMPLATE = "separator"


@dataclass(frozen=True, slots=True)
class SeparatorSheets:
    """What is printed on the sheets of one dossier: a component each, and one for any other paper."""

    dossier_code: str
    unit_name: str
    components: tuple[tuple[str, str], ...]


async def separator_sheets(connection: AsyncConnection, actor: Actor, code: str) -> SeparatorSheets:
    """Return the sheets of a dossier; papers that are only presented have none, since nobody may scan them."""
    dossier = await seen_dossier(connection, actor, code, Permission.DOCUMENTS_ADD)
    content = await version_content(connection, dossier.procedure_version_id)
    return SeparatorSheets(
        dossier_code=dossier.code,
        unit_name=dossier.receiving_name,
        components=tuple(
            (component.code, component.name)
            for component in content.components_for(dossier.case_variant)
            if not component.presented_only
        ),
    )


def print_sheets(sheets: SeparatorSheets, *, at: dt.datetime) -> bytes:
    """Return the sheets as PDF, one a page. Blocking."""
    printed = [
        {"component": code, "name": name, "qr": qr_svg(Separator(sheets.dossier_code, code or None).payload)}
        for code, name in (*sheets.components, ("", ""))
    ]
    data = {
        "dossier": sheets.dossier_code,
        "unit": sheets.unit_name,
        "printed": at.astimezone(LOCAL_ZONE).strftime("%d/%m/%Y"),
        "sheets": printed,
    }
    return render(TEMPLATE, data, at=at)
