"""Stored contents, uploads under way, documents of dossiers, and who read them."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey


class StoredContent(Base):
    """One row a content, whoever uses it; the bytes lie in the store under a key made of the hash.

    The row is written after the bytes are safe and never changes but to be withdrawn. A doomed row is the collector's
    mark on bytes that no row spoke of: it exists only while they are being removed.
    """

    __tablename__ = "stored_content"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("size_bytes >= 0", name="size"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    stored_at: Mapped[dt.datetime]
    doomed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """Since when nobody gets the bytes, which leave the store: a paper that was never to be kept. The row stays."""


class Document(Base):
    """A file of a dossier: one version of it. Never overwritten; a newer version names the one it supersedes."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        Index("ix_document_dossier_id", "dossier_id", "id"),
        Index("ix_document_content_sha256", "content_sha256"),
        CheckConstraint("(version = 1) = (supersedes_id is null)", name="version"),
        CheckConstraint("published_at is not null or published_by is null", name="published"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The dossier's receiving unit when it was added."""
    component_code: Mapped[str | None] = mapped_column(default=None)
    """The line of the procedure's checklist it belongs to; None: none of them."""
    kind: Mapped[str]
    name: Mapped[str]
    """The file's name as people see it: one path segment without control characters."""
    media_type: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    original_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_content.sha256"), default=None)
    """What was handed in, where it was converted or cleaned; None: the content itself."""
    page_count: Mapped[int | None] = mapped_column(default=None)
    changes: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """Codes of what was done to the original: `["converted_to_pdf"]`."""
    virus_checked: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    published_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """None: a draft."""
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    added_at: Mapped[dt.datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class DocumentRead(Base):
    """Somebody read a document: append-only."""

    __tablename__ = "document_read"
    __table_args__ = (Index("ix_document_read_document_id", "document_id", "id"),)

    id: Mapped[BigKey] = mapped_column(init=False)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("document.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    read_at: Mapped[dt.datetime]
    read_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    """None: the system, or a citizen by a link that names nobody."""
    purpose: Mapped[str]
    is_original: Mapped[bool] = mapped_column(default=False)
    """What was read: the file as it was handed in, not the converted one."""


class Upload(Base):
    """A file on its way, in pieces that survive (tus 1.0). Becomes a document when complete and found good.

    `state`: receiving → received (complete, being looked at) → stored | refused | quarantined.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("received_bytes between 0 and length_bytes", name="received"),
        CheckConstraint(
            "state in ('receiving', 'received', 'stored', 'refused', 'quarantined')",
            name="state",
        ),
        CheckConstraint("(state = 'stored') = (document_id is not null)", name="stored"),
        Index("ix_upload_expires_at", "expires_at"),
        Index("ix_upload_dossier_id", "dossier_id"),
        Index("ix_upload_unfinished", "created_at", postgresql_where=text("state = 'received'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Random, so that knowing it is part of being allowed."""
    dossier_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dossier.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    component_code: Mapped[str | None] = mapped_column(default=None)
    kind: Mapped[str]
    name: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    declared_sha256: Mapped[str | None] = mapped_column(default=None)
    metadata_header: Mapped[str] = mapped_column(default="")
    """`Upload-Metadata` as it was sent, told to a client that resumes."""
    length_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much is safe: this and no less is told to a client that resumes."""
    state: Mapped[str] = mapped_column(default="receiving")
    waits_for: Mapped[str | None] = mapped_column(default=None)
    """Code of what a received file waits for: `virus_check_unavailable`."""
    claimed_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    """Somebody is looking at the file; nobody else does until then."""
    faults: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """`[{code, params}]`: why it was refused, or what was found in it."""
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    quarantine_key: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class UploadPart(Base):
    """A piece of an upload that is safe in the store; the pieces in order are the file."""

    __tablename__ = "upload_part"

    upload_id: Mapped[str] = mapped_column(ForeignKey("upload.id", ondelete="cascade"), primary_key=True)
    starts_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    blob_key: Mapped[str]
