"""Routes of accounts: staff and machine clients, within the reach of the administrator who asks."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response

from app.api.deps import App, ReadConnection, Requires, Session
from app.api.idempotency import idempotency_key, once
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, encode_cursor
from app.api.v1.schemas.accounts import AccountPage, AccountView, AccountWithSecret
from app.bootstrap import Application
from app.domain.permissions import Actor, Permission, Role
from app.services.identity.create_account import CreatedAccount, create_machine, create_staff
from app.services.identity.find_accounts import account_by_id, account_by_username, find_accounts
from app.services.identity.grant_roles import grant_role, revoke_role
from app.services.identity.inputs import MachineInput, PasswordReset, RoleInput, StaffInput
from app.services.identity.manage_account import disable_account, enable_account, reset_secret
from app.services.inputs import Code, SearchText

router = NounRouter(tags=["accounts"])

Manager = Annotated[Actor, Depends(Requires(Permission.ACCOUNTS_MANAGE))]
Key = Annotated[str | None, Depends(idempotency_key)]


@router.get("/accounts", summary="Danh sách tài khoản / Accounts")
async def accounts(
    actor: Manager,
    connection: ReadConnection,
    kind: Literal["staff", "machine"] | None = None,
    role: Role | None = None,
    unit: Code | None = None,
    q: SearchText | None = None,
    disabled: bool | None = None,  # noqa: FBT001 - a query parameter, always given by name
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> AccountPage:
    found = await find_accounts(
        connection,
        actor,
        kind=kind,
        role=role,
        unit=unit,
        q=q,
        disabled=disabled,
        after=decode_cursor(cursor, sort="username", kinds=[str])[0] if cursor else None,
        limit=limit + 1,
    )
    shown = found[:limit]
    more = encode_cursor("username", [shown[-1]["username"]]) if len(found) > limit else None
    return AccountPage(items=[AccountView.model_validate(account) for account in shown], next_cursor=more)


@router.get("/accounts/{username}", summary="Một tài khoản / One account")
async def account(username: Code, actor: Manager, connection: ReadConnection) -> AccountView:
    return AccountView.model_validate(await account_by_username(connection, actor, username))


@router.post(
    "/accounts", status_code=201, response_model=AccountWithSecret, summary="Lập tài khoản cán bộ / Create staff"
)
async def create_staff_account(
    given: StaffInput, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> CreatedAccount:
        return await create_staff(session, actor, given, now=app.clock.now())

    return await _with_secret(request, app, session, actor, key, act, status=201)


@router.post(
    "/accounts/machines",
    status_code=201,
    response_model=AccountWithSecret,
    summary="Lập tài khoản máy / Create a machine client",
)
async def create_machine_account(
    given: MachineInput, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> CreatedAccount:
        return await create_machine(session, actor, given, now=app.clock.now())

    return await _with_secret(request, app, session, actor, key, act, status=201)


@router.post(
    "/accounts/{username}/reset-secret",
    response_model=AccountWithSecret,
    summary="Cấp lại mật khẩu, khóa bí mật / New password or secret",
)
async def reset(
    username: Code, given: PasswordReset, actor: Manager, session: Session, app: App, request: Request, key: Key
) -> Response:
    async def act() -> CreatedAccount:
        return await reset_secret(session, actor, username, given.password, now=app.clock.now())

    return await _with_secret(request, app, session, actor, key, act)


@router.post("/accounts/{username}/disable", summary="Khóa tài khoản / Disable")
async def disable(username: Code, actor: Manager, session: Session, app: App) -> AccountView:
    return await _view(session, await disable_account(session, actor, username, now=app.clock.now()))


@router.post("/accounts/{username}/enable", summary="Mở lại tài khoản / Enable")
async def enable(username: Code, actor: Manager, session: Session, app: App) -> AccountView:
    return await _view(session, await enable_account(session, actor, username, now=app.clock.now()))


@router.post("/accounts/{username}/roles", summary="Giao vai trò / Grant a role")
async def grant(username: Code, given: RoleInput, actor: Manager, session: Session, app: App) -> AccountView:
    return await _view(session, await grant_role(session, actor, username, given, now=app.clock.now()))


@router.delete("/accounts/{username}/roles/{role}/{unit}", summary="Thu hồi vai trò / Revoke a role")
async def revoke(username: Code, role: Role, unit: Code, actor: Manager, session: Session, app: App) -> AccountView:
    return await _view(session, await revoke_role(session, actor, username, role, unit, now=app.clock.now()))


async def _view(session: Session, account_id: int) -> AccountView:
    return AccountView.model_validate(await account_by_id(await session.connection(), account_id))


async def _with_secret(
    request: Request,
    app: Application,
    session: Session,
    actor: Actor,
    key: str | None,
    act: Callable[[], Awaitable[CreatedAccount]],
    *,
    status: int = 200,
) -> Response:
    """Do the act once per key. The secret is in the first answer only: the answer kept for the key has none."""
    created: CreatedAccount | None = None

    async def answer() -> Response:
        nonlocal created
        created = await act()
        return await _answer(session, created.account_id, None, status=status)

    kept = await once(session, request, scope=f"account:{actor.account_id}", key=key, now=app.clock.now(), act=answer)
    if created is None:
        return kept
    return await _answer(session, created.account_id, created.secret, status=status)


async def _answer(session: Session, account_id: int, secret: str | None, *, status: int) -> Response:
    shown = AccountWithSecret(account=await _view(session, account_id), secret=secret)
    headers = {"Cache-Control": "no-store"}
    if status == 201:  # noqa: PLR2004 - HTTP "created"
        headers["Location"] = f"/api/v1/accounts/{shown.account.username}"
    return Response(shown.model_dump_json(), status_code=status, headers=headers, media_type="application/json")
