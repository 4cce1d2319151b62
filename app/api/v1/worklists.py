"""The route of the work that falls due."""

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query

from app.api.deps import App, ReadConnection, RequiresInStatement
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, decode_instant_cursor
from app.api.v1.schemas.worklists import DueWorkOut, due_work_document
from app.domain.errors import InvalidInput, Refusal
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code
from app.services.worklists.due import SECTIONS, due_work

router = NounRouter(prefix="/worklists", tags=["worklists"])

Reader = Annotated[Actor, Depends(RequiresInStatement(Permission.DOSSIERS_READ))]
_LAST_UNIT = 2**31 - 1


@router.get("/due", summary="Việc đến hạn và khối lượng 5 ngày làm việc tới / What falls due, and the load to come")
async def due(
    actor: Reader,
    connection: ReadConnection,
    app: App,
    unit: Annotated[Code | None, Query()] = None,
    hours: Annotated[int, Query(ge=1, le=80)] = 8,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> DueWorkOut:
    """For one's own units, or for a unit and all below it. A cursor continues the section that it came from."""
    section, after = (None, None) if cursor is None else _after(cursor)
    found = await due_work(
        connection,
        actor,
        unit=unit,
        hours=hours,
        section=section,
        after=after,
        limit=limit,
        now=app.clock.now(),
    )
    return due_work_document(found, limit=limit)


def _after(cursor: str) -> tuple[str, tuple[dt.datetime | int, int]]:
    """Return the section that the cursor continues, and its last line."""
    for section in SECTIONS:
        try:
            if section == "load":
                unit_id, officer = decode_cursor(cursor, sort=section, kinds=(int, int))
                if not (0 <= unit_id <= _LAST_UNIT and 0 <= officer <= _LAST_UNIT):
                    break
                return section, (unit_id, officer)
            return section, decode_instant_cursor(cursor, sort=section)
        except InvalidInput:
            continue
    raise InvalidInput(Refusal("cursor_invalid", "cursor"))
