"""A replayed year answers what was published: percentages are computed from dossiers, never stored."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app import data
from app.bootstrap import Application
from app.commands._replaying import replay
from app.commands.replay import replay_database_name
from app.core.db import fetch_all
from app.core.settings import Settings
from app.domain.errors import NotFound
from app.services.demonstration.replay.province import services_of, units_of
from app.services.demonstration.replay.scenario import Scenario, read_scenario, scenario_of
from app.services.statistics.rebuild import verify
from tests.services.test_demo import empty_application

SHIPPED = "ninh-binh-2021"


def scaled() -> Scenario:
    """The shipped year with a thousand dossiers and forty services, its percentages unchanged."""
    document: dict[str, Any] = data.document(f"reported/{SHIPPED}.json")
    document["dossiers"] |= {
        "received": 1000,
        "resolved": {"early": 699, "on_time": 299, "late": 2},
        "by_tier": [
            {"tier": "department", "received": 300, "late": 1},
            {"tier": "district", "received": 200, "late": 0},
            {"tier": "commune", "received": 460, "late": 1},
            {"tier": "vertical", "received": 40, "late": 0},
        ],
        "by_channel": {"counter": 650, "online": 320, "postal": 30},
    }
    document["ratings"] |= {"responses": 350, "by_level": {"1": 0, "2": 0, "3": 2, "4": 10, "5": 338}}
    document["services"] |= {"level_3": 6, "level_4": 24, "other": 10}
    return scenario_of(document)


@pytest.fixture(scope="module")
async def replayed(server_url: str) -> AsyncIterator[Application]:
    async with empty_application(server_url) as application:
        yield application


async def test_a_replay_answers_the_published_figures_and_ends_at_once_when_repeated(replayed: Application) -> None:
    told: list[str] = []
    first = await replay(replayed, scaled(), tell=told.append)
    assert first.imported == 1000
    assert [(figure.computed, figure.equal) for figure in first.figures] == [
        ("99.80", True),
        ("100.00", True),
        ("96.57", True),
    ]
    again = await replay(replayed, scaled(), tell=told.append)
    assert again.imported == 0
    assert again.figures == first.figures
    async with replayed.database.read() as connection:
        assert await verify(connection) == []
        rows = await fetch_all(
            connection,
            "select count(*) as n, count(distinct receiving_unit_id) as units, bool_and(imported) as imported, "
            "min(registered_at)::date as first, max(returned_at)::date as last from dossier",
        )
        assert rows[0].n == 1000
        assert rows[0].imported
        assert (rows[0].first.isoformat(), rows[0].last.year) == ("2021-01-04", 2021)


def test_the_tree_and_the_catalogue_are_those_published() -> None:
    scenario = read_scenario(SHIPPED)
    levels = [unit.level for unit, _ in units_of(scenario)]
    assert {level: levels.count(level) for level in set(levels)} == {
        "province": 1,
        "department": scenario.published["departments"],
        "district": scenario.published["districts"],
        "commune": scenario.published["communes"],
        "vertical": scenario.published["vertical_agencies"],
    }
    services = services_of(scenario)
    assert len({service.code for service in services}) == scenario.published["services"]["total"]
    assert sum(service.level == "partial" for service in services) == scenario.published["services"]["level_3"]
    assert sum(service.level == "full" for service in services) == scenario.published["services"]["level_4"]


def test_a_scenario_whose_parts_do_not_add_up_is_no_scenario() -> None:
    document = data.document(f"reported/{SHIPPED}.json")
    document["dossiers"]["resolved"]["late"] += 1
    with pytest.raises(ValueError, match="late"):
        scenario_of(document)


def test_an_unknown_scenario_is_refused_by_name() -> None:
    with pytest.raises(NotFound):
        read_scenario("ha-noi-1954")


def test_a_replay_is_served_from_where_it_was_built() -> None:
    assert replay_database_name(SHIPPED) == Settings(replay=SHIPPED).replay_database == "motcua_replay_ninh_binh_2021"
