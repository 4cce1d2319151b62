"""`motcua archive …`: packages of closed dossiers, judged wherever they lie."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
archive = typer.Typer(help="Gói tin lưu trữ. / Archive packages.")
app.add_typer(archive, name="archive")


@archive.callback()
def packages() -> None:
    """Gói tin lưu trữ. / Archive packages."""


@archive.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Tệp .zip của gói tin. / Packages.")],
) -> None:
    """Kiểm tra gói tin: đủ tệp, đúng từng byte; sai thì mã thoát 1. / Check packages; exit status 1 if one is bad."""
    from app.verification.archive_package import faults_of

    bad = False
    for file in files:
        faults = faults_of(file)
        bad = bad or bool(faults)
        typer.echo(f"{file}: {'SAI / BAD' if faults else 'ĐÚNG / GOOD'}")
        for fault in faults:
            typer.echo(f"  {fault}")
    if bad:
        raise typer.Exit(1)
