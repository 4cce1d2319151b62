"""What workers did to dossiers by themselves is counted where every process can read it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "worker_act",
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("acts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_worker_act")),
    )


def downgrade() -> None:
    op.drop_table("worker_act")
