"""The worked example of docs/deadline-example.md, lived through the API: the page says what the program answers."""

from pathlib import Path
from typing import Any

import httpx

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from app.worker.calendar_changes import carry_to_dossiers
from tests.factories.dossiers import PAID, PAYMENT, SUPPLEMENT, desk_of, go_to
from tests.factories.people import PROVINCE, signed_in

PAGE = Path(__file__).parents[2] / "docs" / "deadline-example.md"
STORM: dict[str, Any] = {
    "day": "2026-11-26",
    "kind": "rest",
    "name": "Nghỉ tránh bão",
    "source": "Công điện 15/CĐ-UBND",
    "confidence": "verified",
}


async def test_the_worked_example_says_what_the_program_answers(
    own_application: Application, own_client: httpx.AsyncClient, clock: FixedClock
) -> None:
    desk = await desk_of(own_application, own_client)
    administrator = await signed_in(own_application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    dossier = await desk.register()
    code, secret = dossier["code"], dossier["receipt"]["lookup_secret"]
    go_to(clock, "2026-11-23 15:00")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    go_to(clock, "2026-11-25 10:00")
    await desk.act(code, "receive_supplement")
    go_to(clock, "2026-11-25 14:00")
    published = await desk.post(f"/calendars/{PROVINCE}/publish", {"days": [STORM]}, by=administrator)
    await carry_to_dossiers(own_application, int(published.json()["publication"]))
    go_to(clock, "2026-11-27 08:00")
    await desk.act(code, "start_processing")
    go_to(clock, "2026-11-27 09:00")
    await desk.act(code, "request_payment", **PAYMENT)
    go_to(clock, "2026-11-30 08:30")
    await desk.act(code, "confirm_payment", **PAID)
    go_to(clock, "2026-12-01 10:00")
    await desk.act(code, "extend", new_due_at="2026-12-03T11:30:00+07:00", reason="Xác minh nơi cư trú trước đây")
    go_to(clock, "2026-12-03 14:00")
    await desk.act(code, "resolve", outcome="approved")

    answered = await desk.get(f"/dossiers/{code}/deadline")
    page = PAGE.read_text(encoding="utf-8")
    assert _block("explanation", [line["vi"] for line in answered["explanation"]]) in page
    assert _block("ledger", [_ledger_line(line) for line in answered["adjustments"]]) in page
    dates = [f"{name:<16}{answered[name][:16]}" for name in ("promised_due_at", "lawful_due_at", "current_due_at")]
    assert _block("dates", dates) in page
    assert _block("time", [_spent(*part) for part in answered["time_spent"].items()]) in page
    assert (await desk.get(f"/lookup/{code}", secret=secret))["kept"] == "late"


def _block(name: str, lines: list[str]) -> str:
    return "\n".join([f"```text {name}", *lines, "```"])


def _ledger_line(line: dict[str, Any]) -> str:
    moved = f"{line['before_due'][:16]} → {line['after_due'][:16]}"
    return f"{line['seq']:>2}  {line['cause']:<16}{line['minutes']:>5}  {moved}"


def _spent(name: str, elapsed: dict[str, int]) -> str:
    return f"{name:<20}{elapsed['working_minutes']:>6}{elapsed['clock_minutes']:>7}"
