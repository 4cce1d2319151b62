"""Scanned papers made up in memory: printed Vietnamese, turned, tilted, noisy, blank, with separators. Nobody's papers.

Pages are typeset with the shipped fonts and then damaged as scanners and cameras do it, the same on every run.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import img2pdf
import pypdfium2
import typst
from PIL import Image, ImageChops, ImageFilter, ImageOps

_FONTS = Path(__file__).parent.parent.parent / "app" / "data" / "fonts"
DPI = 200

BIRTH_CERTIFICATE = """
Số: 123/2026/GCS

Họ, chữ đệm, tên mẹ: Nguyễn Thị Thử Nghiệm

Số định danh cá nhân: 037990000001. Ngày cấp: 12/05/2021

Nơi thường trú: Tổ dân phố số 5, phường Châu Sơn, tỉnh Ninh Bình

Đã sinh con vào lúc 08 giờ 30 phút, ngày 05 tháng 11 năm 2026 tại Bệnh viện đa khoa tỉnh. Giới tính của con: Nữ.
Dự kiến đặt tên con là: Trần Nguyễn Thử An. Trẻ khỏe mạnh, mẹ và con được xuất viện sau ba ngày theo dõi.
"""
DECLARATION = """
Kính gửi: Ủy ban nhân dân phường Châu Sơn

Họ, chữ đệm, tên người yêu cầu: Trần Văn Thử Nghiệm

Giấy tờ tùy thân: Căn cước công dân số 037880000002

Đề nghị cơ quan đăng ký khai sinh cho người dưới đây. Tôi cam đoan những nội dung khai trên đây là đúng sự thật và
chịu trách nhiệm trước pháp luật về nội dung cam đoan của mình.

Làm tại Ninh Bình, ngày 20 tháng 11 năm 2026
"""
AUTHORISATION = """
Tôi là Nguyễn Thị Thử Nghiệm, ủy quyền cho ông Trần Văn Thử Nghiệm thay mặt tôi nộp hồ sơ và nhận kết quả.
Văn bản này được lập thành hai bản có giá trị như nhau, mỗi bên giữ một bản.
"""
_PAGE = """
#let title = sys.inputs.title
#let body = sys.inputs.body
#set page(paper: "a4", margin: 25mm)
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#set par(leading: 0.8em, justify: true)
#align(center)[*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM*\\ *Độc lập - Tự do - Hạnh phúc*]
#v(8mm)
#align(center, text(size: 16pt, weight: "bold", title))
#v(4mm)
#body.split("\\n\\n").map(part => [#part.replace("\\n", " ")]).join(parbreak())
"""


@dataclass(frozen=True)
class Sheet:
    """One side of a paper as it lies on the glass."""

    picture: Image.Image
    dpi: int = DPI


@cache
def typeset(title: str, body: str) -> bytes:
    """A page of print as PDF with its text."""
    inputs = {"title": title, "body": body.strip()}
    fonts = typst.Fonts(font_paths=[_FONTS], include_system_fonts=False)
    printed = typst.compile(_PAGE.encode(), font_paths=fonts, format="pdf", sys_inputs=inputs)
    assert isinstance(printed, bytes)
    return printed


def text_of(pdf: bytes) -> str:
    """All texts of a PDF, a page after the other."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def picture_of(pdf: bytes, *, page: int = 0, dpi: int = DPI) -> Image.Image:
    rendered: Image.Image = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil().convert("RGB")
    return rendered


def printed(title: str, body: str, *, dpi: int = DPI) -> Sheet:
    """A clean page."""
    return Sheet(picture_of(typeset(title, body), dpi=dpi), dpi)


def cropped(sheet: Sheet) -> Sheet:
    """The printed part of a page and a margin around it: a paper that is quickly read."""
    left, top, right, bottom = ImageOps.invert(sheet.picture.convert("L")).getbbox() or (0, 0, *sheet.picture.size)
    margin = sheet.dpi // 2
    width, height = sheet.picture.size
    around = (max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin))
    return Sheet(sheet.picture.crop(around), sheet.dpi)


def blank(share: float = 1.0) -> Sheet:
    """The back of a sheet as a scanner sees it: a little grey, a little noise; `share` of an A4 page's height."""
    white = Image.new("RGB", (round(8.27 * DPI), round(11.69 * DPI * share)), (246, 246, 242))
    return Sheet(_noisy(white, 6))


def scanned(sheet: Sheet, *, turned: int = 0, tilted: float = 1.3) -> Sheet:
    """The page as a scanner gives it: tilted, softened, shaded, noisy, compressed; turned by 90, 180 or 270."""
    picture = sheet.picture.rotate(tilted, resample=Image.Resampling.BICUBIC, fillcolor="white")
    picture = _shaded(picture.filter(ImageFilter.GaussianBlur(0.6)), 0.15)
    return Sheet(_compressed(_noisy(picture, 14), 75).rotate(turned, expand=True), sheet.dpi)


def photographed(sheet: Sheet) -> Sheet:
    """The page as a bad camera gives it: coarse, dim, unevenly lit, noisy."""
    picture = sheet.picture.rotate(-2.2, resample=Image.Resampling.BICUBIC, fillcolor="white")
    picture = picture.point([90 + int(level * 0.45) for level in range(256)] * 3)
    picture = _shaded(picture.filter(ImageFilter.GaussianBlur(0.7)), 0.55, darkest_at_the_top=True)
    return Sheet(_compressed(_noisy(picture, 20), 45), sheet.dpi)


def jpeg(sheet: Sheet) -> bytes:
    buffer = io.BytesIO()
    sheet.picture.save(buffer, "JPEG", quality=85, dpi=(sheet.dpi, sheet.dpi))
    return buffer.getvalue()


def scan_of(sheets: Sequence[Sheet]) -> bytes:
    """What a scanning station sends: one PDF, a picture a page."""
    made: bytes = img2pdf.convert([jpeg(sheet) for sheet in sheets], nodate=True)
    return made


def _shaded(picture: Image.Image, strength: float, *, darkest_at_the_top: bool = False) -> Image.Image:
    light = Image.linear_gradient("L").resize(picture.size)
    if darkest_at_the_top:
        light = light.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    light = light.point([255 - int(level * strength) for level in range(256)])
    return ImageChops.multiply(picture, light.convert("RGB"))


def _noisy(picture: Image.Image, sigma: float) -> Image.Image:
    noise = Image.effect_noise(picture.size, sigma).convert("RGB")
    return ImageChops.add(picture, noise, offset=-128)


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")
