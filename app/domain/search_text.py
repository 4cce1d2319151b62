"""Text as people search for it, without accents, case or stray spaces: "giay khai sinh" finds "Giấy khai sinh"."""

import re
import unicodedata

_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+")
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return `text` in lower case without Vietnamese accents (đ becomes d) and with single spaces; idempotent."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SPACES.sub(" ", bare.lower().replace("đ", "d")).strip()


def tokens(text: str) -> tuple[str, ...]:
    """Return the folded words of `text` in order; a dotted number such as the procedure code `1.001193` stays whole."""
    return tuple(_TOKEN.findall(fold(text)))
