"""Stored contents, uploads, documents and their reads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB()

# A content that has its row stays; only what the collector marked itself goes. A version of a document stays as it
# was added; publishing it is written once. A read is a fact.
GUARDS = """
create function refuse_change_of_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.doomed_at is not null then
    return old;
  end if;
  raise exception 'a stored content never changes' using errcode = 'insufficient_privilege';
end
$$;
create trigger content_stands before update or delete on stored_content
  for each row execute function refuse_change_of_content();
create function refuse_change_of_document() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.published_at is null
     and (to_jsonb(new) - 'published_at' - 'published_by') = (to_jsonb(old) - 'published_at' - 'published_by') then
    return new;
  end if;
  raise exception 'a version of a document never changes' using errcode = 'insufficient_privilege';
end
$$;
create trigger document_stands before update or delete on document
  for each row execute function refuse_change_of_document();
create trigger append_only before update or delete or truncate on document_read
  for each statement execute function refuse_change();
revoke update on stored_content from motcua_service;
revoke delete on document from motcua_service;
revoke update, delete on document_read from motcua_service;
"""


def upgrade() -> None:
    op.create_table(
        "stored_content",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("doomed_at", INSTANT, nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_stored_content_sha256")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_stored_content_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_content")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("virus_checked", sa.Boolean(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(version = 1) = (supersedes_id is null)", name=op.f("ck_document_version")),
        sa.CheckConstraint("published_at is not null or published_by is null", name=op.f("ck_document_published")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_document_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id")),
        sa.ForeignKeyConstraint(["content_sha256"], ["stored_content.sha256"], name=op.f("fk_document_content_sha256")),
        sa.ForeignKeyConstraint(
            ["original_sha256"], ["stored_content.sha256"], name=op.f("fk_document_original_sha256")
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["document.id"], name=op.f("fk_document_supersedes_id")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_document_published_by")),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_document_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_document_supersedes_id")),
    )
    op.create_index("ix_document_dossier_id", "document", ["dossier_id", "id"], unique=False)
    op.create_index("ix_document_content_sha256", "document", ["content_sha256"], unique=False)
    op.create_table(
        "document_read",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_original", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_read_document_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_read_unit_id")),
        sa.ForeignKeyConstraint(["read_by"], ["account.id"], name=op.f("fk_document_read_read_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_read")),
    )
    op.create_index("ix_document_read_document_id", "document_read", ["document_id", "id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("declared_sha256", sa.Text(), nullable=True),
        sa.Column("metadata_header", sa.Text(), nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("faults", JSONB, nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("quarantine_key", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("received_bytes between 0 and length_bytes", name=op.f("ck_upload_received")),
        sa.CheckConstraint(
            "state in ('receiving', 'received', 'stored', 'refused', 'quarantined')", name=op.f("ck_upload_state")
        ),
        sa.CheckConstraint("(state = 'stored') = (document_id is not null)", name=op.f("ck_upload_stored")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_upload_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_upload_unit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["document.id"], name=op.f("fk_upload_supersedes_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_upload_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"], unique=False)
    op.create_index("ix_upload_dossier_id", "upload", ["dossier_id"], unique=False)
    op.create_index(
        "ix_upload_unfinished",
        "upload",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("blob_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_part_upload_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "starts_at", name=op.f("pk_upload_part")),
    )
    op.execute(GUARDS)


def downgrade() -> None:
    for table in ("upload_part", "upload", "document_read", "document", "stored_content"):
        op.drop_table(table)
    op.execute("drop function refuse_change_of_document()")
    op.execute("drop function refuse_change_of_content()")
