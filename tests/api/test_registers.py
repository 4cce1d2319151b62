"""The register of dossiers: by period, unit and field, as the form and as a workbook."""

import io
import zipfile
from typing import Any

import httpx
import pypdfium2
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_one
from app.domain.permissions import Role
from app.services.forms import register as register_of
from tests.factories.dossiers import AT_THE_COUNTER, BIRTH, Desk, applicant, codes, desk_of, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, signed_in


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    return await desk_of(application, client)


async def register(desk: Desk, **parameters: Any) -> httpx.Response:
    asked = {"unit": COMMUNE, "from": "2026-11-01", "to": "2026-11-30"} | parameters
    return await desk.client.get("/api/v1/registers/dossiers", params=asked, headers=desk.clerk)


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def strings_of(workbook: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


async def test_the_register_is_the_form_in_force_with_a_line_a_dossier(desk: Desk, clock: FixedClock) -> None:
    dossier = await desk.register()
    await desk.register(accept=False)
    await desk.act(dossier["code"], "start_processing")
    go_to(clock, "2026-11-25 10:00")
    await desk.act(dossier["code"], "resolve", outcome="approved")
    await desk.act(dossier["code"], "hand_over", **AT_THE_COUNTER)
    answer = await register(desk)
    assert answer.status_code == 200
    page = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0]
    assert page.get_width() > page.get_height()
    text = text_of(answer.content)
    assert "SỔ THEO DÕI HỒ SƠ Từ 01/11/2026 đến 30/11/2026 · 1 hồ sơ" in text
    for expected in ("23/11/2026 09:00", "27/11/2026 09:00", "25/11/2026 10:00", "Trước hạn", "UBND phường Châu Sơn"):
        assert expected in text


async def test_the_register_keeps_to_period_and_field(desk: Desk) -> None:
    await desk.register()
    assert "0 hồ sơ" in text_of((await register(desk, to="2026-11-22")).content)
    assert "1 hồ sơ" in text_of((await register(desk, field="Hộ tịch")).content)
    assert "0 hồ sơ" in text_of((await register(desk, field="Đất đai")).content)


async def test_a_period_of_2024_is_printed_on_the_form_of_2018(desk: Desk) -> None:
    text = text_of((await register(desk, **{"from": "2024-01-01", "to": "2024-12-31"})).content)
    assert "Mẫu số 06 – Thông tư số 01/2018/TT-VPCP" in text
    assert "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ" in text


async def test_the_workbook_holds_what_people_typed_as_text(desk: Desk) -> None:
    await desk.register(applicant=applicant(full_name="=HYPERLINK(1)"))
    answer = await register(desk, format="xlsx")
    sheet = strings_of(answer.content)
    assert "=HYPERLINK(1)" in sheet
    assert "<f>" not in sheet
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_register_of_other_units_is_unknown(desk: Desk) -> None:
    answer = await register(desk, unit=OTHER_COMMUNE)
    assert (answer.status_code, codes(answer.json())) == (404, ["unit_unknown"])


async def test_a_period_has_an_end_and_at_most_a_year(desk: Desk) -> None:
    for parameters in ({"to": "2026-10-31"}, {"from": "2020-01-01"}):
        answer = await register(desk, **parameters)
        assert (answer.status_code, codes(answer.json())) == (422, ["register_period"])


async def test_who_took_the_register_out_is_kept(desk: Desk, application: Application) -> None:
    await desk.register(procedure_code=BIRTH, components=[{"code": "TP01", "originals": 1}])
    await register(desk, format="xlsx")
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select subject, data from audit_entry where action = 'register.export' order by id desc limit 1",
        )
    assert row is not None
    assert (row.subject, row.data["rows"], row.data["format"]) == (f"unit:{COMMUNE}", 1, "xlsx")


async def test_a_cashier_may_not_see_what_lies_outside(desk: Desk, application: Application) -> None:
    stranger = await signed_in(application, Role.CASHIER, OTHER_COMMUNE)
    answer = await desk.client.get(
        "/api/v1/registers/dossiers",
        params={"unit": COMMUNE, "from": "2026-11-01", "to": "2026-11-30"},
        headers=stranger,
    )
    assert answer.status_code == 404


async def test_a_register_too_long_for_paper_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_of, "PDF_ROWS", 1)
    for _ in range(2):
        await desk.register()
    answer = await register(desk)
    assert (answer.status_code, codes(answer.json())) == (422, ["register_too_long"])
    assert (await register(desk, format="xlsx")).status_code == 200
