"""What goes out about accounts."""

from typing import Literal

from pydantic import BaseModel

from app.api.v1.schemas.instants import LocalInstant
from app.domain.permissions import Role


class HeldRole(BaseModel):
    """A role held in a unit and everything below it."""

    role: Role
    unit: str
    unit_name: str
    granted_at: LocalInstant


class AccountView(BaseModel):
    """An account without any secret. `locked_until` is the end of the last lock-out and may lie in the past."""

    username: str
    kind: Literal["staff", "machine"]
    display_name: str
    scopes: list[str]
    created_at: LocalInstant
    disabled_at: LocalInstant | None
    locked_until: LocalInstant | None
    roles: list[HeldRole]


class AccountWithSecret(BaseModel):
    """An account and the password or client secret made up for it, shown this once (null if chosen or shown before)."""

    account: AccountView
    secret: str | None


class AccountPage(BaseModel):
    """A page of accounts; `next_cursor` null on the last."""

    items: list[AccountView]
    next_cursor: str | None
