"""What goes out about sessions."""

from typing import Literal

from pydantic import BaseModel

from app.api.v1.schemas.accounts import HeldRole


class TokenAnswer(BaseModel):
    """RFC 6749 §5.1. `expires_in` in seconds; `refresh_token` null for machines; `scope` separated by spaces."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str | None
    scope: str


class Myself(BaseModel):
    """Who asks: name, roles by unit, and the permissions that follow from them."""

    username: str
    kind: Literal["staff", "machine"]
    display_name: str
    roles: list[HeldRole]
    permissions: list[str]
