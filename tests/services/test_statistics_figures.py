"""The figures against a plain count over the same dossiers, on random lives."""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from app.bootstrap import Application
from app.core.clock import local_date
from app.core.db import execute, fetch_all
from app.domain.deadlines import judge
from app.domain.indicators import on_time_by_index_766
from app.models.statistics import MEASURES
from app.services.integration.writes import ensure_position
from app.services.statistics.follow_log import FOLLOWER, take_events
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.on_time import OnTimeFigures, on_time_report
from app.services.statistics.rebuild import Rebuilt, rebuild, verify
from app.services.statistics.rollups import CELL_TABLES, Difference
from app.services.statistics.satisfaction import satisfaction_report
from app.worker.follower import Follower, catch_up
from tests.conftest import NOW
from tests.factories.histories import (
    History,
    Office,
    live_on,
    make_office,
    random_histories,
    write_dossier,
)

STATISTICS = Follower(name=FOLLOWER, effect=take_events, batch=97)
DAY = dt.timedelta(days=1)


async def follow_all(application: Application) -> None:
    async with application.database.write() as connection:
        await ensure_position(connection, FOLLOWER)
    await catch_up(application.database, STATISTICS, now=NOW)


async def settle(application: Application, histories: Iterable[History], office: Office) -> list[int]:
    async with application.database.session() as session:
        written = [await write_dossier(session, office, history) for history in histories]
    await follow_all(application)
    return written


@dataclass(frozen=True, slots=True)
class PlainCount:
    """Counts one period dossier by dossier, as a person with the files on the desk would."""

    first: dt.date
    last: dt.date
    now: dt.datetime

    def of(self, histories: Iterable[History]) -> OnTimeFigures:
        found: dict[str, int] = {}
        for history in histories:
            for measure in self.measures(history):
                found[measure] = found.get(measure, 0) + 1
        return OnTimeFigures(**found)

    def measures(self, history: History) -> list[str]:
        received_on = local_date(history.accepted_at)
        ended_on = None if history.ended_at is None else local_date(history.ended_at)
        found = []
        if self.first <= received_on <= self.last:
            found.append("received")
        if received_on < self.first and (ended_on is None or ended_on >= self.first):
            found.append("carried_over")
        if ended_on is not None and self.first <= ended_on <= self.last:
            found += self.of_ended(history)
        if received_on <= self.last and (ended_on is None or ended_on > self.last):
            found += self.of_pending(history)
        return found

    def of_ended(self, history: History) -> list[str]:
        assert history.ended_at is not None
        found = []
        if history.ending == "resolved":
            found.append(judge(history.ended_at, history.due_at, history.ended_at).value)
            if history.ended_at <= (history.promised_at or history.due_at):
                found.append("promise_kept")
        elif history.ending is not None:
            found.append(history.ending)
        if self.in_time_by_index(history, self.now):
            found.append("ended_index_on_time")
        return found

    def of_pending(self, history: History) -> list[str]:
        if self.last >= local_date(self.now):
            stopped_in_time = history.suspended_since is not None and history.suspended_since <= history.due_at
            overdue = not stopped_in_time and self.now > history.due_at
            late = not self.in_time_by_index(history, self.now)
        else:
            # Of a day gone by: overdue if it was due on that day at the latest, whatever the hour.
            stopped = history.suspended_since is not None and history.suspended_since <= history.due_at
            overdue = not stopped and local_date(history.due_at) <= self.last
            late = overdue or (len(history.supplements) > 1 and local_date(history.supplements[1]) <= self.last)
        return ["pending_overdue"] * overdue + ["pending_index_late"] * late

    @staticmethod
    def in_time_by_index(history: History, now: dt.datetime) -> bool:
        return on_time_by_index_766(
            due_at=history.due_at,
            ended_at=history.ended_at,
            supplement_requests=len(history.supplements),
            open_supplement_since=history.suspended_since,
            as_of=now,
        )


def below(office: Office, unit: str, top: str) -> bool:
    while unit != top:
        if unit not in office.above:
            return False
        unit = office.above[unit]
    return True


async def ask(application: Application, **question: object) -> tuple[OnTimeFigures, dict[str, OnTimeFigures]]:
    written = {name: str(value) for name, value in question.items() if value is not None}
    async with application.database.read() as connection:
        report = await on_time_report(connection, StatisticsQuestion.model_validate(written), now=NOW)
    return report.total, {row.code: row.figures for row in report.rows}


def assert_balanced(figures: OnTimeFigures) -> None:
    assert min(figures.pending_in_time, figures.pending_overdue, figures.carried_over) >= 0
    assert figures.pending >= figures.pending_index_late >= 0
    assert figures.received + figures.carried_over == (
        figures.resolved + figures.closed_without_result + figures.pending_in_time + figures.pending_overdue
    )


@pytest.mark.parametrize("seed", range(3))
async def test_any_question_is_answered_as_a_plain_count_would(own_application: Application, seed: int) -> None:
    async with own_application.database.session() as session:
        office = await make_office(session)
    histories = random_histories(office, seed=seed, count=180, now=NOW)
    await settle(own_application, histories, office)
    chance = random.Random(seed)  # noqa: S311 - reproducible questions, no secrets
    today = local_date(NOW)
    for number in range(12):
        first = today - DAY * chance.randrange(0, 400)
        last = first + DAY * chance.randrange(0, 420)
        top = office.root if number % 3 == 0 else chance.choice(list(office.units))
        chosen = [history for history in histories if below(office, history.unit, top)]
        question: dict[str, object] = {"from": first, "to": last, "unit": top}
        if chance.random() < 0.3:
            question["procedure"] = chance.choice(list(office.procedures))
            chosen = [history for history in chosen if history.procedure == question["procedure"]]
        if chance.random() < 0.3:
            question["field"] = chance.choice(list(office.fields.values()))
            chosen = [history for history in chosen if office.fields[history.procedure] == question["field"]]
        if chance.random() < 0.3:
            question["channel"] = chance.choice(["counter", "online", "postal"])
            chosen = [history for history in chosen if history.channel == question["channel"]]
        count = PlainCount(first, last, NOW)
        expected = count.of(chosen)
        for group_by in (None, "unit", "procedure", "field", "channel", "month"):
            total, rows = await ask(own_application, **question, group_by=group_by)
            assert total == expected, question
            assert_balanced(total)
            for figures in rows.values():
                assert_balanced(figures)
            assert rows == plain_rows(office, count, chosen, group_by), question


def plain_rows(
    office: Office, count: PlainCount, chosen: list[History], group_by: str | None
) -> dict[str, OnTimeFigures]:
    if group_by is None:
        return {}
    if group_by == "month":
        rows = {}
        first = count.first
        while first <= min(count.last, local_date(NOW)):
            end = (first.replace(day=1) + DAY * 32).replace(day=1) - DAY
            rows[f"{first:%Y-%m}"] = PlainCount(first, min(end, count.last), NOW).of(chosen)
            first = end + DAY
        return rows
    keys: dict[str, Callable[[History], str]] = {
        "unit": lambda history: history.unit,
        "procedure": lambda history: history.procedure,
        "field": lambda history: office.fields[history.procedure],
        "channel": lambda history: history.channel,
    }
    key = keys[group_by]
    found = {code: count.of([one for one in chosen if key(one) == code]) for code in map(key, chosen)}
    return {code: figures for code, figures in found.items() if figures != OnTimeFigures()}


async def rebuilt(application: Application) -> Rebuilt:
    async with application.database.write() as connection:
        return await rebuild(connection, now=NOW)


async def differences(application: Application) -> list[Difference]:
    async with application.database.read() as connection:
        return await verify(connection)


async def stored_rows(application: Application) -> tuple[list[object], list[object]]:
    async with application.database.read() as connection:
        facts = await fetch_all(connection, "select f::text as row from dossier_fact f order by f.dossier_id")
        cells = await fetch_all(
            connection,
            "select c::text as row from statistics_cell c "
            "union all select f::text from statistics_fine_cell f order by 1",
        )
    return [row.row for row in facts], [row.row for row in cells]


async def test_lives_that_change_step_by_step_leave_the_rows_a_rebuild_makes(own_application: Application) -> None:
    async with own_application.database.session() as session:
        office = await make_office(session)
    written = await settle(own_application, random_histories(office, seed=11, count=120, now=NOW), office)
    for seed in (12, 13):
        turned = random_histories(office, seed=seed, count=120, now=NOW)
        async with own_application.database.write() as connection:
            for dossier, history in zip(written, turned, strict=True):
                await execute(connection, "update supplement_request set received_at = requested_at")
                await live_on(connection, office, dossier, history)
        await follow_all(own_application)
        assert await differences(own_application) == []
    followed = await stored_rows(own_application)
    made = await rebuilt(own_application)
    assert made.facts == 120
    assert await stored_rows(own_application) == followed
    assert len(followed[1]) == made.cells


async def test_no_cell_is_kept_that_counts_nothing(own_application: Application) -> None:
    async with own_application.database.session() as session:
        office = await make_office(session)
    (dossier,) = await settle(own_application, random_histories(office, seed=1, count=1, now=NOW), office)
    moved = random_histories(office, seed=2, count=1, now=NOW)[0]
    async with own_application.database.write() as connection:
        await live_on(connection, office, dossier, moved)
    await follow_all(own_application)
    nothing = " and ".join(f"{measure} = 0" for measure in MEASURES)
    async with own_application.database.read() as connection:
        for table in CELL_TABLES:
            assert await fetch_all(connection, f"select * from {table} where {nothing}") == []


async def test_verify_names_a_row_that_was_tampered_with(own_application: Application) -> None:
    async with own_application.database.session() as session:
        office = await make_office(session)
    written = await settle(own_application, random_histories(office, seed=5, count=8, now=NOW), office)
    async with own_application.database.write() as connection:
        await execute(connection, "delete from dossier_fact where dossier_id = $1", written[0])
        await execute(connection, "update statistics_cell set late = late + 1 where grain = 'y' and unit_id = 0")
    found = await differences(own_application)
    assert {difference.table for difference in found} == {"dossier_fact", "statistics_cell"}
    assert found[0].subject == str(written[0])
    assert found[0].stored is None
    await rebuilt(own_application)
    assert await differences(own_application) == []


async def test_ratings_are_counted_on_the_day_they_were_given(own_application: Application) -> None:
    async with own_application.database.session() as session:
        office = await make_office(session)
    histories = random_histories(office, seed=21, count=200, now=NOW)
    await settle(own_application, histories, office)
    first, last = local_date(NOW) - DAY * 200, local_date(NOW) - DAY * 20
    question = StatisticsQuestion.model_validate(
        {"from": str(first), "to": str(last), "unit": office.root, "group_by": "month"}
    )
    async with own_application.database.read() as connection:
        report = await satisfaction_report(connection, question, now=NOW)
    given = [
        history.rating
        for history in histories
        if history.rated_at is not None and first <= local_date(history.rated_at) <= last
    ]
    assert len(given) > 20
    assert report.total.counts.by_level == tuple(given.count(level) for level in range(1, 6))
    assert report.total.invited == sum(
        history.ending == "resolved" and history.ended_at is not None and first <= local_date(history.ended_at) <= last
        for history in histories
    )
    assert sum(row.figures.counts.responses for row in report.rows) == len(given)
