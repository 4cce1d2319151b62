"""Routes of dossiers: register, list, one whole, its history, its dates."""

import datetime as dt
from typing import Annotated

import orjson
from fastapi import Depends, Request, Response

from app.api.deps import App, ReadConnection, RequiresInStatement, WriteConnection, application_of, lent_reader
from app.api.idempotency import answer_from, idempotency_key, request_hash
from app.api.noun_router import NounRouter
from app.api.pagination import encode_cursor
from app.api.query import QueryOf
from app.api.v1.schemas.dossier_children import children_document, timeline_document
from app.api.v1.schemas.dossier_deadline import DossierDeadlineOut, deadline_document
from app.api.v1.schemas.dossier_list import ListQuestion, list_items, orders_of
from app.api.v1.schemas.dossiers import (
    DossierDetailOut,
    DossierOut,
    DossierPageOut,
    TimelineOut,
    dossier_document,
    render_registered,
)
from app.domain.permissions import Actor, Permission
from app.services.audit.idempotency import StoredAnswer
from app.services.dossiers.deadline import deadline_of
from app.services.dossiers.inputs import RegisterDossier
from app.services.dossiers.listing.page import list_dossiers
from app.services.dossiers.read import children_of, one_dossier, timeline_of
from app.services.dossiers.register import register_dossier
from app.services.dossiers.requests import KeyedRequest, Rendered
from app.services.inputs import Code

router = NounRouter(prefix="/dossiers", tags=["dossiers"])

Reader = Annotated[Actor, Depends(RequiresInStatement(Permission.DOSSIERS_READ))]
Submitter = Annotated[Actor, Depends(RequiresInStatement(Permission.DOSSIERS_SUBMIT))]
Key = Annotated[str | None, Depends(idempotency_key)]
# Read from the request: a parameter of the busiest route costs more than the comparison.
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag của bản đã có. / The ETag of what one has.",
    "schema": {"type": "string"},
}


async def keyed_request(request: Request, actor: Actor, key: str | None) -> KeyedRequest | None:
    """Return the key with the digest of its request; None without a key."""
    if key is None:
        return None
    return KeyedRequest(f"account:{actor.account_id}", key, await request_hash(request))


def send(answer: Rendered | StoredAnswer, keyed: KeyedRequest | None) -> Response:
    """Send a fresh answer, or replay the stored one."""
    if isinstance(answer, StoredAnswer):
        return answer_from(answer, digest=keyed.request_hash if keyed else b"")
    return Response(answer.body, status_code=answer.status, headers=answer.headers, media_type="application/json")


@router.post(
    "",
    status_code=201,
    summary="Đăng ký hồ sơ (và tiếp nhận ngay nếu `accept`) / Register a dossier (and accept it at once)",
    response_model=None,
    responses={201: {"model": DossierOut}},
)
async def register(
    request: Request, body: RegisterDossier, app: App, connection: WriteConnection, actor: Submitter, key: Key
) -> Response:
    keyed = await keyed_request(request, actor, key)
    answer = await register_dossier(
        connection,
        actor,
        body,
        keyed=keyed,
        render=render_registered,
        now=app.clock.now(),
        double_within=dt.timedelta(hours=app.settings.likely_double_hours),
    )
    return send(answer, keyed)


@router.get(
    "",
    summary="Danh sách hồ sơ trong phạm vi / Dossiers in scope",
    response_model=None,
    responses={200: {"model": DossierPageOut}},
)
async def list_page(
    request: Request, actor: Reader, question: Annotated[ListQuestion, Depends(QueryOf(ListQuestion))]
) -> Response:
    app = application_of(request)
    now = app.clock.now()
    async with lent_reader(request) as connection:
        page = await list_dossiers(
            connection,
            actor,
            question.filter,
            sort=question.sort,
            after=question.after,
            limit=question.limit,
            now=now,
        )
    last = page.last
    next_cursor = last and encode_cursor(orders_of(question.sort)[last.order], [last.at.isoformat(), last.id])
    body = {"items": list_items(page.rows), "next_cursor": next_cursor}
    return Response(orjson.dumps(body), media_type="application/json")


@router.get(
    "/{code}",
    summary="Một hồ sơ, theo mã của hệ thống hoặc mã khác đã biết / One dossier by its own code or an alias",
    response_model=None,
    responses={200: {"model": DossierDetailOut}, 304: {"description": "Chưa có gì mới / Nothing new"}},
    openapi_extra={"parameters": [_IF_NONE_MATCH]},
)
async def detail(code: Code, request: Request, actor: Reader) -> Response:
    """With `If-None-Match`: 304 as long as nothing was done to the dossier since the version named by it."""
    app = application_of(request)
    async with lent_reader(request) as connection:
        found = await one_dossier(connection, actor, code, now=app.clock.now())
    headers = {"ETag": f'"{found.view.version}"'}
    seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in seen:
        return Response(status_code=304, headers=headers)
    body = {**dossier_document(found.view), **children_document(found, children_of(found.row))}
    return Response(orjson.dumps(body), media_type="application/json", headers=headers)


@router.get(
    "/{code}/timeline",
    summary="Quá trình giải quyết / History as people read it",
    response_model=None,
    responses={200: {"model": TimelineOut}},
)
async def timeline(code: Code, connection: ReadConnection, actor: Reader) -> Response:
    rows = await timeline_of(connection, actor, code)
    return Response(orjson.dumps(timeline_document(rows[0]["code"], rows)), media_type="application/json")


@router.get(
    "/{code}/deadline",
    summary="Ngày hẹn trả và giải thích từng dòng / The dates with their explanation",
    response_model=None,
    responses={200: {"model": DossierDeadlineOut}},
)
async def deadline(code: Code, app: App, connection: ReadConnection, actor: Reader) -> Response:
    now = app.clock.now()
    found = await deadline_of(connection, actor, code, now=now)
    return Response(orjson.dumps(deadline_document(found)), media_type="application/json")
