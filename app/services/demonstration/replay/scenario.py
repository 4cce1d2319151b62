"""A year to replay, as its file says: what was published, and the made-up numbers from which exactly that follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import data
from app.domain.errors import NotFound, Refusal

SCENARIOS = ("ninh-binh-2021",)


@dataclass(frozen=True, slots=True)
class Tier:
    """Units of one level, what they received, and how much of it was late."""

    name: str
    received: int
    late: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """The content of `app/data/reported/<code>.json`, typed where the replay needs it."""

    code: str
    name: str
    year: int
    seed: int
    source: str
    synthetic: str
    published: Mapping[str, Any]
    first_day: date
    last_day: date
    received_from: date
    received_to: date
    received: int
    early: int
    on_time: int
    late: int
    tiers: tuple[Tier, ...]
    channels: Mapping[str, int]
    levels: Mapping[int, int]
    services: Mapping[str, Any]
    units: Mapping[str, Any]


def read_scenario(name: str) -> Scenario:
    """Return the shipped scenario; raises `NotFound` (`scenario_unknown`)."""
    if name not in SCENARIOS:
        params = {"name": name, "expected": ", ".join(SCENARIOS)}
        raise NotFound(Refusal("scenario_unknown", "scenario", params))
    return scenario_of(data.document(f"reported/{name}.json"))


def scenario_of(document: Mapping[str, Any]) -> Scenario:
    """Return a scenario from its document. ValueError where its parts do not add up to its totals."""
    dossiers, period = document["dossiers"], document["period"]
    resolved = dossiers["resolved"]
    scenario = Scenario(
        code=document["code"],
        name=document["name"]["vi"],
        year=document["year"],
        seed=document["seed"],
        source=f"{document['source']['vi']} / {document['source']['en']}",
        synthetic=f"{document['synthetic']['vi']} / {document['synthetic']['en']}",
        published=document["published"],
        first_day=date.fromisoformat(period["from"]),
        last_day=date.fromisoformat(period["to"]),
        received_from=date.fromisoformat(period["received_from"]),
        received_to=date.fromisoformat(period["received_to"]),
        received=dossiers["received"],
        early=resolved["early"],
        on_time=resolved["on_time"],
        late=resolved["late"],
        tiers=tuple(Tier(tier["tier"], tier["received"], tier["late"]) for tier in dossiers["by_tier"]),
        channels=dossiers["by_channel"],
        levels={int(level): count for level, count in document["ratings"]["by_level"].items()},
        services=document["services"],
        units=document["units"],
    )
    _check_sums(scenario, responses=document["ratings"]["responses"])
    return scenario


def _check_sums(scenario: Scenario, *, responses: int) -> None:
    sums = {
        "resolved": (scenario.early + scenario.on_time + scenario.late, scenario.received),
        "by_tier": (sum(tier.received for tier in scenario.tiers), scenario.received),
        "late by_tier": (sum(tier.late for tier in scenario.tiers), scenario.late),
        "by_channel": (sum(scenario.channels.values()), scenario.received),
        "by_level": (sum(scenario.levels.values()), responses),
    }
    wrong = [f"{name}: {found} instead of {total}" for name, (found, total) in sums.items() if found != total]
    if wrong:
        raise ValueError("; ".join(wrong))
