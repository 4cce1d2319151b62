"""Another system's code is looked up whatever its letters: capitals and small ones are the same code."""

from alembic import op

revision = "0021"
down_revision = "0020"

# One row for each dossier that came from elsewhere; services are stopped while migrations run.
_BY_CODE_IN_CAPITALS = """
-- squawk-ignore require-concurrent-index-creation
create index ix_dossier_alias_capitals on dossier_alias (upper(code))
"""


def upgrade() -> None:
    op.execute(_BY_CODE_IN_CAPITALS)


def downgrade() -> None:
    op.drop_index("ix_dossier_alias_capitals", table_name="dossier_alias")
