"""Migrations run as the owner, one at a time, and rather fail than wait long for a lock."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import make_url

from app.models.events import Xid8
from app.models.every_table import Base

# One number for all installations: two programs that migrate the same database wait for each other.
ADVISORY_LOCK = 7_306_118_118


ischema_names["xid8"] = Xid8  # so that reflection knows the type of the log's positions


def print_sql() -> None:
    """Without a database (`motcua revision --sql`): print what would run, for people and linters to read."""
    context.configure(
        dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.execute("set lock_timeout = '10s'")
        context.execute("set statement_timeout = '15min'")
        context.run_migrations()


def run() -> None:
    url = make_url(context.config.get_main_option("sqlalchemy.url") or "").set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("set lock_timeout = '10s'"))
        connection.execute(text("set statement_timeout = '15min'"))
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            include_object=_is_ours,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
    engine.dispose()


def _is_ours(_object: object, name: str | None, _type: str, _reflected: bool, _compare_to: object) -> bool:  # noqa: FBT001 - the signature is Alembic's
    """Leave the job queue's own tables to its own migrations."""
    return not (name or "").startswith("procrastinate_")


if context.is_offline_mode():
    print_sql()
else:
    run()
