"""A unit's identifier is looked up by unit and day: one with a last day is the unit's until that day."""

from alembic import op

revision = "0018"
down_revision = "0017"

# Some hundred rows, written a few times a year: locked for no time.
_BY_UNIT_AND_DAY = """
-- squawk-ignore require-concurrent-index-creation
create index ix_agency_identifier_unit_id on agency_identifier (unit_id, valid_from)
"""


def upgrade() -> None:
    op.execute(_BY_UNIT_AND_DAY)


def downgrade() -> None:
    op.drop_index("ix_agency_identifier_unit_id", table_name="agency_identifier")
