"""One rating a dossier, by the capability on its receipt, once the result is there. Never by the staff."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import ActionRefused, Conflict, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.satisfaction import check_reasons
from app.services.dossiers.code_lists import entries
from app.services.procedures.content import version_content
from app.services.satisfaction import queries
from app.services.satisfaction.inputs import RateDossier


@dataclass(frozen=True, slots=True)
class RatingInvitation:
    """What the rating page shows before somebody answers; no personal data."""

    dossier_code: str
    procedure_name: str
    open: bool
    rated: bool


async def invitation_of(connection: AsyncConnection, token: str) -> RatingInvitation:
    """Return the invitation behind a token; `NotFound` for unknown ones and those of voided receipts."""
    row = await queries.capability(connection, token, lock=False)
    if row is None or row.voided_at is not None:
        raise NotFound(Refusal("rating_unknown"))
    content = await version_content(connection, row.procedure_version_id)
    return RatingInvitation(
        dossier_code=row.code,
        procedure_name=content.name,
        open=row.resolved_at is not None and not row.rated,
        rated=row.rated,
    )


async def rate_dossier(connection: AsyncConnection, token: str, body: RateDossier, *, now: dt.datetime) -> int:
    """Record the rating and return its level. Raises `ActionRefused` before the result, `Conflict` the second time."""
    refuse_all(InvalidInput, check_reasons(body.reasons, entries("rating_reasons")))
    row = await queries.capability(connection, token, lock=True)
    if row is None or row.voided_at is not None:
        raise NotFound(Refusal("rating_unknown"))
    if row.resolved_at is None:
        raise ActionRefused(Refusal("rating_before_result"))
    written = await queries.write_rating(
        connection,
        dossier_id=row.id,
        level=body.level,
        reasons=list(body.reasons),
        comment=body.comment,
        channel=body.channel,
        assisted=body.assisted,
        now=now,
    )
    if not written:
        raise Conflict(Refusal("already_rated"))
    return body.level
