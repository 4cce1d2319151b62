"""What a replayed year answers, beside what was published."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.services.demonstration.replay.scenario import Scenario
from app.services.statistics.inputs import StatisticsQuestion
from app.services.statistics.on_time import on_time_report
from app.services.statistics.satisfaction import satisfaction_report


@dataclass(frozen=True, slots=True)
class Compared:
    """One published figure and the one that was computed, each as it is printed."""

    name: str
    published: str
    computed: str
    counted: str

    @property
    def equal(self) -> bool:
        return self.published == self.computed


async def compare(connection: AsyncConnection, scenario: Scenario, *, now: dt.datetime) -> list[Compared]:
    """Ask the figures of the scenario's period and lay them beside the published ones."""
    last_day = min(scenario.last_day, local_date(now))
    question = StatisticsQuestion.model_validate({"from": str(scenario.first_day), "to": str(last_day)})
    figures = (await on_time_report(connection, question, now=now)).total
    ratings = (await satisfaction_report(connection, question, now=now)).total.counts
    definition = scenario.published["on_time_definition"]
    rates = {
        "on_time_percent": (f"on-time: {definition}", getattr(figures, definition)),
        "satisfied_percent": ("satisfaction: satisfied", ratings.satisfied),
        "very_satisfied_percent": ("satisfaction: very_satisfied", ratings.very_satisfied),
    }
    return [
        Compared(name, scenario.published[key], str(rate.percent), f"{rate.numerator}/{rate.denominator}")
        for key, (name, rate) in rates.items()
    ]
