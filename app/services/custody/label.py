"""The label that is stuck on an original: Code 128 and text, no personal data."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE
from app.domain.permissions import Actor
from app.services.custody.find import where_is
from app.services.forms.render import render

TEMPLATE = "original-label"


@dataclass(frozen=True, slots=True)
class Label:
    """What a label prints."""

    barcode: str
    name: str
    dossier: str
    unit: str
    to_be_returned: bool
    taken_at: dt.datetime

    def print(self) -> bytes:
        """Return the PDF, 70 × 37 mm, the same bytes each time. Blocking."""
        data = {
            "barcode": self.barcode,
            "name": self.name,
            "dossier": self.dossier,
            "unit": self.unit,
            "to_be_returned": self.to_be_returned,
            "taken_at": f"{self.taken_at.astimezone(LOCAL_ZONE):%H:%M %d/%m/%Y}",
        }
        return render(TEMPLATE, data, at=self.taken_at)


async def label_of(connection: AsyncConnection, actor: Actor, scanned: str) -> Label:
    """Return the label of an original in sight; it says where the paper was taken in, wherever it is now."""
    row = await where_is(connection, actor, scanned)
    taken_in = row.way[0]
    return Label(
        barcode=row.barcode,
        name=row.name,
        dossier=row.dossier,
        unit=taken_in["unit_name"],
        to_be_returned=row.to_be_returned,
        taken_at=row.taken_at,
    )
