"""The lawful date beside the promised one; calendars as published versions; a ledger that nobody can rewrite."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_HAS_DUE = "(accepted_at is null) = (promised_due_at is null) and (accepted_at is null) = (current_due_at is null)"
_HAS_LAWFUL = f"{_HAS_DUE} and (accepted_at is null) = (lawful_due_at is null)"

# Until now the date on the receipt was the only one known at acceptance.
LAWFUL_DATES = f"""
alter table dossier add column lawful_due_at timestamptz;
update dossier set lawful_due_at = promised_due_at where accepted_at is not null;
-- squawk-ignore ban-drop-constraint
alter table dossier drop constraint ck_dossier_accepted_has_due;
alter table dossier add constraint ck_dossier_accepted_has_due check ({_HAS_LAWFUL}) not valid;
-- The rows were just rewritten, so the table is held already.
-- squawk-ignore constraint-missing-not-valid
alter table dossier validate constraint ck_dossier_accepted_has_due;
"""

# The layers as they stand are the first version anybody can go back to.
FIRST_PUBLICATIONS = """
insert into calendar_publication (calendar_id, version, changes, content, legal_basis, decided_by, published_at,
  last_dossier_id, examined, moved, left_alone, skipped, finished_at)
select layer.id, layer.version, '{}', jsonb_build_object(
    'known_until', layer.known_until,
    'days', (select coalesce(jsonb_agg(to_jsonb(entry) - 'id' - 'calendar_id' - 'publication_id'
               order by entry.day, entry.closes_from), '[]')
             from calendar_day entry where entry.calendar_id = layer.id),
    'hours', (select coalesce(jsonb_agg(to_jsonb(hours) - 'id' - 'unit_id' - 'purpose'), '[]') from office_hours hours
              where hours.purpose = layer.purpose and hours.unit_id is not distinct from layer.unit_id)),
  '', '', now(), 0, 0, 0, 0, 0, now()
from calendar layer;
update calendar_day set publication_id = (
  select publication.id from calendar_publication publication where publication.calendar_id = calendar_day.calendar_id);
"""

APPEND_ONLY = """
revoke update on deadline_adjustment from motcua_service;
create trigger append_only before update or delete or truncate on deadline_adjustment
  for each statement execute function refuse_change();
revoke update, delete on calendar_publication from motcua_service;
grant update (last_dossier_id, examined, moved, left_alone, skipped, finished_at) on calendar_publication to motcua_service;
"""


def upgrade() -> None:
    op.create_table(
        "calendar_publication",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("last_dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("left_alone", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_publication_calendar_id")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_calendar_publication_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_publication")),
        sa.UniqueConstraint("calendar_id", "version", name=op.f("uq_calendar_publication_calendar_id_version")),
    )
    op.create_index(
        "ix_calendar_publication_unfinished",
        "calendar_publication",
        ["id"],
        unique=False,
        postgresql_where=sa.text("finished_at is null"),
    )
    op.execute("alter table calendar_day add column decided_by text not null default ''")
    op.execute("alter table calendar_day add column effective_at timestamptz")
    op.execute("alter table calendar_day add column publication_id integer")
    op.execute(
        "alter table calendar_day add constraint fk_calendar_day_publication_id foreign key (publication_id) "
        "references calendar_publication (id) not valid"
    )
    op.execute("alter table deadline_adjustment add column publication_id integer")
    op.execute(
        "alter table deadline_adjustment add constraint fk_deadline_adjustment_publication_id "
        "foreign key (publication_id) references calendar_publication (id) not valid"
    )
    op.execute(
        # Nothing has a publication yet, so the index is empty and made at once.
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create unique index uq_deadline_adjustment_publication on deadline_adjustment (dossier_id, publication_id) "
        "where publication_id is not null"
    )
    op.execute("alter table clock_policy add column field text")
    op.execute("-- squawk-ignore ban-drop-constraint\nalter table clock_policy drop constraint uq_clock_policy_valid_from")
    op.execute(
        # A table of a few rows.
        "-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid\n"
        "alter table clock_policy add constraint uq_clock_policy_valid_from_field "
        "unique nulls not distinct (valid_from, field)"
    )
    op.execute(LAWFUL_DATES)
    op.execute(FIRST_PUBLICATIONS)
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.execute("drop trigger append_only on deadline_adjustment")
    op.execute("grant update on deadline_adjustment to motcua_service")
    op.execute("alter table dossier drop constraint ck_dossier_accepted_has_due")
    op.execute("alter table dossier drop column lawful_due_at")
    op.execute(f"alter table dossier add constraint ck_dossier_accepted_has_due check ({_HAS_DUE})")
    op.execute("delete from clock_policy where field is not null")
    op.execute("alter table clock_policy drop constraint uq_clock_policy_valid_from_field")
    op.execute("alter table clock_policy drop column field")
    op.execute("alter table clock_policy add constraint uq_clock_policy_valid_from unique (valid_from)")
    op.execute("drop index uq_deadline_adjustment_publication")
    op.execute("alter table deadline_adjustment drop column publication_id")
    for column in ("publication_id", "effective_at", "decided_by"):
        op.execute(f"alter table calendar_day drop column {column}")
    op.drop_table("calendar_publication")
