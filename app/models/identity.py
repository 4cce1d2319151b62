"""Accounts of staff and machines, the roles they hold in units, their refresh tokens."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, IntegerKey


class Account(Base):
    """Somebody who can sign in: a person on the staff, or a machine client.

    `auth_version` is written into every access token; raising it ends all tokens of the account at once.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("kind in ('staff', 'machine')", name="kind"),)

    id: Mapped[IntegerKey] = mapped_column(init=False)
    username: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    display_name: Mapped[str]
    password_hash: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), default_factory=list)
    auth_version: Mapped[int] = mapped_column(default=1)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    created_at: Mapped[dt.datetime]


class RoleGrant(Base):
    """A role held in a unit (and, by the role's nature, in its subtree) until revoked."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant_held",
            "account_id",
            "role",
            "unit_id",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )

    id: Mapped[IntegerKey] = mapped_column(init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    granted_at: Mapped[dt.datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class RefreshToken(Base):
    """A one-use refresh token; using one twice revokes its whole family (RFC 9700 §4.14.2)."""

    __tablename__ = "refresh_token"

    id: Mapped[IntegerKey] = mapped_column(init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    family: Mapped[str] = mapped_column(index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class StrangerSignIn(Base):
    """Failed sign-ins under a name that nobody has: locked out as accounts are, so that names cannot be told apart."""

    __tablename__ = "stranger_sign_in"

    name_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failed_attempts: Mapped[int]
    locked_until: Mapped[dt.datetime | None]
    failed_at: Mapped[dt.datetime] = mapped_column(index=True)
