"""Ratings by the one-use capability on the receipt: JSON, and a small page for whoever scans its QR code."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from app.api.deps import App, ReadConnection, WriteConnection, public
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.small_pages import PAGE_HEADERS, wants_page
from app.api.v1.schemas.ratings import (
    ChoiceOut,
    RatedOut,
    RatingInvitationOut,
    invitation_page,
    rated_page,
    refused_page,
    unknown_page,
)
from app.domain.errors import DomainError, Forbidden, NotFound, Refusal
from app.services.dossiers.code_lists import entries
from app.services.satisfaction.inputs import RateDossier
from app.services.satisfaction.rate import invitation_of, rate_dossier

router = NounRouter(prefix="/ratings", tags=["ratings"], dependencies=[Depends(public)])
short = NounRouter(prefix="/r", include_in_schema=False, dependencies=[Depends(public)])

_LEVELS = frozenset("12345")
_FIELDS = 20
_ISSUED = r"^[A-Za-z0-9_-]{8,64}$"
Token = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
# What was never issued is answered like what is not known.
AnyToken = Annotated[str, Path(max_length=200)]


async def nobody_of_the_staff(request: Request) -> None:
    """Refuse a rating by anybody signed in: a rating that the clerk presses is worth nothing."""
    if "authorization" in request.headers:
        raise Forbidden(Refusal("staff_cannot_rate"))


@router.get(
    "/{token}",
    summary="Phiếu mời đánh giá / The invitation to rate",
    response_model=None,
    responses={200: {"model": RatingInvitationOut, "content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def invitation(token: Token, request: Request, connection: ReadConnection) -> Response:
    """JSON; a small page for a browser (`Accept: text/html`). No personal data."""
    if wants_page(request):
        return await invitation_to_read(token, connection)
    found = await invitation_of(connection, token)
    document = RatingInvitationOut(
        dossier_code=found.dossier_code,
        procedure_name=found.procedure_name,
        open=found.open,
        rated=found.rated,
        levels=_choices("satisfaction_levels"),
        reasons=_choices("rating_reasons"),
    )
    return Response(document.model_dump_json(), media_type="application/json")


@short.get("/{token}")
async def invitation_to_read(token: AnyToken, connection: ReadConnection) -> HTMLResponse:
    """Return the page with the five levels; whether it is too early, done already or unknown it says plainly."""
    try:
        found = await invitation_of(connection, _issued(token))
    except NotFound:
        return _page(unknown_page(), 404)
    if not found.open:
        return _page(refused_page("already_rated" if found.rated else "rating_before_result"))
    page = invitation_page(found, token, _choices("satisfaction_levels"), _choices("rating_reasons"))
    return _page(page)


@short.post("/{token}", dependencies=[Depends(nobody_of_the_staff)])
async def rate_by_form(token: AnyToken, request: Request, app: App, connection: WriteConnection) -> HTMLResponse:
    """Take the answer of the page's form."""
    try:
        form = await request.form(max_files=0, max_fields=_FIELDS)
    except HTTPException:
        return _page(refused_page("rating_too_long"), 413)
    level = str(form.get("level"))
    given = {
        "level": int(level) if level in _LEVELS else None,
        "reasons": form.getlist("reasons"),
        "comment": form.get("comment") or None,
    }
    try:
        body = RateDossier.model_validate(given)
        await rate_dossier(connection, _issued(token), body, now=app.clock.now())
    except NotFound:
        return _page(unknown_page(), 404)
    except (DomainError, ValidationError) as error:
        code = error.refusals[0].code if isinstance(error, DomainError) else _fault(error)
        return _page(refused_page(code), 409 if code in ("already_rated", "rating_before_result") else 422)
    return _page(rated_page(), 201)


@router.post(
    "/{token}",
    status_code=201,
    summary="Đánh giá một lần / Rate, once",
    dependencies=[Depends(nobody_of_the_staff)],
    response_model=None,
    responses={201: {"model": RatedOut}},
)
async def rate(token: Token, body: RateDossier, connection: WriteConnection, once: Once) -> Response:
    caller = f"rating:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
    return await once(
        connection, caller, lambda: rate_dossier(connection, token, body, now=once.now), show=_thanks, status=201
    )


def _issued(token: str) -> str:
    """Return the token; raise `NotFound` for one that looks like none of ours, before a database is asked."""
    if re.fullmatch(_ISSUED, token) is None:
        raise NotFound(Refusal("rating_unknown"))
    return token


def _fault(error: ValidationError) -> str:
    """Return the code of what the form's answer lacks or has too much of."""
    return "rating_incomplete" if any("level" in fault["loc"] for fault in error.errors()) else "rating_too_long"


def _thanks(level: int) -> RatedOut:
    return RatedOut(level=level, vi="Cảm ơn ý kiến đánh giá của ông/bà", en="Thank you for your rating")


def _page(content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(content, status_code=status, headers=PAGE_HEADERS)


def _choices(name: str) -> list[ChoiceOut]:
    return [ChoiceOut(code=row["code"], vi=row["vi"], en=row["en"]) for row in entries(name).values()]
