"""The log, its followers' positions, idempotency answers, and the audit of administration."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.models.base import Base, BigKey, IntegerKey


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class DossierEvent(Base):
    """One fact of procedure: append-only, and the outbox itself.

    Followers read what is below every running transaction, ordered by `(xid, id)`: ids alone would let a late commit
    slip in behind a reader. No personal data: events carry references and facts of procedure.
    """

    __tablename__ = "dossier_event"
    __table_args__ = (UniqueConstraint("dossier_id", "seq"), Index("ix_dossier_event_position", "xid", "id"))

    id: Mapped[BigKey] = mapped_column(init=False)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"), init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    seq: Mapped[int]
    type: Mapped[str]
    state: Mapped[int]
    """The dossier's state after the event."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    """None: the system itself, or an anonymous citizen with a capability."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    occurred_at: Mapped[dt.datetime]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)


class FollowerPosition(Base):
    """How far a follower of the log has come; moved in the transaction of its effect."""

    __tablename__ = "follower_position"

    name: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("'0'"), init=False)
    event_id: Mapped[int] = mapped_column(BigInteger, default=0)
    moved_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class WorkerAct(Base):
    """How often the workers did an act on dossiers by themselves; counted in the transaction of the act."""

    __tablename__ = "worker_act"

    action: Mapped[str] = mapped_column(primary_key=True)
    acts: Mapped[int] = mapped_column(BigInteger)


class IdempotencyKey(Base):
    """The answer given under a key, so that the same request is answered the same and done once."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    """Whose key it is: `account:17`."""
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[str]
    created_at: Mapped[dt.datetime]


class AuditEntry(Base):
    """An act of administration (accounts, units, catalogue, calendars): append-only."""

    __tablename__ = "audit_entry"

    id: Mapped[BigKey] = mapped_column(init=False)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    action: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)


class StoredSecret(Base):
    """Secrets the installation makes for itself once (token key), so that all processes share them."""

    __tablename__ = "stored_secret"
    __table_args__ = (CheckConstraint("value <> ''", name="value"),)

    id: Mapped[IntegerKey] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(unique=True)
    value: Mapped[str]
