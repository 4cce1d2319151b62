"""One rating a dossier, by the capability on its receipt, once the result is there; never by the staff."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.db import fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import REFUSE, Desk, applicant, codes
from tests.factories.people import PROVINCE, signed_in

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
async def token(desk: Desk) -> str:
    """The capability of a dossier that is resolved."""
    dossier = await desk.register()
    await desk.act(dossier["code"], "resolve")
    return str(dossier["receipt"]["rating_token"])


async def test_a_rating_is_kept_with_channel_and_assistance(application: Application, desk: Desk, token: str) -> None:
    body = {
        "level": 4, "reasons": ["polite_staff", "fast_result"], "comment": "Tốt", "channel": "kiosk", "assisted": True,
    }  # fmt: skip
    answer = await desk.client.post(f"/api/v1/ratings/{token}", json=body)
    assert (answer.status_code, answer.json()["level"]) == (201, 4)
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select level, comment, channel, assisted, reasons::text from rating")
    assert row is not None
    assert (row.level, row.comment, row.channel, row.assisted) == (4, "Tốt", "kiosk", True)
    dossier = await desk.get(f"/dossiers/{desk.codes[0]}")
    assert (dossier["rated"], dossier["version"]) == (True, 4)
    assert (await desk.get(f"/dossiers/{desk.codes[0]}/timeline"))["entries"][-1]["vi"] == "Công dân đã đánh giá"


async def test_the_invitation_shows_what_is_rated_and_the_choices(desk: Desk, token: str) -> None:
    invitation = await desk.get(f"/ratings/{token}")
    assert (invitation["dossier_code"], invitation["open"], invitation["rated"]) == (desk.codes[0], True, False)
    assert len(invitation["levels"]) == 5
    assert "polite_staff" in [reason["code"] for reason in invitation["reasons"]]
    await desk.client.post(f"/api/v1/ratings/{token}", json={"level": 5})
    invitation = await desk.get(f"/ratings/{token}")
    assert (invitation["open"], invitation["rated"]) == (False, True)


async def test_nobody_rates_before_the_result(desk: Desk) -> None:
    dossier = await desk.register()
    path = f"/api/v1/ratings/{dossier['receipt']['rating_token']}"
    early = await desk.client.post(path, json={"level": 5})
    assert (early.status_code, codes(early.json())) == (409, ["rating_before_result"])
    filed = await desk.register(accept=False)
    await desk.act(filed["code"], "refuse", **REFUSE)
    refused = await desk.client.post(f"/api/v1/ratings/{filed['receipt']['rating_token']}", json={"level": 1})
    assert codes(refused.json()) == ["rating_before_result"]


async def test_only_the_answer_that_issues_a_receipt_shows_its_secrets(application: Application, desk: Desk) -> None:
    filed = await desk.register(accept=False)
    code, issued = filed["code"], filed["receipt"]
    hidden = issued | {"lookup_secret": None, "rating_token": None}
    inspector = await signed_in(application, Role.INSPECTOR, PROVINCE)
    for reader in (desk.clerk, desk.specialist, desk.leader, inspector):
        seen = (await desk.client.get(f"/api/v1/dossiers/{code}", headers=reader)).json()
        assert seen["receipt"] == hidden
    accepted = (await desk.act(code, "accept"))["receipt"]
    assert (accepted["lookup_secret"], accepted["rating_token"]) == (issued["lookup_secret"], issued["rating_token"])
    started = (await desk.act(code, "start_processing"))["receipt"]
    assert (started["number"], started["lookup_secret"], started["rating_token"]) == (1, None, None)
    corrected = (await desk.act(code, "correct", reason="Gõ sai", summary="Cấp cho con"))["receipt"]
    assert corrected["rating_token"] not in (None, issued["rating_token"]), "another receipt, another secret"
    resolved = (await desk.act(code, "resolve"))["receipt"]
    assert (resolved["number"], resolved["lookup_secret"], resolved["rating_token"]) == (2, None, None)


async def test_the_staff_do_not_rate(desk: Desk, token: str) -> None:
    answer = await desk.client.post(f"/api/v1/ratings/{token}", json={"level": 5}, headers=desk.clerk)
    assert (answer.status_code, codes(answer.json())) == (403, ["staff_cannot_rate"])
    assert (await desk.get(f"/ratings/{token}"))["rated"] is False


async def test_a_second_rating_is_refused_and_the_same_key_is_answered_again(desk: Desk, token: str) -> None:
    path, key = f"/api/v1/ratings/{token}", {"Idempotency-Key": "my answer"}
    first = await desk.client.post(path, json={"level": 2}, headers=key)
    again = await desk.client.post(path, json={"level": 2}, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    other = await desk.client.post(path, json={"level": 5}, headers=key)
    assert codes(other.json()) == ["idempotency_key_reused"]
    second = await desk.client.post(path, json={"level": 5})
    assert (second.status_code, codes(second.json())) == (409, ["already_rated"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"level": 0}, "level"), ({"level": 6}, "level"), ({}, "level"),
        ({"level": 5, "reasons": ["because"]}, "reasons.0"),
        ({"level": 5, "channel": "staff"}, "channel"), ({"level": 5, "stars": 5}, "stars"),
        ({"level": 5, "comment": "\x00"}, "comment"), ({"level": 5, "comment": "x" * 301}, "comment"),
    ],
)  # fmt: skip
async def test_a_malformed_rating_is_refused(desk: Desk, token: str, body: dict[str, Any], field: str) -> None:
    answer = await desk.client.post(f"/api/v1/ratings/{token}", json=body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert (await desk.get(f"/ratings/{token}"))["rated"] is False


@pytest.mark.parametrize("made_up", ["aaaaaaaaaaaaaaaaaaaaaa", "--------"])
async def test_a_made_up_token_opens_nothing(desk: Desk, made_up: str) -> None:
    assert codes(await desk.get(f"/ratings/{made_up}", expect=404)) == ["rating_unknown"]
    answer = await desk.client.post(f"/api/v1/ratings/{made_up}", json={"level": 5})
    assert codes(answer.json()) == ["rating_unknown"]


@pytest.fixture
def reader(desk: Desk) -> Any:
    """Somebody with a phone; pages are no part of the contract."""
    desk.client.event_hooks = {"request": [], "response": []}
    return desk.client


async def test_the_code_on_the_receipt_opens_a_page_that_rates_without_a_script(
    application: Application, token: str, reader: Any
) -> None:
    shown = await reader.get(f"/r/{token}")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "script" not in shown.text
    assert shown.text.count('type="radio"') == 5
    for personal in ("Nguyễn Thị Thử Nghiệm", "037990", applicant()["phone"]):
        assert personal not in shown.text
    assert (await reader.get(f"/api/v1/ratings/{token}", headers=PAGE)).text == shown.text
    form = {"level": "4", "reasons": ["polite_staff", "fast_result"], "comment": "Tốt"}
    thanks = await reader.post(f"/r/{token}", data=form)
    assert (thanks.status_code, "Cảm ơn" in thanks.text) == (201, True)
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select level, comment, channel, assisted, reasons from rating")
    assert row is not None
    assert (row.level, row.comment, row.channel, row.assisted) == (4, "Tốt", "own_device", False)
    assert row.reasons == ["polite_staff", "fast_result"]
    assert "đã được đánh giá" in (await reader.get(f"/r/{token}")).text
    again = await reader.post(f"/r/{token}", data=form)
    assert (again.status_code, "đã được đánh giá" in again.text) == (409, True)


async def test_the_page_says_that_it_is_too_early(desk: Desk, reader: Any) -> None:
    token = (await desk.register())["receipt"]["rating_token"]
    for answer in (await reader.get(f"/r/{token}"), await reader.post(f"/r/{token}", data={"level": "5"})):
        assert "Chỉ đánh giá sau khi có kết quả" in answer.text


async def test_codes_that_were_never_given_out_get_one_answer(reader: Any) -> None:
    answers = [await reader.get(f"/r/{made_up}") for made_up in ("aaaaaaaaaaaaaaaaaaaaaa", "x", "%00%00%00", "é" * 9)]
    answers.append(await reader.post("/r/aaaaaaaaaaaaaaaaaaaaaa", data={"level": "5"}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "form", [{}, {"level": "6"}, {"level": "5", "reasons": "because"}, {"level": "5", "comment": "x" * 301}]
)
async def test_an_incomplete_form_rates_nothing(desk: Desk, token: str, reader: Any, form: dict[str, str]) -> None:
    answer = await reader.post(f"/r/{token}", data=form)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert ("quá dài" in answer.text) is ("comment" in form), "the page says what is wrong with it"
    assert (await desk.get(f"/ratings/{token}"))["rated"] is False


async def test_a_clerk_who_is_signed_in_does_not_rate_by_the_page(desk: Desk, token: str, reader: Any) -> None:
    assert (await reader.post(f"/r/{token}", data={"level": "5"}, headers=desk.clerk)).status_code == 403


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_form_over_the_limit_is_told_so_on_a_page(reader: Any, *, chunked: bool) -> None:
    body = b"comment=" + b"x" * 2_000_000

    async def chunks() -> Any:
        yield body[:1_500_000]
        yield body[1_500_000:]

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await reader.post("/r/aaaaaaaaaaaaaaaaaaaaaa", content=chunks() if chunked else body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "Nội dung gửi lên quá lớn" in answer.text
