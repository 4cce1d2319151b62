"""Scan batches, what they were made of, their pages and pieces, and the values read from them."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, BigKey


class ScanBatch(Base):
    """What a scanning station sent at once. The same files sent again by the same unit are the same batch."""

    __tablename__ = "scan_batch"
    __table_args__ = (
        UniqueConstraint("unit_id", "fingerprint"),
        Index("ix_scan_batch_unit_received", "unit_id", "received_at", "id"),
        Index("ix_scan_batch_dossier_id", "dossier_id"),
        Index("ix_scan_batch_unfinished", "received_at", postgresql_where=text("state in ('received', 'processing')")),
        CheckConstraint(
            "state in ('received', 'processing', 'processed', 'partly_failed', 'not_digitized', 'failed', "
            "'quarantined')",
            name="state",
        ),
        CheckConstraint("cut in ('separators_or_blanks', 'separators', 'nowhere')", name="cut"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    dossier_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("dossier.id"), default=None)
    """The dossier of every sheet that no separator gives to another one."""
    fingerprint: Mapped[str]
    """SHA-256 of what was sent: the files' hashes in their order, the dossier and the way of cutting."""
    cut: Mapped[str]
    state: Mapped[str] = mapped_column(default="received")
    reason: Mapped[str | None] = mapped_column(default=None)
    """Code of why it is not digitized, failed, or lies in quarantine."""
    virus: Mapped[str | None] = mapped_column(default=None)
    """What the virus check named in one of its files; nothing of such a batch is kept but that file, in quarantine."""
    virus_file: Mapped[int | None] = mapped_column(default=None)
    """Which of the files sent it was, the first is 1."""
    quarantine_key: Mapped[str | None] = mapped_column(default=None)
    scanned_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    """By the clock of the device."""
    device: Mapped[str | None] = mapped_column(default=None)
    received_at: Mapped[dt.datetime]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    started_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    finished_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class ScanSource(Base):
    """One file of a batch, as PDF; `original_sha256` is what was sent where that was a picture."""

    __tablename__ = "scan_source"

    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    content_sha256: Mapped[str] = mapped_column(ForeignKey("stored_content.sha256"))
    original_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_content.sha256"), default=None)
    page_count: Mapped[int]


class ScanPiece(Base):
    """The sheets of one paper. Recognition and the clerk's hand are two facts: `recognition` and `state`."""

    __tablename__ = "scan_piece"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        Index("ix_scan_piece_dossier_id", "dossier_id"),
        Index("ix_scan_piece_unit_open", "unit_id", "id", postgresql_where=text("state = 'open'")),
        CheckConstraint("state in ('open', 'confirmed', 'signed', 'discarded')", name="state"),
        CheckConstraint("recognition in ('waiting', 'done', 'unavailable', 'failed', 'removed')", name="recognition"),
        CheckConstraint("matched_by is null or matched_by in ('separator', 'text', 'clerk')", name="matched_by"),
        CheckConstraint("(recognition = 'done') = (content_sha256 is not null)", name="content"),
        CheckConstraint("(state in ('confirmed', 'signed')) = (document_id is not null)", name="document"),
        CheckConstraint("(state = 'signed') = (signed_at is not null)", name="signed"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_batch.id"))
    position: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    dossier_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("dossier.id"), default=None)
    component_code: Mapped[str | None] = mapped_column(default=None)
    matched_by: Mapped[str | None] = mapped_column(default=None)
    candidates: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    """`[{code, score}]`: components its text may be, the best first."""
    state: Mapped[str] = mapped_column(default="open")
    recognition: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None] = mapped_column(default=None)
    """Code of why it was not read, or why it was discarded."""
    picture_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_content.sha256"), default=None)
    """Its pages as they were scanned."""
    content_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_content.sha256"), default=None)
    """Upright, straight, with its text, as PDF/A-2b."""
    confidence: Mapped[float | None] = mapped_column(REAL, default=None)
    """Of the page that was read worst, 0 to 1."""
    changed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    """Who assigned or discarded it last."""
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document.id"), default=None)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    signed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
    paper_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("issued_paper.id"), default=None)
    """The signed copy, as anybody can verify it."""


class ScanLetGo(Base):
    """A discarded paper whose pages leave the store when it is due."""

    __tablename__ = "scan_let_go"
    __table_args__ = (Index("ix_scan_let_go_due", "due_at", postgresql_where=text("let_go_at is null")),)

    piece_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_piece.id"), primary_key=True)
    due_at: Mapped[dt.datetime]
    let_go_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class ReleasedContent(Base):
    """A content that a discarded paper spoke of, and what became of it. Append-only but for the outcome.

    No foreign key leads to the content: its row goes with it, unless something else still speaks of it (`in_use`).
    """

    __tablename__ = "released_content"
    __table_args__ = (
        Index("ix_released_content_waiting", "sha256", postgresql_where=text("collected_at is null")),
        CheckConstraint("outcome in ('removed', 'in_use')", name="outcome"),
        CheckConstraint("(outcome is null) = (collected_at is null)", name="collected"),
    )

    id: Mapped[BigKey] = mapped_column(init=False)
    sha256: Mapped[str]
    piece_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_piece.id"))
    released_at: Mapped[dt.datetime]
    collected_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)


class ScanPage(Base):
    """One side of a sheet: what it is, where it came from, what was read. The text may hold personal data."""

    __tablename__ = "scan_page"
    __table_args__ = (
        Index("ix_scan_page_piece_id", "piece_id"),
        CheckConstraint("kind in ('content', 'blank', 'separator', 'failed')", name="kind"),
        CheckConstraint("(kind = 'separator') = (separator is not null)", name="separator"),
        CheckConstraint("kind <> 'failed' or reason is not null", name="failed"),
    )

    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    source_position: Mapped[int] = mapped_column(SmallInteger)
    source_page: Mapped[int]
    kind: Mapped[str]
    reason: Mapped[str | None] = mapped_column(default=None)
    """Code of why it could not be looked at or read."""
    separator: Mapped[str | None] = mapped_column(default=None)
    dpi: Mapped[int | None] = mapped_column(default=None)
    piece_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("scan_piece.id"), default=None)
    text: Mapped[str | None] = mapped_column(default=None)
    confidence: Mapped[float | None] = mapped_column(REAL, default=None)
    turned: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    skew: Mapped[float | None] = mapped_column(REAL, default=None)
    enhanced: Mapped[bool | None] = mapped_column(default=None)


class ScanField(Base):
    """A value proposed from a piece's text, or one that a clerk put there; `value` is what a clerk confirmed."""

    __tablename__ = "scan_field"
    __table_args__ = (
        CheckConstraint("(value is null) = (confirmed_at is null)", name="confirmed"),
        CheckConstraint("proposed is not null or value is not null", name="known"),
    )

    piece_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_piece.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    page: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    proposed: Mapped[str | None] = mapped_column(default=None)
    confidence: Mapped[float | None] = mapped_column(REAL, default=None)
    value: Mapped[str | None] = mapped_column(default=None)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)


class ScanRead(Base):
    """Somebody opened the picture of a piece, or what was read of it: append-only."""

    __tablename__ = "scan_read"
    __table_args__ = (Index("ix_scan_read_piece_id", "piece_id", "id"),)

    id: Mapped[BigKey] = mapped_column(init=False)
    piece_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("scan_piece.id"))
    read_at: Mapped[dt.datetime]
    read_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), default=None)
