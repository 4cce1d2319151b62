"""The tables can be made, unmade and made again, and are what the models say."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory

from app.bootstrap import bring_up_to_date, migrate_database
from app.commands._migrations import migrations_config, offline_sql
from tests.architecture.source import ROOT

_TABLES = "select table_name from information_schema.tables where table_schema = 'public' order by 1"
_LEFT_OVER = """
select 'function ' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'
union all
select 'type ' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
where n.nspname = 'public' and t.typtype in ('e', 'd')
"""


async def _column(url: str, query: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


def test_there_is_one_head_and_the_file_names_it() -> None:
    """Two branches that each add a migration conflict in head.txt, before they meet in a database."""
    heads = ScriptDirectory.from_config(migrations_config()).get_heads()
    assert heads == [(ROOT / "migrations" / "head.txt").read_text(encoding="utf-8").strip()]


async def test_tables_go_up_down_and_up_again(empty_database: str) -> None:
    await asyncio.to_thread(migrate_database, empty_database)
    first = await _column(empty_database, _TABLES)
    await asyncio.to_thread(command.downgrade, migrations_config(empty_database), "base")
    assert await _column(empty_database, _TABLES) == ["alembic_version"]
    assert await _column(empty_database, _LEFT_OVER) == []
    await asyncio.to_thread(migrate_database, empty_database)
    assert await _column(empty_database, _TABLES) == first


async def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    await asyncio.to_thread(migrate_database, empty_database)
    await asyncio.to_thread(migrate_database, empty_database)
    assert await _column(empty_database, "select version_num from alembic_version") == [
        (ROOT / "migrations" / "head.txt").read_text(encoding="utf-8").strip()
    ]


async def test_two_programs_may_migrate_at_once(empty_database: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(_migrate_in_a_process, empty_database) for _ in range(2)))
    assert "dossier" in await _column(empty_database, _TABLES)


async def test_a_start_migrates_what_is_behind_and_leaves_alone_what_is_not(empty_database: str) -> None:
    await bring_up_to_date(empty_database)
    assert await _column(empty_database, "select version_num from alembic_version") == [
        (ROOT / "migrations" / "head.txt").read_text(encoding="utf-8").strip()
    ]
    before = await _column(empty_database, "select xmin::text from alembic_version")
    await bring_up_to_date(empty_database)
    assert await _column(empty_database, "select xmin::text from alembic_version") == before


async def test_models_and_tables_do_not_drift_apart(empty_database: str) -> None:
    await asyncio.to_thread(migrate_database, empty_database)
    await asyncio.to_thread(command.check, migrations_config(empty_database))


def test_migrations_are_safe_to_run_beside_a_working_service(tmp_path: Path) -> None:
    """Squawk reads the SQL; the rules it is told to leave out stand with their reasons in .squawk.toml."""
    statements = tmp_path / "migrations.sql"
    statements.write_text(offline_sql(), encoding="utf-8")
    squawk = Path(sys.executable).with_name("squawk")
    answer = subprocess.run(
        [squawk, "--config", ROOT / ".squawk.toml", "--reporter", "gcc", statements],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def _migrate_in_a_process(url: str) -> None:
    # Alembic keeps its context in module variables: two migrations at once are two processes, as in life.
    code = "import sys; from app.bootstrap import bring_up_to_date, migrate_database; migrate_database(sys.argv[1])"
    python = sys.executable
    subprocess.run([python, "-c", code, url], cwd=ROOT, check=True, capture_output=True)
