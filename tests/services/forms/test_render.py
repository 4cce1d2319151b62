"""Every form as paper: its fields in order, its layout, marks that machines read back, the same bytes each time."""

import datetime as dt
import io
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typst
import zxingcpp

from app.core.clock import LOCAL_ZONE
from app.services.custody.label import Label
from app.services.forms.registry import Form, Purpose, all_forms, form_with_code
from app.services.forms.render import render
from app.services.forms.stamp import Mark, stamp
from tests.factories.forms import CODE, TOKEN, sample

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)
FORMS = [
    pytest.param(form, variant, id=form.code + variant) for form in all_forms() for variant in ("", *form.variants)
]
LONG_NAME = (
    "Công ty Trách nhiệm hữu hạn Một thành viên Thương mại Dịch vụ Xuất nhập khẩu và Đầu tư Phát triển Hạ tầng "
    "Kỹ thuật Đô thị Ninh Bình"
)
MILLIMETRE = 72 / 25.4

# What each form must say, in this order: the field list of the paper.
FIELDS: dict[Purpose, list[str]] = {
    Purpose.RECEIPT: [
        "Mã hồ sơ:",
        "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "(Liên",
        "Tiếp nhận hồ sơ của:",
        "Địa chỉ:",
        "Số điện thoại:",
        "Email:",
        "Chủ hồ sơ:",
        "Nội dung yêu cầu giải quyết:",
        "Thành phần hồ sơ nộp gồm:",
        "Số lượng hồ sơ: 01 (bộ)",
        "Thời gian giải quyết hồ sơ theo quy định là: 03 ngày làm việc",
        "Thời gian nhận hồ sơ: 09 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "Thời gian trả kết quả giải quyết hồ sơ: 09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        "Đăng ký nhận kết quả tại:",
        "Vào Sổ theo dõi hồ sơ, Quyển số: 2026 Số thứ tự: 12",
        "giấy ủy quyền",
        "NGƯỜI NỘP HỒ SƠ",
    ],
    Purpose.SUPPLEMENT_REQUEST: [
        "Số: 12/HDHS",
        "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
        "Hồ sơ của Ông/Bà/tổ chức: Nguyễn Thị Thử Nghiệm",
        "Nội dung yêu cầu giải quyết:",
        "Địa chỉ:",
        "Số điện thoại:",
        "Email:",
        "Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:",
        "Không đúng mẫu quy định. Kê khai theo mẫu mới",
        "Lý do: Tờ khai sai mẫu",
        "Ông/Bà liên hệ với Trung tâm Phục vụ hành chính công phường Châu Sơn",
        "NGƯỜI HƯỚNG DẪN",
    ],
    Purpose.REFUSAL: [
        "Số: 12/TCHS",
        "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ",
        "Hồ sơ của Ông/Bà/tổ chức:",
        "với lý do cụ thể như sau:",
        "Lý do:",
        "Căn cứ pháp lý: NĐ 118/2025/NĐ-CP",
        "Xin thông báo cho Ông/Bà được biết",
        "NGƯỜI NỘP HỒ SƠ",
    ],
    Purpose.APOLOGY: [
        "UBND TỈNH NINH BÌNH",
        "Số: 12/PXL",
        "Kính gửi: Nguyễn Thị Thử Nghiệm",
        "Địa chỉ: Tổ 1",
        "Số điện thoại: 0900 000 000",
        "lĩnh vực: Hộ tịch; mã hồ sơ: H42.37-261123-0012.",
        "09 giờ 00 phút, ngày 27 tháng 11 năm 2026",
        "Lý do: Chờ ý kiến của cơ quan phối hợp.",
        "xin lỗi Ông/Bà",
        "09 giờ 00 phút, ngày 02 tháng 12 năm 2026",
        "Nơi nhận:",
        "Lưu: VT.",
        "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
    ],
    Purpose.STOP: [
        "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ",
        "Kính gửi: Nguyễn Thị Thử Nghiệm",
        "mã hồ sơ: H42.37-261123-0012.",
        "thông báo dừng giải quyết hồ sơ nêu trên kể từ 09 giờ 00 phút, ngày 04 tháng 01 năm 2027",
        "khi chưa có quyết định về kết quả giải quyết",
        "Lý do: Hết thời hạn bổ sung",
        "Căn cứ pháp lý:",
        "nhận lại giấy tờ đã nộp",
        "phí, lệ phí",
        "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ",
    ],
    Purpose.CONTROL: [
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
        "Cơ quan (bộ phận) giải quyết hồ sơ: UBND phường Châu Sơn",
        "Cơ quan phối hợp giải quyết hồ sơ:",
        "TÊN CƠ QUAN",
        "THỜI GIAN GIAO, NHẬN HỒ SƠ",
        "KẾT QUẢ GIẢI QUYẾT HỒ SƠ",
        "GHI CHÚ",
        "1. Giao: Người nộp hồ sơ",
        "× Trước hạn",
        "Phiếu được lập từ nhật ký xử lý không sửa được",
    ],
    Purpose.REGISTER: [
        "SỔ THEO DÕI HỒ SƠ",
        "Từ 01/11/2026 đến 30/11/2026 · 40 hồ sơ",
        "Mã hồ sơ",
        "Tên TTHC",
        "Tên cá nhân, tổ chức",
        "Địa chỉ, số điện thoại",
        "Cơ quan chủ trì giải quyết",
        "Ký nhận",
        "Ghi chú",
        "H42.37-261123-0040",
    ],
}
TITLES_OF_APOLOGIES = {
    "TT01-2018-04": "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
    "TT03-2025-04": "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT",
}


def opened(form: Form, variant: str = "", **changes: Any) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(io.BytesIO(render(form.code, sample(form.code, **changes), at=AT, variant=variant)))


def text_of(document: pypdfium2.PdfDocument) -> str:
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.parametrize(("form", "variant"), FORMS)
def test_a_form_says_its_fields_in_their_order(form: Form, variant: str) -> None:
    text = text_of(opened(form, variant))
    position = 0
    for field in FIELDS[form.purpose]:
        found = text.find(field, position)
        assert found >= 0, f"{field!r} is missing after {text[max(0, position - 60) : position]!r}"
        position = found
    if form.code in TITLES_OF_APOLOGIES:
        assert TITLES_OF_APOLOGIES[form.code] in text
    assert f"Mẫu số {form.number} – {form.instrument}" in text


@pytest.mark.parametrize(("form", "variant"), FORMS)
def test_a_form_is_a4_and_nothing_lies_outside_its_margins(form: Form, variant: str) -> None:
    for page in opened(form, variant):
        size = (round(page.get_width()), round(page.get_height()))
        assert size == ((842, 595) if form.landscape else (595, 842))
        left, right = (15, 15) if form.landscape else (30, 15)
        for box in page.get_objects(max_depth=4):
            x0, y0, x1, y1 = box.get_bounds()
            assert x0 >= left * MILLIMETRE - 6
            assert x1 <= page.get_width() - right * MILLIMETRE + 6
            assert y0 >= 5 * MILLIMETRE
            assert y1 <= page.get_height() - 8 * MILLIMETRE


@pytest.mark.parametrize(("form", "variant"), FORMS)
def test_the_same_form_and_data_are_the_same_bytes(form: Form, variant: str) -> None:
    first = render(form.code, sample(form.code), at=AT, variant=variant)
    render(form.code, sample(form.code, place_and_date="Châu Sơn, ngày 01 tháng 02 năm 2027"), at=AT, variant=variant)
    assert render(form.code, sample(form.code), at=AT, variant=variant) == first


@pytest.mark.parametrize(("form", "variant"), FORMS)
def test_a_form_claims_pdf_a_2b_and_embeds_its_face(form: Form, variant: str) -> None:
    with pikepdf.open(io.BytesIO(render(form.code, sample(form.code), at=AT, variant=variant))) as paper:
        with paper.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
            assert metadata["dc:title"] == form.name
        assert paper.Root.OutputIntents[0].S == "/GTS_PDFA1"
        fonts = [
            font
            for item in paper.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
            for font in [str(item.FontName)]
        ]
        assert fonts
        assert all("LiberationSerif" in font for font in fonts)


@pytest.mark.parametrize("form", [form for form in all_forms() if form.purpose is not Purpose.REGISTER], ids=str)
def test_marks_are_read_back_from_the_printed_page(form: Form) -> None:
    """At 200 dpi, as a desk scanner sees the paper."""
    for page in opened(form):
        image = page.render(scale=200 / 72).to_pil()
        read = {(str(code.format), code.text) for code in zxingcpp.read_barcodes(image)}
        assert ("Code 128", CODE) in read
        assert ("QR Code", f"https://motcua.example.vn/v/{TOKEN}") in read


def test_the_filers_copy_carries_look_up_and_rating() -> None:
    page = opened(form_with_code("TT03-2025-01"))[1]
    read = [code.text for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())]
    assert f"https://motcua.example.vn/api/v1/lookup/{CODE}?secret=7K3MQ9XA" in read
    assert any(text.startswith("https://motcua.example.vn/r/") for text in read)


def test_a_receipt_is_two_pages_one_for_each_side() -> None:
    document = opened(form_with_code("TT03-2025-01"))
    assert len(document) == 2
    assert ["Liên 1: Lưu" in page.get_textpage().get_text_range() for page in document] == [True, False]


def test_the_large_print_is_larger() -> None:
    form = form_with_code("TT03-2025-01")
    assert _size_of(opened(form, "large"), "Tiếp nhận hồ sơ của") == 18
    assert _size_of(opened(form), "Tiếp nhận hồ sơ của") == 13


@pytest.mark.parametrize("filer", ["Nguyễn Thị Thử Nghiệm", LONG_NAME])
def test_large_print_with_a_long_name_leaves_no_page_half_empty(filer: str) -> None:
    pages = [
        page.get_textpage().get_text_range()
        for page in opened(form_with_code("TT03-2025-01"), "large", owner_name=LONG_NAME, filer_name=filer)
    ]
    assert "7. Vào Sổ" in pages[1]
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in pages[1]
    assert "Số CC/hộ chiếu/mã số: 037990000001" in pages[0]


def test_nothing_in_large_print_is_smaller_than_14_points() -> None:
    for form in (form_with_code("TT03-2025-01"), form_with_code("TT01-2018-01")):
        sizes = [round(size) for page in opened(form, "large") for size in _sizes_on(page)]
        assert min(sizes) == 14
        assert sizes.count(18) > sizes.count(14)


def test_large_print_keeps_its_marks_readable() -> None:
    pages = list(opened(form_with_code("TT03-2025-01"), "large"))
    read = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())]
    assert {CODE, f"https://motcua.example.vn/v/{TOKEN}"} < set(read)
    assert len(read) == 4


def test_a_copy_of_one_page_has_no_page_number() -> None:
    assert "Trang" not in text_of(opened(form_with_code("TT03-2025-01")))


def test_each_copy_counts_its_own_pages() -> None:
    component = sample("TT03-2025-01")["components"][0]
    document = opened(form_with_code("TT03-2025-01"), components=[component] * 40)
    ends = [page.get_textpage().get_text_range().split()[-2:] for page in document]
    assert [" ".join(end) for end in ends] == ["Trang 1/2", "Trang 2/2"] * 2


@pytest.mark.parametrize(
    ("code", "filled", "last_words", "signature"),
    [
        ("TT03-2025-01", "return_place", "giấy ủy quyền", "NGƯỜI TIẾP NHẬN HỒ SƠ"),
        ("TT03-2025-02", "reason", "để được hướng dẫn", "NGƯỜI HƯỚNG DẪN"),
        ("TT03-2025-03", "explanation", "được biết và thực hiện", "NGƯỜI TIẾP NHẬN HỒ SƠ"),
        ("TT03-2025-04", "reason", "Rất mong nhận được", "THỦ TRƯỞNG CƠ QUAN"),
        ("TT03-2025-05", "explanation", "được biết./.", "THỦ TRƯỞNG CƠ QUAN"),
    ],
)
def test_a_signature_never_stands_alone(code: str, filled: str, last_words: str, signature: str) -> None:
    """Whatever the length: the words are as long as to push the signature over the foot of the page."""
    turned = 0
    for sentences in range(6, 40, 4):
        document = opened(form_with_code(code), **{filled: "Việc này thuộc thẩm quyền của cơ quan khác. " * sentences})
        pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
        signed = [page for page in pages if signature in page]
        assert all(last_words in page for page in signed)
        turned += len(pages) > len(signed)
    assert turned > 0


def test_a_line_of_the_register_is_never_parted() -> None:
    rows = [[*row[:2], f"BẮTĐẦU {row[2] * 5} KẾTTHÚC", *row[3:]] for row in sample("TT03-2025-07")["rows"]]
    pages = [page.get_textpage().get_text_range() for page in opened(form_with_code("TT03-2025-07"), rows=rows)]
    assert len(pages) > 3
    for page in pages:
        assert page.count("BẮTĐẦU") == page.count("KẾTTHÚC") > 0
        assert "Tên TTHC" in " ".join(page.split())


def test_a_long_name_on_a_label_is_set_smaller_then_shortened_at_the_end_of_a_word() -> None:
    longer = "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất"
    longest = f"{longer} kèm theo văn bản thỏa thuận phân chia di sản thừa kế"
    whole, shortened = (_label(name) for name in (longer, longest))
    assert longer in whole
    found = shortened.split("…")[0]
    assert longest.startswith(f"{found} ")
    assert "GT42-000001-7" in shortened


def test_an_address_longer_than_its_line_stays_on_the_page() -> None:
    address = "congty.trachnhiemhuuhan.motthanhvien@thuongmaidichvu.xuatnhapkhau.example.vn"
    for page in opened(form_with_code("TT03-2025-01"), "large", filer_email=address):
        for box in page.get_objects(max_depth=4):
            assert box.get_bounds()[2] <= page.get_width() - 15 * MILLIMETRE + 6


def test_what_people_typed_is_never_markup() -> None:
    typed = "#panic(1) *đậm* $x$ \\ <a> @b // c /* d */ `e` [f]"
    text = text_of(opened(form_with_code("TT03-2025-03"), explanation=typed, applicant_name=typed))
    assert text.count(typed) == 2


def test_a_long_list_of_papers_goes_on_under_its_heading() -> None:
    component = sample("TT03-2025-01")["components"][0]
    document = opened(form_with_code("TT03-2025-01"), components=[component] * 40)
    assert len(document) == 4
    assert "Tên thành phần hồ sơ" in document[1].get_textpage().get_text_range()


def test_every_vietnamese_letter_is_in_the_face() -> None:
    letters = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
    text = text_of(opened(form_with_code("TT03-2025-03"), explanation=f"{letters} {letters.upper()}"))
    assert f"{letters} {letters.upper()}" in text


def test_a_void_copy_says_so_on_every_page_and_keeps_what_was_printed() -> None:
    original = render("TT03-2025-01", sample("TT03-2025-01"), at=AT)
    document = pypdfium2.PdfDocument(io.BytesIO(stamp(original, Mark.VOID, at=AT)))
    assert len(document) == 2
    for page in document:
        text = page.get_textpage().get_text_range()
        assert "ĐÃ HỦY" in text
        assert CODE in text


def test_the_mark_of_a_void_copy_crosses_what_a_short_paper_says() -> None:
    for words in (10, 120, 400):
        original = typst.compile(
            f'#set page("a4", footer: [Trang 1])\n= Biên lai\n#lorem({words})'.encode(), format="pdf"
        )
        plain, marked = (_heights(content) for content in (original, stamp(original, Mark.VOID, at=AT)))
        body = [span for span in plain if span[0] > 57]
        mark = (min(low for low, _ in set(marked) - set(plain)), max(high for _, high in set(marked) - set(plain)))
        middle = (min(low for low, _ in body) + max(high for _, high in body)) / 2
        assert mark[0] < middle < mark[1]
        assert mark[1] < 842


def _heights(content: bytes) -> list[tuple[float, float]]:
    """Return where each line of the first page lies, from its lower to its upper end."""
    text = pypdfium2.PdfDocument(io.BytesIO(content))[0].get_textpage()
    return [(bottom, top) for _, bottom, _, top in (text.get_rect(n) for n in range(text.count_rects()))]


def _size_of(document: pypdfium2.PdfDocument, text: str) -> int:
    """Return the size in points of the letters of `text` on the first page."""
    page = document[0].get_textpage()
    found = page.search(text).get_next()
    assert found is not None
    size: float = pypdfium2.raw.FPDFText_GetFontSize(page, found[0])
    return round(size)


def _sizes_on(page: pypdfium2.PdfPage) -> list[float]:
    """Return the size in points of every letter that is seen."""
    words = page.get_textpage()
    return [
        pypdfium2.raw.FPDFText_GetFontSize(words, at)
        for at in range(words.count_chars())
        if words.get_text_range(at, 1).strip("\u200b \r\n")
    ]


def _label(name: str) -> str:
    label = Label("GT42-000001-7", name, CODE, "Phường Châu Sơn", to_be_returned=True, taken_at=AT)
    document = pypdfium2.PdfDocument(label.print())
    assert len(document) == 1
    return text_of(document)
