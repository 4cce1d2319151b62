"""`motcua replay`: a published year made anew, so that its figures can be computed instead of believed."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.settings import Settings

if TYPE_CHECKING:
    from app.commands._replaying import Replayed
    from app.services.demonstration.replay.scenario import Scenario

app = typer.Typer()


def replay_database_name(name: str) -> str:
    """Return the name of the database in which the scenario `name` is replayed."""
    found = Settings().model_copy(update={"replay": name}).replay_database
    if found is None:
        raise AssertionError("a replay has a database of its own")
    return found


@app.command()
def replay(
    name: Annotated[str, typer.Argument(help="Kịch bản, ví dụ ninh-binh-2021. / The scenario.")],
    database: Annotated[str | None, typer.Option(help="Tên cơ sở dữ liệu. / Name of its database.")] = None,
) -> None:
    """Dựng lại một năm đã công bố trong cơ sở dữ liệu riêng. / Replay a published year in a database of its own."""
    from app.bootstrap import open_application
    from app.commands._replaying import replay as replay_scenario
    from app.services.demonstration.replay.scenario import read_scenario

    scenario = read_scenario(name)

    async def run() -> "Replayed":
        settings = Settings()
        database_name = database or replay_database_name(name)
        async with open_application(settings, database_name=database_name) as application:
            return await replay_scenario(application, scenario, tell=typer.echo)

    replayed = asyncio.run(run())
    _print(scenario, replayed)
    if not replayed.as_published:
        typer.echo("Số tính được khác số đã công bố. / The computed figures differ from the published ones.", err=True)
        raise typer.Exit(1)


def _print(scenario: "Scenario", replayed: "Replayed") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=scenario.name)
    for heading in ("Số liệu / Figure", "Công bố / Published", "Tính lại / Computed", "Đếm / Counted"):
        table.add_column(heading, justify="left" if heading.startswith("Số") else "right", overflow="fold")
    for figure in replayed.figures:
        table.add_row(figure.name, f"{figure.published} %", f"{figure.computed} %", figure.counted)
    console = Console()
    console.print(table)
    console.print(f"{scenario.source}\n{scenario.synthetic}")
