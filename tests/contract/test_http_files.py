"""The files of `docs/api` run as they are: each request answers with the status written above it."""

import re

import httpx
import pytest

from app.bootstrap import Application
from app.domain.permissions import Role
from app.services.integration.writes import ensure_position
from app.worker.follower import catch_up
from app.worker.main import FOLLOWERS
from tests.architecture.source import ROOT
from tests.contract.http_files import HttpFileRun, parse_http_file
from tests.factories.people import COMMUNE, PROVINCE, staff_with_password

FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "api").glob("*.http"))}
BASE = "http://motcua.test"
# Who the files sign in as. The others of the demonstration are found by the same names.
DESK = (Role.RECEPTION_CLERK, Role.SPECIALIST, Role.APPROVING_LEADER, Role.RECORDS_OFFICER, Role.CASHIER)
ABOVE = (Role.PROVINCE_ADMINISTRATOR, Role.INSPECTOR)


@pytest.fixture
async def run(own_application: Application, own_client: httpx.AsyncClient) -> HttpFileRun:
    secrets: dict[str, str] = {}
    for role, unit in [*((role, COMMUNE) for role in DESK), *((role, PROVINCE) for role in ABOVE)]:
        username, password, _ = await staff_with_password(own_application, role, unit)
        secrets |= {f"{role.name}_USERNAME": username, f"{role.name}_PASSWORD": password}
    async with own_application.database.write() as connection:
        for follower in FOLLOWERS:
            await ensure_position(connection, follower.name)

    async def follow_log() -> None:
        for follower in FOLLOWERS:
            await catch_up(own_application.database, follower, now=own_application.clock.now())

    return HttpFileRun(own_client, secrets, own_application.clock, follow_log)


@pytest.mark.parametrize("name", FILES)
async def test_every_request_answers_as_the_file_says(name: str, run: HttpFileRun) -> None:
    assert await run.walk(FILES[name], base=BASE) > 0


async def test_the_tour_ends_with_a_rating_and_moved_figures(run: HttpFileRun) -> None:
    await run.walk(FILES["tour"], base=BASE)
    answers = {name: answer.json() for name, answer in run.answers.items() if answer.content}
    before, after = answers["on_time_before"]["total"], answers["on_time_after"]["total"]
    assert after["resolved"]["total"] == before["resolved"]["total"] + 1
    assert after["resolved_on_time"]["numerator"] == before["resolved_on_time"]["numerator"] + 1
    assert answers["satisfaction_after"]["responses"] == answers["satisfaction_before"]["responses"] + 1
    assert answers["rating"]["level"] == 5


def test_every_noun_of_the_contract_has_its_file() -> None:
    assert set(FILES) >= {
        "tour", "auth", "units", "procedures", "calendars", "dossiers", "actions", "statistics", "lookup",
        "administration", "portal",
    }  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_no_file_carries_a_password_or_a_persons_number(name: str) -> None:
    for variable, value in parse_http_file(FILES[name]).variables.items():
        assert not variable.endswith("_password") or value.startswith("{{$dotenv"), variable
    numbers = re.findall(r'"(?:receiver_)?identity_number": "(\d{12})"', FILES[name])
    assert all(number[3] in "89" for number in numbers), "a made-up person is born in the 2300s"
