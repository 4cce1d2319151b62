"""`motcua import …`: what was done before, from files."""

import asyncio
import contextlib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(name="import", help="Nhập dữ liệu từ tệp. / Import data from files.")

_SHOWN_FAULTS = 20


@app.callback()
def imports() -> None:
    """Nhập dữ liệu từ tệp. / Import data from files."""


@app.command()
def dossiers(
    file: Annotated[Path, typer.Argument(help="Tệp CSV hoặc JSON lines. / A file of CSV or JSON lines.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không ghi. / Check only.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Ghi kết quả từng dòng (JSON lines). / Write what became of each row.")
    ] = None,
) -> None:
    """Nhập hồ sơ đã có (xem docs/import.md). / Import historic dossiers; exit status 1 if a row was refused."""
    from asyncpg import UniqueViolationError

    from app.bootstrap import open_application
    from app.commands._importing import import_rows
    from app.core.settings import Settings
    from app.services.dossiers.importing.reading import rows_of_file
    from app.services.dossiers.importing.report import RowOutcome, RowReport

    counts: Counter[str] = Counter()

    def tell(row: RowReport, lines: Any) -> None:
        counts[row.outcome.value] += 1
        counts["warnings"] += bool(row.warnings)
        if lines is not None:
            lines.write(_line_of(row))
        if row.outcome is RowOutcome.REFUSED and counts[row.outcome.value] <= _SHOWN_FAULTS:
            for fault in _texts(row.faults):
                typer.echo(f"  {row.number}: {fault['field'] or ''} {fault['vi']} / {fault['en']}", err=True)

    async def run() -> None:
        with contextlib.ExitStack() as stack:
            lines = None if report is None else stack.enter_context(report.open("wb"))
            async with open_application(Settings()) as application:
                batches = import_rows(
                    application.database, rows_of_file(file), clock=application.clock, dry_run=dry_run
                )
                async for batch in batches:
                    for row in batch:
                        tell(row, lines)

    try:
        asyncio.run(run())
    except UniqueViolationError as taken:
        # A request took an outside code between the batch's judgement and its write: that batch is not written at all.
        typer.echo(
            f"Một mã ngoài vừa được dùng cho hồ sơ khác trong lúc nhập; đã nhập {counts['imported']} dòng, các lô "
            "trước được giữ. Hãy chạy lại cùng tệp: việc nhập tiếp tục từ đó.\n"
            "An outside code was taken by another dossier meanwhile; the batches before it are kept. "
            "Run the same file again: it goes on from there.",
            err=True,
        )
        raise typer.Exit(1) from taken
    prefix = "Chạy thử, chưa ghi gì / dry run, nothing written. " if dry_run else ""
    typer.echo(
        f"{prefix}Nhập / imported: {counts['imported']}, đã có / present: {counts['present']}, "
        f"từ chối / refused: {counts['refused']}, cần xem / with warnings: {counts['warnings']}"
    )
    if counts["refused"]:
        raise typer.Exit(1)


def _line_of(row: Any) -> bytes:
    import orjson

    return orjson.dumps(
        {
            "row": row.number,
            "outcome": row.outcome.value,
            "code": row.code,
            "external_code": row.external_code,
            "faults": _texts(row.faults),
            "warnings": _texts(row.warnings),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _texts(refusals: Any) -> list[dict[str, Any]]:
    from app.api.messages import text_of  # only where there is something to explain

    found = []
    for fault in refusals:
        vi, en = text_of(fault.code, dict(fault.params))
        found.append({"code": fault.code, "field": fault.field, "vi": vi, "en": en, "params": dict(fault.params)})
    return found
