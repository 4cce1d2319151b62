"""The service role, the log that nobody can rewrite, published procedures that nobody can change."""

from alembic import op

revision = "0002"
down_revision = "0001"

SERVICE_ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'motcua_service') then
    create role motcua_service nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;  -- another database of this server made it just now
end
$$;
do $$
begin
  if not pg_has_role(current_user, 'motcua_service', 'member') then
    execute format('grant motcua_service to %I', current_user);
  end if;
end
$$;
"""

GRANTS = """
grant usage on schema public to motcua_service;
grant select, insert, update, delete on all tables in schema public to motcua_service;
grant usage on all sequences in schema public to motcua_service;
alter default privileges in schema public grant select, insert, update, delete on tables to motcua_service;
alter default privileges in schema public grant usage on sequences to motcua_service;
revoke update, delete on dossier_event, audit_entry, dossier_correction from motcua_service;
revoke delete on dossier, receipt, deadline_adjustment, supplement_request, dossier_outcome, hand_over, rating
  from motcua_service;
"""

APPEND_ONLY = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on dossier_event
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on dossier_correction
  for each statement execute function refuse_change();
"""

# Waking followers from a trigger keeps every writer honest; NOTIFY is folded into one per transaction by PostgreSQL.
WAKE_FOLLOWERS = """
create function wake_followers() returns trigger language plpgsql as $$
begin
  perform pg_notify('dossier_event', '');
  return null;
end
$$;
create trigger wake_followers after insert on dossier_event
  for each statement execute function wake_followers();
"""

PUBLISHED_STANDS = """
create function refuse_change_of_published() returns trigger language plpgsql as $$
begin
  if old.status = 'draft' then
    return case when tg_op = 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' or new.status = 'draft'
     or (to_jsonb(new) - 'status' - 'valid_to') is distinct from (to_jsonb(old) - 'status' - 'valid_to') then
    raise exception 'a published procedure version never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger published_stands before update or delete on procedure_version
  for each row execute function refuse_change_of_published();

-- The lock makes a part wait for a publication under way. No part enters, leaves or changes a published version.
create function refuse_change_of_published_part() returns trigger language plpgsql as $$
declare
  found text;
begin
  for found in select v.status from procedure_version v where v.id in (old.version_id, new.version_id) for share loop
    if found <> 'draft' then
      raise exception 'a published procedure version never changes' using errcode = 'insufficient_privilege';
    end if;
  end loop;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger published_stands before insert or update or delete on procedure_component
  for each row execute function refuse_change_of_published_part();
create trigger published_stands before insert or update or delete on procedure_term
  for each row execute function refuse_change_of_published_part();
create trigger published_stands before insert or update or delete on procedure_fee
  for each row execute function refuse_change_of_published_part();
"""


def upgrade() -> None:
    for statements in (SERVICE_ROLE, APPEND_ONLY, WAKE_FOLLOWERS, PUBLISHED_STANDS, GRANTS):
        op.execute(statements)


def downgrade() -> None:
    for table in ("procedure_version", "procedure_component", "procedure_term", "procedure_fee"):
        op.execute(f"drop trigger published_stands on {table}")
    op.execute("drop trigger wake_followers on dossier_event")
    for table in ("dossier_event", "audit_entry", "dossier_correction"):
        op.execute(f"drop trigger append_only on {table}")
    for function in ("refuse_change", "wake_followers", "refuse_change_of_published", "refuse_change_of_published_part"):
        op.execute(f"drop function {function}()")
    op.execute("alter default privileges in schema public revoke all on tables from motcua_service")
    op.execute("alter default privileges in schema public revoke all on sequences from motcua_service")
    op.execute("revoke all on all tables in schema public from motcua_service")
    op.execute("revoke all on all sequences in schema public from motcua_service")
    op.execute("revoke usage on schema public from motcua_service")
