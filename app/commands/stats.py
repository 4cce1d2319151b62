"""`motcua stats …`: make the figures anew, or prove that they are what the dossiers say."""

import asyncio

import typer

app = typer.Typer(name="stats", help="Số liệu: dựng lại, kiểm chứng. / Figures: rebuild, verify.")


@app.command()
def rebuild() -> None:
    """Dựng lại toàn bộ số liệu từ hồ sơ. / Make all figures anew from the dossiers."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.statistics.rebuild import Rebuilt
    from app.services.statistics.rebuild import rebuild as rebuild_figures

    async def run() -> Rebuilt:
        settings = Settings()
        async with (
            open_application(settings, database_name=settings.replay_database) as application,
            application.database.write() as connection,
        ):
            return await rebuild_figures(connection, now=application.clock.now())

    made = asyncio.run(run())
    typer.echo(f"Hồ sơ / dossiers: {made.facts}; ô số liệu / cells: {made.cells}")


@app.command()
def verify() -> None:
    """So số liệu đang lưu với hồ sơ; khác thì mã thoát 1. / Compare stored figures with the dossiers."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.statistics.rebuild import verify as verify_figures
    from app.services.statistics.rollups import Difference

    async def run() -> list[Difference]:
        settings = Settings()
        async with (
            open_application(settings, database_name=settings.replay_database) as application,
            application.database.read() as connection,
        ):
            return await verify_figures(connection)

    differences = asyncio.run(run())
    for difference in differences:
        typer.echo(difference)
    typer.echo(f"Khác biệt / differences: {len(differences)}")
    if differences:
        raise typer.Exit(1)
