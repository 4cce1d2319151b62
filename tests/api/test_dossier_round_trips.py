"""Round trips decide what a hot path costs: counted on the wire, with BEGIN and COMMIT, once caches are warm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from app.bootstrap import Application
from app.core.db import PostgresDatabase
from tests.factories.dossiers import SUPPLEMENT, Desk, desk_of, registration


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


@asynccontextmanager
async def wire_of(application: Application) -> AsyncIterator[list[str]]:
    """Collect what is sent over the connections that are open by now: statements, and the driver's BEGIN and COMMIT."""
    database = application.database
    assert isinstance(database, PostgresDatabase)
    sent: list[str] = []

    def note_transaction(record: Any) -> None:
        sent.append(record.query)

    def note_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split())[:60])

    drivers: list[Any] = []
    engines: list[Any] = []
    for opened in (database.write(), database.read()):
        async with opened as connection:
            drivers.append((await connection.get_raw_connection()).driver_connection)
            engines.append(connection.engine.sync_engine)
    for driver, engine in zip(drivers, engines, strict=True):
        driver.add_query_logger(note_transaction)
        event.listen(engine, "before_cursor_execute", note_statement)
    try:
        yield sent
    finally:
        for driver, engine in zip(drivers, engines, strict=True):
            driver.remove_query_logger(note_transaction)
            event.remove(engine, "before_cursor_execute", note_statement)


async def sent_by(application: Application, act: Callable[[], Awaitable[httpx.Response]]) -> list[str]:
    """Return what `act` sends, doing it twice first so that every cache and prepared statement is warm."""
    for _ in range(2):
        assert (await act()).is_success
    async with wire_of(application) as sent:
        assert (await act()).is_success
        await asyncio.sleep(0)  # the driver tells of a statement in the loop's next round
        return list(sent)


async def test_registration_with_acceptance_takes_four(own_application: Application, desk: Desk) -> None:
    sent = await sent_by(own_application, lambda: desk.post("/dossiers", registration()))
    assert len(sent) == 4, sent
    assert sum(statement.startswith("BEGIN") for statement in sent) == 1
    assert sent[-1].startswith("COMMIT")


async def test_registration_under_a_key_with_an_outside_code_takes_four(
    own_application: Application, desk: Desk
) -> None:
    numbers = iter(range(9))

    async def register() -> httpx.Response:
        number = next(numbers)
        return await desk.post(
            "/dossiers", registration(external_code=f"G22-{number}"), idempotency_key=f"key {number}"
        )

    assert len(await sent_by(own_application, register)) <= 4


@pytest.mark.parametrize(
    ("before", "action", "payload"),
    [
        ([], "start_processing", {}),
        ([], "resolve", {}),
        ([], "request_supplement", SUPPLEMENT),
        (
            [("request_supplement", SUPPLEMENT)],
            "receive_supplement",
            {"components": [{"code": "TP03", "originals": 1}]},
        ),
        ([], "withdraw", {"explanation": "Đổi ý"}),
        ([], "extend", {"new_due_at": "2026-12-04T17:00:00+07:00", "reason": "Cần xác minh"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_transition_takes_four(
    own_application: Application,
    desk: Desk,
    before: list[tuple[str, dict[str, Any]]],
    action: str,
    payload: dict[str, Any],
) -> None:
    waiting = []
    for _ in range(3):
        waiting.append((await desk.register())["code"])
        for earlier, earlier_payload in before:
            await desk.act(waiting[-1], earlier, **earlier_payload)

    async def act() -> httpx.Response:
        path = f"/dossiers/{waiting.pop()}/actions"
        return await desk.post(path, {"action": action, **payload}, by=desk.actor_of(action), idempotency_key=path)

    sent = await sent_by(own_application, act)
    assert len(sent) == 4, sent
    assert sent[-1].startswith("COMMIT")


@pytest.mark.parametrize("path", ["/dossiers", "/dossiers?state=accepted&sort=due_at&q=thu", "{one}", "{one}/actions"])
async def test_reads_take_two_at_most(own_application: Application, desk: Desk, path: str) -> None:
    one = f"/dossiers/{(await desk.register())['code']}"
    url = "/api/v1" + path.format(one=one)
    sent = await sent_by(own_application, lambda: desk.client.get(url, headers=desk.clerk))
    assert 1 <= len(sent) <= 2, sent


async def test_history_and_dates_take_two_at_most(own_application: Application, desk: Desk) -> None:
    one = f"/api/v1/dossiers/{(await desk.register())['code']}"
    for part in ("timeline", "deadline"):
        sent = await sent_by(own_application, lambda: desk.client.get(f"{one}/{part}", headers=desk.clerk))  # noqa: B023 - called before the next round
        assert len(sent) <= 2, sent


async def test_a_list_of_fifty_costs_what_a_list_of_one_costs(own_application: Application, desk: Desk) -> None:
    async def read() -> httpx.Response:
        return await desk.client.get("/api/v1/dossiers", headers=desk.clerk, params={"limit": 50})

    await desk.register()
    of_one = await sent_by(own_application, read)
    for _ in range(49):
        await desk.register()
    of_fifty = await sent_by(own_application, read)
    assert len((await read()).json()["items"]) == 50
    assert len(of_fifty) == len(of_one)
