"""`motcua verify …`: what is stored, held against a second opinion."""

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.bootstrap import Application
    from app.verification.stored_dates import Difference

app = typer.Typer(name="verify", help="Kiểm chứng dữ liệu đang lưu. / Verify what is stored.")

_BATCH = 200
_SHOWN = 200
"""Differences in the table; `--json` writes all of them."""


@app.callback()
def verify() -> None:
    """Kiểm chứng dữ liệu đang lưu. / Verify what is stored."""


@app.command()
def deadlines(
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Tiếp nhận từ ngày. / Accepted since.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Đơn vị và cấp dưới. / This unit and below.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Số hồ sơ nhiều nhất. / At most so many.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Số tiến trình. / Processes.")] = None,
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Mỗi khác biệt một dòng JSON, cuối cùng là tổng số. / JSON lines.")
    ] = False,
) -> None:
    """Tính lại mọi ngày hẹn bằng mô hình thứ hai; khác thì mã thoát 1. / Recompute every stored date."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from app.bootstrap import open_application
    from app.core.settings import Settings

    day = since.date() if since else None
    table = Table()
    for heading in ("hồ sơ / dossier", "gì / what", "đang lưu / stored", "đúng ra / expected"):
        table.add_column(heading, overflow="fold")
    examined = different = elsewhere = 0

    async def run() -> None:
        nonlocal examined, different, elsewhere
        settings = Settings()
        async with open_application(settings, database_name=settings.replay_database) as application:
            here, elsewhere = await _counted(application, day, unit)
            with Progress(console=Console(stderr=True), transient=True) as progress:
                bar = progress.add_task("…", total=min(here, limit or here))
                async for done, found in _judged(application, day, unit, limit, processes or os.cpu_count() or 1):
                    examined += done
                    different += len(found)
                    progress.update(bar, completed=examined)
                    for one in found:
                        if json:
                            typer.echo(_line(one._asdict()))
                        elif table.row_count < _SHOWN:
                            table.add_row(*one)

    asyncio.run(run())
    if json:
        typer.echo(_line({"examined": examined, "dated_elsewhere": elsewhere, "differences": different}))
    else:
        console = Console()
        if table.row_count:
            console.print(table)
        console.print(
            f"Hồ sơ đã tính lại / dossiers recomputed: {examined}; ngày do hệ thống khác tính / dated elsewhere: "
            f"{elsewhere}; khác biệt / differences: {different}"
        )
    if different:
        raise typer.Exit(1)


async def _counted(application: "Application", since: dt.date | None, unit: str | None) -> tuple[int, int]:
    from app.services.verification.queries import count_dated

    async with application.database.read() as connection:
        row = await count_dated(connection, since=since, unit=unit)
    return row.here, row.elsewhere


async def _judged(
    application: "Application", since: dt.date | None, unit: str | None, limit: int | None, processes: int
) -> AsyncIterator[tuple[int, "list[Difference]"]]:
    """Read batch after batch and judge them on all cores; few batches are in hand at a time, so memory stays flat."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from app.services.verification.calendars import calendars_as_published
    from app.services.verification.queries import documents_after
    from app.verification.stored_dates import calendar_versions, differences

    loop, after_id, left = asyncio.get_running_loop(), 0, limit
    at_work: dict[asyncio.Future[list[Difference]], int] = {}
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        while True:
            size = _BATCH if left is None else min(_BATCH, left)
            async with application.database.read() as connection:
                rows = await documents_after(connection, after_id, since=since, unit=unit, limit=size) if size else ()
                documents = [row.document for row in rows]
                calendars = await calendars_as_published(connection, calendar_versions(documents))
            if documents:
                after_id, left = rows[-1].id, None if left is None else left - len(rows)
                at_work[loop.run_in_executor(pool, differences, documents, calendars)] = len(documents)
            while at_work and (not documents or len(at_work) > 2 * processes):
                done, _ = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    yield at_work.pop(future), future.result()
            if not documents:
                return


def _line(value: dict[str, object]) -> str:
    import orjson

    return orjson.dumps(value).decode()
