"""Scan batches, their pieces, proposed values, and what must be digitized."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
