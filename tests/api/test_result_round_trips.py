"""Reading results and the queue of signatures costs the guard and one statement, however many there are."""

import httpx
import pytest

from app.bootstrap import Application
from tests.api.test_dossier_round_trips import sent_by
from tests.factories.dossiers import desk_of
from tests.factories.results import ResultDesk


@pytest.fixture
async def office(own_application: Application, own_client: httpx.AsyncClient) -> ResultDesk:
    return ResultDesk(own_application, await desk_of(own_application, own_client))


async def test_reads_take_two_at_most(office: ResultDesk) -> None:
    code = await office.processing()
    for number in range(3):
        waiting = await office.waiting(code, number=f"{number}/UBND")
    for path in ("/signing/queue", f"/dossiers/{code}/results", f"/results/{waiting['id']}"):
        url = f"/api/v1{path}"
        sent = await sent_by(
            office.application,
            lambda: office.desk.client.get(url, headers=office.desk.leader),  # noqa: B023 - called before the next round
        )
        assert len(sent) <= 2, (path, sent)
