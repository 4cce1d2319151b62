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


def pdf_drawing(
    content: bytes, *, forms: dict[str, bytes] | None = None, is_packed: bool = False, **of_page: object
) -> bytes:
    """A page that draws `content` (`is_packed`: by zlib); each of `forms` may draw every one of them."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        named = pikepdf.Dictionary()
        made = {name: pdf.make_stream(drawn) for name, drawn in (forms or {}).items()}
        for name, form in made.items():
            form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            form.BBox = pikepdf.Array([0, 0, 10, 10])
            named[f"/{name}"] = form
        page.Resources = pikepdf.Dictionary(XObject=named)
        page.Contents = pdf.make_stream(content)
        if is_packed:
            page.Contents.write(content, filter=pikepdf.Name.FlateDecode)
        for key, value in of_page.items():
            page.obj[f"/{key}"] = pikepdf.Array(value) if isinstance(value, list) else value
        return saved(pdf)


def pdf_with_files_inside() -> bytes:
    """Every place from which a PDF can carry other files: names, associated files, an annotation."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=A4)
        pdf.attachments["payload.exe"] = b"MZ payload"
        inside = pdf.make_stream(b"MZ associated", Type=pikepdf.Name.EmbeddedFile)
        described = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec, F="other.exe", EF=pikepdf.Dictionary(F=inside, UF=inside)
        )
        pdf.Root.AF = pikepdf.Array([pdf.make_indirect(described)])
        clip = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=described)
        text = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents="stays")
        page.Annots = pikepdf.Array([pdf.make_indirect(clip), pdf.make_indirect(text)])
        # The name of a font is anybody's to choose.
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(EF=pikepdf.Dictionary(Type=pikepdf.Name.Font)))
        return saved(pdf)


def pdf_portfolio() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4)
        pdf.attachments["one.pdf"] = pdf_of()
        pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
        return saved(pdf)


def pdf_with_packed_bomb(*sizes: int) -> bytes:
    """Few kilobytes with an object of so many bytes in each of its packed parts (ISO 32000-1 §7.5.7)."""
    sizes = sizes or (80 * 1024 * 1024,)
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    }
    inside = {}
    for number, size in zip(range(4, 4 + 2 * len(sizes), 2), sizes, strict=True):
        first = b"%d 0 " % (number + 1)
        packed = zlib.compress(first + b"(" + b"a" * size + b")", 9)
        facts = b"/Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d" % (len(first), len(packed))
        bodies[number] = b"<<%b>>stream\n%b\nendstream" % (facts, packed)
        inside[number + 1] = number
    content, places = bytearray(b"%PDF-1.5\n"), {}
    for number, body in bodies.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = 4 + 2 * len(sizes)
    places[table] = len(content)
    rows = bytes(6) + b"".join(
        struct.pack(">BIB", 2, inside[number], 0) if number in inside else struct.pack(">BIB", 1, places[number], 0)
        for number in range(1, table + 1)
    )
    facts = b"/Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Length %d" % (table + 1, len(rows))
    content += b"%d 0 obj\n<<%b>>stream\n%b\nendstream\nendobj\n" % (table, facts, rows)
    content += b"startxref\n%d\n%%%%EOF\n" % places[table]
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


def office_with_relation(kind: str, target: str) -> bytes:
    """A DOCX that names something that lies elsewhere."""
    relation = f'<Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/>'
    return office_file(extra={"word/_rels/document.xml.rels": f"<Relationships>{relation}</Relationships>".encode()})


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
