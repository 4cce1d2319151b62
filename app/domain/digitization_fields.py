"""Values proposed from recognized text: identity numbers, dates, full names, numbers of documents. Pure.

A proposal is never trusted: it says where it was read and how sure that is, and counts for nothing until a clerk has
confirmed it against the paper (domain: bóc tách, kiểm tra).
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.identifiers import check_citizen_number
from app.domain.search_text import fold

MOST_PROPOSALS = 40
_FIRST_YEAR, _LAST_YEAR = 1880, 2200


class FieldKind(StrEnum):
    """What kind of value it is."""

    FULL_NAME = "full_name"
    IDENTITY_NUMBER = "identity_number"
    DATE = "date"
    DOCUMENT_NUMBER = "document_number"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One recognized line: the page of the piece it stands on (from 1) and how sure the reader was, 0 to 1."""

    text: str
    page: int = 1
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that may stand on the paper. `label` is what is printed before it, `name` tells it from its like.

    Dates are ISO 8601, identity numbers digits only, names in their printed form. `confidence` 0 to 1 is the reader's
    certainty of the line, lowered where the pattern alone says little.
    """

    kind: FieldKind
    value: str
    page: int
    confidence: float
    label: str = ""
    name: str = ""


_DIGITS = r"\d(?:[ .]?\d)"
_CITIZEN = re.compile(rf"(?<![\d/.-]){_DIGITS}{{11}}(?![\d/-])")
_OLD_IDENTITY = re.compile(rf"(?<![\d/.-]){_DIGITS}{{8}}(?![\d/-])")
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?!\d)")
# On folded text: "ngày 5 tháng 11 năm 2026", accents lost or misread.
_WORDED_DATE = re.compile(r"ngay\s*(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})(?!\d)")
_DOCUMENT_NUMBER = re.compile(
    r"\b[Ss](?:ố|ő|ô|ó|o)(?:\s*(?:hiệu|quyết định|giấy))?\s*[:.]?\s*"
    r"(\d{1,6}(?:/\d{4})?(?:/[A-ZĐ][A-ZĐ0-9.-]{0,20}){1,3}|\d{1,6}/\d{4})"
)
_NAME_LABEL = re.compile(
    r"(?P<label>họ\s*,?\s*chữ đệm\s*,?\s*(?:và\s*)?tên[^:.]{0,60}|họ\s*(?:và|,)?\s*tên[^:.]{0,60}|tên tôi là|"
    r"(?:tôi|người)[^:.]{0,30} tên)\s*[:.]+\s*(?P<rest>.+)",
    re.IGNORECASE,
)
_LETTER = "A-ZÀ-ỸĐ"
_NAME = re.compile(rf"(?:[{_LETTER}][{_LETTER}a-zà-ỹđ']{{0,9}}\s+){{1,5}}[{_LETTER}][{_LETTER}a-zà-ỹđ']{{0,9}}")
_IDENTITY_WORDS = ("dinh danh", "cccd", "can cuoc", "cmnd", "chung minh", "so giay to", "giay to tuy than")
_SHORT_LABEL = 60


def propose(lines: Sequence[TextLine]) -> list[Proposal]:
    """Return what the lines may say, in their order; a value that is repeated is proposed once, at its surest."""
    best: dict[tuple[FieldKind, str], Proposal] = {}
    for line in lines:
        for found in _of_line(line):
            known = best.get((found.kind, found.value))
            if known is None:
                best[found.kind, found.value] = found
            elif found.confidence > known.confidence:
                best[found.kind, found.value] = replace(known, confidence=found.confidence)
    return list(_named(list(best.values())[:MOST_PROPOSALS]))


def _named(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Give each a name that is its own: `date`, `date_2` …"""
    counts: dict[FieldKind, int] = {}
    for proposal in proposals:
        number = counts[proposal.kind] = counts.get(proposal.kind, 0) + 1
        yield replace(proposal, name=proposal.kind.value if number == 1 else f"{proposal.kind.value}_{number}")


def _of_line(line: TextLine) -> Iterator[Proposal]:
    yield from _names(line)
    yield from _document_numbers(line)
    yield from _identity_numbers(line)
    yield from _dates(line)


def _proposal(line: TextLine, kind: FieldKind, value: str, *, start: int, certainty: float) -> Proposal:
    label = line.text[:start].strip(" .:;,-–_")[-_SHORT_LABEL:]
    return Proposal(kind, value, line.page, round(line.confidence * certainty, 3), label=label)


def _identity_numbers(line: TextLine) -> Iterator[Proposal]:
    folded = fold(line.text)
    labelled = any(words in folded for words in _IDENTITY_WORDS)
    for match in _CITIZEN.finditer(line.text):
        digits = re.sub(r"\D", "", match[0])
        if not check_citizen_number(digits).errors:
            certainty = 1.0 if labelled else 0.85
            yield _proposal(line, FieldKind.IDENTITY_NUMBER, digits, start=match.start(), certainty=certainty)
    if labelled:
        for match in _OLD_IDENTITY.finditer(line.text):
            digits = re.sub(r"\D", "", match[0])
            yield _proposal(line, FieldKind.IDENTITY_NUMBER, digits, start=match.start(), certainty=0.7)


def _dates(line: TextLine) -> Iterator[Proposal]:
    for match in _NUMERIC_DATE.finditer(line.text):
        if day := _date(match):
            yield _proposal(line, FieldKind.DATE, day, start=match.start(), certainty=0.95)
    for match in _WORDED_DATE.finditer(fold(line.text)):
        if day := _date(match):
            yield _proposal(line, FieldKind.DATE, day, start=_place_of(line.text, "ng"), certainty=1.0)


def _place_of(text: str, beginning: str) -> int:
    place = text.casefold().find(beginning)
    return max(place, 0)


def _date(match: re.Match[str]) -> str | None:
    day, month, year = (int(part) for part in match.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _document_numbers(line: TextLine) -> Iterator[Proposal]:
    for match in _DOCUMENT_NUMBER.finditer(line.text):
        certainty = 0.95 if any(letter.isalpha() for letter in match[1]) else 0.6
        yield _proposal(line, FieldKind.DOCUMENT_NUMBER, match[1], start=match.start(), certainty=certainty)


def _names(line: TextLine) -> Iterator[Proposal]:
    found = _NAME_LABEL.search(line.text)
    if found is None:
        return
    name = _NAME.match(found["rest"].lstrip(" ._"))
    if name is not None:
        value = " ".join(name[0].split())
        proposal = _proposal(line, FieldKind.FULL_NAME, value, start=0, certainty=0.9)
        yield replace(proposal, label=found["label"].strip()[:_SHORT_LABEL])
