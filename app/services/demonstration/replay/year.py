"""The dossiers of a scenario's year, one after the other: made up, and the same at every run.

Each is told as an import row with its instants only. Whether it was early, on time or late is for the import and the
figures to find out; here its end is merely placed before, on or after the date the office would have promised.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.core.clock import LOCAL_ZONE
from app.domain.deadlines import Limit, LimitUnit, Outcome
from app.services.deadlines.compiled import CompiledCalendar, PolicyRow
from app.services.deadlines.promises import promised_deadline
from app.services.demonstration.people import synthetic_person
from app.services.demonstration.replay.province import (
    Service,
    services_by_tier_and_channel,
    services_of,
    units_by_tier,
)
from app.services.demonstration.replay.scenario import Scenario
from app.services.dossiers.importing.shape import HistoricRow

_DAY: Final = 480
_ONLINE_REPLY_MINUTES: Final = 240


def dossiers_of(scenario: Scenario, compiled: CompiledCalendar, policy: PolicyRow) -> Iterator[HistoricRow]:
    """Yield every dossier of the year in the order of its filing."""
    year = _Year(scenario, compiled, policy)
    for index in range(scenario.received):
        yield HistoricRow(index + 1, year.document(index))


class _Year:
    """Who received what on which channel with which end, dealt out once; then one document at a time."""

    def __init__(self, scenario: Scenario, compiled: CompiledCalendar, policy: PolicyRow) -> None:
        self._scenario = scenario
        self._compiled = compiled
        self._calendar = compiled.calendar
        self._policy = policy
        self._units = units_by_tier(scenario)
        self._services = services_by_tier_and_channel(services_of(scenario))
        self._opening = dt.datetime.combine(scenario.received_from, dt.time(), LOCAL_ZONE)
        closing = dt.datetime.combine(scenario.received_to + dt.timedelta(days=1), dt.time(), LOCAL_ZONE)
        self._minutes = self._calendar.working_minutes(self._opening, closing)
        chance = random.Random(scenario.seed)  # noqa: S311 - repeatable on purpose
        self._tiers, self._outcomes = _ends(scenario, chance)
        self._channels = _dealt(scenario.channels, scenario.received, chance)
        self._levels: list[int | None] = _dealt(
            {None: scenario.received - sum(scenario.levels.values()), **scenario.levels}, scenario.received, chance
        )

    def document(self, index: int) -> dict[str, Any]:
        """Tell one dossier; its own chance depends on its number only."""
        scenario = self._scenario
        chance = random.Random(scenario.seed * 1_000_003 + index)  # noqa: S311 - repeatable on purpose
        channel, tier = self._channels[index], self._tiers[index]
        service = chance.choice(self._services[tier, channel])
        minute = 1 + int((index + chance.random()) * (self._minutes - 2) / scenario.received)
        filed_at = self._calendar.add_working_minutes(self._opening, minute)
        accepted_at = filed_at
        if channel == "online":
            accepted_at = self._later(filed_at, chance.randint(5, _ONLINE_REPLY_MINUTES))
        started_at = self._later(accepted_at, chance.randint(1, 20))
        resolved_at = self._end(chance, service, accepted_at, self._outcomes[index])
        handed_over_at = self._later(resolved_at, chance.randint(5, _DAY))
        person = synthetic_person(chance, address=f"Địa chỉ mô phỏng {index + 1}")
        steps: list[dict[str, Any]] = [
            {"action": "accept", "at": accepted_at},
            {"action": "start_processing", "at": started_at},
            {"action": "resolve", "at": resolved_at},
            {"action": "hand_over", "at": handed_over_at, **_handing_over(channel, person["full_name"], index)},
        ]
        level = self._levels[index]
        if level is not None:
            steps.append({"action": "rate", "at": handed_over_at + dt.timedelta(minutes=3), "level": level})
        return {
            "external_code": f"{scenario.code}-{index + 1:07d}",
            "procedure_code": service.code,
            "channel": channel,
            "receiving_unit": chance.choice(self._units[tier]),
            "registered_at": filed_at,
            "applicant": person,
            "return_channel": channel,
            "steps": steps,
        }

    def _end(self, chance: random.Random, service: Service, accepted_at: dt.datetime, outcome: Outcome) -> dt.datetime:
        limit = Limit(service.days, LimitUnit.WORKING_DAYS)
        due = promised_deadline(self._compiled, self._policy, limit, accepted_at).due_at
        if due is None:
            raise AssertionError("a clock that just started has a due time")
        if outcome is Outcome.LATE:
            return self._later(due, chance.randint(30, 2 * _DAY))
        morning = due.astimezone(LOCAL_ZONE).replace(hour=0, minute=0)
        on_the_day = self._calendar.working_minutes(morning, due)
        if outcome is Outcome.ON_TIME:
            return self._later(due, -chance.randint(0, max(0, min(on_the_day - 1, _DAY // 4))))
        before = self._calendar.working_minutes(accepted_at, morning)
        return self._later(accepted_at, chance.randint(min(25, before - 1), before - 1))

    def _later(self, at: dt.datetime, minutes: int) -> dt.datetime:
        return self._calendar.add_working_minutes(at, minutes)


def _ends(scenario: Scenario, chance: random.Random) -> tuple[list[str], list[Outcome]]:
    """Deal out tiers and ends: late ones as each tier had them, early and on time over the others."""
    in_time = [Outcome.EARLY] * scenario.early + [Outcome.ON_TIME] * scenario.on_time
    chance.shuffle(in_time)
    following = iter(in_time)
    dealt = [
        (tier.name, Outcome.LATE if number < tier.late else next(following))
        for tier in scenario.tiers
        for number in range(tier.received)
    ]
    chance.shuffle(dealt)
    return [tier for tier, _ in dealt], [end for _, end in dealt]


def _dealt(counts: Mapping[Any, int], total: int, chance: random.Random) -> list[Any]:
    dealt = [value for value, count in counts.items() for _ in range(count)]
    if len(dealt) != total:
        raise ValueError("the parts of a scenario add up to its total")
    chance.shuffle(dealt)
    return dealt


def _handing_over(channel: str, name: str, index: int) -> dict[str, str]:
    if channel == "postal":
        return {"method": channel, "tracking_number": f"MP{index + 1:09d}VN"}
    if channel == "online":
        return {"method": channel}
    return {"method": channel, "receiver_name": name, "proof": "Ký sổ"}
