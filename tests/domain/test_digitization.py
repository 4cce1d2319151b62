"""Batches of sheets become papers; texts find their component; values are proposed, never trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.digitization import (
    BatchState,
    Cut,
    Cutting,
    PageKind,
    PieceSituation,
    PieceState,
    Recognition,
    Separator,
    Side,
    cut,
    ending_of,
    ensure_may_confirm,
    read_separator,
)
from app.domain.digitization_fields import FieldKind, TextLine, propose
from app.domain.digitization_matching import ListedPaper, candidates, is_identity_paper, sure_match, titles_of

CODE = "H42.10-261123-0001"
FIRST, SECOND = Separator(CODE, "TP01"), Separator(CODE, "TP02")


def sides(pattern: str) -> list[Side]:
    """`c` content, `b` blank, `f` failed, `1`/`2` separators of TP01/TP02, `0` a separator without a component."""
    kinds = {"c": PageKind.CONTENT, "b": PageKind.BLANK, "f": PageKind.FAILED}
    says = {"1": FIRST, "2": SECOND, "0": Separator(CODE)}
    return [
        Side(number, kinds.get(letter, PageKind.SEPARATOR), says.get(letter))
        for number, letter in enumerate(pattern, 1)
    ]


@pytest.mark.parametrize(
    ("pattern", "papers"),
    [
        ("ccc", [((1, 2, 3), None)]),
        ("cbcc", [((1,), None), ((3, 4), None)]),
        ("bbcbbcb", [((3,), None), ((6,), None)]),
        ("1cc2c", [((2, 3), FIRST), ((5,), SECOND)]),
        ("c1cbcb2c", [((1,), None), ((3, 5), FIRST), ((8,), SECOND)]),
        ("1b2bcb", [((5,), SECOND)]),
        ("0c0cc", [((2,), Separator(CODE)), ((4, 5), Separator(CODE))]),
        ("1cfc", [((2, 3, 4), FIRST)]),
        ("bb", []),
        ("", []),
    ],
)
def test_a_batch_is_cut_at_separators_and_at_blanks_only_without_them(
    pattern: str, papers: list[tuple[tuple[int, ...], Separator | None]]
) -> None:
    assert cut(sides(pattern)) == [Cutting(numbers, says) for numbers, says in papers]


def test_a_station_that_scans_one_paper_at_a_time_asks_for_no_cut() -> None:
    assert cut(sides("cbc"), Cut.NOWHERE) == [Cutting((1, 3))]
    assert cut(sides("cbc1c"), Cut.NOWHERE) == [Cutting((1, 3, 5))]
    assert cut(sides("cbc"), Cut.SEPARATORS) == [Cutting((1, 3))]


@given(st.text(alphabet="cbf120", max_size=40), st.sampled_from(list(Cut)))
def test_no_side_with_content_is_lost_or_doubled(pattern: str, how: Cut) -> None:
    kept = [number for piece in cut(sides(pattern), how) for number in piece.sides]
    assert kept == [number for number, letter in enumerate(pattern, 1) if letter in "cf"]


def test_a_separator_reads_back_what_it_says() -> None:
    for separator in (FIRST, Separator(CODE)):
        assert read_separator(separator.payload) == separator


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "https://dichvucong.gov.vn",
        f"motcua:sep:2:{CODE}:TP01",
        f"motcua:sep:1:{CODE}:TP 01",
        f"motcua:sep:1:{CODE}:tp01",
        "motcua:sep:1:../../etc:TP01",
        f"x motcua:sep:1:{CODE}:TP01",
        "037990000001|Nguyễn Thị Thử|01012390",
    ],
)
def test_other_codes_on_a_paper_are_no_separators(payload: str) -> None:
    assert read_separator(payload) is None


@given(st.text(max_size=60))
def test_whatever_a_code_says_reading_it_never_fails(payload: str) -> None:
    found = read_separator(payload)
    assert found is None or found.payload.startswith("motcua:sep:1:")


def test_a_batch_ends_as_its_pieces_do() -> None:
    done, failed, unavailable = Recognition.DONE, Recognition.FAILED, Recognition.UNAVAILABLE
    assert ending_of([done, done], failed_sides=0) is BatchState.PROCESSED
    assert ending_of([done, done], failed_sides=1) is BatchState.PARTLY_FAILED
    assert ending_of([done, failed], failed_sides=0) is BatchState.PARTLY_FAILED
    assert ending_of([failed, failed], failed_sides=0) is BatchState.FAILED
    assert ending_of([unavailable, unavailable], failed_sides=0) is BatchState.NOT_DIGITIZED
    assert ending_of([], failed_sides=0) is BatchState.PROCESSED
    assert ending_of([], failed_sides=2) is BatchState.FAILED
    assert {state for state in BatchState if state.is_retryable} == {
        BatchState.PARTLY_FAILED,
        BatchState.FAILED,
        BatchState.NOT_DIGITIZED,
    }


def test_a_piece_is_confirmed_only_when_read_whole_and_assigned_and_all_reasons_are_told() -> None:
    ready = PieceSituation(PieceState.OPEN, Recognition.DONE, has_dossier=True, component_code="TP01")
    assert ensure_may_confirm(ready) == []
    only_a_picture = PieceSituation(PieceState.OPEN, Recognition.UNAVAILABLE, has_dossier=True, component_code="TP01")
    assert ensure_may_confirm(only_a_picture) == []
    codes = [
        refusal.code
        for refusal in ensure_may_confirm(PieceSituation(PieceState.SIGNED, Recognition.FAILED, failed_sides=1))
    ]
    assert codes == ["scan_piece_closed", "scan_piece_incomplete", "scan_piece_unassigned"]
    waiting = PieceSituation(PieceState.OPEN, Recognition.WAITING, has_dossier=True, component_code="TP01")
    assert [refusal.code for refusal in ensure_may_confirm(waiting)] == ["scan_piece_waiting"]


BIRTH = [
    ListedPaper("TP01", "Tờ khai đăng ký khai sinh (hoặc biểu mẫu điện tử)"),
    ListedPaper("TP02", "Giấy chứng sinh (nếu không có: văn bản của người làm chứng hoặc giấy cam đoan)"),
    ListedPaper("TP03", "Biên bản về việc trẻ bị bỏ rơi (nếu có)"),
    ListedPaper("TP05", "Văn bản ủy quyền (nếu có)"),
    ListedPaper("TP06", "Giấy tờ tùy thân (xuất trình)"),
]
HEAD = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + "GIẤY CHỨNG SINH\nHọ và tên mẹ: Nguyễn Thị Thử", "TP02"),
        (HEAD + "TỜ KHAI ĐĂNG KÝ KHAI SINH\nKính gửi: UBND phường Châu Sơn", "TP01"),
        (HEAD + "TỜ KHAI\nĐĂNG KÝ KHAI SINH\nKính gửi: UBND", "TP01"),
        ("BỘ Y TẾ  " + HEAD + "GlẤY CHUNG SlNH\nHọ và tên mẹ", "TP02"),
        (HEAD + "GIẤY CHÚNG SINI\nHọ và tên mẹ", "TP02"),
        (HEAD + "VĂN BẢN UỶ QUYỀN\nTôi ủy quyền cho", "TP05"),
        (HEAD + "ĐƠN XIN NGHỈ PHÉP\nTôi xin nghỉ", None),
        ("", None),
    ],
)
def test_a_text_finds_its_component_by_its_title_or_is_left_to_the_clerk(text: str, code: str | None) -> None:
    found = sure_match(candidates(text, BIRTH))
    assert (found.code if found else None) == code


def test_two_components_that_fit_alike_are_left_to_the_clerk_with_both_named() -> None:
    twins = [ListedPaper("TP01", "Giấy cam đoan của cha"), ListedPaper("TP02", "Giấy cam đoan của mẹ")]
    found = candidates("GIẤY CAM ĐOAN\nTôi cam đoan", twins)
    assert {candidate.code for candidate in found} == {"TP01", "TP02"}
    assert sure_match(found) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (HEAD + "CĂN CƯỚC CÔNG DÂN\nCitizen Identity Card\nSố / No.: 037990000001", True),
        (HEAD + "CĂN CƯỚC\nIDENTITY CARD\nSố định danh cá nhân", True),
        ("HỘ CHIẾU\nPASSPORT", True),
        (HEAD + "TỜ KHAI CĂN CƯỚC CÔNG DÂN\nHọ và tên", False),
        (HEAD + "GIẤY CHỨNG SINH\nCăn cước công dân số 037990000001", False),
    ],
)
def test_an_identity_card_among_the_papers_is_told_because_it_is_only_presented(text: str, *, is_one: bool) -> None:
    assert is_identity_paper(text) is is_one


def test_the_national_heading_names_no_paper() -> None:
    assert titles_of(HEAD + "GIẤY CHỨNG SINH") == [("giay", "chung", "sinh")]


def test_values_are_proposed_with_page_label_and_confidence() -> None:
    lines = [
        TextLine("Số: 123/2026/GCS", confidence=0.9),
        TextLine("Họ, chữ đệm, tên người yêu cầu: Nguyễn Thị Thử Nghiệm", confidence=0.96),
        TextLine("Số định danh cá nhân: 037 990 000 001", page=2, confidence=0.8),
        TextLine("Ngày sinh: 05/11/2390 Giới tính: Nữ"),
        TextLine("Ninh Bình, ngày 23 tháng 11 năm 2026", confidence=0.9),
    ]
    found = {proposal.name: proposal for proposal in propose(lines)}
    assert found["document_number"].value == "123/2026/GCS"
    assert found["full_name"].value == "Nguyễn Thị Thử Nghiệm"
    assert found["full_name"].label.startswith("Họ, chữ đệm, tên")
    identity = found["identity_number"]
    assert (identity.value, identity.page, identity.confidence) == ("037990000001", 2, 0.8)
    assert found["date"].value == "2026-11-23"


def test_a_value_that_stands_twice_is_proposed_once_at_its_surest() -> None:
    lines = [TextLine("CCCD 037990000001", confidence=0.5), TextLine("Số định danh: 037990000001", confidence=0.9)]
    (found,) = propose(lines)
    assert (found.kind, found.confidence) == (FieldKind.IDENTITY_NUMBER, 0.9)


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "Số điện thoại 0900000000", "1234567890123456", "ngày 40 tháng 11 năm 2026", "12/05/0026"],
)
def test_what_cannot_be_such_a_value_is_not_proposed(text: str) -> None:
    assert propose([TextLine(text)]) == []


@given(st.lists(st.text(max_size=80), max_size=10))
def test_no_text_breaks_the_proposals_and_names_are_unique(texts: list[str]) -> None:
    found = propose([TextLine(text) for text in texts])
    assert len({proposal.name for proposal in found}) == len(found)
    assert candidates("\n".join(texts), BIRTH) == candidates("\n".join(texts), BIRTH)
