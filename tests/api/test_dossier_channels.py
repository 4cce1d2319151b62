"""Registration from the counter, the portal and by post; who files, for whom, and what is checked."""

from typing import Any

import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import execute
from app.domain.permissions import Permission, Role
from app.services.procedures.drafts import create_draft, publish
from app.services.procedures.inputs import VersionInput
from tests.factories.dossiers import (
    MARITAL_STATUS,
    REFUSE,
    Desk,
    applicant,
    codes,
    go_to,
    registration,
    without_receipt,
)
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, account_of, signed_in_machine

PORTAL = {Permission.DOSSIERS_READ, Permission.DOSSIERS_SUBMIT, Permission.PAYMENTS_CONFIRM}


@pytest.fixture
async def portal(application: Application) -> dict[str, str]:
    return await signed_in_machine(application, PORTAL, PROVINCE)


def online(**changes: Any) -> dict[str, Any]:
    return registration(channel="online", return_channel="online", accept=False, **changes)


async def test_the_portal_files_online_and_a_clerk_accepts(
    desk: Desk, portal: dict[str, str], clock: FixedClock
) -> None:
    answer = await desk.post("/dossiers", online(external_code="G22.99-261123-000123"), by=portal)
    filed = answer.json()
    assert (answer.status_code, filed["state"], filed["channel"], filed["version"]) == (201, "registered", "online", 1)
    assert answer.headers["location"] == f"/api/v1/dossiers/{filed['code']}"
    assert answer.headers["etag"] == '"1"'
    assert (filed["accepted_at"], filed["promised_due_at"]) == (None, None)
    assert filed["actions"] == ["withdraw"], "the portal submits and withdraws, it accepts nothing"

    go_to(clock, "2026-11-23 10:30")
    accepted = await desk.act("G22.99-261123-000123", "accept")
    # The clock runs from acceptance, not from submission (domain: Thời gian nhận hồ sơ).
    assert accepted["accepted_at"] == "2026-11-23T10:30:00+07:00"
    assert accepted["promised_due_at"] == "2026-11-27T10:30:00+07:00"
    assert accepted["receipt"]["promised_due_at"] == accepted["promised_due_at"]
    assert accepted["receipt"]["lookup_secret"] == filed["receipt"]["lookup_secret"], (
        "the same receipt, now with a date"
    )
    read = await desk.get(f"/dossiers/{filed['code']}")
    assert {name: read[name] for name in without_receipt(accepted)} == without_receipt(accepted)
    assert read["aliases"] == [{"code": "G22.99-261123-000123", "system": "machine"}]


async def test_the_portal_may_not_accept(desk: Desk, portal: dict[str, str]) -> None:
    refused = await desk.post("/dossiers", online() | {"accept": True}, by=portal)
    assert (refused.status_code, codes(refused.json())) == (403, ["permission_missing"])
    filed = (await desk.post("/dossiers", online(), by=portal)).json()
    assert codes(await desk.act(filed["code"], "accept", by=portal, expect=403)) == ["permission_missing"]


async def test_a_portal_without_the_scope_files_nothing(application: Application, desk: Desk) -> None:
    reader = await signed_in_machine(application, {Permission.DOSSIERS_READ}, PROVINCE)
    refused = await desk.post("/dossiers", online(), by=reader)
    assert (refused.status_code, codes(refused.json())) == (403, ["permission_missing"])


async def test_a_portal_of_another_unit_files_nothing_here(application: Application, desk: Desk) -> None:
    stranger = await signed_in_machine(application, PORTAL, OTHER_COMMUNE)
    refused = await desk.post("/dossiers", online(), by=stranger)
    assert (refused.status_code, codes(refused.json())) == (403, ["out_of_scope"])


async def test_papers_by_post_with_the_result_by_post(desk: Desk) -> None:
    dossier = await desk.register(channel="postal", return_channel="postal", return_address="Tổ 2, phường Châu Sơn")
    read = await desk.get(f"/dossiers/{dossier['code']}")
    assert (read["channel"], read["return_channel"], read["return_address"]) == (
        "postal", "postal", "Tổ 2, phường Châu Sơn",
    )  # fmt: skip


async def test_somebody_files_for_somebody_else(desk: Desk) -> None:
    dossier = await desk.register(
        representative=applicant(full_name="Trần Văn Thử", gender="male", identity_number="037890000001")
    )
    read = await desk.get(f"/dossiers/{dossier['code']}")
    assert read["applicant"]["full_name"] == "Nguyễn Thị Thử Nghiệm"
    assert read["representative"]["identity_number"] == "037890000001"


async def test_faults_of_the_representative_are_named_beside_the_applicants(desk: Desk) -> None:
    body = registration(
        applicant=applicant(identity_number="1"),
        representative=applicant(identity_number="2", date_of_birth="2027-01-01"),
    )
    answer = await desk.post("/dossiers", body)
    assert {(fault["code"], fault["field"]) for fault in answer.json()["errors"]} == {
        ("identity_number_malformed", "applicant.identity_number"),
        ("identity_number_malformed", "representative.identity_number"),
        ("date_in_future", "representative.date_of_birth"),
    }


async def test_an_enterprise_shows_its_tax_code(desk: Desk) -> None:
    body = {"kind": "enterprise", "full_name": "Công ty TNHH Thử Nghiệm", "identity_number": "0101234567"}
    assert (await desk.register(applicant=body))["state"] == "accepted"
    refused = await desk.post("/dossiers", registration(applicant=body | {"identity_number": "01"}))
    assert codes(refused.json()) == ["tax_code_malformed"]


async def test_an_identity_number_is_needed_but_not_of_everybody(desk: Desk) -> None:
    refused = await desk.post("/dossiers", registration(applicant=applicant(identity_number=None)))
    assert [(fault["code"], fault["field"]) for fault in refused.json()["errors"]] == [
        ("missing", "applicant.identity_number")
    ]
    assert (await desk.register(applicant=applicant(identity_number=None, kind="other")))["state"] == "accepted"


async def test_what_looks_wrong_in_an_identity_number_is_a_warning_not_a_fault(desk: Desk) -> None:
    # Digits 5 and 6 say 2090 with "9": a woman of the 2300s; the year given differs.
    dossier = await desk.register(applicant=applicant(gender="male"))
    assert "identity_number_gender_differs" in [warning["code"] for warning in dossier["warnings"]]


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([{"code": "TP99", "originals": 1}], {"component_unknown", "component_missing"}),
        ([{"code": "TP01", "originals": 1}, {"code": "TP01", "originals": 1}], {"component_repeated"}),
        ([{"code": "TP01", "originals": 0}], {"component_empty"}),
        ([{"code": "TP01", "source": "data"}], {"component_not_from_data"}),
    ],
)
async def test_papers_are_those_the_procedure_lists(
    desk: Desk, components: list[dict[str, Any]], expected: set[str]
) -> None:
    answer = await desk.post("/dossiers", registration(components=components))
    assert answer.status_code == 422
    assert expected <= set(codes(answer.json()))


async def test_a_case_of_the_procedure_asks_for_its_own_papers(desk: Desk) -> None:
    refused = await desk.post("/dossiers", registration(case_variant="again"))
    assert [fault["params"]["component"] for fault in refused.json()["errors"]] == ["TP02"]
    papers = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
    assert (await desk.register(case_variant="again", components=papers))["case_variant"] == "again"
    unknown = await desk.post("/dossiers", registration(case_variant="never_heard_of"))
    assert codes(unknown.json()) == ["case_variant_unknown"]


async def test_a_channel_the_procedure_does_not_offer_is_refused(desk: Desk) -> None:
    # Đăng ký kết hôn (1.000894) needs both people at the counter: no postal term is listed.
    body = registration(procedure_code="1.000894", channel="postal", accept=False, components=[])
    assert codes((await desk.post("/dossiers", body)).json()) == ["channel_not_offered"]


async def test_an_unknown_reason_of_refusal_is_answered_with_the_list(desk: Desk) -> None:
    filed = await desk.register(accept=False)
    answer = await desk.act(filed["code"], "refuse", expect=422, **(REFUSE | {"reason_code": "because"}))
    (fault,) = answer["errors"]
    assert (fault["code"], fault["field"]) == ("code_unknown", "reason_code")
    assert "outside_competence" in fault["params"]["expected"]
    assert "outside_competence" in fault["vi"]


async def test_a_refusal_carries_reason_and_legal_basis(desk: Desk) -> None:
    filed = await desk.register(accept=False)
    refused = await desk.act(filed["code"], "refuse", **REFUSE)
    assert (refused["state"], refused["national_status"], refused["actions"]) == ("refused", 3, [])
    assert refused["ended_at"] == "2026-11-23T09:00:00+07:00"
    outcome = (await desk.get(f"/dossiers/{filed['code']}"))["outcome"]
    assert {name: outcome[name] for name in ("kind", *REFUSE)} == {"kind": "refused", **REFUSE}
    status = await desk.get(f"/lookup/{filed['code']}", secret=filed["receipt"]["lookup_secret"])
    assert status["why_vi"] == "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan (NĐ 118/2025)"
    entry = (await desk.get(f"/dossiers/{filed['code']}/timeline"))["entries"][-1]
    assert entry["vi"] == "Từ chối tiếp nhận: Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan"


async def test_a_refusal_needs_reason_explanation_and_basis_all_named_at_once(desk: Desk) -> None:
    filed = await desk.register(accept=False)
    answer = await desk.act(filed["code"], "refuse", expect=422)
    assert {fault["field"].rpartition(".")[2] for fault in answer["errors"]} == set(REFUSE)


async def test_an_accepted_dossier_is_not_refused_but_stopped_or_decided(desk: Desk) -> None:
    dossier = await desk.register()
    assert codes(await desk.act(dossier["code"], "refuse", expect=409, **REFUSE)) == ["action_not_possible_now"]


async def test_the_version_in_force_at_acceptance_is_pinned(
    application: Application, desk: Desk, clock: FixedClock
) -> None:
    filed = await desk.register(accept=False)
    content = VersionInput.model_validate(
        {
            "name": "Cấp Giấy xác nhận tình trạng hôn nhân (mới)",
            "valid_from": "2026-11-25",
            "components": [{"code": "TP01", "name": "Tờ khai"}],
            "terms": [{"channel": "counter", "statutory": {"value": 2, "unit": "working_days"}}],
        }
    )
    administrator = await account_of(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    async with application.database.write() as connection:
        await create_draft(connection, MARITAL_STATUS, content, actor=administrator, now=clock.at)
        await publish(connection, MARITAL_STATUS, 2, actor=administrator, now=clock.at)
    go_to(clock, "2026-11-25 09:00")
    assert (await desk.get(f"/dossiers/{filed['code']}"))["procedure"]["version"] == 1
    accepted = await desk.act(filed["code"], "accept")
    assert (accepted["procedure"]["version"], accepted["procedure"]["name"][-5:]) == (2, "(mới)")
    assert accepted["promised_due_at"] == "2026-11-27T09:00:00+07:00", "two days, as the new version says"
    assert (await desk.get(f"/dossiers/{filed['code']}"))["procedure"] == accepted["procedure"]


async def test_the_commune_is_named_as_receiving_and_competent(desk: Desk) -> None:
    dossier = await desk.register(accept=False)
    assert dossier["receiving_unit"] == dossier["competent_unit"] == {"code": COMMUNE, "name": "Phường Châu Sơn"}


@pytest.mark.parametrize("name", ["\u200b", "Nguyễn\ufeff An", "\x7f", "\x1b[31mAn", "a\nb", "\u202eAn", "123"])
async def test_a_name_is_letters_that_can_be_seen(desk: Desk, name: str) -> None:
    refused = await desk.post("/dossiers", registration(applicant=applicant(full_name=name)))
    (fault,) = refused.json()["errors"]
    assert fault["code"] in ("invisible_character", "name_without_letter")
    assert fault["field"] == "applicant.full_name"


async def test_a_province_that_no_number_begins_with_is_a_warning(desk: Desk) -> None:
    dossier = await desk.register(applicant=applicant(identity_number="999990000001"))
    assert [warning["code"] for warning in dossier["warnings"]] == ["identity_number_province_unknown"]


@pytest.mark.parametrize("code", ["E/9a8c1", "../../etc", "..", "a b", "a%2Fb", "a\u200bb"])
async def test_an_outside_code_is_one_by_which_the_dossier_can_be_found(desk: Desk, code: str) -> None:
    refused = await desk.post("/dossiers", registration(external_code=code))
    assert codes(refused.json()) == ["external_code_malformed"]


async def test_what_is_plainly_wrong_is_told_with_faults_of_shape(desk: Desk) -> None:
    body = registration(
        channel="fax",
        applicant=applicant(identity_number="123", full_name="\u200b"),
        representative={"kind": "enterprise", "full_name": "Công ty Thử", "identity_number": "12"},
        return_channel="postal",
    )
    del body["applicant"]["address"]
    answer = await desk.post("/dossiers", body)
    assert {(fault["code"], fault["field"]) for fault in answer.json()["errors"]} == {
        ("enum", "channel"),
        ("invisible_character", "applicant.full_name"),
        ("identity_number_malformed", "applicant.identity_number"),
        ("tax_code_malformed", "representative.identity_number"),
        ("return_address_missing", "return_address"),
    }
    assert all(fault["vi"] != fault["code"] for fault in answer.json()["errors"])
    nobody = await desk.post(
        "/dossiers", registration(accept=1, applicant={"full_name": "Thử", "identity_number": None})
    )
    assert [(fault["code"], fault["field"]) for fault in nobody.json()["errors"]] == [
        ("bool_type", "accept"), ("missing", "applicant.identity_number"),
    ]  # fmt: skip


async def test_codes_of_no_list_are_told_with_faults_of_shape(desk: Desk) -> None:
    code = (await desk.register())["code"]
    item = {"component_code": "TP01", "problem": "nope"}
    answer = await desk.act(
        code, "request_supplement", expect=422, items=[item, {**item, "component_code": 7}], answer_within_days=0
    )
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("string_type", "items.1.component_code"), ("missing", "reason"), ("greater_than_equal", "answer_within_days"),
        ("code_unknown", "items.0.problem"), ("code_unknown", "items.1.problem"),
    ]  # fmt: skip
    answer = await desk.act(code, "stop", expect=422, reason_code="nope", explanation="")
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("string_too_short", "explanation"), ("missing", "legal_basis"), ("code_unknown", "reason_code"),
    ]  # fmt: skip
    assert "supplement_not_received – " in answer["errors"][2]["vi"]


async def test_a_dossier_is_found_by_its_codes_in_capitals_or_small_letters(desk: Desk) -> None:
    dossier = await desk.register(external_code="Dvc-2026-77")
    await desk.register(external_code="PORTAL-88")
    mixed = await desk.register(external_code="abc-Def.12")
    small = dossier["code"].lower()
    assert small != dossier["code"]
    for path in ("", "/timeline", "/deadline", "/actions", "/fees", "/results", "/documents", "/originals"):
        answer = await desk.client.get(f"/api/v1/dossiers/{small}{path}", headers=desk.clerk)
        assert answer.status_code == 200, path
    found = await desk.client.get(
        f"/api/v1/lookup/{small}", params={"secret": dossier["receipt"]["lookup_secret"].lower()}
    )
    assert found.json()["code"] == dossier["code"]
    assert (await desk.get("/dossiers/Dvc-2026-77"))["code"] == dossier["code"]
    assert (await desk.get("/dossiers/portal-88"))["aliases"][0]["code"] == "PORTAL-88"
    for spelling in ("abc-Def.12", "ABC-DEF.12", "abc-def.12", "Abc-dEF.12"):
        assert (await desk.get(f"/dossiers/{spelling}"))["code"] == mixed["code"]
        (listed,) = (await desk.get("/dossiers", q=spelling))["items"]
        assert listed["code"] == mixed["code"]
    assert (await desk.act(small, "withdraw", explanation="Đổi ý"))["state"] == "withdrawn"


async def test_a_code_of_another_system_is_not_ours_in_small_letters(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.post("/dossiers", registration(external_code=code.lower()))
    assert codes(answer.json()) == ["external_code_ours"]


async def test_outside_codes_that_differ_only_in_capitals_are_the_same(desk: Desk) -> None:
    await desk.register(external_code="Portal-77x")
    answer = await desk.post("/dossiers", registration(external_code="PORTAL-77X"))
    assert (answer.status_code, codes(answer.json())) == (409, ["external_code_taken"])


async def test_of_outside_codes_taken_in_several_spellings_each_is_found_only_as_written(
    application: Application, desk: Desk
) -> None:
    exact, other = [(await desk.register(external_code=name))["code"] for name in ("abc-1", "abc-2")]
    async with application.database.write() as connection:
        await execute(connection, "update dossier_alias set code = 'ABC-1' where code = 'abc-2'")
    assert [(await desk.get(f"/dossiers/{name}"))["code"] for name in ("abc-1", "ABC-1")] == [exact, other]
    answer = await desk.client.get("/api/v1/dossiers/Abc-1", headers=desk.clerk)
    assert codes(answer.json()) == ["dossier_unknown"]


async def test_a_procedure_in_the_old_long_form_and_a_passport_in_small_letters_are_taken(desk: Desk) -> None:
    dossier = await desk.register(
        procedure_code="1.004873.000.00.00.H42", applicant=applicant(identity_number="b1234567")
    )
    assert dossier["procedure"]["code"] == "1.004873"
    read = await desk.get(f"/dossiers/{dossier['code']}")
    assert read["applicant"]["identity_number"] == "B1234567"
    figures = await desk.client.get("/api/v1/statistics/on-time", params={"procedure": "1.004873.000.00.00.H42"})
    assert figures.status_code == 200


async def test_the_old_long_form_is_read_wherever_a_procedure_is_named(desk: Desk) -> None:
    long = "1.004873.000.00.00.H42"
    fees = await desk.post("/fees/calculate", {"procedure_code": long, "amount_vnd": 0})
    assert "procedure_unknown" not in fees.text
    for path in ("/tariffs", "/paper-uses"):
        await desk.get(path, procedure=long)


async def test_what_a_hand_over_lacks_is_told_beside_the_state_that_forbids_it(desk: Desk) -> None:
    code = (await desk.register())["code"]
    answer = await desk.act(code, "hand_over", expect=409, method="counter", tracking_number="EB1")
    assert [(fault["code"], fault["field"]) for fault in answer["errors"]] == [
        ("missing", "receiver_name"), ("missing", "proof"), ("not_with_method", "tracking_number"),
        ("action_not_possible_now", "action"),
    ]  # fmt: skip


async def test_a_paper_without_a_name_is_named_once(desk: Desk) -> None:
    answer = await desk.post("/dossiers", registration(components=[{"code": "tp01", "originals": 1}]))
    assert answer.json()["errors"][0]["vi"].startswith("Thành phần tp01 không có trong thủ tục")
