"""Viruses in scan batches as in uploads; the bytes of discarded papers leave the store, and that they did is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True)

# The new constraint accepts all that the old one did, and a batch is hundreds of pages: few rows are looked at.
_STATES = """
-- squawk-ignore ban-drop-constraint
alter table scan_batch drop constraint ck_scan_batch_state;
alter table scan_batch add constraint ck_scan_batch_state check (state in ({states})) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table scan_batch validate constraint ck_scan_batch_state;
"""
_BEFORE = ("received", "processing", "processed", "partly_failed", "not_digitized", "failed")

# A content that was let go may lose its row, which foreign keys forbid as long as anything speaks of it. Who writes
# of a content locks its row meanwhile, and a lock asks for the right to change a column: the trigger refuses changes.
_CONTENT = """
create or replace function refuse_change_of_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (old.doomed_at is not null or exists (
    select from released_content r where r.sha256 = old.sha256 and r.collected_at is null)) then
    return old;
  end if;
  raise exception 'a stored content never changes' using errcode = 'insufficient_privilege';
end
$$;
grant update (doomed_at) on stored_content to motcua_service;
revoke update, delete on released_content from motcua_service;
grant update (collected_at, outcome) on released_content to motcua_service;
revoke update, delete on scan_let_go from motcua_service;
grant update (let_go_at) on scan_let_go to motcua_service;
"""
_CONTENT_BEFORE = """
revoke update (doomed_at) on stored_content from motcua_service;
create or replace function refuse_change_of_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.doomed_at is not null then
    return old;
  end if;
  raise exception 'a stored content never changes' using errcode = 'insufficient_privilege';
end
$$;
"""
_DISCARDED_BEFORE = """
insert into scan_let_go (piece_id, due_at)
select id, coalesce(changed_at, now()) + case reason when 'presented_only' then interval '0' else interval '30 days' end
from scan_piece where state = 'discarded'
"""


def upgrade() -> None:
    op.add_column("scan_batch", sa.Column("virus", sa.Text(), nullable=True))
    op.add_column("scan_batch", sa.Column("quarantine_key", sa.Text(), nullable=True))
    op.execute(_STATES.format(states=_quoted(*_BEFORE, "quarantined")))
    op.create_table(
        "scan_let_go",
        sa.Column("piece_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("let_go_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["piece_id"], ["scan_piece.id"], name=op.f("fk_scan_let_go_piece_id")),
        sa.PrimaryKeyConstraint("piece_id", name=op.f("pk_scan_let_go")),
    )
    op.create_index("ix_scan_let_go_due", "scan_let_go", ["due_at"], postgresql_where=sa.text("let_go_at is null"))
    op.create_table(
        "released_content",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("piece_id", sa.BigInteger(), nullable=False),
        sa.Column("released_at", INSTANT, nullable=False),
        sa.Column("collected_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome in ('removed', 'in_use')", name=op.f("ck_released_content_outcome")),
        sa.CheckConstraint("(outcome is null) = (collected_at is null)", name=op.f("ck_released_content_collected")),
        sa.ForeignKeyConstraint(["piece_id"], ["scan_piece.id"], name=op.f("fk_released_content_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_content")),
    )
    op.create_index(
        "ix_released_content_waiting", "released_content", ["sha256"], postgresql_where=sa.text("collected_at is null")
    )
    op.execute(_DISCARDED_BEFORE)
    op.execute(_CONTENT)


def downgrade() -> None:
    op.execute(_CONTENT_BEFORE)
    op.drop_table("released_content")
    op.drop_table("scan_let_go")
    op.execute(_STATES.format(states=_quoted(*_BEFORE)))
    op.drop_column("scan_batch", "quarantine_key")
    op.drop_column("scan_batch", "virus")


def _quoted(*states: str) -> str:
    return ", ".join(f"'{state}'" for state in states)
