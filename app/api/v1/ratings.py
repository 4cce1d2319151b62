"""Ratings by the one-use capability on the receipt."""

import hashlib
from typing import Annotated

from fastapi import Depends, Path, Request, Response

from app.api.deps import App, ReadConnection, WriteConnection, public
from app.api.idempotency import idempotency_key, once
from app.api.noun_router import NounRouter
from app.api.v1.schemas.ratings import ChoiceOut, RatedOut, RatingInvitationOut
from app.domain.errors import Forbidden, Refusal
from app.services.dossiers.code_lists import entries
from app.services.satisfaction.inputs import RateDossier
from app.services.satisfaction.rate import invitation_of, rate_dossier

router = NounRouter(prefix="/ratings", tags=["ratings"], dependencies=[Depends(public)])

Token = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


async def nobody_of_the_staff(request: Request) -> None:
    """Refuse a rating by anybody signed in: a rating that the clerk presses is worth nothing."""
    if "authorization" in request.headers:
        raise Forbidden(Refusal("staff_cannot_rate"))


@router.get("/{token}", summary="Phiếu mời đánh giá / The invitation to rate")
async def invitation(token: Token, connection: ReadConnection) -> RatingInvitationOut:
    found = await invitation_of(connection, token)
    return RatingInvitationOut(
        dossier_code=found.dossier_code,
        procedure_name=found.procedure_name,
        open=found.open,
        rated=found.rated,
        levels=_choices("satisfaction_levels"),
        reasons=_choices("rating_reasons"),
    )


@router.post(
    "/{token}",
    status_code=201,
    summary="Đánh giá một lần / Rate, once",
    dependencies=[Depends(nobody_of_the_staff)],
    response_model=None,
    responses={201: {"model": RatedOut}},
)
async def rate(
    request: Request,
    token: Token,
    body: RateDossier,
    app: App,
    connection: WriteConnection,
    key: Annotated[str | None, Depends(idempotency_key)],
) -> Response:
    now = app.clock.now()

    async def act() -> Response:
        level = await rate_dossier(connection, token, body, now=now)
        thanks = RatedOut(level=level, vi="Cảm ơn ý kiến đánh giá của ông/bà", en="Thank you for your rating")
        return Response(thanks.model_dump_json(), status_code=201, media_type="application/json")

    scope = f"rating:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    return await once(connection, request, scope=scope, key=key, now=now, act=act)


def _choices(name: str) -> list[ChoiceOut]:
    return [ChoiceOut(code=row["code"], vi=row["vi"], en=row["en"]) for row in entries(name).values()]
