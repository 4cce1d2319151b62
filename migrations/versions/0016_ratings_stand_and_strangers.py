"""Ratings never change; failed sign-ins under names that nobody has are counted as those of accounts are."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("revoke update on rating from motcua_service")
    op.create_table(
        "stranger_sign_in",
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("failed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name_digest", name=op.f("pk_stranger_sign_in")),
    )
    op.create_index(op.f("ix_stranger_sign_in_failed_at"), "stranger_sign_in", ["failed_at"])


def downgrade() -> None:
    op.drop_table("stranger_sign_in")
    op.execute("grant update on rating to motcua_service")
