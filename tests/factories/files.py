"""Files as people hand them in, good and bad, made in memory; nobody's papers."""

import io
import random
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

A4 = (595, 842)


def pdf_of(pages: int = 1, *, text: str = "") -> bytes:
    """A plain PDF; `text` makes contents differ."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=A4)
        pdf.pages[0].Contents = pdf.make_stream(f"% {text}".encode())
        return saved(pdf)


def saved(pdf: pikepdf.Pdf, *, encryption: pikepdf.Encryption | None = None) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=encryption is None, encryption=encryption)
    return buffer.getvalue()


def pdf_with_scripts() -> bytes:
    """Every place from which a PDF can run something, and one link that only shows a page."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        pdf.Root.OpenAction = pdf.make_indirect(script)
        pdf.Root.AA = pikepdf.Dictionary(WC=script)
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", script]))
        page.AA = pikepdf.Dictionary(O=script)
        button = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 9, 9], FT=pikepdf.Name.Btn, A=launch
        )
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[page.obj, pikepdf.Name.Fit]),
        )
        button = pdf.make_indirect(button)
        page.Annots = pdf.make_indirect(pikepdf.Array([button, link]))
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[button])
        return saved(pdf)


def pdf_locked(*, key: str = "of the reader") -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4)
        return saved(pdf, encryption=pikepdf.Encryption(owner="of the owner", user=key))


def pdf_with_image_bomb() -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        image = pdf.make_stream(zlib.compress(bytes(1000)), Filter=pikepdf.Name.FlateDecode)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = 40_000, 40_000, 8
        image.ColorSpace = pikepdf.Name.DeviceRGB
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        return saved(pdf)


def pdf_with_packed_bomb() -> bytes:
    """Some hundred kilobytes of which one packed object is 80 MB (ISO 32000-1 §7.5.7, object streams)."""
    packed = zlib.compress(b"3 0 (" + b"a" * (80 * 1024 * 1024) + b")", 9)
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/Extra 3 0 R>>",
        2: b"<</Type/Pages/Kids[5 0 R]/Count 1>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
        5: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    }
    content, places = bytearray(b"%PDF-1.5\n"), {}
    for number, body in bodies.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    places[6] = len(content)
    # Object 3 is the first one in the object stream 4; the others lie where they were written.
    rows = bytes(6) + b"".join(
        struct.pack(">BIB", 2, 4, 0) if number == 3 else struct.pack(">BIB", 1, places[number], 0)
        for number in range(1, 7)
    )
    table = b"<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%b\nendstream" % (len(rows), rows)
    content += b"6 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, places[6])
    return bytes(content)


def pdf_without_table() -> bytes:
    """A PDF whose table of objects is said to be elsewhere: whole, but not as written."""
    head, _, _ = pdf_of(2).rpartition(b"startxref")
    return head + b"startxref\n7\n%%EOF\n"


def picture(size: tuple[int, int] = (240, 320), *, mode: str = "RGB", mark: str = "x") -> Image.Image:
    image = Image.new(mode, size, 1 if mode == "1" else "white")
    ImageDraw.Draw(image).text((10, 10), mark, fill=0 if mode in "1L" else "black")
    return image


def image_file(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or picture()).save(buffer, format=kind, **options)
    return buffer.getvalue()


def heic_file() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(buffer, quality=80)
    return buffer.getvalue()


def png_bomb(width: int = 40_000, height: int = 40_000) -> bytes:
    """A few kilobytes that say to be 1.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * 100), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def office_file(part: str = "word/document.xml", extra: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(part, "<document/>")
        for name, content in (extra or {}).items():
            package.writestr(name, content)
    return buffer.getvalue()


def office_bomb() -> bytes:
    """A DOCX of some hundred kilobytes that unpacks to 80 MB."""
    return office_file(extra={"word/media/image1.bmp": bytes(80 * 1024 * 1024)})


def large_pdf(size: int) -> bytes:
    """A PDF of one page and somewhat more than `size` bytes that do not compress."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4)
        noise = random.Random(size).randbytes(size)  # noqa: S311 - the same noise each time
        pdf.Root.Noise = pdf.make_stream(noise, Filter=pikepdf.Name.FlateDecode)
        return saved(pdf)
