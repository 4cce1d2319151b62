"""How a published result stands: replaced, revoked, in force or not, and what the public door says of it."""

import re
from html import unescape
from typing import Any

import pytest

from app.bootstrap import Application
from tests.factories.dossiers import Desk, codes
from tests.factories.results import ResultDesk, draft_body


@pytest.fixture
def office(application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(application, desk)


async def test_a_replacement_takes_its_place_when_it_is_published(office: ResultDesk) -> None:
    code = await office.processing()
    first = await office.published(code)
    leader, specialist = office.desk.leader, office.desk.specialist
    body = draft_body(number="126/UBND-XNHN", reason_code="clerical_error")
    second = await office.post(f"/results/{first['id']}/replace", body, by=specialist, expect=201)
    assert (second["replaces"], second["status"]) == (first["id"], "draft")
    another = await office.post(f"/results/{first['id']}/replace", body, by=specialist, expect=409)
    assert codes(another) == ["result_replacement_under_way"]
    assert (await office.get(f"/results/{first['id']}"))["status"] == "published", "it stands until then"

    waiting = await office.submit(second["id"])
    await office.sign(waiting["request"]["id"])
    await office.post(f"/results/{second['id']}/publish", {}, by=leader)
    old, new = await office.get(f"/results/{first['id']}"), await office.get(f"/results/{second['id']}")
    assert (old["status"], old["replaced_by"], old["end_reason_code"]) == ("replaced", new["id"], "clerical_error")
    paper = await office.one("select * from issued_paper where token = $1", first["token"])
    newer = await office.one("select id from issued_paper where token = $1", new["token"])
    assert (paper.status, paper.replaced_by, paper.status_reason) == ("replaced", newer.id, "clerical_error")
    secret = office.desk.secrets[code]
    listed = await office.desk.get(f"/lookup/{code}/results", secret=secret)
    assert [item["number"] for item in listed["items"]] == ["126/UBND-XNHN"]


async def test_what_was_drafted_in_the_place_of_a_result_revoked_meanwhile_is_published_by_itself(
    office: ResultDesk,
) -> None:
    """The whole chain: revoked, then published in its place, then replaced in turn by one with the same number."""
    code = await office.processing()
    first = await office.published(code)
    leader, specialist = office.desk.leader, office.desk.specialist

    async def replacement(of: dict[str, Any]) -> dict[str, Any]:
        body = draft_body(number=first["number"], reason_code="clerical_error")
        return await office.post(f"/results/{of['id']}/replace", body, by=specialist, expect=201)

    async def publish(drafted: dict[str, Any]) -> None:
        waiting = await office.submit(drafted["id"])
        await office.sign(waiting["request"]["id"])
        await office.post(f"/results/{drafted['id']}/publish", {}, by=leader)

    second = await replacement(first)
    revocation = {"reason_code": "false_papers", "reason": "Giấy tờ giả", "legal_basis": "Luật Hộ tịch 2014"}
    await office.post(f"/results/{first['id']}/revoke", revocation, by=leader)
    await publish(second)
    third = await replacement(second)
    await publish(third)
    chain = [await office.get(f"/results/{found['id']}") for found in (first, second, third)]
    assert [found["status"] for found in chain] == ["revoked", "replaced", "published"]
    assert [found["replaced_by"] for found in chain] == [second["id"], third["id"], None]
    shown = [await office.desk.get(f"/verify/{found['token']}") for found in chain]
    assert [paper["status"] for paper in shown] == ["revoked", "replaced", "valid"]
    assert shown[0]["status_reason"] == "false_papers"


@pytest.mark.parametrize(
    ("first", "last", "status", "words"),
    [
        ("2026-10-01", "2026-10-31", "expired", "ĐÃ HẾT HIỆU LỰC"),
        ("2026-12-01", None, "not_yet_in_force", "CHƯA CÓ HIỆU LỰC"),
        ("2026-11-01", "2027-04-30", "valid", "đang có hiệu lực"),
    ],
)
async def test_the_public_door_knows_the_days_a_result_is_in_force(
    office: ResultDesk, first: str, last: str | None, status: str, words: str
) -> None:
    published = await office.published(await office.processing(), effective_from=first, effective_to=last)
    found = (await office.desk.client.get(f"/api/v1/verify/{published['token']}")).json()
    assert (found["status"], found["effective_from"], found["effective_to"]) == (status, first, last)
    office.desk.client.event_hooks = {"request": [], "response": []}
    page = (await office.desk.client.get(f"/v/{published['token']}", headers={"Accept": "text/html"})).text
    assert words in page
    assert f"ngày</dt><dd>{first[8:]}/{first[5:7]}/{first[:4]}</dd>" in page


async def test_a_revoked_result_is_revoked_everywhere(office: ResultDesk) -> None:
    code = await office.processing()
    published = await office.published(code)
    leader = office.desk.leader
    link = await office.post(f"/results/{published['id']}/link", {}, by=leader)
    assert (await office.desk.client.get(link["path"])).status_code == 200
    body = {"reason_code": "false_papers", "reason": "Giấy tờ giả", "legal_basis": "Luật Hộ tịch 2014"}
    odd = await office.post(f"/results/{published['id']}/revoke", body | {"reason_code": "x"}, by=leader, expect=422)
    assert codes(odd) == ["code_unknown"]
    revoked = await office.post(f"/results/{published['id']}/revoke", body, by=leader)
    assert (revoked["status"], revoked["end_reason_code"]) == ("revoked", "false_papers")
    paper = await office.one("select status from issued_paper where token = $1", published["token"])
    assert paper.status == "revoked"
    office.desk.client.event_hooks = {"request": [], "response": []}
    page = (await office.desk.client.get(f"/v/{published['token']}", headers={"Accept": "text/html"})).text
    receipt = {"secret": office.desk.secrets[code]}
    looked_up = await office.desk.client.get(f"/api/v1/lookup/{code}", params=receipt, headers={"Accept": "text/html"})
    assert 'class="no">Kết quả đã cấp ĐÃ BỊ THU HỒI' in looked_up.text
    assert "<dt>Lý do</dt><dd>Giấy tờ, thông tin làm căn cứ không đúng sự thật</dd>" in page
    gone = await office.desk.client.get(link["path"])
    assert (gone.status_code, codes(gone.json())) == (404, ["result_link_unknown"])
    again = await office.post(f"/results/{published['id']}/revoke", body, by=leader, expect=409)
    assert codes(again) == ["result_not_possible_now"]


async def test_the_page_of_the_receipt_leads_to_the_original_and_to_the_rating(office: ResultDesk) -> None:
    code = await office.processing()
    await office.published(code)
    receipt = {"secret": office.desk.secrets[code]}
    office.desk.client.event_hooks = {"request": [], "response": []}
    page = await office.desk.client.get(f"/api/v1/lookup/{code}", params=receipt, headers={"Accept": "text/html"})
    original, rating = (unescape(found) for found in re.findall('href="([^"]+)"', page.text))
    assert (await office.desk.client.get(original)).content.startswith(b"%PDF")
    assert (await office.desk.client.get(rating, headers={"Accept": "text/html"})).status_code == 200
