"""What can be told of a page's picture without reading it (is there ink on it, is it dim), and a cleaner copy of it."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

_INK_CONTRAST = 45
"""How much darker than the paper around it something must be to be ink, of 255: print on the other side is less."""
_BLANK_INK_SHARE = 0.00015
"""Share of a side that ink covers below which it is blank: a short line of print covers more."""
_EDGE = 0.03
"""Of each side's length, left out: scanners leave shadows at the edges of sheets."""
_BRIGHT_PAPER = 190
_EVEN_PAPER = 60
_FINEST_SHADE = 12
"""Points over which the paper's own shade is taken as even."""
_NOISE_SHARE = 0.95
"""Of the points that are lighter than their paper: the noise of the others is let through."""
_SOFTNESS = 1.1
_BOX_POINTS = 900
"""Of a page's longer side, on which the place of its print is looked for."""
_MARGIN_POINTS = 24


def is_blank(picture: Image.Image) -> bool:
    """Tell whether a grey picture (75 to 100 dots an inch) shows an empty side."""
    across, down = int(picture.width * _EDGE), int(picture.height * _EDGE)
    inner = picture.crop((across, down, picture.width - across, picture.height - down))
    counts = ImageChops.subtract(_paper_of(inner), inner).histogram()
    return sum(counts[_INK_CONTRAST:]) < _BLANK_INK_SHARE * inner.width * inner.height


def box_of_ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Return where on a page there is print, with a margin around it; None if there is none."""
    scale = max(1, round(max(picture.size) / _BOX_POINTS))
    small = picture.convert("L").resize((max(1, picture.width // scale), max(1, picture.height // scale)))
    ink = ImageChops.subtract(_paper_of(small), small).point([255 * (level >= _INK_CONTRAST) for level in range(256)])
    across, down = int(small.width * _EDGE), int(small.height * _EDGE)
    inner = ink.crop((across, down, small.width - across, small.height - down))
    found = inner.getbbox()
    if found is None:
        return None
    left, top, right, bottom = (edge * scale for edge in found)
    left, top, right, bottom = left + across * scale, top + down * scale, right + across * scale, bottom + down * scale
    margin = _MARGIN_POINTS * scale
    return (
        max(0, left - margin),
        max(0, top - margin),
        min(picture.width, right + margin),
        min(picture.height, bottom + margin),
    )


def is_dim(picture: Image.Image) -> bool:
    """Tell whether the paper in a picture is dark or unevenly lit, so that a reader misses whole lines of it."""
    small = (max(1, picture.width // 32), max(1, picture.height // 32))
    paper = picture.convert("L").resize(small, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(3))
    counts = paper.histogram()
    darkest, middle, brightest = (_level(counts, share) for share in (0.05, 0.5, 0.95))
    return middle < _BRIGHT_PAPER or brightest - darkest > _EVEN_PAPER


def cleaned(picture: Image.Image) -> Image.Image:
    """Return a copy for reading dim pictures: softened, the paper's shade and its noise taken away, stretched.

    Noise is as often lighter as it is darker than the paper, and only noise is lighter: it tells how much of what is
    darker is not ink. What all this gains is measured by `make bench` (see bench/README.md).
    """
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(_SOFTNESS))
    paper = _paper_of(grey)
    noise = 1 + _level(ImageChops.subtract(grey, paper).histogram()[1:], _NOISE_SHARE)
    ink = ImageChops.subtract(paper, grey).point([max(0, level - noise) for level in range(256)])
    return ImageOps.autocontrast(ImageOps.invert(ink), cutoff=(0.5, 0))


def _paper_of(picture: Image.Image) -> Image.Image:
    """Return what a grey picture would be without the fine things on it."""
    small = (max(1, picture.width // _FINEST_SHADE), max(1, picture.height // _FINEST_SHADE))
    paper = picture.resize(small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(4))
    return paper.resize(picture.size, Image.Resampling.BICUBIC)


def _level(counts: list[int], share: float) -> int:
    """Return the level of grey below or at which `share` of the counted points lie."""
    wanted, seen = share * sum(counts), 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return len(counts) - 1
