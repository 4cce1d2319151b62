"""Archive packages of closed dossiers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True)

# A package never changes; what happens later makes another.
GUARDS = """
create trigger append_only before update or delete or truncate on archive_package
  for each statement execute function refuse_change();
revoke update, delete on archive_package from motcua_service;
"""


def upgrade() -> None:
    op.create_table(
        "archive_package",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.Column("issued_paper_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_archive_package_content_sha256")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_archive_package_dossier_id")),
        sa.ForeignKeyConstraint(
            ["issued_paper_id"], ["issued_paper.id"], name=op.f("fk_archive_package_issued_paper_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_archive_package_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_package")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_archive_package_dossier_id_number")),
        sa.UniqueConstraint("object_id", name=op.f("uq_archive_package_object_id")),
    )
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_table("archive_package")
