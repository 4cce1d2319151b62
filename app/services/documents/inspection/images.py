"""JPEG, PNG, TIFF and HEIC become PDF; their pixels are counted before one is unpacked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import img2pdf
import pillow_heif
from PIL import Image, ImageOps, ImageSequence

from app.domain.documents import FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal

# A scan says how dense it is; a camera writes 72 or 96 or nothing, and its picture is put on a page.
_SCAN_DPI = range(150, 1201)
_A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))
_PLAIN_MODES = frozenset({"1", "L", "RGB"})
_JPEG_QUALITY = 92
_BITS = {"1": 1, "L": 8}
_UNPACKED_PER_PIXEL = 12
"""Bytes of all pages of a TIFF for each pixel that one may have: forty of A4 in colour at 300 dpi, 980 in black."""


def convert_image(path: Path, file_type: FileType, limits: FileLimits, workplace: Path) -> tuple[Path, int]:
    """Write the image as a PDF and return where, and its pages.

    JPEG and PNG are embedded as they are wherever PDF can hold them; the same image gives the same PDF, bit for bit.
    Raises `InvalidInput` for an image that is broken, cut off, too large or of too many pages.
    """
    with _faults(limits):
        pages = _pages_of(path, file_type, limits, workplace)
        result = workplace / "converted.pdf"
        with result.open("wb") as file:
            img2pdf.convert(
                [str(page) for page in pages],
                outputstream=file,
                layout_fun=_layout,
                rotation=img2pdf.Rotation.ifvalid,
                nodate=True,
                first_frame_only=True,
            )
    return result, len(pages)


def _pages_of(path: Path, file_type: FileType, limits: FileLimits, workplace: Path) -> list[Path]:
    if file_type is FileType.HEIC:
        return [_heic_page(path, limits, workplace)]
    with Image.open(path, formats=[file_type.name]) as image:
        frames = getattr(image, "n_frames", 1) if file_type is FileType.TIFF else 1
        if frames > limits.max_pages:
            raise InvalidInput(Refusal("too_many_pages", "file", {"max": limits.max_pages}))
        if file_type is FileType.TIFF:
            _refuse_many_large(image, limits)
            return [
                _plain_page(frame, limits, workplace / f"page-{number}.png")
                for number, frame in enumerate(ImageSequence.Iterator(image))
            ]
        refuse_bomb(image.size, limits)
        if file_type is FileType.JPEG:
            # Every bit of the file is decoded, at an eighth of the size: a cut-off photo does not pass.
            image.draft("RGB", (image.width // 8, image.height // 8))
            image.load()
            return [path]
        if image.mode in _PLAIN_MODES and "transparency" not in image.info:
            image.load()
            return [path]
        return [_plain_page(image, limits, workplace / "page.png")]


def _refuse_many_large(image: Image.Image, limits: FileLimits) -> None:
    """A few bytes can be a page of black and white, and a small file thousands of large ones."""
    unpacked, most = 0, _UNPACKED_PER_PIXEL * limits.max_pixels
    for frame in ImageSequence.Iterator(image):
        unpacked += frame.width * frame.height * _BITS.get(frame.mode, 24) // 8
        if unpacked > most:
            raise InvalidInput(Refusal("file_is_bomb", "file", {"max_bytes": most}))


def _plain_page(image: Image.Image, limits: FileLimits, target: Path) -> Path:
    """Write one page as PNG in black and white, grey or colour, upright, transparency on white."""
    refuse_bomb(image.size, limits)
    dpi = image.info.get("dpi")
    ImageOps.exif_transpose(image, in_place=True)
    plain = image
    if image.mode not in _PLAIN_MODES or "transparency" in image.info:
        if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
            # Copies of a large picture are hundreds of megabytes each.
            see_through = image if image.mode == "RGBA" else image.convert("RGBA")
            plain = Image.new("RGB", see_through.size, "white")
            plain.paste(see_through, mask=see_through.getchannel("A"))
        else:
            plain = image.convert("L" if image.mode.startswith("I") else "RGB")
    extra = {"dpi": dpi} if dpi else {}
    plain.save(target, format="PNG", compress_level=3, **extra)
    return target


def _heic_page(path: Path, limits: FileLimits, workplace: Path) -> Path:
    """Decode the main picture; the library turns it upright."""
    found = pillow_heif.open_heif(path)
    refuse_bomb(found.size, limits)
    target = workplace / "page.jpg"
    found.to_pillow().convert("RGB").save(target, format="JPEG", quality=_JPEG_QUALITY)
    return target


def refuse_bomb(size: tuple[int, int], limits: FileLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise InvalidInput(Refusal("image_too_large", "file", {"max": limits.max_pixels}))


def _layout(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return page and picture in points: true size for a scan, an A4 page turned to fit for a photo."""
    if round(dpi[0]) in _SCAN_DPI and round(dpi[1]) in _SCAN_DPI:
        layout = img2pdf.default_layout_fun
    else:
        layout = img2pdf.get_layout_fun(pagesize=_A4, fit=img2pdf.FitMode.into, auto_orient=True)
    page: tuple[float, float, float, float] = layout(width, height, dpi)
    return page


@contextmanager
def _faults(limits: FileLimits) -> Iterator[None]:
    """Turn what the libraries say of bad images into refusals."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidInput(Refusal("image_too_large", "file", {"max": limits.max_pixels})) from error
    except OSError as error:
        if error.errno is not None:  # the system's, not the file's
            raise
        raise InvalidInput(Refusal("file_broken", "file")) from error
    except (
        EOFError,
        SyntaxError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        RuntimeError,
        img2pdf.ImageOpenError,
        img2pdf.AlphaChannelError,
        img2pdf.JpegColorspaceError,
        img2pdf.UnsupportedColorspaceError,
        img2pdf.NegativeDimensionError,
        img2pdf.PdfTooLargeError,
    ) as error:
        raise InvalidInput(Refusal("file_broken", "file")) from error
