"""Papers of the house are the PDF/A that they claim to be, in the judgement of veraPDF; and veraPDF does judge."""

import io
from typing import Any

import pikepdf
import pypdfium2

from app.services.custody.label import Label
from app.services.digitization.separators import SeparatorSheets, print_sheets
from app.services.forms.registry import Purpose, all_forms, form_with_code
from app.services.forms.render import render
from app.services.forms.stamp import Mark, stamp
from tests.factories.files import pdf_locked, pdf_of, pdf_with_scripts, saved
from tests.factories.forms import CODE, TOKEN, sample
from tests.factories.results import LEGAL_BASIS, TEXT, printed
from tests.factories.signatures import changed
from tests.pdf_a import claimed_level, failures_in, failures_of
from tests.services.forms.test_render import AT, text_of

RECEIPT = "TT03-2025-01"
RESULT = {
    "form": {"name": "Giấy xác nhận"},
    "superior": "UBND TỈNH NINH BÌNH",
    "office": "PHƯỜNG CHÂU SƠN",
    "agency": "Ủy ban nhân dân phường Châu Sơn",
    "number": "125/UBND-XNHN",
    "place_and_date": "Châu Sơn, ngày 23 tháng 11 năm 2026",
    "title": "Giấy xác nhận tình trạng hôn nhân",
    "legal_basis": LEGAL_BASIS,
    "preamble": TEXT["preamble"],
    "articles": TEXT["articles"],
    "applicant_name": "Nguyễn Thị Thử Nghiệm",
    "effective": "Có hiệu lực từ ngày ký",
    "signer_title": ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
    "receiving_unit": "Phường Châu Sơn",
    "dossier_code": CODE,
    "verify_address": f"https://motcua.example.vn/v/{TOKEN}",
}


def test_every_form_is_the_pdf_a_that_it_claims() -> None:
    papers = {
        form.code + variant: render(form.code, _sample(form.code), at=AT, variant=variant)
        for form in all_forms()
        for variant in ("", *form.variants)
    }
    assert len(papers) == 15
    assert failures_in(papers) == {}


def test_what_else_the_house_prints_is_pdf_a() -> None:
    label = Label("GT42-000001-7", "Giấy chứng nhận", CODE, "Phường Châu Sơn", to_be_returned=True, taken_at=AT)
    sheets = SeparatorSheets(CODE, "Phường Châu Sơn", (("TP01", "Tờ khai"), ("TP02", "Giấy chứng sinh")))
    papers = {
        "label": label.print(),
        "separators": print_sheets(sheets, at=AT),
        "decision": render("result", RESULT | {"style": "decision"}, at=AT),
        "certificate": render("result", RESULT | {"style": "certificate"}, at=AT),
    }
    papers |= {mark.value: stamp(render(RECEIPT, _sample(RECEIPT), at=AT), mark, at=AT) for mark in Mark}
    assert failures_in(papers) == {}


def test_what_the_face_cannot_show_is_a_box_and_keeps_no_paper_from_being_printed() -> None:
    typed = "Lý 李 \ua680 😀\x01\u2028\ufeff, é\u0323, Đỗ"
    paper = render("TT03-2025-03", sample("TT03-2025-03", applicant_name=typed), at=AT)
    assert "Lý □ □ □ , é\u0323, Đỗ" in text_of(pypdfium2.PdfDocument(paper))
    assert failures_of(paper) == []


def clauses(pdf: bytes, level: str | None = "2b") -> set[str]:
    return {failure.clause for failure in failures_of(pdf, level)}


def test_a_pdf_that_is_no_pdf_a_is_refused_with_the_clause() -> None:
    assert clauses(pdf_of(text="no metadata")) == {"6.6.2.1"}
    assert {"6.5.1", "6.5.2", "6.4.1"} < clauses(pdf_with_scripts())
    assert "6.1.3" in clauses(pdf_locked(key=""))
    assert clauses(pdf_of(), level=None) == {"unclaimed"}
    assert clauses(b"not a pdf") == {"unreadable"}


def test_what_was_taken_out_of_a_paper_is_found_with_its_place() -> None:
    with pikepdf.open(io.BytesIO(printed())) as paper:
        for item in paper.objects:
            if isinstance(item, pikepdf.Dictionary) and "/FontFile3" in item:
                del item.FontFile3
        found = failures_of(saved(paper))
    assert {(one.clause, one.test) for one in found} == {("6.2.11.4.1", 1)}
    assert "font[" in found[0].place
    assert "not embedded" in found[0].message


def test_one_broken_byte_is_found() -> None:
    paper = printed()
    assert clauses(changed(paper, at=paper.index(b"/FontFile") + 1)) == {"6.2.11.4.1"}
    assert clauses(paper[:9] + b"%text" + paper[14:]) == {"6.1.2"}
    assert clauses(changed(paper, at=paper.rindex(b"startxref") + 11)) == {"unreadable"}


def test_the_level_that_is_claimed_is_the_level_that_is_judged() -> None:
    with pikepdf.open(io.BytesIO(printed())) as paper:
        del paper.Root.StructTreeRoot
        untagged = saved(paper)
        with paper.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["pdfaid:conformance"] = "A"
        boasting = saved(paper)
    assert (claimed_level(untagged), clauses(untagged, level=None)) == ("2b", set())
    assert (claimed_level(boasting), clauses(boasting, level=None)) == ("2a", {"6.7.3.3"})


def _sample(code: str) -> dict[str, Any]:
    """Return the data of a form; a register of few lines, since each letter is judged."""
    if form_with_code(code).purpose is Purpose.REGISTER:
        return sample(code, rows=sample(code)["rows"][:3])
    return sample(code)
