"""Stamped copies of papers that no longer count are kept; a till says what cash its day starts with."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INSTANT = sa.DateTime(timezone=True)

_OPENING = """
alter table cash_day add constraint ck_cash_day_opening check (opening_vnd >= 0) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_day validate constraint ck_cash_day_opening;
"""


def upgrade() -> None:
    op.create_table(
        "stamped_copy",
        sa.Column("paper_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint("mark in ('void', 'refunded')", name=op.f("ck_stamped_copy_mark")),
        sa.ForeignKeyConstraint(["paper_id"], ["issued_paper.id"], name=op.f("fk_stamped_copy_paper_id")),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_stamped_copy_content_sha256")
        ),
        sa.PrimaryKeyConstraint("paper_id", "mark", name=op.f("pk_stamped_copy")),
    )
    op.create_index(op.f("ix_stamped_copy_content_sha256"), "stamped_copy", ["content_sha256"])
    op.execute("revoke update, delete on stamped_copy from motcua_service")
    op.add_column("cash_day", sa.Column("opening_vnd", sa.BigInteger(), nullable=True))
    op.execute(_OPENING)


def downgrade() -> None:
    op.drop_column("cash_day", "opening_vnd")
    op.drop_table("stamped_copy")
