"""Routes of results: drafted, submitted, published, replaced, revoked. Signing has its own."""

import datetime as dt
from typing import Annotated, Any

from fastapi import Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once, OncePerKey
from app.api.noun_router import NounRouter
from app.api.v1.schemas.results import (
    ResultLinkOut,
    ResultListOut,
    ResultOut,
    SignatureCheckOut,
    check_document,
    result_document,
)
from app.bootstrap import Application
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code
from app.services.results.draft import MadeDraft, discard, submit, take_back, write_draft
from app.services.results.inputs import (
    CheckSignatures,
    DiscardResult,
    DraftResult,
    PublishResult,
    ReplaceResult,
    RevokeResult,
    SubmitResult,
)
from app.services.results.originals import link_to
from app.services.results.publish import publish, revoke
from app.services.results.read import results_of_dossier, seen_result
from app.signing import check_signatures, draft_bytes, make_replacement, make_result, written

router = NounRouter(tags=["results"])

Reader = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
PaperReader = Annotated[Actor, Depends(Requires(Permission.DOCUMENTS_READ))]
Preparer = Annotated[Actor, Depends(Requires(Permission.RESULTS_PREPARE))]
Publisher = Annotated[Actor, Depends(Requires(Permission.RESULTS_PUBLISH))]
Leader = Annotated[Actor, Depends(Requires(Permission.RESULTS_SIGN))]
ResultId = Annotated[int, Path(ge=1, le=2**63 - 1)]
PDF = "application/pdf"
_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/dossiers/{code}/results", summary="Các kết quả của hồ sơ / Results of a dossier")
async def results(code: Code, actor: Reader, connection: ReadConnection) -> ResultListOut:
    rows = await results_of_dossier(connection, actor, code)
    return ResultListOut(items=[result_document(row) for row in rows])


@router.post(
    "/dossiers/{code}/results",
    status_code=201,
    summary="Dự thảo kết quả / Draft a result",
    response_model=ResultOut,
)
async def post_draft(code: Code, body: DraftResult, actor: Preparer, app: App, once: Once) -> Response:
    """From words that the house prints, or from a PDF among the dossier's documents, signed elsewhere or not."""
    return await _keep(app, actor, once, await make_result(app, actor, code, body))


@router.post(
    "/dossiers/{code}/signature-checks",
    summary="Kiểm tra chữ ký số của một tệp trong hồ sơ / Judge the signatures of a file of the dossier",
)
async def post_check(code: Code, body: CheckSignatures, actor: PaperReader, app: App) -> SignatureCheckOut:
    return check_document(await check_signatures(app, actor, code, body.content_sha256))


@router.get("/results/{result_id}", summary="Một kết quả / One result")
async def result(result_id: ResultId, actor: Reader, connection: ReadConnection) -> ResultOut:
    return result_document(await seen_result(connection, actor, result_id))


@router.get(
    "/results/{result_id}/draft",
    summary="Xem dự thảo trước khi ký / The draft as it will be signed",
    response_class=Response,
    responses={200: {"content": {PDF: {}}}},
)
async def draft_file(result_id: ResultId, actor: PaperReader, app: App) -> Response:
    """The signed PDF is among the dossier's documents."""
    return Response(await draft_bytes(app, actor, result_id), media_type=PDF, headers=_NO_STORE)


@router.post("/results/{result_id}/submit", summary="Trình ký / Submit for signature", response_model=ResultOut)
async def post_submit(
    result_id: ResultId, body: SubmitResult, actor: Preparer, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: submit(connection, actor, result_id, signer=body.signer, now=once.now),
        show=result_document,
    )


@router.post(
    "/results/{result_id}/take-back", summary="Rút trình ký / Take it out of the queue", response_model=ResultOut
)
async def post_take_back(
    result_id: ResultId, body: DiscardResult, actor: Preparer, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: take_back(connection, actor, result_id, reason=body.reason, now=once.now),
        show=result_document,
    )


@router.post("/results/{result_id}/discard", summary="Bỏ dự thảo / Put a draft away", response_model=ResultOut)
async def post_discard(
    result_id: ResultId, body: DiscardResult, actor: Preparer, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection, actor, lambda: discard(connection, actor, result_id, reason=body.reason), show=result_document
    )


@router.post(
    "/results/{result_id}/publish",
    summary="Công bố kết quả cho công dân / Publish for the citizen",
    response_model=ResultOut,
)
async def post_publish(
    result_id: ResultId, _body: PublishResult, actor: Publisher, connection: WriteConnection, once: Once
) -> Response:
    """An act of its own: a signed result is seen by nobody outside before it."""
    return await once(
        connection, actor, lambda: publish(connection, actor, result_id, now=once.now), show=result_document
    )


@router.post(
    "/results/{result_id}/replace",
    status_code=201,
    summary="Dự thảo kết quả thay thế / Draft what takes its place",
    response_model=ResultOut,
)
async def post_replace(result_id: ResultId, body: ReplaceResult, actor: Preparer, app: App, once: Once) -> Response:
    """The published one stands until the new one is signed and published."""
    return await _keep(app, actor, once, await make_replacement(app, actor, result_id, body))


@router.post("/results/{result_id}/revoke", summary="Thu hồi kết quả / Revoke a result", response_model=ResultOut)
async def post_revoke(
    result_id: ResultId, body: RevokeResult, actor: Leader, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection, actor, lambda: revoke(connection, actor, result_id, body, now=once.now), show=result_document
    )


@router.post(
    "/results/{result_id}/link",
    summary="Đường dẫn đến bản điện tử cho công dân / A link to the electronic original",
    response_model=ResultLinkOut,
)
async def post_link(
    result_id: ResultId, _body: PublishResult, actor: PaperReader, connection: WriteConnection, app: App, once: Once
) -> Response:
    def shown(link: tuple[str, dt.datetime]) -> ResultLinkOut:
        token, expires_at = link
        path = f"/api/v1/result-links/{token}"
        base = app.settings.public_base_url.rstrip("/")
        url = f"{base}{path}" if base else None
        return ResultLinkOut(path=path, url=url, expires_at=expires_at)

    return await once(
        connection, actor, lambda: link_to(connection, app.signer, actor, result_id, now=once.now), show=shown
    )


async def _keep(app: Application, actor: Actor, once: OncePerKey, made: MadeDraft) -> Response:
    now = app.clock.now()

    async def keep(connection: AsyncConnection) -> Response:
        return await once(connection, actor, lambda: write_draft(connection, actor, made, now=now), show=_drafted)

    return await written(app, keep)


def _drafted(row: Any) -> Response:
    return json_answer(result_document(row), status=201, headers={"Location": f"/api/v1/results/{row.id}"})
