"""A stateful machine over the API: whatever is asked for in whatever order, the dossier obeys the committed table."""

import asyncio
import csv
import datetime as dt
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.bootstrap import Application
from app.core.clock import FixedClock
from tests.factories.dossiers import (
    AT_THE_COUNTER,
    PAID,
    PAYMENT,
    REFUSE,
    STOP,
    SUPPLEMENT,
    WITHDRAW,
    Desk,
    codes,
    desk_of,
    registration,
)

with (Path(__file__).parent.parent / "domain" / "lifecycle_table.csv").open(encoding="utf-8") as file:
    TABLE = {row.pop("action"): row for row in csv.DictReader(file)}
PAYLOADS: dict[str, dict[str, Any]] = {
    "refuse": REFUSE,
    "request_supplement": SUPPLEMENT | {"leader_reason": "Phát sinh mới"},
    "request_payment": PAYMENT,
    "confirm_payment": PAID,
    "hand_over": AT_THE_COUNTER,
    "withdraw": WITHDRAW,
    "stop": STOP,
    "correct": {"reason": "Sai trích yếu", "summary": "Đúng"},
}
Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Life(RuleBasedStateMachine):
    """One dossier, whoever usually acts, time that only goes forward; the model is the table's column."""

    desk: Desk
    clock: FixedClock
    run: Run

    def __init__(self) -> None:
        super().__init__()
        self.code = ""
        self.state = ""
        self.accepted = self.started = self.extended = False
        self.version = 0
        self.rated = False
        self.token = ""
        self.promised: str | None = None

    @initialize(accept=st.booleans())
    def register(self, *, accept: bool) -> None:
        answer = self.run(self.desk.post("/dossiers", registration(accept=accept)))
        assert answer.status_code == 201
        document = answer.json()
        self.code, self.token = document["code"], document["receipt"]["rating_token"]
        self.accepted = accept
        self._became(document)
        assert self.state == ("accepted" if accept else "registered")

    @rule(minutes=st.integers(0, 3000))
    def time_passes(self, minutes: int) -> None:
        self.clock.move_to(self.clock.at + dt.timedelta(minutes=minutes))

    @rule(action=st.sampled_from([action for action in TABLE if action != "extend"]))
    def act(self, action: str) -> None:
        expected = self._expected(action)
        answer = self._post(action, PAYLOADS.get(action, {}))
        if expected in TABLE["accept"] or expected == "awaiting_supplement":
            assert answer.status_code == 200, answer.text
            assert answer.json()["state"] == expected
            self.accepted |= action == "accept"
            self.started |= action == "start_processing"
            if action == "correct":
                self.token = answer.json()["receipt"]["rating_token"]
            self._became(answer.json())
        else:
            assert (answer.status_code, codes(answer.json())) == (409, [expected])

    @rule(days=st.integers(-2, 20))
    def extend(self, days: int) -> None:
        before = self.run(self.desk.get(f"/dossiers/{self.code}"))
        due = before["current_due_at"]
        wanted = (dt.datetime.fromisoformat(due) if due else self.clock.at) + dt.timedelta(days=days)
        answer = self._post("extend", {"new_due_at": wanted.isoformat(), "reason": "Cần thêm thời gian"})
        if answer.status_code == 200:
            assert not self.extended
            assert self.state in ("accepted", "processing")
            assert days > 0
            assert self.clock.at < dt.datetime.fromisoformat(due)
            self.extended = True
            self._became(answer.json())
        else:
            assert set(codes(answer.json())) <= {
                "action_not_possible_now", "extension_used", "extension_after_due", "extension_not_later",
            }  # fmt: skip

    @precondition(lambda self: self.token)
    @rule(level=st.integers(1, 5))
    def rate(self, level: int) -> None:
        answer = self.run(self.desk.client.post(f"/api/v1/ratings/{self.token}", json={"level": level}))
        if self.state not in ("resolved", "returned"):
            assert codes(answer.json()) == ["rating_before_result"]
        elif self.rated:
            assert codes(answer.json()) == ["already_rated"]
        else:
            assert answer.status_code == 201
            self.rated = True
            self.version += 1

    @invariant()
    def what_is_read_is_what_was_done(self) -> None:
        if not self.code:
            return
        read = self.run(self.desk.get(f"/dossiers/{self.code}"))
        assert (read["state"], read["version"], read["rated"]) == (self.state, self.version, self.rated)
        assert (read["accepted_at"] is not None) == self.accepted
        assert (read["suspended_since"] is not None) == (self.accepted and self.state.startswith("awaiting"))
        assert (read["ended_at"] is not None) == (
            self.state in ("refused", "withdrawn", "stopped", "resolved", "returned")
        )
        self.promised = self.promised or read["promised_due_at"]
        assert read["promised_due_at"] == self.promised, "a printed promise never moves"
        assert len(read["supplements"]) <= self.version
        history = self.run(self.desk.get(f"/dossiers/{self.code}/timeline"))["entries"]
        assert [entry["seq"] for entry in history] == list(range(1, self.version + 1))
        assert [entry["occurred_at"] for entry in history] == sorted(entry["occurred_at"] for entry in history)

    @invariant()
    def the_ledger_leads_from_the_promise_to_the_present_date(self) -> None:
        if not self.accepted:
            return
        deadline = self.run(self.desk.get(f"/dossiers/{self.code}/deadline"))
        at = deadline["promised_due_at"]
        for line in deadline["adjustments"]:
            assert line["before_due"] == at
            assert line["after_due"] >= at
            at = line["after_due"]
        assert at == deadline["current_due_at"]

    def _post(self, action: str, payload: dict[str, Any]) -> httpx.Response:
        by = self.desk.leader if action == "request_supplement" else self.desk.actor_of(action)
        headers = {"if_match": f'"{self.version}"'} if action == "correct" else {}
        body = {"action": action, **payload}
        answer: httpx.Response = self.run(self._send(body, by, headers))
        return answer

    async def _send(self, body: dict[str, Any], by: dict[str, str], headers: dict[str, Any]) -> httpx.Response:
        return await self.desk.post(f"/dossiers/{self.code}/actions", body, by=by, **headers)

    def _expected(self, action: str) -> str:
        """The state or the refusal that the table gives; where a dossier goes on depends on how far it had come."""
        waiting_unaccepted = self.state == "awaiting_supplement" and not self.accepted
        outcome = TABLE[action]["awaiting_supplement_unaccepted" if waiting_unaccepted else self.state]
        resumed = action in ("receive_supplement", "confirm_payment") and outcome == "processing"
        return "accepted" if resumed and not self.started else outcome

    def _became(self, document: dict[str, Any]) -> None:
        self.state, self.version = document["state"], self.version + (2 if self.version == 0 and self.accepted else 1)
        assert document["version"] == self.version


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)


async def test_any_order_of_requests_keeps_the_table_the_log_and_the_ledger(desk: Desk, clock: FixedClock) -> None:
    """The machine is synchronous; it runs in a thread and hands every request to this loop, which owns the database."""
    loop = asyncio.get_running_loop()
    start = clock.at

    class Bound(Life):
        def __init__(self) -> None:
            clock.at = start
            super().__init__()

    Bound.desk, Bound.clock = desk, clock
    Bound.run = staticmethod(lambda request: asyncio.run_coroutine_threadsafe(request, loop).result(30))
    quick = settings(
        max_examples=10, stateful_step_count=15, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Bound, settings=quick)
