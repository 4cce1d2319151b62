"""Which paper of a dossier a text is, by its title: "GIẤY CHỨNG SINH" is the component "Giấy chứng sinh (…)". Pure.

Readers of pictures drop accents and misread letters, so words are compared without accents and with a letter's grace.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.search_text import tokens

SURE = 0.75
"""From this score on a piece is matched without asking, if nothing else comes near."""
WORTH_SHOWING = 0.35
MARGIN = 0.15
"""How much better the best must be than the next."""

_TITLE_LINES = 24
_TITLE_WORDS = 14
_GRACE_LENGTH = 4
_PARENTHESIS = re.compile(r"\([^)]*\)")
_ALTERNATIVES = re.compile(r"\bhoặc\b|;|,", re.IGNORECASE)
# Headings that stand on every paper and name none.
_FURNITURE = (
    "cong hoa xa hoi chu nghia viet nam",
    "doc lap tu do hanh phuc",
)
# Papers that are only presented, whatever the checklist says: they prove who somebody is (Luật Căn cước).
_IDENTITY_PAPERS = (
    ("can", "cuoc", "cong", "dan"),
    ("can", "cuoc"),
    ("citizen", "identity", "card"),
    ("identity", "card"),
    ("chung", "minh", "nhan", "dan"),
    ("ho", "chieu"),
    ("passport",),
)
_SMALL_WORDS = frozenset({"cua", "va", "ve", "cho", "cac", "da", "co", "la", "tai", "ban", "chinh", "sao", "theo"})


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A component as the checklist of the dossier names it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A component a text may be, with how well it fits: 0 to 1."""

    code: str
    score: float


def titles_of(text: str) -> list[tuple[str, ...]]:
    """Return the words of lines that look like titles, neighbours joined: capitals near the top, furniture left out."""
    found: list[tuple[str, ...]] = []
    joined: tuple[str, ...] = ()
    for line in [line for line in text.splitlines() if line.strip()][:_TITLE_LINES]:
        words = tokens(line) if _is_title(line) else ()
        if words and not any(" ".join(words) in known or known in " ".join(words) for known in _FURNITURE):
            found.append(words)
            joined = joined + words if len(joined) + len(words) <= _TITLE_WORDS else words
            if joined != words:
                found.append(joined)
        else:
            joined = ()
    return found


def candidates(text: str, checklist: Iterable[ListedPaper]) -> list[Candidate]:
    """Return the components that `text` may be, the best first; those that fit badly are left out."""
    titles = titles_of(text)
    opening = tokens(" ".join(text.splitlines()[:_TITLE_LINES]))
    scored = [Candidate(paper.code, round(_score(paper.name, titles, opening), 3)) for paper in checklist]
    return sorted(
        (candidate for candidate in scored if candidate.score >= WORTH_SHOWING),
        key=lambda candidate: (-candidate.score, candidate.code),
    )


def is_identity_paper(text: str) -> bool:
    """Tell whether the text is titled like an identity card or a passport, and not like an application for one."""
    return any(
        len(title) == len(known) and all(map(_same, title, known))
        for title in titles_of(text)
        for known in _IDENTITY_PAPERS
    )


def sure_match(found: Sequence[Candidate]) -> Candidate | None:
    """Return the best candidate if it is good and alone; None leaves the piece to the clerk."""
    if not found or found[0].score < SURE:
        return None
    if len(found) > 1 and found[0].score - found[1].score < MARGIN:
        return None
    return found[0]


def _is_title(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) >= _GRACE_LENGTH and capitals >= 0.8 * len(letters)


def _score(name: str, titles: Sequence[tuple[str, ...]], opening: Sequence[str]) -> float:
    """Compare a component's name, and each alternative it gives, with the titles; else with the text's opening."""
    best = 0.0
    for wording in _wordings(name):
        for title in titles:
            best = max(best, _alike(wording, title))
        # Its words somewhere in the opening are a hint, never enough to be sure.
        best = max(best, 0.6 * _share(wording, opening)) if len(wording) > 1 else best
    return best


def _wordings(name: str) -> list[tuple[str, ...]]:
    plain = _PARENTHESIS.sub(" ", name)
    parts = [plain, *_ALTERNATIVES.split(plain)]
    found = [tuple(word for word in tokens(part) if word not in _SMALL_WORDS) for part in parts]
    return [words for words in dict.fromkeys(found) if len(words) > 1]


def _alike(wording: Sequence[str], title: Sequence[str]) -> float:
    """Return how alike two phrases are: harmonic mean of the shares of words that each finds in the other."""
    bare = [word for word in title if word not in _SMALL_WORDS]
    there, back = _share(wording, bare), _share(bare, wording)
    return 0.0 if there + back == 0 else 2 * there * back / (there + back)


def _share(wanted: Sequence[str], words: Sequence[str]) -> float:
    if not wanted:
        return 0.0
    pool = list(words)
    found = 0
    for word in wanted:
        for index, other in enumerate(pool):
            if _same(word, other):
                found += 1
                del pool[index]
                break
    return found / len(wanted)


def _same(word: str, other: str) -> bool:
    """Tell whether two folded words are equal but for one misread letter in words of four and more."""
    if word == other:
        return True
    if min(len(word), len(other)) < _GRACE_LENGTH or abs(len(word) - len(other)) > 1:
        return False
    if len(word) == len(other):
        return sum(one != two for one, two in zip(word, other, strict=True)) == 1
    short, long = sorted((word, other), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
