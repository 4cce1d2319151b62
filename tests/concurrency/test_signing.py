"""Two leaders at the same queue at the same moment: one signature, one event, one document."""

import asyncio

import httpx
import pytest

from app.bootstrap import Application
from app.domain.permissions import Role
from tests.factories.dossiers import Desk, desk_of
from tests.factories.people import COMMUNE, signed_in
from tests.factories.results import ResultDesk


@pytest.fixture
async def office(own_application: Application, own_client: httpx.AsyncClient) -> ResultDesk:
    desk: Desk = await desk_of(own_application, own_client)
    return ResultDesk(own_application, desk)


async def test_two_leaders_who_sign_the_same_request_leave_one_signature(office: ResultDesk) -> None:
    code = await office.processing()
    waiting = await office.waiting(code)
    leaders = [office.desk.leader, await signed_in(office.application, Role.APPROVING_LEADER, COMMUNE)]
    answers = await asyncio.gather(*(office.sign(waiting["request"]["id"], by=leader) for leader in leaders))
    assert sorted(answer["signed"] for answer in answers) == [0, 1]
    (refused,) = [answer for answer in answers if answer["refused"]]
    assert [fault["code"] for fault in refused["items"][0]["refusals"]] == ["signature_not_waiting"]
    signed = await office.get(f"/results/{waiting['id']}")
    assert len(signed["signatures"]) == 2, "one person and one unit"
    events = await office.one("select count(*) as n from dossier_event where type = 'signed'")
    documents = await office.one("select count(*) as n from document where kind = 'result'")
    assert (events.n, documents.n) == (1, 1)


async def test_signing_and_declining_at_once_is_one_of_them(office: ResultDesk) -> None:
    waiting = await office.waiting(await office.processing())
    request = waiting["request"]["id"]
    other = await signed_in(office.application, Role.APPROVING_LEADER, COMMUNE)
    signed, declined = await asyncio.gather(
        office.sign(request),
        office.desk.post(f"/signing/requests/{request}/decline", {"reason": "Sai"}, by=other),
    )
    assert signed["signed"] + declined.is_success == 1
    row = await office.one("select state from signature_request where id = $1", request)
    result = await office.get(f"/results/{waiting['id']}")
    assert (row.state, result["status"]) in {("signed", "signed"), ("declined", "draft")}


async def test_two_batches_in_opposite_order_do_not_wait_for_each_other(office: ResultDesk) -> None:
    requests = [(await office.waiting(await office.processing()))["request"]["id"] for _ in range(3)]
    other = await signed_in(office.application, Role.APPROVING_LEADER, COMMUNE)
    first, second = await asyncio.gather(office.sign(*requests), office.sign(*reversed(requests), by=other))
    assert first["signed"] + second["signed"] == len(requests)
