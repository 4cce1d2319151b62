"""Many at once, with real transactions: one number each, one winner, one dossier a key, no gap in the log."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.db import fetch_all, fetch_one
from tests.factories.dossiers import AT_THE_COUNTER, PAYMENT, SUPPLEMENT, Desk, codes, desk_of, registration


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def act(desk: Desk, code: str, action: str, by: dict[str, str], **payload: Any) -> httpx.Response:
    return await desk.post(f"/dossiers/{code}/actions", {"action": action, **payload}, by=by)


async def log_of(application: Application, code: str) -> list[Any]:
    async with application.database.read() as connection:
        return list(
            await fetch_all(
                connection,
                "select e.seq, e.type, d.version from dossier d join dossier_event e on e.dossier_id = d.id "
                "where d.code = $1 order by e.seq",
                code,
            )
        )


async def test_sixty_four_registrations_at_one_unit_get_consecutive_codes(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.post("/dossiers", registration()) for _ in range(64)))
    assert Counter(answer.status_code for answer in answers) == {201: 64}
    numbers = sorted(int(answer.json()["code"].rpartition("-")[2]) for answer in answers)
    assert numbers == list(range(1, 65))


async def test_of_registrations_at_the_same_instant_all_but_the_first_are_warned_of_a_double(desk: Desk) -> None:
    body = registration()
    answers = [answer.json() for answer in await asyncio.gather(*(desk.post("/dossiers", body) for _ in range(4)))]
    warned = [len([w for w in answer["warnings"] if w["code"] == "likely_double"]) for answer in answers]
    assert sorted(warned) == [0, 1, 1, 1]


async def test_refused_registrations_among_them_leave_no_gap(desk: Desk) -> None:
    bodies = [registration(components=[]) if index % 3 == 0 else registration() for index in range(24)]
    answers = await asyncio.gather(*(desk.post("/dossiers", body) for body in bodies))
    numbers = sorted(int(answer.json()["code"].rpartition("-")[2]) for answer in answers if answer.status_code == 201)
    assert numbers == list(range(1, 17))


async def test_of_sixteen_acceptances_one_wins(own_application: Application, desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    answers = await asyncio.gather(*(act(desk, code, "accept", desk.clerk) for _ in range(16)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 15}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {
        ("action_not_possible_now",)
    }
    assert [row.type for row in await log_of(own_application, code)] == ["registered", "accepted"]


async def test_the_same_key_thirty_two_times_makes_one_dossier(own_application: Application, desk: Desk) -> None:
    body = registration()
    answers = await asyncio.gather(
        *(desk.post("/dossiers", body, idempotency_key="one and the same") for _ in range(32))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 32}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 31
    async with own_application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as dossiers from dossier")
    assert row is not None
    assert row.dossiers == 1
    assert (await desk.register())["code"].endswith("-0002"), "the losers gave their numbers back"


async def test_the_same_key_many_times_acts_once(own_application: Application, desk: Desk) -> None:
    code = (await desk.register(accept=False))["code"]
    body = {"action": "accept"}
    answers = await asyncio.gather(
        *(desk.post(f"/dossiers/{code}/actions", body, idempotency_key="k") for _ in range(16))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 16}
    assert len({answer.content for answer in answers}) == 1
    assert [row.type for row in await log_of(own_application, code)] == ["registered", "accepted"]


async def test_one_key_on_two_dossiers_acts_on_one_and_is_refused_on_the_other(desk: Desk) -> None:
    first, second = [(await desk.register(accept=False))["code"] for _ in range(2)]
    answers = await asyncio.gather(
        *(desk.post(f"/dossiers/{code}/actions", {"action": "accept"}, idempotency_key="k") for code in (first, second))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert codes(refused.json()) == ["idempotency_key_reused"]


async def test_different_acts_at_once_leave_a_log_without_gaps(own_application: Application, desk: Desk) -> None:
    code = (await desk.register())["code"]
    answers = await asyncio.gather(
        act(desk, code, "start_processing", desk.specialist),
        act(desk, code, "request_payment", desk.specialist, **PAYMENT),
        act(desk, code, "request_supplement", desk.clerk, **SUPPLEMENT),
        act(desk, code, "receive_supplement", desk.clerk),
        act(desk, code, "resolve", desk.specialist),
        act(desk, code, "resolve", desk.leader),
        act(desk, code, "hand_over", desk.clerk, **AT_THE_COUNTER),
        act(desk, code, "withdraw", desk.clerk, explanation="Đổi ý"),
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = sum(answer.status_code == 200 for answer in answers)
    log = await log_of(own_application, code)
    assert [row.seq for row in log] == list(range(1, done + 3))
    assert {row.version for row in log} == {done + 2}
    assert len([row for row in log if row.type in ("resolved", "withdrawn")]) <= 1


async def test_a_supplement_is_asked_or_the_dossier_is_resolved_never_both_from_the_same_state(
    own_application: Application, desk: Desk
) -> None:
    for _ in range(4):
        code = (await desk.register())["code"]
        asked, resolved = await asyncio.gather(
            act(desk, code, "request_supplement", desk.clerk, **SUPPLEMENT), act(desk, code, "resolve", desk.specialist)
        )
        assert sorted((asked.status_code, resolved.status_code)) == [200, 409]
        dossier = await desk.get(f"/dossiers/{code}")
        assert dossier["state"] == ("awaiting_supplement" if asked.status_code == 200 else "resolved")
        assert (dossier["suspended_since"] is not None) == (asked.status_code == 200)
        assert [row.seq for row in await log_of(own_application, code)] == [1, 2, 3]


async def test_whoever_waited_for_the_lock_decides_on_what_is_there_now(desk: Desk) -> None:
    """The second request waits for the first one's row and must see the request that was just written."""
    code = (await desk.register())["code"]
    await asyncio.gather(
        *(
            act(desk, code, action, desk.clerk, **payload)
            for action, payload in (("request_supplement", SUPPLEMENT),) * 6
        )
    )
    assert len((await desk.get(f"/dossiers/{code}"))["supplements"]) == 1


async def test_of_two_corrections_of_the_same_version_one_is_stale(desk: Desk) -> None:
    code = (await desk.register())["code"]
    body = {"action": "correct", "reason": "Sai trích yếu", "summary": "Đúng"}
    answers = await asyncio.gather(*(desk.post(f"/dossiers/{code}/actions", body, if_match='"2"') for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 3}
    assert (await desk.get(f"/dossiers/{code}"))["receipt"]["number"] == 2


async def test_of_two_ratings_one_counts(own_application: Application, desk: Desk) -> None:
    dossier = await desk.register()
    await desk.act(dossier["code"], "resolve")
    path = f"/api/v1/ratings/{dossier['receipt']['rating_token']}"
    answers = await asyncio.gather(*(desk.client.post(path, json={"level": level}) for level in (1, 2, 3, 4, 5)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 4}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {("already_rated",)}
    assert [row.type for row in await log_of(own_application, dossier["code"])].count("rated") == 1


async def test_one_outside_code_belongs_to_one_dossier(desk: Desk) -> None:
    answers = await asyncio.gather(
        *(desk.post("/dossiers", registration(external_code=code)) for code in ("Portal-7x", "PORTAL-7X") * 4)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {tuple(codes(answer.json())) for answer in answers if answer.status_code == 409} == {
        ("external_code_taken",)
    }
    assert (await desk.register())["code"].endswith("-0002"), "what was refused took no number"
