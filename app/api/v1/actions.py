"""Routes of acts on a dossier: what may be done now, and doing it."""

import datetime as dt
import re
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response

from app.api.deps import App, ReadConnection, RequiresInStatement, WriteConnection
from app.api.noun_router import NounRouter
from app.api.v1.dossiers import Key, Reader, keyed_request, send
from app.api.v1.schemas.dossiers import ActionsOut, DossierOut, notice, render_acted
from app.domain.errors import InvalidInput, Refusal
from app.domain.permissions import Actor, Permission
from app.services.dossiers.inputs import ActionInput, ConfirmPayment
from app.services.dossiers.read import one_dossier
from app.services.dossiers.transitions import perform
from app.services.inputs import Code
from app.services.payments.confirm import confirm_payment

router = NounRouter(prefix="/dossiers", tags=["dossiers"])

# Which permission an act needs is the transition table's to say; to try one at all the actor must be able to read.
Doer = Annotated[Actor, Depends(RequiresInStatement(Permission.DOSSIERS_READ))]
_ETAG = re.compile(r'^(?:W/)?"(\d{1,9})"$')


async def if_match(request: Request) -> int | None:
    """Return the version the caller has seen; None without the header or for `*`."""
    seen = request.headers.get("if-match")
    if seen is None or seen == "*":
        return None
    found = _ETAG.match(seen.strip())
    if found is None:
        raise InvalidInput(Refusal("if_match_invalid", "If-Match"))
    return int(found.group(1))


@router.get(
    "/{code}/actions",
    summary="Việc có thể làm ngay, và vì sao không với việc còn lại / What may be done now, and why not the rest",
    response_model=None,
    responses={200: {"model": ActionsOut}},
)
async def available(code: Code, app: App, connection: ReadConnection, actor: Reader) -> Response:
    view = (await one_dossier(connection, actor, code, now=app.clock.now())).view
    actions = [
        {
            "action": action.action,
            "possible": action.possible,
            "refusals": [notice(fault) for fault in action.refusals],
        }
        for action in view.actions
    ]
    body = {"code": view.code, "state": view.state.label, "version": view.version, "actions": actions}
    return Response(orjson.dumps(body), media_type="application/json", headers={"ETag": f'"{view.version}"'})


@router.post(
    "/{code}/actions",
    summary="Thực hiện một việc trên hồ sơ / Do something to the dossier",
    response_model=None,
    responses={200: {"model": DossierOut}},
)
async def act(
    request: Request,
    code: Code,
    body: ActionInput,
    app: App,
    connection: WriteConnection,
    actor: Doer,
    key: Key,
    seen: Annotated[int | None, Depends(if_match)],
) -> Response:
    keyed = await keyed_request(request, actor, key)
    # A payment that a charge is about leaves its receipt, too.
    within = dt.timedelta(hours=app.settings.likely_double_hours)
    do: Any = confirm_payment if isinstance(body, ConfirmPayment) else partial(perform, double_within=within)
    answer = await do(
        connection,
        actor,
        code,
        body,
        if_match=seen,
        keyed=keyed,
        render=render_acted,
        now=app.clock.now(),
    )
    return send(answer, keyed)
