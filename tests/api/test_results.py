"""A result on its way: drafted, signed by its person and its unit, published, taken home."""

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.domain.permissions import Role
from app.services.documents.contents import read_bytes
from tests.factories.dossiers import ONLINE, Desk, codes, desk_of, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, account_of, headers_of, signed_in
from tests.factories.results import TEXT, ResultDesk, draft_body, held, printed


@pytest.fixture
def office(application: Application, desk: Desk) -> ResultDesk:
    return ResultDesk(application, desk)


async def test_a_result_goes_from_draft_to_the_citizen(office: ResultDesk) -> None:
    code = await office.processing()
    drafted = await office.draft(code)
    assert (drafted["status"], drafted["is_generated"], drafted["signatures"]) == ("draft", True, [])

    submitted = await office.submit(drafted["id"])
    assert (submitted["status"], submitted["request"]["state"]) == ("submitted", "waiting")
    answer = await office.sign(submitted["request"]["id"])
    assert (answer["signed"], answer["refused"]) == (1, 0)
    signed = await office.get(f"/results/{drafted['id']}")
    assert signed["status"] == "signed"
    assert [found["field"] for found in signed["signatures"]] == ["person-1", "unit-2"]
    assert all(found["trusted"] for found in signed["signatures"])
    assert signed["signatures"][1]["signer"] == "Ủy ban nhân dân phường Châu Sơn"

    await office.desk.act(code, "resolve", result_id=drafted["id"])
    outcome = (await office.desk.get(f"/dossiers/{code}"))["outcome"]
    assert (outcome["result_number"], outcome["result_id"]) == ("125/UBND-XNHN", drafted["id"])
    published = await office.post(f"/results/{drafted['id']}/publish", {}, by=office.desk.leader)
    assert published["status"] == "published"
    paper = await office.one("select * from issued_paper where token = $1", published["token"])
    assert (paper.kind, paper.status, paper.content_sha256) == ("result", "valid", published["signed_sha256"])

    secret = office.desk.secrets[code]
    found = await office.desk.client.get(f"/api/v1/lookup/{code}/result", params={"secret": secret})
    assert found.headers["content-type"] == "application/pdf"
    assert found.content == await office.bytes_of(published)
    read = await office.one("select count(*) as n from document_read where purpose = 'citizen'")
    assert read.n == 1

    told = [entry["vi"] for entry in (await office.desk.get(f"/dossiers/{code}/timeline"))["entries"]]
    assert "Trình ký kết quả số 125/UBND-XNHN" in told
    assert "Đã ký số kết quả số 125/UBND-XNHN" in told
    assert told[-1] == "Công bố kết quả số 125/UBND-XNHN"
    public = await office.desk.get(f"/lookup/{code}", secret=secret)
    assert "125/UBND-XNHN" not in str(public), "the public reads that it was published, not its number"


async def test_an_uploaded_pdf_is_signed_as_it_is(office: ResultDesk) -> None:
    code = await office.processing()
    pdf = printed()
    sha256 = await held(office.application, code, pdf)
    signed = await office.signed(code, text=None, content_sha256=sha256)
    assert signed["draft_sha256"] == sha256
    assert (await office.bytes_of(signed)).startswith(pdf), (
        "signatures are added behind; not a byte before them changes"
    )


async def test_a_result_of_an_undecided_dossier_is_not_published(office: ResultDesk) -> None:
    code = await office.processing()
    signed = await office.signed(code)
    answer = await office.post(f"/results/{signed['id']}/publish", {}, by=office.desk.leader, expect=409)
    assert codes(answer) == ["result_dossier_not_resolved"]


async def test_nothing_is_fetched_before_it_is_published(office: ResultDesk) -> None:
    code = await office.processing()
    signed = await office.signed(code)
    await office.desk.act(code, "resolve", result_id=signed["id"])
    secret = office.desk.secrets[code]
    answer = await office.desk.client.get(f"/api/v1/lookup/{code}/result", params={"secret": secret})
    assert (answer.status_code, codes(answer.json())) == (404, ["result_not_published"])
    wrong = await office.desk.client.get(f"/api/v1/lookup/{code}/result", params={"secret": "ABCDEFGH"})
    assert (wrong.status_code, codes(wrong.json())) == (404, ["lookup_unknown"])


@pytest.mark.parametrize("action", ["refuse", "withdraw"])
async def test_a_dossier_that_ended_without_a_decision_gets_no_result(office: ResultDesk, action: str) -> None:
    code = (await office.desk.register(accept=action != "refuse"))["code"]
    payload: dict[str, Any] = {
        "refuse": {"reason_code": "outside_competence", "explanation": "Không", "legal_basis": "NĐ 118/2025"},
        "withdraw": {"explanation": "Đổi ý"},
    }[action]
    await office.desk.act(code, action, **payload)
    assert codes(await office.draft(code, expect=409)) == ["result_dossier_not_open"]


async def test_every_fault_of_a_draft_is_named_at_once(office: ResultDesk) -> None:
    code = await office.processing(procedure_code="1.000894")
    answer = await office.draft(
        code,
        expect=422,
        result_type="KQ.G15.999999",
        effective_from="2026-12-01",
        effective_to="2026-11-01",
        content_sha256="0" * 64,
    )
    assert set(codes(answer)) == {
        "result_content_one",
        "result_type_unknown",
        "effective_reversed",
        "content_not_of_dossier",
    }


async def test_the_kind_of_result_comes_from_the_procedure(office: ResultDesk) -> None:
    code = await office.processing(procedure_code="1.000894")
    assert (await office.draft(code))["result_type"] == "KQ.G15.000032"


async def test_another_dossiers_file_is_no_result_of_this_one(office: ResultDesk) -> None:
    mine, other = await office.processing(), await office.processing()
    sha256 = await held(office.application, other, printed("của hồ sơ khác"))
    answer = await office.draft(mine, expect=422, text=None, content_sha256=sha256)
    assert codes(answer) == ["content_not_of_dossier"]


async def test_only_a_pdf_becomes_a_result(office: ResultDesk) -> None:
    code = await office.processing()
    picture = await held(office.application, code, b"\xff\xd8\xff\xe0 not a pdf", media_type="image/jpeg")
    assert codes(await office.draft(code, expect=422, text=None, content_sha256=picture)) == ["result_not_pdf"]
    broken = await held(office.application, code, b"%PDF-1.7 and nothing behind it")
    assert codes(await office.draft(code, expect=422, text=None, content_sha256=broken)) == ["pdf_unreadable"]


async def test_who_may_prepare_sign_and_publish(office: ResultDesk) -> None:
    code = await office.processing()
    clerk = office.desk.clerk
    assert codes(await office.post(f"/dossiers/{code}/results", draft_body(), by=clerk, expect=403)) == [
        "permission_missing"
    ]
    waiting = await office.waiting(code)
    answer = await office.sign(waiting["request"]["id"], by=office.desk.specialist)
    assert [fault["code"] for fault in answer["items"][0]["refusals"]] == ["signing_not_allowed"]
    stranger = await signed_in(office.application, Role.APPROVING_LEADER, OTHER_COMMUNE)
    answer = await office.sign(waiting["request"]["id"], by=stranger)
    assert [fault["code"] for fault in answer["items"][0]["refusals"]] == ["signature_request_unknown"]
    assert codes(await office.get(f"/results/{waiting['id']}", by=stranger, expect=404)) == ["result_unknown"]
    assert codes(await office.post(f"/results/{waiting['id']}/publish", {}, by=office.desk.specialist, expect=403)) == [
        "permission_missing"
    ]


async def test_declining_sends_the_draft_back_with_its_reason(office: ResultDesk) -> None:
    code = await office.processing()
    waiting = await office.waiting(code)
    declined = await office.post(
        f"/signing/requests/{waiting['request']['id']}/decline", {"reason": "Sai ngày sinh"}, by=office.desk.leader
    )
    assert (declined["status"], declined["request"]["state"]) == ("draft", "declined")
    assert declined["request"]["reason"] == "Sai ngày sinh"
    timeline = (await office.desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert timeline[-1]["vi"] == "Không ký kết quả số 125/UBND-XNHN, trả lại người trình"
    again = await office.post(
        f"/signing/requests/{waiting['request']['id']}/decline", {"reason": "x"}, by=office.desk.leader, expect=409
    )
    assert codes(again) == ["signature_not_waiting"]
    assert (await office.submit(waiting["id"]))["request"]["state"] == "waiting"


async def test_a_submitted_draft_is_taken_back_and_discarded(office: ResultDesk) -> None:
    code = await office.processing()
    waiting = await office.waiting(code)
    specialist = office.desk.specialist
    back = await office.post(f"/results/{waiting['id']}/take-back", {}, by=specialist)
    assert (back["status"], back["request"]["state"]) == ("draft", "withdrawn")
    gone = await office.post(f"/results/{waiting['id']}/discard", {}, by=specialist)
    assert gone["status"] == "discarded"
    assert codes(await office.submit(waiting["id"], expect=409)) == ["result_not_possible_now"]


async def test_a_dossier_is_not_resolved_over_a_waiting_signature(office: ResultDesk) -> None:
    code = await office.processing()
    waiting = await office.waiting(code)
    assert codes(await office.desk.act(code, "resolve", expect=409)) == ["signature_pending"]
    named = await office.desk.act(code, "resolve", expect=409, result_id=waiting["id"])
    assert codes(named) == ["result_not_signed"]
    other = await office.processing()
    foreign = await office.desk.act(other, "resolve", expect=422, result_id=waiting["id"])
    assert codes(foreign) == ["result_of_another_dossier"]


async def test_a_link_expires_and_cannot_be_made_up(office: ResultDesk, clock: FixedClock) -> None:
    published = await office.published(await office.processing())
    link = await office.post(f"/results/{published['id']}/link", {}, by=office.desk.leader)
    assert link["path"].startswith("/api/v1/result-links/")
    assert link["url"] is None, "no address that citizens reach is set"
    assert link["expires_at"] == "2026-11-30T09:00:00+07:00"
    go_to(clock, "2026-11-30 08:59")
    assert (await office.desk.client.get(link["path"])).status_code == 200
    go_to(clock, "2026-11-30 09:01")
    assert (await office.desk.client.get(link["path"])).status_code == 404
    assert (await office.desk.client.get("/api/v1/result-links/made.up.token")).status_code == 404
    # Both are signed with one key: a link signs nobody in, and an access token opens no paper.
    as_bearer = {"Authorization": f"Bearer {link['path'].rpartition('/')[2]}"}
    assert (await office.desk.client.get("/api/v1/signing/queue", headers=as_bearer)).status_code == 401
    access = office.desk.leader["Authorization"].removeprefix("Bearer ")
    assert (await office.desk.client.get(f"/api/v1/result-links/{access}")).status_code == 404


async def test_the_same_draft_sent_twice_is_one_draft(office: ResultDesk) -> None:
    code = await office.processing()
    specialist = office.desk.specialist
    answers = [
        await office.desk.post(f"/dossiers/{code}/results", draft_body(), by=specialist, idempotency_key="one draft")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert len((await office.get(f"/dossiers/{code}/results"))["items"]) == 1


async def test_online_the_link_leads_to_the_published_original(office: ResultDesk) -> None:
    code = await office.processing()
    await office.published(code)
    await office.desk.act(code, "hand_over", method="online")
    kept = (await office.desk.get(f"/dossiers/{code}"))["hand_over"]
    assert kept["link"] == f"/api/v1/lookup/{code}/result"
    other = await office.processing()
    await office.desk.act(other, "resolve")
    assert codes(await office.desk.act(other, "hand_over", expect=409, method="online")) == ["result_not_published"]
    assert (await office.desk.act(other, "hand_over", **ONLINE))["state"] == "returned"


async def test_what_is_signed_is_published_before_it_is_handed_over(office: ResultDesk) -> None:
    code = await office.processing()
    signed = await office.signed(code)
    await office.desk.act(code, "resolve", result_id=signed["id"])
    answer = await office.desk.act(code, "hand_over", expect=409, method="postal", tracking_number="VN1")
    assert codes(answer) == ["result_to_be_published"]
    officer = await signed_in(office.application, Role.RECORDS_OFFICER, COMMUNE)
    await office.post(f"/results/{signed['id']}/publish", {}, by=officer)
    assert (await office.desk.act(code, "hand_over", method="postal", tracking_number="VN1"))["state"] == "returned"


async def test_a_number_is_given_once_by_a_unit_in_a_year(office: ResultDesk, clock: FixedClock) -> None:
    first, second = await office.processing(), await office.processing()
    drafted = await office.draft(first, number="7/UBND")
    for code in (first, second):
        assert codes(await office.draft(code, expect=422, number="7/UBND")) == ["result_number_taken"]
    await office.post(f"/results/{drafted['id']}/discard", {"reason": "Nhầm"}, by=office.desk.specialist)
    await office.draft(second, number="7/UBND")
    elsewhere = await desk_of(office.application, office.desk.client, OTHER_COMMUNE)
    theirs = ResultDesk(office.application, elsewhere)
    await theirs.draft(await theirs.processing(receiving_unit=OTHER_COMMUNE), number="7/UBND")
    go_to(clock, "2027-01-04 09:00")
    await office.draft(first, number="7/UBND")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"),
        ({"signer_title": ["KT. Chủ tịch", "Phó chủ tịch"]}, "KT. CHỦ TỊCH PHÓ CHỦ TỊCH"),
    ],
)
async def test_a_printed_result_names_the_office_of_who_signs(
    office: ResultDesk, told: dict[str, Any], expected: str
) -> None:
    drafted = await office.draft(await office.processing(), text=TEXT | told)
    pdf = await read_bytes(office.application.storage, drafted["draft_sha256"])
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert expected in " ".join(text.split())


async def test_what_takes_the_place_of_a_result_may_bear_its_number(office: ResultDesk) -> None:
    published = await office.published(await office.processing())
    body = draft_body(number=published["number"], reason_code="clerical_error")
    path = f"/results/{published['id']}/replace"
    assert (await office.post(path, body, by=office.desk.specialist, expect=201))["number"] == published["number"]


async def test_the_reasons_for_taking_back_and_putting_away_are_kept(office: ResultDesk) -> None:
    waiting = await office.waiting(await office.processing())
    specialist = office.desk.specialist
    back = await office.post(f"/results/{waiting['id']}/take-back", {"reason": "Sai căn cứ"}, by=specialist)
    assert back["request"]["reason"] == "Sai căn cứ"
    gone = await office.post(f"/results/{waiting['id']}/discard", {"reason": "Lập lại"}, by=specialist)
    assert (gone["status"], gone["end_reason"]) == ("discarded", "Lập lại")


async def test_reading_an_uploaded_draft_is_recorded(office: ResultDesk) -> None:
    code = await office.processing()
    uploaded = await office.draft(
        code, text=None, content_sha256=await held(office.application, code, printed("dự thảo"))
    )
    path = f"/api/v1/results/{uploaded['id']}/draft"
    assert (await office.desk.client.get(path, headers=office.desk.leader)).status_code == 200
    read = await office.one("select count(*) as n from document_read where purpose = 'checking'")
    assert read.n == 1


async def test_a_draft_is_read_by_the_right_to_papers_of_that_very_dossier(office: ResultDesk) -> None:
    """A cashier here who is records officer elsewhere sees the dossier, and none of its papers."""
    drafted = await office.draft(await office.processing())
    both = await account_of(office.application, Role.CASHIER, COMMUNE)
    other = await account_of(office.application, Role.RECORDS_OFFICER, OTHER_COMMUNE)
    headers = headers_of(office.application, replace(both, grants=(*both.grants, *other.grants)))
    assert (await office.get(f"/results/{drafted['id']}", by=headers))["id"] == drafted["id"]
    refused = await office.desk.client.get(f"/api/v1/results/{drafted['id']}/draft", headers=headers)
    assert (refused.status_code, codes(refused.json())) == (403, ["out_of_scope"])


async def test_what_was_issued_in_one_dossier_is_no_result_of_another(office: ResultDesk) -> None:
    published = await office.published(await office.processing())
    other = await office.processing()
    sha256 = await held(office.application, other, await office.bytes_of(published))
    answer = await office.draft(other, expect=422, text=None, content_sha256=sha256, already_signed=True)
    assert codes(answer) == ["content_of_another_result"]
