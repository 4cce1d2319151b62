"""An original does not lie forgotten in the house when its dossier is over."""

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from tests.factories.dossiers import AT_THE_COUNTER, AUTHORISED, Desk, go_to
from tests.worker.test_scans import alerts, desk, kinds, scan_at

__all__ = ["desk"]
HOME = {"to_place": "citizen", "receiver_name": "Nguyễn Thị Thử Nghiệm", "proof": "Ký sổ", "authorisation": AUTHORISED}


async def take_in(desk: Desk, code: str, *, to_be_returned: bool = True) -> str:
    body = {"originals": [{"name": "Sổ đỏ", "to_be_returned": to_be_returned}]}
    answer = await desk.post(f"/dossiers/{code}/originals", body)
    assert answer.status_code == 201, answer.text
    barcode: str = answer.json()["items"][-1]["barcode"]
    return barcode


async def test_an_original_still_here_three_working_days_after_the_end_is_told_until_it_is_home(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    paper, other = await take_in(desk, code), await take_in(desk, code)
    await desk.act(code, "withdraw", explanation="Đổi ý")
    await scan_at(own_application, clock, "2026-11-26 16:55")
    assert await kinds(own_application) == []
    await scan_at(own_application, clock, "2026-11-27 07:00")
    await scan_at(own_application, clock, "2026-11-27 07:05")
    (told,) = await alerts(own_application)
    assert (told.kind, told.code) == ("unreturned_originals", code)
    await desk.post("/originals/hand-overs", {"barcodes": [paper], **HOME})
    await scan_at(own_application, clock, "2026-11-27 07:10")
    assert await kinds(own_application) == ["unreturned_originals"]
    await desk.post("/originals/hand-overs", {"barcodes": [other], **HOME})
    await scan_at(own_application, clock, "2026-11-27 07:15")
    assert await kinds(own_application) == []


async def test_what_the_law_lets_keep_and_what_went_home_in_time_is_not_told(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await take_in(desk, code, to_be_returned=False)
    paper = await take_in(desk, code)
    await desk.post("/originals/hand-overs", {"barcodes": [paper], **HOME})
    await desk.act(code, "withdraw", explanation="Đổi ý")
    await scan_at(own_application, clock, "2026-12-07 07:00")
    assert await kinds(own_application) == []


async def test_while_the_result_lies_ready_its_own_alert_speaks_for_the_originals(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = (await desk.register())["code"]
    await take_in(desk, code)
    await desk.act(code, "start_processing")
    await desk.act(code, "resolve")
    await scan_at(own_application, clock, "2026-12-01 07:00")
    assert await kinds(own_application) == ["uncollected_result"]
    await desk.act(code, "hand_over", **AT_THE_COUNTER)
    go_to(clock, "2026-12-01 08:00")
    await scan_at(own_application, clock, "2026-12-04 07:00")
    assert await kinds(own_application) == ["unreturned_originals"]


@pytest.mark.parametrize("place", ["post", "office"])
async def test_what_is_only_on_its_way_is_not_home(
    own_application: Application, desk: Desk, clock: FixedClock, place: str
) -> None:
    code = (await desk.register())["code"]
    paper = await take_in(desk, code)
    where = {"tracking_number": "EB1"} if place == "post" else {"to_unit": "37.SNV"}
    assert (await desk.post("/originals/hand-overs", {"barcodes": [paper], "to_place": place, **where})).is_success
    await desk.act(code, "withdraw", explanation="Đổi ý")
    await scan_at(own_application, clock, "2026-11-30 07:00")
    assert await kinds(own_application) == ["unreturned_originals"]
