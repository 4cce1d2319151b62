"""`motcua openapi` and `motcua docs-lifecycle`: what is generated from the code and committed beside it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

_ROOT = Path(__file__).resolve().parents[2]

Check = Annotated[bool, typer.Option("--check", help="Chỉ so sánh. / Only compare, with exit status 1 if different.")]


@app.command()
def openapi(*, check: Check = False) -> None:
    """Viết openapi.json từ mã nguồn. / Write openapi.json from the code."""
    from app.commands import _generated

    _write_or_compare(_ROOT / "openapi.json", _generated.openapi_text(), check=check)


@app.command("docs-lifecycle")
def docs_lifecycle(*, check: Check = False) -> None:
    """Viết docs/lifecycle.md từ bảng chuyển trạng thái. / Write docs/lifecycle.md from the transition table."""
    from app.commands import _generated

    _write_or_compare(_ROOT / "docs" / "lifecycle.md", _generated.lifecycle_text(), check=check)


def _write_or_compare(path: Path, text: str, *, check: bool) -> None:
    if not check:
        path.write_text(text, encoding="utf-8")
        return
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        typer.echo(f"{path.name} không khớp với mã nguồn / does not match the code (make openapi docs)", err=True)
        raise typer.Exit(1)
