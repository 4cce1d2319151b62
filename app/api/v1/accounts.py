"""Routes of accounts: staff and machine clients, within the reach of the administrator who asks."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Depends, Query, Response

from app.api.answers import json_answer
from app.api.deps import App, ReadConnection, Requires, Session
from app.api.idempotency import Once, OncePerKey
from app.api.noun_router import NounRouter
from app.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, decode_cursor, encode_cursor
from app.api.v1.schemas.accounts import AccountPage, AccountView, AccountWithSecret
from app.domain.permissions import Actor, Permission, Role
from app.services.identity.create_account import CreatedAccount, create_machine, create_staff
from app.services.identity.find_accounts import account_by_id, account_by_username, find_accounts
from app.services.identity.grant_roles import grant_role, revoke_role
from app.services.identity.inputs import MachineInput, PasswordReset, RoleInput, StaffInput
from app.services.identity.manage_account import disable_account, enable_account, reset_secret
from app.services.inputs import Code, SearchText
from app.services.procedures.named_filters import refuse_unknown_filters

router = NounRouter(tags=["accounts"])

Manager = Annotated[Actor, Depends(Requires(Permission.ACCOUNTS_MANAGE))]


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
    if not found:
        await refuse_unknown_filters(connection, unit=unit)
    shown = found[:limit]
    more = encode_cursor("username", [shown[-1]["username"]]) if len(found) > limit else None
    return AccountPage(items=[AccountView.model_validate(account) for account in shown], next_cursor=more)


@router.get("/accounts/{username}", summary="Một tài khoản / One account")
async def account(username: Code, actor: Manager, connection: ReadConnection) -> AccountView:
    return AccountView.model_validate(await account_by_username(connection, actor, username))


@router.post(
    "/accounts", status_code=201, response_model=AccountWithSecret, summary="Lập tài khoản cán bộ / Create staff"
)
async def create_staff_account(given: StaffInput, actor: Manager, session: Session, once: Once) -> Response:
    return await _with_secret(
        once, session, actor, lambda: create_staff(session, actor, given, now=once.now), status=201
    )


@router.post(
    "/accounts/machines",
    status_code=201,
    response_model=AccountWithSecret,
    summary="Lập tài khoản máy / Create a machine client",
)
async def create_machine_account(given: MachineInput, actor: Manager, session: Session, once: Once) -> Response:
    return await _with_secret(
        once, session, actor, lambda: create_machine(session, actor, given, now=once.now), status=201
    )


@router.post(
    "/accounts/{username}/reset-secret",
    response_model=AccountWithSecret,
    summary="Cấp lại mật khẩu, khóa bí mật / New password or secret",
)
async def reset(username: Code, given: PasswordReset, actor: Manager, session: Session, once: Once) -> Response:
    return await _with_secret(
        once, session, actor, lambda: reset_secret(session, actor, username, given.password, now=once.now)
    )


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
    once: OncePerKey, session: Session, actor: Actor, act: Callable[[], Awaitable[CreatedAccount]], *, status: int = 200
) -> Response:
    """Do the act once per key. The secret is in the first answer only: the answer kept for the key has none."""
    whole: AccountWithSecret | None = None

    async def kept() -> AccountWithSecret:
        nonlocal whole
        created = await act()
        whole = AccountWithSecret(account=await _view(session, created.account_id), secret=created.secret)
        return whole.model_copy(update={"secret": None})

    answer = await once(session, actor, kept, show=lambda shown: _answer(shown, status=status))
    return answer if whole is None else _answer(whole, status=status)


def _answer(shown: AccountWithSecret, *, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 201:  # noqa: PLR2004 - HTTP "created"
        headers["Location"] = f"/api/v1/accounts/{shown.account.username}"
    return json_answer(shown, status=status, headers=headers)
