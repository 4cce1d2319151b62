"""Never ask twice (NQ 66.7/2025): what is held or to be had from data is not demanded, and each reuse is known."""

import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Role
from tests.factories.dossiers import BIRTH, SUPPLEMENT, Desk, applicant, codes, go_to, registration
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in
from tests.factories.vault import document_of, held_for, keep_content

MARITAL = "marital_status_certificate"
AGAIN = {"case_variant": "again"}
FORM = [{"code": "TP01", "originals": 1}]
ASK_TP02 = {"items": [{"component_code": "TP02", "problem": "missing"}], "reason": "Thiếu giấy xác nhận đã cấp"}
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
        (notice,) = registered["warnings"]
        assert notice["code"] == "component_held"
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
        assert [notice["code"] for notice in registered["warnings"]] == ["component_held"]

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
        body = {**ASK_TP02, "ask_again_reason": {"code": "because", "text": "…"}}
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
        assert f"Không yêu cầu nộp TP02: dùng kho giấy tờ {held} (NQ 66.7/2025/NQ-CP)" in texts

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
        flags = await self.flags_of(desk, code, "TP02")
        assert flags == {"digitized": 0, "reused": 2, "from_national_store": 0, "replaced_by": None}
        assert (await desk.post(path, {"source": "national_store", "reference": "MGT-1"})).status_code == 201
        flags = await self.flags_of(desk, code, "TP02")
        assert flags == {"digitized": 0, "reused": 2, "from_national_store": 1, "replaced_by": None}

    async def flags_of(self, desk: Desk, code: str, component: str) -> Any:
        found = await desk.get(f"/dossiers/{code}/held-papers")
        return next(item["flags"] for item in found["components"] if item["code"] == component)

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


class TestReading:
    async def test_the_dossier_tells_what_need_not_be_brought(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        other = await held_for(
            application, person["number"], MARITAL, source=person["source"], valid_until=dt.date(2026, 1, 1)
        )
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        found = await desk.get(f"/dossiers/{code}/held-papers")
        assert found["holder"].endswith(person["number"][-3:])
        assert person["number"] not in str(found)
        assert {paper["code"]: paper["status"] for paper in found["papers"]} == {held: "valid", other: "expired"}
        by_code = {component["code"]: component for component in found["components"]}
        assert (by_code["TP01"]["available"], by_code["TP01"]["papers"]) == (None, [])
        assert (by_code["TP02"]["available"], by_code["TP02"]["papers"]) == ("held", [held, other])
        assert (by_code["TP01"]["source"], by_code["TP02"]["source"]) == ("paper", None)

    async def test_a_search_by_number_is_recorded_and_answers_with_a_masked_number(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        body = {"identity_number": person["number"], "purpose": "guidance", "procedure_code": "1.004873"}
        found = (await desk.post("/held-papers/search", body)).json()
        assert [paper["code"] for paper in found["papers"]] == [held]
        assert person["number"] not in str(found)
        assert {item["code"]: item["available"] for item in found["components"]}["TP02"] == "held"
        async with application.database.read() as connection:
            entries = await fetch_all(
                connection, "select subject, data from audit_entry where action = 'held_papers_searched'"
            )
        assert len(entries) == 1
        assert person["number"] not in str([dict(entry) for entry in entries])
        assert entries[0].data["purpose"] == "guidance"

    async def test_a_search_for_nobody_is_recorded_too(self, application: Application, desk: Desk) -> None:
        body = {"identity_number": "037890999999", "purpose": "checking"}
        assert (await desk.post("/held-papers/search", body)).json()["papers"] == []
        async with application.database.read() as connection:
            row = await fetch_one(
                connection, "select count(*) as entries from audit_entry where action = 'held_papers_searched'"
            )
        assert row is not None
        assert row.entries == 1

    async def test_a_dossier_out_of_sight_says_nothing(
        self, application: Application, desk: Desk, person: dict[str, Any]
    ) -> None:
        stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
        answer = await desk.client.get(f"/api/v1/dossiers/{person['source']}/held-papers", headers=stranger)
        assert answer.status_code == 404

    async def test_no_address_carries_a_number(self, client: httpx.AsyncClient) -> None:
        paths = (await client.get("/openapi.json")).json()["paths"]
        parameters = [
            parameter["name"]
            for path in paths.values()
            for operation in path.values()
            for parameter in operation.get("parameters", [])
        ]
        assert not [name for name in parameters if "identity" in name]


class TestHolding:
    @pytest.fixture
    async def officer(self, application: Application) -> dict[str, str]:
        return await signed_in(application, Role.RECORDS_OFFICER, COMMUNE)

    def body(self, document: int, **changes: Any) -> dict[str, Any]:
        facts = {"issuer": "UBND phường Phủ Lý", "number": "12", "legal_basis": "TT 01/2023/TT-VPCP"}
        return {"document_id": document, **facts} | changes

    async def test_a_records_officer_keeps_a_paper_whose_validity_follows_from_its_kind(
        self, application: Application, desk: Desk, person: dict[str, Any], officer: dict[str, str]
    ) -> None:
        document = await document_of(application, person["source"], "TP02")
        path = f"/dossiers/{person['source']}/held-papers"
        made = await desk.post(path, self.body(document, issued_on="2026-08-31"), by=officer)
        assert made.status_code == 201, made.text
        assert made.json()["kind"]["code"] == MARITAL
        assert made.json()["valid_until"] == "2027-02-28"
        assert made.json()["about_holder"] is True

    async def test_the_same_content_is_held_once(
        self, application: Application, desk: Desk, person: dict[str, Any], officer: dict[str, str]
    ) -> None:
        sha256 = await keep_content(application)
        path = f"/dossiers/{person['source']}/held-papers"
        made = [
            (await desk.post(path, self.body(await document_of(application, person["source"], "TP02", sha256=sha256)),
                             by=officer)).json()["code"]
            for _ in range(2)
        ]  # fmt: skip
        assert made[0] == made[1]

    async def test_a_card_is_not_kept_whatever_it_is_called(
        self, application: Application, desk: Desk, person: dict[str, Any], officer: dict[str, str]
    ) -> None:
        path = f"/dossiers/{person['source']}/held-papers"
        birth = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        listed = await document_of(application, birth, "TP06")
        named = await document_of(application, person["source"], None, name="CCCD mặt trước.jpg")
        called = await document_of(application, person["source"], None)
        for where, body in [
            (f"/dossiers/{birth}/held-papers", self.body(listed, kind=MARITAL)),
            (path, self.body(named, kind=MARITAL)),
            (path, self.body(called, kind="citizen_card")),
        ]:
            answer = await desk.post(where, body, by=officer)
            assert (answer.status_code, codes(answer.json())) == (422, ["paper_presented_only"])

    async def test_every_fault_of_a_paper_is_named(
        self, application: Application, desk: Desk, person: dict[str, Any], officer: dict[str, str]
    ) -> None:
        path = f"/dossiers/{person['source']}/held-papers"
        document = await document_of(application, person["source"], "TP01", name="cccd.pdf")
        answer = await desk.post(path, self.body(document), by=officer)
        assert codes(answer.json()) == ["paper_presented_only", "paper_kind_unknown"]
        backwards = self.body(
            await document_of(application, person["source"], "TP02"), valid_from="2026-02-01", valid_until="2026-01-01"
        )
        assert codes((await desk.post(path, backwards, by=officer)).json()) == ["validity_backwards"]
        foreign = await document_of(application, (await desk.register())["code"], "TP02")
        assert codes((await desk.post(path, self.body(foreign), by=officer)).json()) == ["document_unknown"]

    async def test_a_replaced_paper_names_the_one_in_its_place_in_the_flags(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str, officer: dict[str, str]
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        await desk.post(f"/dossiers/{code}/components/TP02/reuse", {"source": "vault", "held_paper": held})
        newer = await held_for(application, person["number"], MARITAL, source=person["source"], number="02/2026")
        body = {"status": "replaced", "reason": "Cấp lại", "replaced_by": newer}
        changed = await desk.post(f"/held-papers/{held}/status", body, by=officer)
        assert (changed.json()["status"], changed.json()["replaced_by"]) == ("replaced", newer)
        assert (await TestReuse().flags_of(desk, code, "TP02"))["replaced_by"] == newer
        again = await desk.post(f"/held-papers/{held}/status", body, by=officer)
        assert codes(again.json()) == ["held_paper_not_valid"]

    async def test_only_a_valid_paper_of_the_same_kind_and_person_replaces(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str, officer: dict[str, str]
    ) -> None:
        other_kind = await held_for(application, person["number"], "criminal_record", source=person["source"])
        other_person = await held_for(application, "037990777777", MARITAL, source=person["source"])
        for replacement in (None, held, other_kind, other_person, "KG-none"):
            body = {"status": "replaced", "reason": "Cấp lại", "replaced_by": replacement}
            answer = await desk.post(f"/held-papers/{held}/status", body, by=officer)
            assert codes(answer.json()) == ["held_paper_no_replacement"], replacement

    async def test_others_units_papers_are_not_changed(self, application: Application, desk: Desk, held: str) -> None:
        stranger = await signed_in(application, Role.RECORDS_OFFICER, OTHER_COMMUNE)
        body = {"status": "revoked", "reason": "Cấp sai"}
        assert (await desk.post(f"/held-papers/{held}/status", body, by=stranger)).status_code == 403
        assert (await desk.post("/held-papers/KG-none/status", body, by=stranger)).status_code == 404


class TestCounts:
    async def test_what_is_counted_can_be_counted_again_from_the_log(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str, clock: FixedClock
    ) -> None:
        first = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        await desk.post(f"/dossiers/{first}/components/TP02/reuse", {"source": "vault", "held_paper": held})
        database = {"source": "database", "database_code": "CSDLHT", "reference": "TV-1"}
        second = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        await desk.post(f"/dossiers/{second}/components/TP02/reuse", database)
        await desk.act(second, "request_supplement", **ASK_TP02, ask_again_reason=REASON)
        go_to(clock, "2026-12-01 08:00")
        third = (await desk.register(procedure_code=BIRTH, components=FORM))["code"]
        await desk.post(f"/dossiers/{third}/components/TP02/reuse", database)

        report = await desk.get("/statistics/reuse", **{"from": "2026-11-01", "to": "2026-12-31", "group_by": "month"})
        months = {row["key"]: row for row in report["rows"]}
        assert {key: (row["reuses"], row["dossiers"]) for key, row in months.items()} == {
            "2026-11": (2, 2),
            "2026-12": (1, 1),
        }
        assert (months["2026-11"]["vault"], months["2026-11"]["database"]) == (1, 1)
        assert (months["2026-11"]["asked_again"], months["2026-12"]["asked_again"]) == (1, 0)
        assert report["total"]["reuses"] == 3

        by_unit = await desk.get("/statistics/reuse", **{"from": "2026-11-01", "to": "2026-12-31", "group_by": "unit"})
        assert [(row["key"], row["reuses"]) for row in by_unit["rows"]] == [(COMMUNE, 3)]
        async with application.database.read() as connection:
            from app.services.vault.queries import reuse_in_log

            begin = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
            logged = await reuse_in_log(connection, begin=begin, end=begin + dt.timedelta(days=90))
        assert {(row.unit, row.source): row.reuses for row in logged} == {
            (COMMUNE, "vault"): by_unit["rows"][0]["vault"],
            (COMMUNE, "database"): by_unit["rows"][0]["database"],
        }

    async def test_nothing_reused_is_zero_and_odd_questions_are_refused(self, desk: Desk) -> None:
        assert (await desk.get("/statistics/reuse", unit=OTHER_COMMUNE))["total"]["reuses"] == 0
        odd = {"from": "2026-12-01", "to": "2026-01-01", "unit": "nowhere"}
        assert set(codes(await desk.get("/statistics/reuse", expect=422, **odd))) == {
            "period_reversed",
            "unit_unknown",
        }
