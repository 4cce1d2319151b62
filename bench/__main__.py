"""`python -m bench`: imports a big history, serves it, and measures each hot path beside a bare floor in the same run.

CPU milliseconds a request (service and database together) are the figure to trust: they hold on a busy machine.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.bootstrap import open_application
from app.core.settings import Settings
from bench import engine, reading
from bench.history import People, prepare
from bench.measure import WRK, Measured, Meter
from bench.servers import free_port, postmaster_pid, running

_WIDTH_OF_A_FILE = 150


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="historic dossiers to import first")
    parser.add_argument("--requests", type=int, default=2_000, help="writing requests a round")
    parser.add_argument("--seconds", type=int, default=4, help="how long a round of reads lasts")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each; the best counts")
    parser.add_argument("--clients", type=int, default=16, help="connections at once")
    parser.add_argument("--workers", type=int, default=1, help="HTTP processes of the service")
    parser.add_argument("--reads-only", action="store_true", help="leave out the engine and whatever writes")
    parser.add_argument("--data-dir", type=Path, help="keep the data here and use it again")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)
    if not options.reads_only:
        engine.report(console)
        await asyncio.to_thread(reading.report, console)  # asks its programs in event loops of its own
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as temporary:
        data_dir = options.data_dir or Path(temporary)
        settings = Settings(data_dir=data_dir, database_name="bench", log_level="WARNING")
        async with open_application(settings) as application:
            wanted = 0 if options.reads_only else (options.rounds + 1) * options.requests
            people = await prepare(application, options.dossiers, wanted, console)
            lines = await _serve_and_measure(settings, application.service_url, people, options, console)
    _print(console, lines)


async def _serve_and_measure(
    settings: Settings, service_url: str, people: People, options: argparse.Namespace, console: Console
) -> list[tuple[Measured, Measured]]:
    """Return each measured line with its floor."""
    port, bare_port = free_port(), free_port()
    # As an office runs it, but for the worker: its log goes where nobody reads it.
    environment = {"MOTCUA_DATA_DIR": str(settings.data_dir), "MOTCUA_DATABASE_NAME": settings.database_name}
    serve = ["app.cli", "serve", "--no-worker", "--port", str(port), "--workers", str(options.workers)]
    bare = {"BENCH_DATABASE_URL": service_url, "BENCH_PORT": str(bare_port), "BENCH_UNIT": people.unit}
    started = time.perf_counter()
    with running(serve, environment, port) as pid, running(["bench.bare"], bare, bare_port) as bare_pid:
        console.print(
            f"both servers up after {time.perf_counter() - started:.1f} s; reads are sent by {WRK or 'Python'}"
        )
        postmaster = postmaster_pid(settings.data_dir)
        ours = Meter(pid, postmaster, port, rounds=options.rounds, seconds=options.seconds)
        floor = Meter(bare_pid, postmaster, bare_port, rounds=options.rounds, seconds=options.seconds)
        lines = [] if options.reads_only else await _writes(ours, floor, people, options)
        return lines + await _reads(ours, floor, people, options.clients)


async def _writes(
    ours: Meter, floor: Meter, people: People, options: argparse.Namespace
) -> list[tuple[Measured, Measured]]:
    count, clients = options.requests, options.clients
    bare = await floor.writes("bare insert of the same rows", people.bare, count=count, clients=clients, expect=201)
    register = await ours.writes("register and accept", people.register, count=count, clients=clients, expect=201)
    start = await ours.writes("transition (start)", people.start, count=count, clients=clients, expect=200)
    certify = await ours.writes(
        "certify: 30 copies of 3 papers", people.certify, count=max(50, count // 20), clients=1, expect=201
    )
    return [(bare, bare), (register, bare), (start, bare), (certify, bare)]


async def _reads(ours: Meter, floor: Meter, people: People, clients: int) -> list[tuple[Measured, Measured]]:
    lines = []
    for at_once in (1, clients):
        page = await floor.reads("bare list of 50 rows", people.bare_page, clients=at_once)
        one = await floor.reads("bare row by its key", people.bare_one, clients=at_once)
        lines += [(page, page), (one, one)]
        for name, calls, beside in (
            ("list of 50, an ordinary clerk", people.list_page, page),
            ("one dossier with its children", people.one, one),
            ("on-time, a unit, odd days", people.unit_year, one),
            ("on-time, the province by unit, odd days", people.province_by_unit, one),
            ("on-time, the province by procedure, odd days", people.province_by_procedure, one),
            ("satisfaction, the province by month", people.satisfaction, one),
        ):
            lines.append((await ours.reads(name, calls, clients=at_once), beside))
    return lines


def _print(console: Console, lines: list[tuple[Measured, Measured]]) -> None:
    table = Table(title=f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    columns = (
        "path",
        "clients",
        "service ms",
        "database ms",
        "CPU ms",
        "× floor",
        "generator ms",
        "req/s",
        "p50",
        "p95",
    )
    for column in columns:
        table.add_column(column, justify="left" if column == "path" else "right")
    for line, floor in lines:
        spent = (line.service_ms, line.database_ms, line.total_ms, line.total_ms / floor.total_ms, line.generator_ms)
        table.add_row(
            line.name,
            str(line.clients),
            *(f"{value:.2f}" for value in spent),
            f"{line.rate:.0f}",
            *(f"{value:.1f}" for value in (line.p50, line.p95)),
        )
    console.print(table)
    console.print_json(json.dumps([asdict(line) for line, _ in lines]))


if __name__ == "__main__":
    asyncio.run(main())
