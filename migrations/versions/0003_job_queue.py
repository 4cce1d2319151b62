"""The tables and functions of the job queue (procrastinate), from the pinned library itself."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
WRITTEN_ELSEWHERE = True


def upgrade() -> None:
    # Default privileges of the former revision give the service role its rights on what is made here.
    op.execute(SchemaManager.get_schema())


def downgrade() -> None:
    op.execute(
        """
        do $$
        declare item record;
        begin
          for item in select tablename from pg_tables where schemaname = 'public' and tablename like 'procrastinate\\_%'
          loop execute format('drop table if exists %I cascade', item.tablename); end loop;
          for item in select p.oid::regprocedure as signature from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = 'public' and p.proname like 'procrastinate\\_%'
          loop execute format('drop function if exists %s cascade', item.signature); end loop;
          for item in select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
            where n.nspname = 'public' and t.typname like 'procrastinate\\_%' and t.typtype in ('e', 'c')
          loop execute format('drop type if exists %I cascade', item.typname); end loop;
        end
        $$
        """
    )
