"""Results, their signing queue, and the alert for what lies at signature."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
