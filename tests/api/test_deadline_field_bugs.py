"""The field's own bugs above the pure engine: what is stored, refused and judged. The others: docs/deadline-bugs.md."""

import datetime as dt

import httpx

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from tests.factories.dossiers import PAID, PAYMENT, SUPPLEMENT, Desk, codes, desk_of, go_to, registration
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in

PROMISED = "2026-11-27T09:00:00+07:00"
"""Three working days from Monday 23/11/2026 09:00; the 24th is a holiday."""


async def test_the_stored_date_is_computed_again_on_resume(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    code, secret = dossier["code"], dossier["receipt"]["lookup_secret"]
    go_to(clock, "2026-11-25 10:00")
    waiting = await desk.act(code, "request_supplement", **SUPPLEMENT)
    assert waiting["current_due_at"] == PROMISED, "the date is only known once the wait is over"
    go_to(clock, "2026-11-27 10:00")
    await desk.act(code, "receive_supplement")
    again = "2026-12-01T09:00:00+07:00"
    assert (await desk.get(f"/dossiers/{code}"))["current_due_at"] == again
    assert [item["current_due_at"] for item in (await desk.get("/dossiers"))["items"]] == [again]
    assert (await desk.get(f"/lookup/{code}", secret=secret))["current_due_at"] == again
    assert "09:00" in (await desk.get(f"/dossiers/{code}/deadline"))["explanation"][-1]["vi"]


async def test_a_dossier_that_the_calendar_cannot_date_is_refused_and_never_without_a_date(
    application: Application, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    go_to(clock, "2027-12-30 16:00")
    desk = await desk_of(application, client)
    refused = await desk.post("/dossiers", registration())
    assert (refused.status_code, codes(refused.json())) == (422, ["calendar_exhausted"])
    assert (await desk.get("/dossiers"))["items"] == []
    code = (await desk.register(accept=False))["code"]
    assert codes(await desk.act(code, "accept", expect=422)) == ["calendar_exhausted"]
    assert (await desk.get(f"/dossiers/{code}"))["state"] == "registered"


async def test_on_time_is_an_order_of_instants_not_their_equality(desk: Desk, clock: FixedClock) -> None:
    promised, moment = dt.datetime.fromisoformat(PROMISED), dt.timedelta(microseconds=1)
    dossiers = [await desk.register() for _ in range(3)]
    judged = []
    for dossier, at in zip(dossiers, (promised - moment, promised, promised + moment), strict=True):
        clock.move_to(at)
        await desk.act(dossier["code"], "resolve", outcome="approved")
        judged.append(
            (await desk.get(f"/lookup/{dossier['code']}", secret=dossier["receipt"]["lookup_secret"]))["kept"]
        )
    assert judged == ["on_time", "on_time", "late"]


async def test_a_unit_that_ends_while_the_clock_runs_is_not_noticed_by_the_clock(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    """Two dossiers live alike, one at a commune that is merged into another meanwhile: their dates are the same."""
    other = await desk_of(application, desk.client, OTHER_COMMUNE)
    administrator = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    lives = [
        (desk, (await desk.register())["code"]),
        (other, (await other.register(receiving_unit=OTHER_COMMUNE))["code"]),
    ]
    go_to(clock, "2026-11-25 10:00")
    for place, code in lives:
        await place.act(code, "request_payment", **PAYMENT)
    closing = await desk.post(f"/units/{COMMUNE}/close", {"valid_to": "2026-11-26"}, by=administrator)
    assert closing.status_code == 200, closing.text
    go_to(clock, "2026-11-27 10:00")
    for place, code in lives:
        await place.act(code, "confirm_payment", **PAID)
    merged, untouched = [await place.get(f"/dossiers/{code}/deadline") for place, code in lives]
    assert merged["current_due_at"] == untouched["current_due_at"] == "2026-12-01T09:00:00+07:00"
    assert merged["explanation"] == untouched["explanation"]
