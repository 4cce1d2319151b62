"""Routes of sessions: sign in, renew, sign out everywhere, who am I, one's own password."""

from typing import Annotated

from fastapi import Depends, Form, Header, Request, Response

from app.api.auth import change_password, tokens_for
from app.api.deps import App, ReadConnection, Requires, WriteConnection, public
from app.api.noun_router import NounRouter
from app.api.v1.schemas.auth import Myself, TokenAnswer
from app.domain.permissions import Actor
from app.services.identity.inputs import PasswordChange, TokenForm
from app.services.identity.sessions import end_sessions, myself

router = NounRouter(tags=["auth"])

Known = Annotated[Actor, Depends(Requires(None))]


@router.post("/auth/token", dependencies=[Depends(public)], summary="Đăng nhập, gia hạn phiên / Sign in, renew")
async def token(
    form: Annotated[TokenForm, Form()],
    request: Request,
    app: App,
    response: Response,
    authorization: Annotated[str | None, Header()] = None,
) -> TokenAnswer:
    """OAuth2: `password` (cán bộ), `client_credentials` (máy), `refresh_token`."""
    request.state.grant_type = form.grant_type  # a refusal says in the words of OAuth 2 whose credentials were wrong
    tokens = await tokens_for(app, form, authorization)
    response.headers["Cache-Control"] = "no-store"
    return TokenAnswer(
        access_token=tokens.access_token,
        token_type="bearer",  # noqa: S106 - the type of the token, as RFC 6750 names it
        expires_in=tokens.expires_in,
        refresh_token=tokens.refresh_token,
        scope=tokens.scope,
    )


@router.post("/auth/revoke", status_code=204, summary="Đăng xuất mọi nơi / Sign out everywhere")
async def revoke(actor: Known, connection: WriteConnection, app: App) -> None:
    await end_sessions(connection, actor.account_id or 0, now=app.clock.now())


@router.get("/auth/me", summary="Tôi là ai / Who am I")
async def me(actor: Known, connection: ReadConnection) -> Myself:
    return Myself.model_validate(await myself(connection, actor))


@router.post("/auth/password", status_code=204, summary="Đổi mật khẩu của mình / Change one's own password")
async def own_password(given: PasswordChange, actor: Known, app: App) -> None:
    """Mọi phiên đang mở đều kết thúc. / Every open session ends."""
    await change_password(app, actor, given)
