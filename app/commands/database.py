"""`motcua migrate` and `motcua revision`: the tables of the database, as their owner."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.core.settings import Settings

app = typer.Typer()


@app.command()
def migrate(
    revision: Annotated[str, typer.Option(help="Bản cần tới. / Revision to go to.")] = "head",
) -> None:
    """Nâng cấp bảng của cơ sở dữ liệu. / Bring the tables of the database to a revision."""
    from app.bootstrap import migrate_database, open_database
    from app.core.reaching import ensure_reachable

    async def run() -> None:
        settings = Settings()
        async with open_database(settings, database_name=settings.replay_database) as address:
            await ensure_reachable(address.owner_url)
            await asyncio.to_thread(migrate_database, address.owner_url, revision)

    asyncio.run(run())
    typer.echo(f"Bảng dữ liệu ở bản / tables are at: {revision}")


@app.command()
def revision(
    message: Annotated[str, typer.Argument(help="Thay đổi gì. / What changes.")] = "",
    *,
    sql: Annotated[
        bool, typer.Option("--sql", help="In SQL của các bản của mình thay vì viết. / Print our SQL instead.")
    ] = False,
) -> None:
    """Viết bản nâng cấp mới từ mô hình (cho người phát triển). / Write a migration from the models."""
    from app.commands import _migrations

    if sql:
        typer.echo(_migrations.offline_sql())
        return
    if not message:
        raise typer.BadParameter("message")
    written: Path = asyncio.run(_migrations.write_revision(Settings(), message))
    typer.echo(str(written))
