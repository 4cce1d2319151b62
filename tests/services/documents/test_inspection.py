"""What a file is decides its content; what may not stay is refused with its reason before anything is kept."""

import io
import zlib
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from app.domain.documents import FileLimits, FileType
from app.domain.errors import InvalidInput
from app.services.documents.inspection.inspect import inspect_blocking
from app.services.ports import InspectedFile
from tests.factories.files import (
    heic_file,
    image_file,
    office_bomb,
    office_file,
    office_with_relation,
    pdf_drawing,
    pdf_locked,
    pdf_of,
    pdf_portfolio,
    pdf_with_files_inside,
    pdf_with_image_bomb,
    pdf_with_packed_bomb,
    pdf_with_scripts,
    pdf_without_table,
    picture,
    png_bomb,
    saved,
)

LIMITS = FileLimits(
    max_bytes=5_000_000,
    image_max_bytes=2_000_000,
    office_max_bytes=1_000_000,
    max_pages=50,
    max_pixels=89_000_000,
    max_unpacked_bytes=20_000_000,
    max_objects=2_000,
)


# Each draws the next one a hundred times: 10^10 drawings.
_NESTED = {name: b"/%c Do " % (ord(name) + 1) * 100 for name in "abcde"} | {"f": b"0 0 m 9 9 l S"}


def inspected(content: bytes, directory: Path) -> InspectedFile:
    path = directory / "handed-in"
    path.write_bytes(content)
    return inspect_blocking(path, LIMITS, directory)


def reason(content: bytes, directory: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        inspected(content, directory)
    (refusal,) = refused.value.refusals
    assert refusal.field == "file"
    return refusal.code


def test_a_plain_pdf_is_kept_byte_for_byte(tmp_path: Path) -> None:
    found = inspected(pdf_of(3), tmp_path)
    assert (found.handed_in, found.page_count, found.changes) == (FileType.PDF, 3, ())
    assert found.result.read_bytes() == pdf_of(3)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (image_file("JPEG"), FileType.JPEG),
        (image_file("PNG"), FileType.PNG),
        (image_file("PNG", picture(mode="RGBA")), FileType.PNG),
        (image_file("PNG", picture(mode="P")), FileType.PNG),
        (image_file("PNG", picture(mode="1")), FileType.PNG),
        (image_file("JPEG", picture().convert("CMYK")), FileType.JPEG),
        (image_file("TIFF", picture(mode="L")), FileType.TIFF),
        (heic_file(), FileType.HEIC),
    ],
    ids=["jpeg", "png", "png-alpha", "png-palette", "png-bilevel", "jpeg-cmyk", "tiff", "heic"],
)
def test_images_become_a_pdf_of_one_page_that_can_be_seen(content: bytes, expected: FileType, tmp_path: Path) -> None:
    found = inspected(content, tmp_path)
    assert (found.handed_in, found.result_type, found.page_count) == (expected, FileType.PDF, 1)
    assert found.changes == ("converted_to_pdf",)
    seen = pypdfium2.PdfDocument(found.result)
    try:
        corner = seen[0].render(scale=0.5).to_pil().convert("L").getpixel((60, 200))
    finally:
        seen.close()
    assert isinstance(corner, int)
    assert corner > 200


def test_every_page_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    pages = [picture(mark=str(number)) for number in range(3)]
    content = image_file("TIFF", pages[0], save_all=True, append_images=pages[1:])
    assert inspected(content, tmp_path).page_count == 3


def test_the_same_image_gives_the_same_pdf(tmp_path: Path) -> None:
    first = inspected(image_file("PNG"), tmp_path).result.read_bytes()
    assert inspected(image_file("PNG"), tmp_path).result.read_bytes() == first


def test_a_scan_keeps_its_true_size_and_a_photo_is_put_on_a_page(tmp_path: Path) -> None:
    def page_size(content: bytes) -> tuple[int, int]:
        with pikepdf.open(inspected(content, tmp_path).result) as pdf:
            box = pdf.pages[0].mediabox
            return round(float(box[2])), round(float(box[3]))

    assert page_size(image_file("PNG", picture((400, 600)), dpi=(200, 200))) == (144, 216)
    assert page_size(image_file("JPEG", picture((400, 600)), dpi=(72, 72))) == (595, 842)
    assert page_size(image_file("JPEG", picture((600, 400)))) == (842, 595)


def test_a_photo_taken_sideways_stands_upright(tmp_path: Path) -> None:
    image = picture((600, 400))
    exif = image.getexif()
    exif[0x0112] = 6
    with pikepdf.open(inspected(image_file("JPEG", image, exif=exif), tmp_path).result) as pdf:
        assert int(pdf.pages[0].get("/Rotate", 0)) == 90


@pytest.mark.parametrize(
    ("part", "expected"), [("word/document.xml", FileType.DOCX), ("xl/workbook.xml", FileType.XLSX)]
)
def test_office_files_are_kept_as_attachments(part: str, expected: FileType, tmp_path: Path) -> None:
    found = inspected(office_file(part), tmp_path)
    assert (found.result_type, found.page_count, found.changes) == (expected, None, ())


@pytest.mark.parametrize(
    "content",
    [
        office_with_relation("hyperlink", "https://example.org/"),
        office_with_relation("attachedTemplate", "file:///C:\\Users\\office\\Templates\\letter.dotx"),
        pdf_drawing(b"/a Do /a Do", forms={"a": b"/b Do", "b": b"0 0 m 9 9 l S"}, MediaBox=[0, 0, 2384, 3370]),
    ],
)
def test_links_own_templates_and_drawings_used_twice_are_ordinary(content: bytes, tmp_path: Path) -> None:
    assert inspected(content, tmp_path).changes == ()


def test_scripts_and_programs_are_taken_out_of_a_pdf_and_told(tmp_path: Path) -> None:
    found = inspected(pdf_with_scripts(), tmp_path)
    assert found.changes == ("active_content_removed",)
    cleaned = found.result.read_bytes()
    for trace in (b"JavaScript", b"app.alert", b"Launch", b"calc.exe"):
        assert trace not in _readable(cleaned)
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        assert pdf.pages[0].Annots[1].A.S == "/GoTo"
    assert inspected(cleaned, tmp_path).changes == ()


def test_files_inside_a_pdf_are_taken_out_and_told(tmp_path: Path) -> None:
    found = inspected(pdf_with_files_inside(), tmp_path)
    assert found.changes == ("attached_files_removed",)
    cleaned = found.result.read_bytes()
    for trace in (b"MZ payload", b"MZ associated", b"EmbeddedFile", b"FileAttachment"):
        assert trace not in _readable(cleaned)
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        assert [each.Contents for each in pdf.pages[0].Annots] == ["stays"]
        assert "/EF" in pdf.pages[0].Resources.Font
    assert inspected(cleaned, tmp_path).changes == ()


def test_the_same_pdf_cleaned_twice_is_one_content(tmp_path: Path) -> None:
    first = inspected(pdf_with_scripts(), tmp_path).result.read_bytes()
    assert inspected(pdf_with_scripts(), tmp_path).result.read_bytes() == first


def test_a_pdf_with_a_wrong_table_is_repaired_and_told(tmp_path: Path) -> None:
    found = inspected(pdf_without_table(), tmp_path)
    assert (found.changes, found.page_count) == (("repaired",), 2)
    assert inspected(found.result.read_bytes(), tmp_path).changes == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00 a program", "file_type_not_accepted"),
        (b"<html><script>alert(1)</script></html>", "file_type_not_accepted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old DOC", "file_type_not_accepted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"%PDF-1.7\nnothing of it\n%%EOF", "file_broken"),
        (pdf_of(5)[:-400], "file_truncated"),
        (pdf_locked(), "file_encrypted"),
        (pdf_locked(key=""), "file_encrypted"),
        (pdf_of(51), "too_many_pages"),
        (pdf_with_image_bomb(), "image_too_large"),
        (pdf_with_packed_bomb(), "file_is_bomb"),
        (pdf_portfolio(), "file_is_portfolio"),
        (image_file("JPEG", picture((900, 900)))[:-300], "file_broken"),
        (image_file("PNG")[:-40], "file_broken"),
        (heic_file()[:-200], "file_broken"),
        (png_bomb(), "image_too_large"),
        (png_bomb(9_500, 9_500), "image_too_large"),
        (office_file()[:-30], "file_broken"),
        (office_bomb(), "file_is_bomb"),
        (office_file(extra={"word/vbaProject.bin": b"x"}), "file_with_macros"),
        (office_file("something/else.xml"), "file_type_not_accepted"),
        (office_file(extra={"word/a.xml": b"<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>"}), "file_with_entities"),
        (office_file(extra={"word/a.xml": "<!DOCTYPE a []><a/>".encode("utf-16")}), "file_with_entities"),
        (office_file(extra={"../../a.xml": b"<a/>"}), "file_with_parts_outside"),
        (office_file(extra={"/etc/a.xml": b"<a/>"}), "file_with_parts_outside"),
        (office_with_relation("attachedTemplate", "http://10.0.0.1/a.dotm"), "file_with_fetched_parts"),
        (office_with_relation("oleObject", "file:///C:/a.xlsx"), "file_with_fetched_parts"),
        (pdf_drawing(b"", MediaBox=[0, 0, 100, 14_401]), "page_box_too_large"),
        (pdf_drawing(b"", UserUnit=75_000), "page_box_too_large"),
        (pdf_drawing(zlib.compress(bytes(70_000_000), 1), is_packed=True), "file_is_bomb"),
        (pdf_drawing(b"/a Do", forms=_NESTED), "file_is_bomb"),
        (pdf_drawing(b"/a Do", forms={"a": b"/b Do", "b": b"/#61 Do"}), "file_broken"),
        (pdf_drawing(b"BI /W 60000 /H 60000 /BPC 1 ID x EI"), "image_too_large"),
        (bytes(5_000_001), "file_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_stay_is_refused_with_its_reason(content: bytes, code: str, tmp_path: Path) -> None:
    assert reason(content, tmp_path) == code


def test_the_limit_that_is_told_is_the_one_that_was_shown(tmp_path: Path) -> None:
    for content in (png_bomb(), pdf_with_image_bomb()):
        with pytest.raises(InvalidInput) as refused:
            inspected(content, tmp_path)
        assert refused.value.refusals[0].params == {"max": LIMITS.max_pixels}


def test_a_pdf_that_lies_about_its_pages_is_counted(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(60))) as pdf:
        pdf.Root.Pages.Count = 1
        assert reason(saved(pdf), tmp_path) == "too_many_pages"


def test_a_page_tree_that_bites_its_tail_ends(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(1))) as pdf:
        pdf.Root.Pages.Kids = pikepdf.Array([pdf.Root.Pages, pdf.Root.Pages])
        assert reason(saved(pdf), tmp_path) in {"too_many_pages", "file_broken"}


def test_a_pdf_of_endless_parts_is_refused(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(1))) as pdf:
        pdf.Root.Extra = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(N=number)) for number in range(2_100)])
        assert reason(saved(pdf), tmp_path) == "file_too_complex"


def test_a_small_tiff_of_many_large_pages_is_refused_before_one_is_unpacked(tmp_path: Path) -> None:
    pages = [picture((2_900, 2_900), mode="L")] * 20
    path = tmp_path / "handed-in"
    path.write_bytes(image_file("TIFF", pages[0], save_all=True, append_images=pages[1:], compression="tiff_deflate"))
    with pytest.raises(InvalidInput) as refused:
        inspect_blocking(path, replace(LIMITS, max_pixels=9_000_000), tmp_path)
    assert refused.value.refusals[0].code == "file_is_bomb"


@pytest.mark.parametrize("kids", [[1, 2], ["page"], [pikepdf.Name.Page], [[]]], ids=str)
def test_a_page_tree_of_anything_but_pages_is_refused(kids: list[object], tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(1))) as pdf:
        pdf.Root.Pages.Kids = pikepdf.Array(kids)
        assert reason(saved(pdf), tmp_path) == "file_broken"


def test_an_image_larger_than_images_may_be_is_refused_though_a_pdf_might_be(tmp_path: Path) -> None:
    assert reason(image_file("PNG") + bytes(2_000_000), tmp_path) == "file_too_large"


def test_a_zip_whose_directory_lies_is_found_out(tmp_path: Path) -> None:
    content = bytearray(office_file(extra={"word/a.bin": bytes(3_000_000)}))
    real = (3_000_000).to_bytes(4, "little")
    small = (1_000).to_bytes(4, "little")
    assert reason(bytes(content.replace(real, small)), tmp_path) == "file_broken"


def _readable(content: bytes) -> bytes:
    """The file with every stream and object unpacked."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    return buffer.getvalue()


def test_pillow_is_never_asked_to_unpack_beyond_our_limit() -> None:
    assert Image.MAX_IMAGE_PIXELS is not None
    assert LIMITS.max_pixels <= Image.MAX_IMAGE_PIXELS
