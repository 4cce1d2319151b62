"""Papers that were brought though nobody had to ask for them are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "needless_paper",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_needless_paper_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_needless_paper_unit_id")),
        sa.PrimaryKeyConstraint("dossier_id", "component_code", name=op.f("pk_needless_paper")),
    )
    op.create_index("ix_needless_paper_unit_brought", "needless_paper", ["unit_id", "brought_at"])
    op.create_index("ix_needless_paper_brought", "needless_paper", ["brought_at"])
    op.execute("revoke update, delete on needless_paper from motcua_service")


def downgrade() -> None:
    op.drop_table("needless_paper")
