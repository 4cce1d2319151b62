"""Reading what is held (masked and recorded), keeping papers by hand, counting reuses."""

import datetime as dt
from typing import Any

import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_all, fetch_one
from app.domain.permissions import Role
from app.services.vault.queries import reuse_in_log
from tests.api.test_vault import AGAIN, ASK_TP02, FORM, MARITAL, REASON, flags_of, held, person
from tests.factories.dossiers import BIRTH, Desk, codes, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in
from tests.factories.vault import document_of, held_for, keep_content

__all__ = ["held", "person"]


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

    async def test_a_cashier_learns_what_need_not_be_brought_and_nothing_of_the_papers(
        self, application: Application, desk: Desk, person: dict[str, Any], held: str
    ) -> None:
        code = (await desk.register(applicant=person["applicant"], components=FORM, **AGAIN))["code"]
        cashier = await signed_in(application, Role.CASHIER, COMMUNE)
        answer = await desk.client.get(f"/api/v1/dossiers/{code}/held-papers", headers=cashier)
        found = answer.json()
        assert {item["code"]: item["available"] for item in found["components"]}["TP02"] == "held"
        assert (found["papers"], [item["papers"] for item in found["components"] if item["papers"]]) == ([], [])
        assert held not in answer.text

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
        to_come = await desk.post(path, self.body(document, issued_on="2030-01-01"), by=officer)
        assert (to_come.status_code, codes(to_come.json())) == (422, ["date_in_future"])
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
        assert (await flags_of(desk, code, "TP02"))["replaced_by"] == newer
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

        period: dict[str, Any] = {"from": "2026-11-01", "to": "2026-12-31"}
        report = await desk.get("/statistics/reuse", **period, group_by="month")
        months = {row["key"]: row for row in report["rows"]}
        assert {key: (row["reuses"], row["dossiers"]) for key, row in months.items()} == {
            "2026-11": (2, 2),
            "2026-12": (1, 1),
        }
        assert (months["2026-11"]["vault"], months["2026-11"]["database"]) == (1, 1)
        assert (months["2026-11"]["asked_again"], months["2026-12"]["asked_again"]) == (1, 0)
        assert report["total"]["reuses"] == 3

        by_unit = await desk.get("/statistics/reuse", **period, group_by="unit")
        assert [(row["key"], row["reuses"]) for row in by_unit["rows"]] == [(COMMUNE, 3)]
        async with application.database.read() as connection:
            begin = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
            logged = await reuse_in_log(connection, begin=begin, end=begin + dt.timedelta(days=90))
        assert {(row.unit, row.source): row.reuses for row in logged} == {
            (COMMUNE, "vault"): by_unit["rows"][0]["vault"],
            (COMMUNE, "database"): by_unit["rows"][0]["database"],
        }

    async def test_papers_brought_needlessly_are_counted_and_named_in_the_log(
        self, application: Application, desk: Desk
    ) -> None:
        brought = [*FORM, {"code": "TP02", "originals": 1}]
        code = (await desk.register(procedure_code=BIRTH, components=brought))["code"]
        await desk.register(procedure_code=BIRTH, components=FORM)
        for group_by in ("unit", "month"):
            report = await desk.get("/statistics/reuse", group_by=group_by)
            assert [row["brought_needlessly"] for row in (*report["rows"], report["total"])] == [1, 1]
        async with application.database.read() as connection:
            logged = await fetch_all(
                connection,
                "select d.code, e.data->'brought_needlessly' as papers from dossier_event e "
                "join dossier d on d.id = e.dossier_id where e.data ? 'brought_needlessly'",
            )
        assert [(row.code, row.papers) for row in logged] == [(code, ["TP02"])]

    async def test_nothing_reused_is_zero_and_odd_questions_are_refused(self, desk: Desk) -> None:
        assert (await desk.get("/statistics/reuse", unit=OTHER_COMMUNE))["total"]["reuses"] == 0
        odd: dict[str, Any] = {"from": "2026-11-02", "to": "2026-01-01", "unit": "nowhere"}
        assert set(codes(await desk.get("/statistics/reuse", expect=422, **odd))) == {
            "period_reversed",
            "unit_unknown",
        }
