"""What developers need of Alembic: SQL without a database, a new revision from the models."""

import asyncio
import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.bootstrap import migrate_database, open_database
from app.core.settings import Settings

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrations_config(owner_url: str = "postgresql://", output: io.StringIO | None = None) -> Config:
    """Return Alembic's configuration for our migrations on the database `owner_url`."""
    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return config


def offline_sql() -> str:
    """Return the SQL of all revisions as a migrator would run it, without a database.

    Left out are revisions that say `WRITTEN_ELSEWHERE`: their SQL comes from a library and is not ours to judge.
    """
    output = io.StringIO()
    config = migrations_config(output=output)
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        if not getattr(script.module, "WRITTEN_ELSEWHERE", False):
            command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
    return output.getvalue()


async def write_revision(settings: Settings, message: str) -> Path:
    """Compare models and tables, write what differs as the next revision, name it in head.txt; return its path."""
    async with open_database(settings) as address:
        await asyncio.to_thread(migrate_database, address.owner_url)
        config = migrations_config(address.owner_url)
        scripts = ScriptDirectory.from_config(config)
        following = f"{int(scripts.get_current_head() or 0) + 1:04d}"
        written = await asyncio.to_thread(command.revision, config, message, autogenerate=True, rev_id=following)
    if written is None or isinstance(written, list):
        raise RuntimeError("Alembic wrote no single revision")
    (_MIGRATIONS / "head.txt").write_text(f"{following}\n", encoding="utf-8")
    return Path(written.path)
