"""Every original has its barcode, one way, and one answer to "where is it now"."""

import io
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import fetch_all, fetch_one
from app.domain.custody import barcode
from app.domain.permissions import Role
from tests.factories.dossiers import AUTHORISED, BIRTH, Desk, codes, go_to
from tests.factories.people import COMMUNE, DEPARTMENT, OTHER_COMMUNE, account_of, headers_of, signed_in

CARD = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
TO_DEPARTMENT: dict[str, Any] = {"to_place": "office", "to_unit": DEPARTMENT}
HOME: dict[str, Any] = {
    "to_place": "citizen",
    "receiver_name": "Nguyễn Thị Thử Nghiệm",
    "proof": "Ký sổ trả bản chính",
    "authorisation": AUTHORISED,
}


async def taken_in(desk: Desk, code: str, *names: str, place: str = "counter") -> list[str]:
    """Take originals in; return their barcodes."""
    body = {"place": place, "originals": [{"name": name} for name in names]}
    answer = await desk.post(f"/dossiers/{code}/originals", body)
    assert answer.status_code == 201, answer.text
    return [item["barcode"] for item in answer.json()["items"]][-len(names) :]


async def give(desk: Desk, barcodes: list[str], by: dict[str, str] | None = None, **where: Any) -> httpx.Response:
    return await desk.post("/originals/hand-overs", {"barcodes": barcodes, **where}, by=by)


async def confirm(desk: Desk, batch: str, barcodes: list[str], by: dict[str, str], **more: Any) -> httpx.Response:
    return await desk.post(f"/originals/hand-overs/{batch}/confirm", {"barcodes": barcodes, **more}, by=by)


@pytest.fixture
async def department(application: Application) -> dict[str, str]:
    return await signed_in(application, Role.SPECIALIST, DEPARTMENT)


@pytest.fixture
async def code(desk: Desk) -> str:
    return str((await desk.register())["code"])


async def test_an_original_taken_in_lies_at_the_counter_under_its_own_barcode(
    application: Application, desk: Desk, code: str
) -> None:
    body = {"originals": [{"component_code": "TP02", "to_be_returned": False}, {"name": "Giấy ủy quyền"}]}
    answer = await desk.post(f"/dossiers/{code}/originals", body)
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["items"]
    assert (first["barcode"], second["barcode"]) == ("GT-0000000018", "GT-0000000026") or (
        first["barcode"] < second["barcode"]
    )
    assert first["name"].startswith("Giấy xác nhận tình trạng hôn nhân")
    assert (first["to_be_returned"], second["to_be_returned"]) == (False, True)
    assert (first["now"]["move"], first["now"]["place"], first["now"]["unit"]) == ("taken_in", "counter", COMMUNE)
    async with application.database.read() as connection:
        row = await fetch_one(
            connection,
            "select e.data from dossier_event e join dossier d on d.id = e.dossier_id "
            "where d.code = $1 and e.type = 'original_moved'",
            code,
        )
    assert row is not None
    assert row.data["barcodes"] == [first["barcode"], second["barcode"]]
    assert set(row.data) == {"kind", "place", "unit", "barcodes", "hand_over"}


async def test_a_card_is_looked_at_and_not_taken_in(desk: Desk) -> None:
    birth = (await desk.register(procedure_code=BIRTH, components=CARD))["code"]
    body = {"originals": [{"component_code": "TP06"}, {"component_code": "TP99"}, {}, {"name": "Căn cước công dân"}]}
    answer = await desk.post(f"/dossiers/{birth}/originals", body)
    assert answer.status_code == 422
    assert codes(answer.json()) == ["paper_presented_only", "component_unknown", "missing", "paper_presented_only"]
    assert answer.json()["errors"][-1]["field"] == "originals.3.name"


async def test_counter_to_office_and_back_to_the_citizen(
    desk: Desk, code: str, department: dict[str, str], clock: FixedClock
) -> None:
    paper, other = await taken_in(desk, code, "Sổ đỏ", "Giấy phép")
    given = await give(desk, [paper, other], **TO_DEPARTMENT, note="Chuyển thụ lý")
    assert given.status_code == 201, given.text
    batch = given.json()["code"]
    assert given.json()["awaited"] == 2
    assert (await desk.get(f"/originals/{paper}"))["now"]["move"] == "given"
    go_to(clock, "2026-11-23 10:00")
    received = await confirm(desk, batch, [paper.lower()], department)
    assert received.status_code == 200, received.text
    assert received.json()["awaited"] == 1
    now = (await desk.get(f"/originals/{paper}"))["now"]
    assert (now["move"], now["place"], now["unit"]) == ("received", "office", DEPARTMENT)
    go_to(clock, "2026-11-23 11:00")
    back = await give(desk, [paper], by=department, to_place="counter", to_unit=COMMUNE)
    assert (await confirm(desk, back.json()["code"], [paper], desk.clerk)).status_code == 200
    home = await give(desk, [paper], **HOME)
    assert home.status_code == 201, home.text
    assert home.json()["receiver_name"] == HOME["receiver_name"]
    found = await desk.get(f"/originals/{paper}")
    assert [step["move"] for step in found["way"]] == ["taken_in", "given", "received", "given", "received", "returned"]
    assert found["returned_at"] == "2026-11-23T11:00:00+07:00"
    assert HOME["receiver_name"] not in str(found)
    timeline = (await desk.get(f"/dossiers/{code}/timeline"))["entries"]
    assert [entry["vi"] for entry in timeline if entry["type"] == "original_moved"] == [
        f"Nhận giữ 2 bản chính tại quầy {COMMUNE}",
        f"Giao 2 bản chính cho phòng chuyên môn {DEPARTMENT}",
        f"Phòng chuyên môn {DEPARTMENT} đã nhận 1 bản chính",
        f"Giao 1 bản chính cho quầy {COMMUNE}",
        f"Quầy {COMMUNE} đã nhận 1 bản chính",
        "Trả 1 bản chính cho công dân",
    ]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"receiver_name": "Trần Văn Lạ"}, ["receiver_is_stranger"]),
        ({"receiver_name": "Nguyễn Thị Thử Nghiệm"}, ["receiver_number_needed"]),
        (
            {"receiver_name": "Nguyễn Thị Thử Nghiệm", "receiver_identity_number": "001988000001"},
            ["receiver_is_stranger"],
        ),
        (
            {
                "receiver_name": "Trần Văn Lạ",
                "authorisation": {"reason": "x", "reference": "y", "document_id": 999_999},
            },
            ["document_of_another_dossier"],
        ),
    ],
)
async def test_an_original_is_not_returned_to_a_stranger(
    desk: Desk, code: str, who: dict[str, Any], expected: list[str]
) -> None:
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    refused = await give(desk, [paper], **HOME | {"authorisation": None} | who)
    assert (refused.status_code, codes(refused.json())) == (422, expected)
    assert (await desk.get(f"/originals/{paper}"))["now"]["move"] == "taken_in"


async def test_whoever_is_authorised_takes_an_original_home_and_the_authorisation_is_kept(
    desk: Desk, code: str
) -> None:
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    authorisation = {"reason": "Chủ hồ sơ ốm", "reference": "Giấy ủy quyền số 5/2026"}
    who: dict[str, Any] = {"receiver_name": "Trần Văn Lạ", "receiver_identity_number": "001988000001"}
    home = await give(desk, [paper], **HOME | who | {"authorisation": authorisation})
    assert home.status_code == 201, home.text
    assert home.json()["authorisation"] == authorisation | {"document_id": None}
    assert "001988000001" not in home.text
    elsewhere = await give(desk, [paper], to_place="office", to_unit=COMMUNE, authorisation=authorisation)
    assert codes(elsewhere.json()) == ["not_for_this_place"]


async def test_where_originals_are_found_by_unit_is_where_their_last_move_says(
    application: Application, desk: Desk, code: str, department: dict[str, str]
) -> None:
    held, awaited, received, back, posted, home = await taken_in(desk, code, *"abcdef")
    for paper in (awaited, received, back):
        sent = (await give(desk, [paper], **TO_DEPARTMENT)).json()["code"]
        if paper == received:
            await confirm(desk, sent, [paper], department)
        if paper == back:
            await desk.post(f"/originals/hand-overs/{sent}/take-back", {"barcodes": [paper]})
    await give(desk, [posted], to_place="post", tracking_number="EB1")
    await give(desk, [home], **HOME)
    listed = {
        where: [item["barcode"] for item in (await desk.get("/originals", where=where))["items"]]
        for where in ("held", "sent", "awaited")
    }
    assert listed == {"held": [held, back], "sent": [awaited, posted], "awaited": []}
    mine = await desk.client.get("/api/v1/originals", params={"where": "awaited"}, headers=department)
    assert [item["barcode"] for item in mine.json()["items"]] == [awaited]
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select o.barcode from original o join original_move m on m.original_id = o.id and m.seq = o.moves "
            "left join original_hand_over h on h.id = m.hand_over_id left join original_place p "
            "on p.original_id = o.id where (o.returned_at is null) <> (p.original_id is not null) "
            "or p.unit_id is distinct from m.unit_id and o.returned_at is null or p.from_unit_id is distinct from "
            "case when m.kind in ('given', 'posted') then h.from_unit_id end",
        )
    assert not rows


async def test_by_post_to_the_citizen_it_is_home_when_the_notice_of_delivery_comes(desk: Desk, code: str) -> None:
    (paper,) = await taken_in(desk, code, "Bằng tốt nghiệp")
    sent = (await give(desk, [paper], to_place="post", tracking_number="EB123456789VN")).json()
    assert (await desk.get(f"/originals/{paper}"))["now"]["tracking_number"] == "EB123456789VN"
    assert codes((await confirm(desk, sent["code"], [paper], desk.clerk)).json()) == ["missing", "missing"]
    proof: dict[str, Any] = {"receiver_name": "Nguyễn Thị Thử Nghiệm", "proof": "Báo phát 25/11"}
    delivered = await confirm(desk, sent["code"], [paper], desk.clerk, **proof)
    assert (delivered.status_code, delivered.json()["to_place"]) == (200, "citizen")
    assert (await desk.get(f"/originals/{paper}"))["returned_at"] is not None


async def test_by_post_to_another_office_the_office_confirms(desk: Desk, code: str, department: dict[str, str]) -> None:
    (paper,) = await taken_in(desk, code, "Bằng tốt nghiệp")
    sent = (await give(desk, [paper], to_place="post", tracking_number="EB1", to_unit=DEPARTMENT)).json()
    assert (await confirm(desk, sent["code"], [paper], desk.clerk)).status_code == 403
    assert (await confirm(desk, sent["code"], [paper], department)).status_code == 200
    now = (await desk.get(f"/originals/{paper}"))["now"]
    assert (now["move"], now["place"], now["unit"]) == ("received", "office", DEPARTMENT)


async def test_what_nobody_took_lies_again_where_it_lay(desk: Desk, code: str, department: dict[str, str]) -> None:
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    batch = (await give(desk, [paper], **TO_DEPARTMENT)).json()["code"]
    taken_back = await desk.post(f"/originals/hand-overs/{batch}/take-back", {"barcodes": [paper]})
    assert taken_back.status_code == 200, taken_back.text
    now = (await desk.get(f"/originals/{paper}"))["now"]
    assert (now["move"], now["place"], now["unit"]) == ("taken_back", "counter", COMMUNE)
    assert codes((await confirm(desk, batch, [paper], department)).json()) == ["original_confirmed_already"]
    assert (await give(desk, [paper], **TO_DEPARTMENT)).status_code == 201


async def test_a_batch_with_faults_moves_nothing_and_names_them_all(
    application: Application, desk: Desk, code: str, department: dict[str, str]
) -> None:
    here, moving, away = await taken_in(desk, code, "A", "B", "C")
    await give(desk, [moving], **TO_DEPARTMENT)
    batch = (await give(desk, [away], **TO_DEPARTMENT)).json()["code"]
    await confirm(desk, batch, [away], department)
    answer = await give(desk, [here, moving, away, barcode(999_999_999)], **TO_DEPARTMENT)
    assert answer.status_code == 409
    assert codes(answer.json()) == ["original_on_its_way", "original_held_elsewhere", "original_unknown"]
    assert (await desk.get(f"/originals/{here}"))["now"]["move"] == "taken_in"
    scanned = await give(desk, [here, here, "GT-1"], to_place="office", to_account="nobody", tracking_number="E")
    assert codes(scanned.json()) == ["missing", "not_for_this_place", "barcode_malformed", "original_repeated"]
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select count(*) as batches from original_hand_over")
    assert row is not None
    assert row.batches == 2


async def test_nobody_gives_what_another_unit_holds(application: Application, desk: Desk, code: str) -> None:
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    answer = await give(desk, [paper], by=stranger, to_place="counter", to_unit=OTHER_COMMUNE)
    assert codes(answer.json()) == ["original_held_elsewhere"]


async def test_only_the_named_person_receives(application: Application, desk: Desk, code: str) -> None:
    named = await account_of(application, Role.SPECIALIST, DEPARTMENT, username="chuyen.vien.a")
    colleague = await signed_in(application, Role.SPECIALIST, DEPARTMENT)
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    unknown = await give(desk, [paper], **TO_DEPARTMENT, to_account="khong.co")
    assert codes(unknown.json()) == ["assignee_unknown"]
    batch = (await give(desk, [paper], **TO_DEPARTMENT, to_account="chuyen.vien.a")).json()["code"]
    refused = await confirm(desk, batch, [paper], colleague)
    assert (refused.status_code, codes(refused.json())) == (403, ["original_for_somebody_else"])
    assert (await confirm(desk, batch, [paper], headers_of(application, named))).status_code == 200


async def test_papers_of_two_dossiers_go_to_an_office_together_but_not_home(desk: Desk, code: str) -> None:
    other = (await desk.register())["code"]
    papers = [*await taken_in(desk, code, "A"), *await taken_in(desk, other, "B")]
    assert codes((await give(desk, papers, **HOME)).json()) == ["originals_of_several_dossiers"]
    assert (await give(desk, papers, **TO_DEPARTMENT)).status_code == 201
    for dossier in (code, other):
        timeline = (await desk.get(f"/dossiers/{dossier}/timeline"))["entries"]
        assert [entry["type"] for entry in timeline].count("original_moved") == 2


async def test_out_of_sight_nothing_is_told(application: Application, desk: Desk, code: str) -> None:
    (paper,) = await taken_in(desk, code, "Sổ đỏ")
    batch = (await give(desk, [paper], **TO_DEPARTMENT)).json()["code"]
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    for path in (f"originals/{paper}", f"originals/hand-overs/{batch}", f"dossiers/{code}/originals"):
        assert (await desk.client.get(f"/api/v1/{path}", headers=stranger)).status_code == 404
    typed = await desk.client.get("/api/v1/originals/GT-123", headers=desk.clerk)
    assert codes(typed.json()) == ["barcode_malformed"]


async def test_a_unit_sees_what_it_holds_awaits_and_has_sent(
    application: Application, desk: Desk, code: str, department: dict[str, str]
) -> None:
    held, given, home = await taken_in(desk, code, "Sổ đỏ", "Giấy phép", "Bằng lái")
    await give(desk, [given], **TO_DEPARTMENT)
    await give(desk, [home], **HOME)

    async def of(by: dict[str, str], **question: Any) -> list[str]:
        answer = await desk.client.get("/api/v1/originals", params=question, headers=by)
        assert answer.status_code == 200, answer.text
        return [item["barcode"] for item in answer.json()["items"]]

    assert (await of(desk.clerk), await of(desk.clerk, where="sent")) == ([held], [given])
    assert (await of(department, where="awaited"), await of(department)) == ([given], [])
    assert await of(desk.clerk, unit=OTHER_COMMUNE) == []
    stranger = await signed_in(application, Role.RECEPTION_CLERK, OTHER_COMMUNE)
    for where in ("held", "awaited", "sent"):
        assert await of(stranger, where=where) == []
        assert await of(stranger, where=where, unit=COMMUNE) == []


async def test_originals_are_listed_page_by_page(desk: Desk, code: str) -> None:
    papers = await taken_in(desk, code, "A", "B", "C")
    first = await desk.get("/originals", limit=2)
    rest = await desk.get("/originals", limit=2, cursor=first["next_cursor"])
    assert [item["barcode"] for item in first["items"] + rest["items"]] == papers
    assert rest["next_cursor"] is None
    other = await desk.client.get(
        "/api/v1/originals", params={"where": "sent", "cursor": first["next_cursor"]}, headers=desk.clerk
    )
    assert codes(other.json()) == ["cursor_invalid"]


async def test_the_same_key_takes_in_once(desk: Desk, code: str) -> None:
    body = {"originals": [{"name": "Sổ đỏ"}]}
    first = await desk.post(f"/dossiers/{code}/originals", body, idempotency_key="t1")
    again = await desk.post(f"/dossiers/{code}/originals", body, idempotency_key="t1")
    assert first.content == again.content
    assert len((await desk.get(f"/dossiers/{code}/originals"))["items"]) == 1


async def test_nothing_is_taken_in_for_a_dossier_that_is_over(desk: Desk, code: str) -> None:
    await desk.act(code, "withdraw", explanation="Đổi ý")
    answer = await desk.post(f"/dossiers/{code}/originals", {"originals": [{"name": "Sổ đỏ"}]})
    assert codes(answer.json()) == ["dossier_ended"]


async def test_where_papers_are_follows_from_their_moves_alone(
    application: Application, desk: Desk, code: str, department: dict[str, str]
) -> None:
    papers = await taken_in(desk, code, "A", "B", "C")
    batch = (await give(desk, papers[:2], **TO_DEPARTMENT)).json()["code"]
    await confirm(desk, batch, papers[:1], department)
    await give(desk, papers[2:], **HOME)
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select o.barcode, o.moves, o.returned_at is not null as returned, max(m.seq) as last, count(*) as steps, "
            "bool_or(m.kind = 'returned') as ended from original o join original_move m on m.original_id = o.id "
            "group by o.id",
        )
    assert len(rows) == 3
    assert all(row.moves == row.last == row.steps and row.returned == row.ended for row in rows)


async def test_the_label_is_one_small_page_that_a_scanner_reads_and_names_nobody(desk: Desk, code: str) -> None:
    (paper,) = await taken_in(desk, code, "Giấy chứng nhận quyền sử dụng đất")
    url = f"/api/v1/originals/{paper}/label"
    desk.client.event_hooks = {"request": [], "response": []}
    printed = await desk.client.get(url, headers=desk.clerk)
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(io.BytesIO(printed.content))
    assert len(document) == 1
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (70, 37)
    found = zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())
    assert [(mark.text, mark.format) for mark in found] == [(paper, zxingcpp.BarcodeFormat.Code128)]
    text = document[0].get_textpage().get_text_bounded()
    assert code in text
    assert "Thử Nghiệm" not in text
    again = await desk.client.get(url, headers=desk.clerk)
    assert again.content == printed.content
