"""`motcua documents …`: the store of papers, cleaned and verified."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.collecting import BadContent

app = typer.Typer(name="documents", help="Kho tài liệu. / The store of documents.")

_SHOWN = 200


@app.callback()
def documents() -> None:
    """Kho tài liệu. / The store of documents."""


@app.command()
def collect_orphans() -> None:
    """Dọn nội dung không thuộc tài liệu nào và lần tải lên quá hạn. / Remove what no row speaks of."""
    from app.bootstrap import open_application
    from app.collecting import collect_orphans as collect
    from app.core.settings import Settings

    async def run() -> None:
        async with open_application(Settings(), migrate=False) as application:
            found = await collect(application)
        typer.echo(f"Lần tải lên quá hạn / expired uploads: {found.uploads}")
        typer.echo(f"Đoạn thừa / pieces: {found.pieces}")
        typer.echo(f"Nội dung thừa / contents: {found.contents}")
        typer.echo(f"Thư mục tạm / workplaces: {found.workplaces}")

    asyncio.run(run())


@app.command()
def verify(
    *, quiet: Annotated[bool, typer.Option("--quiet", help="Chỉ in tổng số. / Only the totals.")] = False
) -> None:
    """Đọc lại mọi nội dung và so mã băm; sai hoặc thiếu thì mã thoát 1. / Hold every content against its hash."""
    from app.bootstrap import open_application
    from app.collecting import verify_contents
    from app.core.settings import Settings

    async def run() -> tuple[int, list["BadContent"]]:
        read, bad = 0, []
        async with open_application(Settings(), migrate=False) as application:
            async for fault in verify_contents(application):
                read += 1
                if fault is not None:
                    bad.append(fault)
        return read, bad

    read, bad = asyncio.run(run())
    for fault in [] if quiet else bad[:_SHOWN]:
        typer.echo(f"{fault.sha256}  {fault.code}")
    typer.echo(f"Đã đọc / read: {read}; sai hoặc thiếu / bad: {len(bad)}")
    if bad:
        raise typer.Exit(1)
