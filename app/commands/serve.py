"""`motcua serve` and `motcua worker`."""

import contextlib
import socket
from typing import Annotated

import typer

from app.core.settings import Settings
from app.core.supervision import end_with_parent, loading_for_good

app = typer.Typer()

Migrate = Annotated[bool, typer.Option(help="Nâng cấp bảng trước khi chạy. / Migrate first.")]
Parent = Annotated[int | None, typer.Option(hidden=True)]


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe (MOTCUA_HOST). / Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng (MOTCUA_PORT). / Port.")] = None,
    worker: Annotated[bool, typer.Option(help="Chạy kèm tiến trình việc nền. / Run the worker too.")] = True,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Số tiến trình HTTP. / HTTP processes.")] = 1,
    migrate: Migrate = True,
    replay: Annotated[
        str | None, typer.Option(help="Phục vụ một kịch bản đã dựng lại. / Serve a replayed scenario.")
    ] = None,
) -> None:
    """Chạy API và tiến trình việc nền. / Run the API and the worker."""
    with loading_for_good():
        from app.commands import _serving

    given = {"host": host, "port": port, "replay": replay}
    settings = Settings.model_validate(
        Settings().model_dump() | {name: value for name, value in given.items() if value is not None}
    )
    with contextlib.closing(_serving.listen(settings.host, settings.port)) as listener:
        _serving.run(_serving.serve(settings, listener, worker=worker, workers=workers, migrate=migrate))


@app.command("serve-http", hidden=True)
def serve_http(fd: Annotated[int, typer.Option()], parent: Parent = None) -> None:
    """One of several HTTP processes of `serve --workers N`, on the socket it inherits."""
    with loading_for_good():
        from app.commands import _serving

    if parent is not None:
        end_with_parent(parent)
    with socket.socket(fileno=fd) as listener:
        _serving.run(_serving.serve_http(Settings(), listener))


@app.command()
def worker(*, migrate: Migrate = True, parent: Parent = None) -> None:
    """Chạy riêng tiến trình việc nền: theo nhật ký, thông báo, quét định kỳ. / Run the worker alone."""
    with loading_for_good():
        from app.commands import _serving

    if parent is not None:
        end_with_parent(parent)
    _serving.run(_serving.work(Settings(), migrate=migrate))
