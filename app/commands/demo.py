"""`motcua demo`: a province to try everything with."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.services.demonstration.staff import DemoAccount

app = typer.Typer()

ACCOUNTS_FILE = "demo-accounts.json"
_SEED = 37


@app.command()
def demo(
    *,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Không làm gì nếu đã có đơn vị. / Do nothing if there are units.")
    ] = False,
    province: Annotated[str, typer.Option(help="Mã tỉnh. / Code of the province.")] = "37",
    dossiers: Annotated[int, typer.Option(min=10, max=100_000, help="Số hồ sơ. / Number of dossiers.")] = 400,
    seed: Annotated[int, typer.Option(help="Hạt giống ngẫu nhiên. / Seed of chance.")] = _SEED,
) -> None:
    """Nạp một tỉnh để dùng thử vào cơ sở dữ liệu trống. / Fill an empty database with a province to try."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.domain.errors import Conflict
    from app.domain.lifecycle import DossierState
    from app.services.demonstration.fill import fill
    from app.services.demonstration.queries import has_units

    settings = Settings()
    accounts_file = settings.data_dir / ACCOUNTS_FILE

    async def run() -> None:
        async with open_application(settings) as application:
            if if_empty:
                async with application.database.read() as connection:
                    if await has_units(connection):
                        return
            try:
                async with application.database.session() as session:
                    filled = await fill(
                        session,
                        province_code=province,
                        dossiers=dossiers,
                        seed=seed,
                        now=application.clock.now(),
                    )
                    # Before the commit: a crash in between leaves a file too many, never accounts nobody can use.
                    write_accounts(accounts_file, filled.accounts)
            except Conflict:
                if if_empty:
                    return  # filled by a program starting beside this one
                raise
            for state, number in filled.states.items():
                typer.echo(f"  {DossierState(state).label:<22}{number:>5}")
            typer.echo(f"Tài khoản dùng thử / demo accounts: {accounts_file}")

    asyncio.run(run())


def write_accounts(path: Path, accounts: "Sequence[DemoAccount]") -> None:
    """Write the accounts for the owner of the file only (mode 0600), whole or not at all."""
    import dataclasses

    import orjson

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    document = [dataclasses.asdict(account) for account in accounts]
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, opened with its mode from the first moment
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
