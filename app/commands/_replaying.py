"""How a scenario is replayed: its province, its year through the import, its figures; each step may be repeated."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.bootstrap import Application
from app.commands._importing import import_rows
from app.domain.errors import InvalidInput, refuse_all
from app.services.deadlines.compiled import calendar_of, policy_in_force
from app.services.demonstration import queries
from app.services.demonstration.replay.figures import Compared, compare
from app.services.demonstration.replay.province import build_province
from app.services.demonstration.replay.scenario import Scenario
from app.services.demonstration.replay.year import dossiers_of
from app.services.dossiers.importing.report import RowOutcome
from app.services.statistics.rebuild import rebuild


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to; `imported` counts the dossiers of this run."""

    imported: int
    figures: list[Compared]

    @property
    def as_published(self) -> bool:
        return all(figure.equal for figure in self.figures)


async def replay(application: Application, scenario: Scenario, *, tell: Callable[[str], None]) -> Replayed:
    """Bring the database to the whole year of the scenario and compare its figures with the published ones.

    A database that has everything is only asked; one that was left in the middle is completed.
    """
    database, now = application.database, application.clock.now()
    async with database.read() as connection:
        present, counted = await queries.imported_dossiers(connection), await queries.counted_dossiers(connection)
    imported = 0
    if present < scenario.received:
        async with database.session() as session:
            await build_province(session, scenario, now=now)
        tell("Đơn vị, lịch, danh mục / units, calendars, catalogue: xong / done")
        imported = await _import_year(application, scenario, tell=tell)
    if imported or counted < scenario.received:
        async with database.write() as connection:
            made = await rebuild(connection, now=now)
        tell(f"Số liệu / figures: {made.facts} hồ sơ / dossiers, {made.cells} ô / cells")
    async with database.read() as connection:
        return Replayed(imported, await compare(connection, scenario, now=now))


async def _import_year(application: Application, scenario: Scenario, *, tell: Callable[[str], None]) -> int:
    database = application.database
    async with database.read() as connection:
        calendar = await calendar_of(connection, None)
        policy = await policy_in_force(connection, scenario.received_from)
    counts: Counter[RowOutcome] = Counter()
    told = 0
    async for batch in import_rows(database, dossiers_of(scenario, calendar, policy), clock=application.clock):
        counts.update(report.outcome for report in batch)
        # A made-up year has no faults; if the law of the program moved away from it, that must be said.
        refuse_all(InvalidInput, [fault for report in batch for fault in report.faults])
        done = counts.total() * 10 // scenario.received
        if done > told:
            told = done
            tell(f"Hồ sơ / dossiers: {counts.total()} / {scenario.received}")
    return counts[RowOutcome.IMPORTED]
