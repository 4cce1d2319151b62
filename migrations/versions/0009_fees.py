"""Tariffs, charges, receipts, refunds and the daily close of a cashier."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
