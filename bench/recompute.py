"""`python -m bench.recompute`: a day off is taken back and decided again while 100,000 dossiers are open.

Every date must return to the minute, and each dossier's ledger must tell both moves. The dossiers are imported through
the same planner as history is, in a database of its own.
"""

import argparse
import asyncio
import datetime as dt
import platform
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from app.bootstrap import Application, open_application
from app.commands._importing import import_rows
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import fetch_all
from app.core.settings import Settings
from app.domain.permissions import SYSTEM
from app.services.deadlines.changes import CalendarName, publish_changes
from app.services.deadlines.inputs import ChangesInput
from app.services.deadlines.shipped import load_shipped_calendars
from app.services.dossiers.importing.shape import HistoricRow
from app.services.organization.load_province import load_province_units
from app.services.procedures.import_procedures import load_shipped_catalogue
from app.worker.calendar_changes import carry_to_dossiers
from bench import cpu
from bench.servers import postmaster_pid

_NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)
_DAY = {"day": "2026-11-24", "kind": "holiday", "name": "Ngày Văn hóa Việt Nam", "source": "NQ 28/2026/QH16"}
_DATES = "select id, current_due_at, promised_due_at, lawful_due_at from dossier order by id"
_TOLD = """
select count(*) as n from (
  select from deadline_adjustment where cause = 'calendar_change' group by dossier_id
  having count(*) <> 2 or sum(minutes) <> 0
) uneven
"""


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.recompute", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=100_000)
    count = parser.parse_args().dossiers
    console = Console()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as directory:
        settings = Settings(data_dir=Path(directory), log_level="WARNING")
        async with open_application(settings, clock=FixedClock(_NOW)) as application:
            await _fill(application, count, console)
            before = await _rows(application, _DATES)
            postmaster = postmaster_pid(settings.data_dir)
            await _publish(
                application, {"removed_days": [_DAY["day"]], "source": "Thử"}, "taken back", postmaster, console
            )
            between = await _rows(application, _DATES)
            await _publish(application, {"days": [_DAY]}, "decided again", postmaster, console)
            after = await _rows(application, _DATES)
            (uneven,) = await _rows(application, _TOLD)
    moved = sum(a != b for a, b in zip(before, between, strict=True))
    console.print(
        f"{len(before):,} open dossiers, {moved:,} moved and back; every date as before: {before == after}; "
        f"ledgers that do not tell both moves: {uneven[0]} ({platform.machine()}, {platform.python_version()})"
    )


async def _fill(application: Application, count: int, console: Console) -> None:
    async with application.database.session() as session:
        await load_province_units(session, province_code="37", now=_NOW)
        await load_shipped_calendars(session, now=_NOW)
        await load_shipped_catalogue(session, now=_NOW, valid_from=dt.date(2026, 1, 1))
    units = [row[0] for row in await _rows(application, "select code from unit where level = 'commune' order by code")]
    procedures = [row[0] for row in await _rows(application, "select code from procedure order by code")]
    started = time.perf_counter()
    rows = _open_dossiers(count, units, procedures)
    refused = 0
    async for reports in import_rows(application.database, rows, clock=application.clock):
        refused += sum(report.outcome == "refused" for report in reports)
    console.print(f"{count:,} imported ({refused} refused) in {time.perf_counter() - started:.0f} s")


def _open_dossiers(count: int, units: list[str], procedures: list[str]) -> Iterator[HistoricRow]:
    """Dossiers accepted in the last twelve days and still open."""
    chance = random.Random(24)  # noqa: S311 - a repeatable sample, no secret
    for number in range(count):
        filed = _NOW - dt.timedelta(minutes=chance.randrange(12 * 24 * 60))
        yield HistoricRow(
            number + 1,
            {
                "external_code": f"BENCH-{number}",
                "procedure_code": chance.choice(procedures),
                "channel": "counter",
                "receiving_unit": chance.choice(units),
                "registered_at": filed.isoformat(),
                "applicant": {"full_name": "Nguyễn Văn Mẫu", "identity_number": f"037880{number % 10**6:06d}"},
                "steps": [{"action": "accept", "at": filed.isoformat()}],
            },
        )


async def _publish(
    application: Application, changes: dict[str, Any], name: str, postmaster: int, console: Console
) -> None:
    def database_seconds() -> float:
        return cpu.seconds_of(cpu.descendants(postmaster))

    async with application.database.session() as session:
        changed = await publish_changes(
            session, SYSTEM, CalendarName("national"), ChangesInput.model_validate(changes), now=_NOW
        )
    started, own, database = time.perf_counter(), time.process_time(), database_seconds()
    await carry_to_dossiers(application, changed.publication)
    console.print(
        f"24/11/2026 {name}: {time.perf_counter() - started:.1f} s "
        f"(service {time.process_time() - own:.1f} s of CPU, database {database_seconds() - database:.1f} s)"
    )


async def _rows(application: Application, sql: str) -> list[tuple[Any, ...]]:
    async with application.database.read() as connection:
        return [tuple(row) for row in await fetch_all(connection, sql)]


if __name__ == "__main__":
    asyncio.run(main())
