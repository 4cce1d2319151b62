"""Scan batches, their pieces, proposed values, and what must be digitized."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)

# What was scanned is never deleted; proposals of a reading give way to those of the next one; a read is a fact.
GUARDS = """
create trigger append_only before update or delete or truncate on scan_read
  for each statement execute function refuse_change();
revoke update, delete on scan_read from motcua_service;
revoke delete on scan_batch, scan_source, scan_piece, scan_page from motcua_service;
"""


def upgrade() -> None:
    op.create_table(
        "scan_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("cut", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("scanned_at", INSTANT, nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint("cut in ('separators_or_blanks', 'separators', 'nowhere')", name=op.f("ck_scan_batch_cut")),
        sa.CheckConstraint(
            "state in ('received', 'processing', 'processed', 'partly_failed', 'not_digitized', 'failed')",
            name=op.f("ck_scan_batch_state"),
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_scan_batch_dossier_id")),
        sa.ForeignKeyConstraint(["received_by"], ["account.id"], name=op.f("fk_scan_batch_received_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scan_batch_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_batch")),
        sa.UniqueConstraint("unit_id", "fingerprint", name=op.f("uq_scan_batch_unit_id_fingerprint")),
    )
    op.create_index("ix_scan_batch_dossier_id", "scan_batch", ["dossier_id"], unique=False)
    op.create_index(
        "ix_scan_batch_unfinished",
        "scan_batch",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("state in ('received', 'processing')"),
    )
    op.create_index("ix_scan_batch_unit_received", "scan_batch", ["unit_id", "received_at", "id"], unique=False)
    op.create_table(
        "scan_source",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batch.id"], name=op.f("fk_scan_source_batch_id")),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_scan_source_content_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["original_sha256"], ["stored_content.sha256"], name=op.f("fk_scan_source_original_sha256")
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_scan_source")),
    )
    op.create_table(
        "scan_piece",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=True),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("matched_by", sa.Text(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("recognition", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("picture_sha256", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=True),
        sa.Column("confidence", sa.REAL(), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("paper_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(recognition = 'done') = (content_sha256 is not null)", name=op.f("ck_scan_piece_content")),
        sa.CheckConstraint("(state = 'signed') = (signed_at is not null)", name=op.f("ck_scan_piece_signed")),
        sa.CheckConstraint(
            "(state in ('confirmed', 'signed')) = (document_id is not null)", name=op.f("ck_scan_piece_document")
        ),
        sa.CheckConstraint(
            "matched_by is null or matched_by in ('separator', 'text', 'clerk')", name=op.f("ck_scan_piece_matched_by")
        ),
        sa.CheckConstraint(
            "recognition in ('waiting', 'done', 'unavailable', 'failed')", name=op.f("ck_scan_piece_recognition")
        ),
        sa.CheckConstraint("state in ('open', 'confirmed', 'signed', 'discarded')", name=op.f("ck_scan_piece_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batch.id"], name=op.f("fk_scan_piece_batch_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_scan_piece_changed_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_scan_piece_confirmed_by")),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_scan_piece_content_sha256")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_scan_piece_document_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_scan_piece_dossier_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["issued_paper.id"], name=op.f("fk_scan_piece_paper_id")),
        sa.ForeignKeyConstraint(
            ["picture_sha256"], ["stored_content.sha256"], name=op.f("fk_scan_piece_picture_sha256")
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["account.id"], name=op.f("fk_scan_piece_signed_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scan_piece_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_piece")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_scan_piece_batch_id_position")),
    )
    op.create_index("ix_scan_piece_dossier_id", "scan_piece", ["dossier_id"], unique=False)
    op.create_index(
        "ix_scan_piece_unit_open",
        "scan_piece",
        ["unit_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "scan_page",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source_position", sa.SmallInteger(), nullable=False),
        sa.Column("source_page", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("separator", sa.Text(), nullable=True),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("piece_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("confidence", sa.REAL(), nullable=True),
        sa.Column("turned", sa.SmallInteger(), nullable=True),
        sa.Column("skew", sa.REAL(), nullable=True),
        sa.Column("enhanced", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(kind = 'separator') = (separator is not null)", name=op.f("ck_scan_page_separator")),
        sa.CheckConstraint("kind <> 'failed' or reason is not null", name=op.f("ck_scan_page_failed")),
        sa.CheckConstraint("kind in ('content', 'blank', 'separator', 'failed')", name=op.f("ck_scan_page_kind")),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batch.id"], name=op.f("fk_scan_page_batch_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["scan_piece.id"], name=op.f("fk_scan_page_piece_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_scan_page")),
    )
    op.create_index("ix_scan_page_piece_id", "scan_page", ["piece_id"], unique=False)
    op.create_table(
        "scan_field",
        sa.Column("piece_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("page", sa.SmallInteger(), nullable=True),
        sa.Column("proposed", sa.Text(), nullable=True),
        sa.Column("confidence", sa.REAL(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(value is null) = (confirmed_at is null)", name=op.f("ck_scan_field_confirmed")),
        sa.CheckConstraint("proposed is not null or value is not null", name=op.f("ck_scan_field_known")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_scan_field_confirmed_by")),
        sa.ForeignKeyConstraint(["piece_id"], ["scan_piece.id"], name=op.f("fk_scan_field_piece_id")),
        sa.PrimaryKeyConstraint("piece_id", "name", name=op.f("pk_scan_field")),
    )
    op.create_table(
        "scan_read",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("piece_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["piece_id"], ["scan_piece.id"], name=op.f("fk_scan_read_piece_id")),
        sa.ForeignKeyConstraint(["read_by"], ["account.id"], name=op.f("fk_scan_read_read_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_read")),
    )
    op.create_index("ix_scan_read_piece_id", "scan_read", ["piece_id", "id"], unique=False)
    op.execute(GUARDS)


def downgrade() -> None:
    for name in ("scan_read", "scan_field", "scan_page", "scan_piece", "scan_source", "scan_batch"):
        op.drop_table(name)
