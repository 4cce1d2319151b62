"""A paper that was never to be kept leaves the store after it was confirmed; which file of a batch had the virus."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

INSTANT = sa.DateTime(timezone=True)

# The row stays with its hash, because documents and papers speak of it; its bytes go, once, after it was released.
_CONTENT = """
create or replace function refuse_change_of_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (old.doomed_at is not null or exists (
    select from released_content r where r.sha256 = old.sha256 and r.collected_at is null)) then
    return old;
  end if;
  if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
     and (to_jsonb(new) - 'withdrawn_at') = (to_jsonb(old) - 'withdrawn_at')
     and exists (select from released_content r where r.sha256 = old.sha256) then
    return new;
  end if;
  raise exception 'a stored content never changes' using errcode = 'insufficient_privilege';
end
$$;
grant update (withdrawn_at) on stored_content to motcua_service;
"""
_CONTENT_BEFORE = """
revoke update (withdrawn_at) on stored_content from motcua_service;
create or replace function refuse_change_of_content() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (old.doomed_at is not null or exists (
    select from released_content r where r.sha256 = old.sha256 and r.collected_at is null)) then
    return old;
  end if;
  raise exception 'a stored content never changes' using errcode = 'insufficient_privilege';
end
$$;
"""
# The new constraint accepts all that the old one did; few rows are looked at.
_RECOGNITIONS = """
-- squawk-ignore ban-drop-constraint
alter table scan_piece drop constraint ck_scan_piece_recognition;
alter table scan_piece add constraint ck_scan_piece_recognition check (recognition in ({known})) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table scan_piece validate constraint ck_scan_piece_recognition;
"""
_BEFORE = ("waiting", "done", "unavailable", "failed")


def upgrade() -> None:
    op.add_column("scan_batch", sa.Column("virus_file", sa.Integer(), nullable=True))
    op.add_column("stored_content", sa.Column("withdrawn_at", INSTANT, nullable=True))
    op.execute(_RECOGNITIONS.format(known=_quoted(*_BEFORE, "removed")))
    op.execute(_CONTENT)


def downgrade() -> None:
    op.execute(_CONTENT_BEFORE)
    op.execute("update scan_piece set recognition = 'failed' where recognition = 'removed'")
    op.execute(_RECOGNITIONS.format(known=_quoted(*_BEFORE)))
    op.drop_column("stored_content", "withdrawn_at")
    op.drop_column("scan_batch", "virus_file")


def _quoted(*names: str) -> str:
    return ", ".join(f"'{name}'" for name in names)
