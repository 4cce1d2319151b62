"""`python -m bench`: imports a big history, serves it, and measures each hot path beside a bare floor in the same run.

CPU milliseconds a request (service and database together) are the figure to trust: they hold on a busy machine.
"""

import argparse
import asyncio
import json
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app.bootstrap import open_application
from app.core.settings import Settings
from bench import cpu, engine, papers
from bench.history import prepare
from bench.load import Call, Outcome, run
from bench.servers import free_port, postmaster_pid, running

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the report: CPU milliseconds a request of service and database, rate, latencies."""

    name: str
    service_ms: float
    database_ms: float
    rate: float
    p50: float
    p95: float

    @property
    def total_ms(self) -> float:
        return self.service_ms + self.database_ms


class Meter:
    """Measures calls against one server; the best of several rounds, since other work can only add."""

    def __init__(self, service_pid: int, postmaster: int, port: int) -> None:
        self.service_pid, self.postmaster, self.port = service_pid, postmaster, port

    async def measure(
        self, name: str, calls: Callable[[int], Call], *, count: int, clients: int, expect: int
    ) -> Measured:
        await run(self.port, calls, count=min(200, count), clients=clients, expect=expect)
        rounds = []
        for _ in range(_ROUNDS):
            before = self._seconds()
            outcome: Outcome = await run(self.port, calls, count=count, clients=clients, expect=expect)
            after = self._seconds()
            service, database = ((end - start) / count * 1000 for start, end in zip(before, after, strict=True))
            p50, p95 = outcome.percentile(0.5), outcome.percentile(0.95)
            rounds.append(Measured(name, service, database, outcome.rate, p50, p95))
        return min(rounds, key=lambda found: found.total_ms)

    def _seconds(self) -> tuple[float, float]:
        service = cpu.seconds_of(cpu.descendants(self.service_pid))
        return service, cpu.seconds_of(cpu.descendants(self.postmaster))


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="historic dossiers to import first")
    parser.add_argument("--requests", type=int, default=2_000, help="requests a round")
    parser.add_argument("--clients", type=int, default=16, help="connections at once")
    parser.add_argument("--data-dir", type=Path, help="keep the data here and use it again")
    options = parser.parse_args()
    console = Console()
    engine.report(console)
    papers.report(console)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as temporary:
        data_dir = options.data_dir or Path(temporary)
        settings = Settings(data_dir=data_dir, database_name="bench", log_level="WARNING")
        async with open_application(settings) as application:
            people = await prepare(application, options.dossiers, 4 * options.requests, console)
            await _serve_and_measure(settings, application.service_url, people, options, console)


async def _serve_and_measure(
    settings: Settings, service_url: str, people: Any, options: argparse.Namespace, console: Console
) -> None:
    port, bare_port = free_port(), free_port()
    environment = {
        "MOTCUA_DATA_DIR": str(settings.data_dir),
        "MOTCUA_DATABASE_NAME": settings.database_name,
        "MOTCUA_LOG_LEVEL": "WARNING",
    }
    serve = ["app.cli", "serve", "--no-worker", "--port", str(port)]
    bare = {"BENCH_DATABASE_URL": service_url, "BENCH_PORT": str(bare_port)}
    started = time.perf_counter()
    with running(serve, environment, port) as pid, running(["bench.bare"], bare, bare_port) as bare_pid:
        console.print(f"both servers up after {time.perf_counter() - started:.1f} s")
        postmaster = postmaster_pid(settings.data_dir)
        service, floor = Meter(pid, postmaster, port), Meter(bare_pid, postmaster, bare_port)
        lines = [
            await measure(service if ours else floor)
            for ours, measure in _plan(people, count=options.requests, clients=options.clients)
        ]
    _print(console, lines)


def _plan(people: Any, *, count: int, clients: int) -> list[tuple[bool, Callable[[Meter], Awaitable[Measured]]]]:
    """Return what is measured, in order: (the service rather than the floor, how)."""

    def asked(name: str, calls: Callable[[int], Call], expect: int = 200, share: int = 1) -> Any:
        return lambda meter: meter.measure(name, calls, count=count // share, clients=clients, expect=expect)

    return [
        (False, asked("bare insert of the same rows", people.bare, 201)),
        (True, asked("register and accept", people.register, 201)),
        (True, asked("transition (start processing)", people.start)),
        (True, asked("list of 50, an ordinary clerk", people.list_page, share=2)),
        (True, asked("one dossier with its children", people.one)),
        (True, asked("on-time, a unit, a year", people.unit_year, share=2)),
        (True, asked("on-time, the province by unit, odd days", people.province_by_unit, share=4)),
        (True, asked("on-time, the province by procedure", people.province_by_procedure, share=4)),
        (True, asked("satisfaction, the province by month", people.satisfaction, share=4)),
    ]


def _print(console: Console, lines: list[Measured]) -> None:
    floor = lines[0].total_ms
    table = Table(title=f"Python {platform.python_version()}, {platform.machine()}")
    for column in ("path", "service ms", "database ms", "CPU ms", "× floor", "req/s", "p50 ms", "p95 ms"):
        table.add_column(column, justify="left" if column == "path" else "right")
    for line in lines:
        table.add_row(
            line.name,
            *(f"{value:.2f}" for value in (line.service_ms, line.database_ms, line.total_ms, line.total_ms / floor)),
            *(f"{value:.0f}" for value in (line.rate, line.p50, line.p95)),
        )
    console.print(table)
    console.print_json(json.dumps([{**{name: getattr(line, name) for name in line.__slots__}} for line in lines]))


if __name__ == "__main__":
    asyncio.run(main())
