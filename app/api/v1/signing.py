"""Routes of signing: the queue, many at once, declining, delegations."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.api.deps import App, ReadConnection, Requires, WriteConnection
from app.api.idempotency import Once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_instant_cursor, encode_cursor
from app.api.v1.schemas.results import (
    DelegationListOut,
    DelegationOut,
    QueueOut,
    ResultOut,
    SignedBatchOut,
    batch_document,
    delegation_document,
    queue_item,
    result_document,
)
from app.domain.permissions import Actor, Permission
from app.services.inputs import Code
from app.services.procedures.named_filters import refuse_unknown_filters
from app.services.results.delegations import delegate, end_delegation, list_delegations
from app.services.results.inputs import DeclineSignature, Delegate, PublishResult, SignBatch
from app.services.results.read import seen_result
from app.services.results.sign import decline, queue_of, write_signed
from app.signing import sign_requests, written

router = NounRouter(prefix="/signing", tags=["signing"])

# A delegate signs without holding the permission: who may sign what is judged for each request.
Signatory = Annotated[Actor, Depends(Requires(Permission.DOSSIERS_READ))]
Leader = Annotated[Actor, Depends(Requires(Permission.RESULTS_SIGN))]
RequestId = Annotated[int, Path(ge=1, le=2**63 - 1)]
DelegationId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SORT = "submitted_at"


@router.get("/queue", summary="Kết quả chờ ký, chờ lâu nhất trước / Results that wait to be signed, the longest first")
async def queue(
    actor: Signatory,
    connection: ReadConnection,
    app: App,
    unit: Annotated[Code | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> QueueOut:
    """Those the caller may sign, by right or by delegation, with the working minutes each has waited."""
    after = None if cursor is None else decode_instant_cursor(cursor, sort=_SORT)
    found = await queue_of(connection, actor, unit=unit, after=after, limit=limit + 1, now=app.clock.now())
    if not found:
        await refuse_unknown_filters(connection, unit=unit)
    page = found[:limit]
    more = None
    if len(found) > limit:
        more = encode_cursor(_SORT, [page[-1].row.submitted_at.isoformat(), page[-1].row.id])
    return QueueOut(items=[queue_item(one) for one in page], next_cursor=more)


@router.post("/sign", summary="Ký nhiều kết quả một lần / Sign many results at once", response_model=SignedBatchOut)
async def post_sign(body: SignBatch, actor: Signatory, app: App, once: Once) -> Response:
    """At most 50, each checked: one that cannot be signed is named with its reasons and spoils no other."""
    signed = await sign_requests(app, actor, body.ids)

    async def write(connection: AsyncConnection) -> Response:
        return await once(
            connection, actor, lambda: write_signed(connection, actor, signed, now=once.now), show=batch_document
        )

    return await written(app, write)


@router.post(
    "/requests/{request_id}/decline",
    summary="Không ký, trả lại người trình / Decline, back to whoever submitted it",
    response_model=ResultOut,
)
async def post_decline(
    request_id: RequestId, body: DeclineSignature, actor: Signatory, connection: WriteConnection, once: Once
) -> Response:
    async def act() -> Any:
        row = await decline(connection, actor, request_id, reason=body.reason, now=once.now)
        return await seen_result(connection, actor, row.result_id)

    return await once(connection, actor, act, show=result_document)


@router.get("/delegations", summary="Các ủy quyền ký / Delegations to sign")
async def delegations(
    actor: Signatory,
    connection: ReadConnection,
    app: App,
    standing: Annotated[bool, Query()] = True,  # noqa: FBT002 - a query parameter
) -> DelegationListOut:
    """Of the units in which the caller signs, and those given to the caller; at most 200."""
    rows = await list_delegations(connection, actor, only_standing=standing, now=app.clock.now())
    return DelegationListOut(items=[delegation_document(row) for row in rows])


@router.post(
    "/delegations",
    status_code=201,
    summary="Ủy quyền ký có thời hạn / Delegate signing for a time",
    response_model=DelegationOut,
)
async def post_delegation(body: Delegate, actor: Leader, connection: WriteConnection, once: Once) -> Response:
    return await once(
        connection, actor, lambda: delegate(connection, actor, body, now=once.now), show=delegation_document, status=201
    )


@router.post(
    "/delegations/{delegation_id}/end",
    summary="Chấm dứt ủy quyền ký / End a delegation",
    response_model=DelegationOut,
)
async def post_end_delegation(
    delegation_id: DelegationId, _body: PublishResult, actor: Leader, connection: WriteConnection, once: Once
) -> Response:
    return await once(
        connection,
        actor,
        lambda: end_delegation(connection, actor, delegation_id, now=once.now),
        show=delegation_document,
    )
