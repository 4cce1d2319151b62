"""Never ask twice (NQ 66.7/2025): what is held or to be had from data is not demanded, and each reuse is known."""

import datetime as dt
from typing import Any

import pytest

from app.bootstrap import Application
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import BIRTH, SUPPLEMENT, Desk, applicant, codes, registration
from tests.factories.people import COMMUNE, signed_in
from tests.factories.vault import held_for

MARITAL = "marital_status_certificate"
AGAIN: dict[str, Any] = {"case_variant": "again"}
FORM = [{"code": "TP01", "originals": 1}]
ASK_TP02: dict[str, Any] = {
    "items": [{"component_code": "TP02", "problem": "missing"}],
    "reason": "Thiếu giấy xác nhận đã cấp",
}
REASON = {"code": "copy_unusable", "text": "Bản quét thiếu trang 2"}


async def events_of(application: Application, code: str, event_type: str) -> list[Any]:
    async with application.database.read() as connection:
        return list(
            await fetch_all(
                connection,
                "select e.data, e.seq, e.actor_id from dossier_event e join dossier d on d.id = e.dossier_id "
                "where d.code = $1 and e.type = $2 order by e.seq",
                code,
                event_type,
            )
        )


async def flags_of(desk: Desk, code: str, component: str) -> Any:
    found = await desk.get(f"/dossiers/{code}/held-papers")
    return next(item["flags"] for item in found["components"] if item["code"] == component)


@pytest.fixture
async def person(desk: Desk) -> dict[str, Any]:
    """An applicant who has been here before; `source` is that dossier."""
    someone = applicant()
    source = await desk.register(applicant=someone)
    return {"applicant": someone, "number": someone["identity_number"], "source": source["code"]}


@pytest.fixture
async def held(application: Application, person: dict[str, Any]) -> str:
    return await held_for(application, person["number"], MARITAL, source=person["source"])


class TestRegistration:
    async def test_a_paper_that_is_held_is_not_demanded(self, desk: Desk, person: dict[str, Any], held: str) -> None:
        refused = await desk.post("/dossiers", registration(components=FORM, **AGAIN))
        assert codes(refused.json()) == ["component_missing"]
        registered = await desk.register(applicant=person["applicant"], components=FORM, **AGAIN)
        assert registered["state"] == "accepted"
        notice, double = registered["warnings"]
        assert (notice["code"], double["code"]) == ("component_held", "likely_double")
        assert "TP02" in notice["vi"]
        assert held in notice["en"]

    async def test_accepting_later_does_not_demand_it_either(
        self, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        registered = await desk.register(applicant=person["applicant"], components=FORM, accept=False, **AGAIN)
        assert (await desk.act(registered["code"], "accept"))["state"] == "accepted"
        assert held.startswith("KG-")

    async def test_what_data_replaces_is_not_demanded(self, desk: Desk) -> None:
        registered = await desk.register(procedure_code=BIRTH, components=FORM)
        assert [notice["code"] for notice in registered["warnings"]] == ["component_obtainable"]

    @pytest.mark.parametrize(
        "facts",
        [
            {"valid_until": dt.date(2026, 11, 22)},
            {"valid_from": dt.date(2026, 11, 24)},
            {"about_holder": False},
            {"kind": "criminal_record"},
        ],
        ids=["expired yesterday", "valid from tomorrow", "about another matter", "another kind"],
    )
    async def test_a_paper_that_does_not_stand_in_is_still_needed(
        self, application: Application, desk: Desk, person: dict[str, Any], facts: dict[str, Any]
    ) -> None:
        await held_for(application, person["number"], facts.pop("kind", MARITAL), source=person["source"], **facts)
        body = registration(applicant=person["applicant"], components=FORM, **AGAIN)
        assert codes((await desk.post("/dossiers", body)).json()) == ["component_missing"]

    async def test_a_paper_counts_on_its_first_and_on_its_last_day(
        self, application: Application, desk: Desk, person: dict[str, Any]
    ) -> None:
        today = dt.date(2026, 11, 23)
        await held_for(
            application, person["number"], MARITAL, source=person["source"], valid_from=today, valid_until=today
        )
        registered = await desk.register(applicant=person["applicant"], components=FORM, **AGAIN)
        assert [notice["code"] for notice in registered["warnings"]] == ["component_held", "likely_double"]

    async def test_a_correction_of_the_applicant_judges_the_papers_anew(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        """The first applicant holds TP02, the second does not, the third does."""
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        refused = await desk.act(code, "correct", expect=422, applicant=applicant(), reason="Nhầm người")
        assert codes(refused) == ["component_missing"]
        brought = [*FORM, {"code": "TP02", "originals": 1}]
        await desk.act(code, "correct", applicant=applicant(), components=brought, reason="Nhầm người")
        third = applicant()
        theirs = await held_for(application, third["identity_number"], MARITAL, source=person["source"])
        await desk.act(code, "correct", applicant=third, components=FORM, reason="Nhầm lần nữa")
        shown = await desk.get(f"/dossiers/{code}/held-papers")
        assert [paper["code"] for paper in shown["papers"]] == [theirs]
        assert theirs != held

    async def test_a_component_taken_from_the_former_applicants_vault_is_asked_for_again(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        body = {"source": "vault", "held_paper": held}
        assert (await desk.post(f"/dossiers/{code}/components/TP02/reuse", body)).status_code == 201
        refused = await desk.act(code, "correct", expect=422, applicant=applicant(), reason="Nhầm người")
        assert codes(refused) == ["component_missing"]
        right = applicant()
        await held_for(application, right["identity_number"], MARITAL, source=person["source"])
        wrong = await held_for(application, person["number"], "criminal_record", source=code)
        await desk.act(code, "correct", applicant=right, reason="Nhầm người")
        assert [found["code"] for found in (await desk.get(f"/dossiers/{code}"))["components"]] == ["TP01"]
        async with application.database.read() as connection:
            gone = await fetch_one(connection, "select status, status_reason from held_paper where code = $1", wrong)
            kept = await fetch_one(connection, "select status from held_paper where code = $1", held)
        assert gone is not None
        assert kept is not None
        assert (gone.status, gone.status_reason, kept.status) == ("revoked", "applicant_corrected", "valid")

    async def test_a_corrected_name_of_the_same_person_changes_nothing_of_the_papers(
        self, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        assert held
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        renamed = person["applicant"] | {"full_name": "Nguyễn Thị Thử Nghiệp"}
        assert (await desk.act(code, "correct", applicant=renamed, reason="Sai tên"))["state"] == "accepted"

    async def test_nobody_stands_on_another_persons_paper(self, desk: Desk, held: str) -> None:
        assert held
        refused = await desk.post("/dossiers", registration(components=FORM, **AGAIN))
        assert codes(refused.json()) == ["component_missing"]


class TestAskingAgain:
    async def test_a_supplement_for_a_paper_that_is_held_is_refused_with_its_code(
        self, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        refused = await desk.act(code, "request_supplement", expect=409, **ASK_TP02)
        assert codes(refused) == ["component_held"]
        assert held in refused["errors"][0]["detail"]
        assert refused["errors"][0]["field"] == "items.0.component_code"

    async def test_a_supplement_for_what_data_replaces_is_refused(self, desk: Desk) -> None:
        code = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        refused = await desk.act(code, "request_supplement", expect=409, **ASK_TP02)
        assert codes(refused) == ["component_obtainable"]

    async def test_a_signed_reason_is_kept_and_the_log_says_so(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        await desk.act(code, "request_supplement", **ASK_TP02, ask_again_reason=REASON)
        async with application.database.read() as connection:
            rows = await fetch_all(
                connection,
                "select a.*, d.code from asked_again a join dossier d on d.id = a.dossier_id where d.code = $1",
                code,
            )
        assert [(row.component_code, row.available, row.held_paper_code) for row in rows] == [("TP02", "held", held)]
        assert (rows[0].reason_code, rows[0].explanation) == ("copy_unusable", REASON["text"])
        (event,) = await events_of(application, code, "supplement_requested")
        assert event.data["asked_again"] == ["TP02"]
        assert event.data["ask_again_reason"] == "copy_unusable"
        assert rows[0].asked_by == event.actor_id
        assert rows[0].seq == event.seq
        assert REASON["text"] not in str(event.data)
        sentences = [item["vi"] for item in (await desk.get(f"/dossiers/{code}/timeline"))["entries"]]
        assert any("đã có nhưng vẫn yêu cầu" in sentence for sentence in sentences)

    async def test_an_unknown_reason_is_refused(self, desk: Desk) -> None:
        code = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        body: dict[str, Any] = {**ASK_TP02, "ask_again_reason": {"code": "because", "text": "…"}}
        assert codes(await desk.act(code, "request_supplement", expect=422, **body)) == ["code_unknown"]

    async def test_what_nobody_has_is_asked_for_without_a_reason(self, application: Application, desk: Desk) -> None:
        code = (await desk.register())["code"]
        await desk.act(code, "request_supplement", **SUPPLEMENT)
        (event,) = await events_of(application, code, "supplement_requested")
        assert "asked_again" not in event.data

    async def test_a_reason_for_what_nobody_has_leaves_no_row(self, application: Application, desk: Desk) -> None:
        code = (await desk.register())["code"]
        await desk.act(code, "request_supplement", **SUPPLEMENT, ask_again_reason=REASON)
        async with application.database.read() as connection:
            row = await fetch_one(connection, "select count(*) as rows from asked_again")
        assert row is not None
        assert row.rows == 0

    async def test_a_revoked_paper_may_be_asked_for_again(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        officer = await signed_in(application, Role.RECORDS_OFFICER, COMMUNE)
        body = {"status": "revoked", "reason": "Cấp sai"}
        answer = await desk.post(f"/held-papers/{held}/status", body, by=officer)
        assert answer.json()["status"] == "revoked"
        await desk.act(code, "request_supplement", **ASK_TP02)


class TestReuse:
    async def test_a_held_paper_becomes_the_component_and_the_reuse_is_known(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        body = {"source": "vault", "held_paper": held}
        answer = await desk.post(f"/dossiers/{code}/components/TP02/reuse", body)
        assert answer.status_code == 201, answer.text
        (event,) = await events_of(application, code, "paper_reused")
        assert event.seq == answer.json()["seq"]
        assert event.data == {
            "component": "TP02",
            "source": "vault",
            "held_paper": held,
            "source_dossier": person["source"],
            "database": None,
            "legal_basis": "NQ 66.7/2025/NQ-CP",
        }
        detail = await desk.get(f"/dossiers/{code}")
        assert {piece["code"]: piece["source"] for piece in detail["components"]} == {"TP01": "paper", "TP02": "reused"}
        (document,) = await events_of(application, code, "document_added")
        assert document.data["component_code"] == "TP02"
        found = await desk.get(f"/dossiers/{code}/held-papers")
        (component,) = [item for item in found["components"] if item["code"] == "TP02"]
        assert component["flags"] == {"digitized": 1, "reused": 1, "from_national_store": 0, "replaced_by": None}
        texts = [item["vi"] for item in (await desk.get(f"/dossiers/{code}/timeline"))["entries"]]
        name = next(piece["name"] for piece in detail["components"] if piece["code"] == "TP02")
        assert f"Không yêu cầu nộp {name}: dùng kho giấy tờ {held} (NQ 66.7/2025/NQ-CP)" in texts

    async def test_the_same_paper_twice_is_refused(self, desk: Desk, person: dict[str, Any], held: str) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        path, body = f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": held}
        assert (await desk.post(path, body)).status_code == 201
        assert codes((await desk.post(path, body)).json()) == ["component_reused_already"]

    async def test_the_same_key_reuses_once(self, desk: Desk, person: dict[str, Any], held: str) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        path, body = f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": held}
        first = await desk.post(path, body, idempotency_key="r1")
        again = await desk.post(path, body, idempotency_key="r1")
        assert (first.status_code, again.status_code, first.content == again.content) == (201, 201, True)

    async def test_data_and_the_national_store_have_their_own_flags(self, desk: Desk) -> None:
        code = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        path = f"/dossiers/{code}/components/TP02/reuse"
        body = {"source": "database", "database_code": "CSDLHT", "reference": "TV-2026-1"}
        assert (await desk.post(path, body)).status_code == 201
        flags = await flags_of(desk, code, "TP02")
        assert flags == {"digitized": 0, "reused": 2, "from_national_store": 0, "replaced_by": None}
        assert (await desk.post(path, {"source": "national_store", "reference": "MGT-1"})).status_code == 201
        flags = await flags_of(desk, code, "TP02")
        assert flags == {"digitized": 0, "reused": 2, "from_national_store": 1, "replaced_by": None}

    async def test_another_persons_paper_is_unknown(self, desk: Desk, held: str) -> None:
        code = (await desk.register())["code"]
        refused = await desk.post(f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": held})
        assert refused.status_code == 404
        assert codes(refused.json()) == ["held_paper_unknown"]

    async def test_what_it_cannot_stand_in_for_is_refused(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"]))["code"]
        birth = (await desk.register(procedure_code=BIRTH, applicant=person["applicant"], components=FORM))["code"]
        expired = await held_for(
            application,
            person["number"],
            MARITAL,
            source=person["source"],
            valid_until=dt.date(2026, 11, 1),
        )
        wanted = [
            (code, "TP99", held, 422, "component_unknown"),
            (code, "TP01", held, 422, "held_paper_other_kind"),
            (birth, "TP06", held, 422, "paper_presented_only"),
            (code, "TP02", expired, 409, "held_paper_not_valid"),
        ]
        for dossier, component, paper, status, fault in wanted:
            body = {"source": "vault", "held_paper": paper}
            answer = await desk.post(f"/dossiers/{dossier}/components/{component}/reuse", body)
            assert (answer.status_code, codes(answer.json())) == (status, [fault])
        database = {"source": "database", "database_code": "CSDLDC", "reference": "1"}
        answer = await desk.post(f"/dossiers/{code}/components/TP01/reuse", database)
        assert codes(answer.json()) == ["component_not_from_data"]

    async def test_nothing_is_reused_in_a_dossier_that_has_ended(
        self, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"]))["code"]
        await desk.act(code, "withdraw", explanation="Đổi ý")
        answer = await desk.post(f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": held})
        assert codes(answer.json()) == ["dossier_ended"]
