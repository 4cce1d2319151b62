"""How the API and the worker are started, kept running and stopped; `app.commands.serve` says when."""

import asyncio
import contextlib
import errno
import http.client
import os
import socket
import sys
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import uvicorn

from app.bootstrap import bring_up_to_date, open_application, open_database
from app.core.settings import Settings
from app.core.supervision import Child, loading_for_good, run_beside, stop_on_signals

if TYPE_CHECKING:
    from fastapi import FastAPI

_HTTP_BACKLOG = 2048
_POLL_SECONDS = 0.1
_PROBE_TIMEOUT_SECONDS = 5.0
# Nobody inside may outlast the patience of whoever waits outside, so each gives up a little earlier.
_MARGIN_SECONDS = 5.0


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: who stops when is decided here, for the API and the worker alike."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` on uvicorn's choice of event loop (uvloop where there is one)."""
    with asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner:
        runner.run(main)


async def work(settings: Settings, *, migrate: bool) -> None:
    from app.worker.main import run_worker  # the API processes need none of it

    stop = stop_on_signals(patience_seconds=settings.stop_seconds + _MARGIN_SECONDS)
    async with open_application(settings, migrate=migrate, database_name=settings.replay_database) as application:
        await run_worker(application, stop=stop)


async def serve(settings: Settings, listener: socket.socket, *, worker: bool, workers: int, migrate: bool) -> None:
    """Serve until told to stop: migrate once, then the worker and the API, each in its process if there are several."""
    stop = stop_on_signals(patience_seconds=settings.stop_seconds + 3 * _MARGIN_SECONDS)
    # The API takes longer to load than the database to start, so it begins first.
    loading = asyncio.create_task(asyncio.to_thread(_load_api, settings)) if workers == 1 else None
    # The share in the embedded server is kept until all have ended, so that it is started and stopped once.
    async with open_database(settings, database_name=settings.replay_database) as address:
        if migrate:
            await bring_up_to_date(address.owner_url)
        children = [_child(settings, "worker", "worker", "--no-migrate")] if worker else []
        entrance: Coroutine[Any, Any, object]
        if loading is None:
            arguments = ("serve-http", "--fd", str(listener.fileno()))
            names = [f"http-{number}" for number in range(1, workers + 1)]
            children += [_child(settings, name, *arguments, pass_fds=(listener.fileno(),)) for name in names]
            entrance = stop.wait()
        else:
            entrance = answer_requests(settings, listener, await loading, stop=stop)
        announcement = asyncio.create_task(_announce(settings, listener))
        try:
            await run_beside(
                children, entrance, stop=stop, patience_seconds=settings.stop_seconds + 2 * _MARGIN_SECONDS
            )
        finally:
            announcement.cancel()


async def serve_http(settings: Settings, listener: socket.socket) -> None:
    """Be one of several HTTP processes, on a socket that another one opened."""
    stop = stop_on_signals(patience_seconds=settings.stop_seconds + _MARGIN_SECONDS)
    await answer_requests(settings, listener, _load_api(settings), stop=stop)


def _load_api(settings: Settings) -> "FastAPI":
    """Build the API; its modules are loaded here and not above, since the worker and `--workers` need none of them."""
    with loading_for_good():
        from app.api.app import build_api, lifespan_of

        opened = lifespan_of(lambda: open_application(settings, migrate=False, database_name=settings.replay_database))
        return build_api(settings, opened)


async def answer_requests(settings: Settings, listener: socket.socket, api: "FastAPI", *, stop: asyncio.Event) -> None:
    """Serve HTTP in this process until `stop` is set; requests under way are finished."""
    server = _Server(
        uvicorn.Config(
            api,
            access_log=False,  # the request log is ours: it names routes, never paths, which may carry secrets
            log_config=None,
            lifespan="on",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=max(1, int(settings.stop_seconds)),
        )
    )

    async def forward() -> None:
        await stop.wait()
        server.should_exit = True

    forwarding = asyncio.create_task(forward())
    try:
        await server.serve(sockets=[listener])
    finally:
        forwarding.cancel()


def _child(settings: Settings, name: str, *arguments: str, pass_fds: Sequence[int] = ()) -> Child:
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    environment = {"PYTHONPATH": path} | ({"MOTCUA_REPLAY": settings.replay} if settings.replay else {})
    command = [sys.executable, "-m", "app.cli", *arguments, "--parent", str(os.getpid())]
    return Child(name, command, environment=environment, pass_fds=pass_fds)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started; tell plainly when that is impossible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_HTTP_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            vi, en = "đang có chương trình khác dùng", "is in use by another program"
        else:
            vi, en = f"không dùng được ({error.strerror})", f"cannot be used ({error.strerror})"
        typer.echo(
            f"Cổng {port} tại {host} {vi}; chọn cổng khác bằng --port hoặc MOTCUA_PORT.\n"
            f"Port {port} at {host} {en}; choose another with --port or MOTCUA_PORT.",
            err=True,
        )
        raise typer.Exit(1) from None


async def _announce(settings: Settings, listener: socket.socket) -> None:
    """Print where to go once the service answers."""
    family, (_, port, *_rest) = listener.family, listener.getsockname()
    wildcard = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to
    host = wildcard.get(settings.host, settings.host)
    while not await asyncio.to_thread(_is_alive, host, port):  # noqa: ASYNC110 - other processes can only be asked
        await asyncio.sleep(_POLL_SECONDS)
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    typer.echo(f"Một Cửa: http://{shown}:{port}/docs")
    accounts = settings.data_dir / "demo-accounts.json"
    if accounts.exists():
        typer.echo(f"Tài khoản dùng thử / demo accounts: {accounts}")


def _is_alive(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=_PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/live", headers={"Connection": "close"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    except http.client.HTTPException:
        return False
    finally:
        connection.close()
