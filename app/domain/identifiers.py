"""Codes and numbers by which dossiers, procedures, agencies and people are known: shapes, checks, masks for lists."""

import dataclasses
import datetime as dt
import re
from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple, Self

from app.domain.errors import InvalidInput, Refusal

AGENCY_PATTERN = r"(?:\d{3}(?:\.\d{2,3}){2}\.[GH]\d{2}|[GH]\d{2}(?:\.\d{1,3}){0,3})"
MINIMUM_DIGITS = 4
MAXIMUM_NUMBER = 999_999

_AGENCY = re.compile(AGENCY_PATTERN, re.ASCII)
_DOSSIER = re.compile(rf"(?P<agency>{AGENCY_PATTERN})-(?P<day>\d{{6}})-(?P<number>\d{{4,6}})", re.ASCII)
_PROCEDURE = re.compile(r"[1-9]\.\d{6}", re.ASCII)
_PROCEDURE_LONG = re.compile(r"(?P<code>[1-9]\.\d{6})(?:\.\d{2,3}){1,3}\.[GH]\d{2}", re.ASCII)
_CITIZEN_NUMBER = re.compile(r"\d{12}|\d{9}", re.ASCII)
_TAX_CODE = re.compile(r"\d{10}(?:-?\d{3})?", re.ASCII)
_BRANCH_TAX_CODE = re.compile(r"(\d{10})(\d{3})", re.ASCII)
_FROM_ABROAD = re.compile(r"(?:\+|00)840?(\d+)", re.ASCII)
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{6,9}", re.ASCII)
_CITIZEN_NUMBER_LENGTH = 12
_SYNTHETIC_CENTURY_DIGITS = frozenset("89")
_VISIBLE_IDENTITY_DIGITS = 3
_VISIBLE_PHONE_HEAD, _VISIBLE_PHONE_TAIL = 3, 2


class Gender(StrEnum):
    MALE = "male"
    FEMALE = "female"


class NumberCheck(NamedTuple):
    """What a check found: `errors` refuse the input, `warnings` are shown to the clerk and recorded, never block."""

    errors: list[Refusal]
    warnings: list[Refusal]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DossierCode:
    """Mã hồ sơ `<agency code>-<yyMMdd of reception>-<running number>`, e.g. `H42.10-261123-0001`.

    The running number is per agency and day, has at least four digits and grows when a day needs more. `digits` keeps
    the width of a code that was read, so that writing it again gives the same text. Years are of this century. Raises
    InvalidInput(`dossier_code_malformed`) when a part is out of its shape.
    """

    agency: str
    day: dt.date
    number: int
    digits: int = MINIMUM_DIGITS

    def __post_init__(self) -> None:
        within = 0 <= self.number <= MAXIMUM_NUMBER and MINIMUM_DIGITS <= self.digits <= len(str(MAXIMUM_NUMBER))
        if not within or not is_agency_code(self.agency) or self.day.year // 100 != 20:  # noqa: PLR2004 - this century
            raise InvalidInput(Refusal("dossier_code_malformed", "code"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code, ignoring surrounding spaces and letter case; raises InvalidInput(`dossier_code_malformed`)."""
        match = _DOSSIER.fullmatch(text.strip().upper())
        if match is None:
            raise InvalidInput(Refusal("dossier_code_malformed", "code"))
        yymmdd, number = match["day"], match["number"]
        try:
            day = dt.date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
        except ValueError as error:
            raise InvalidInput(Refusal("dossier_code_malformed", "code")) from error
        return cls(agency=match["agency"], day=day, number=int(number), digits=len(number))

    def __str__(self) -> str:
        return f"{self.agency}-{self.day:%y%m%d}-{self.number:0{self.digits}d}"


def is_agency_code(text: str) -> bool:
    """Tell whether `text` is shaped like a mã định danh: `H42.10` (QĐ 20/2020) or the older `000.00.10.H42`."""
    return _AGENCY.fullmatch(text) is not None


def is_procedure_code(text: str) -> bool:
    """Tell whether `text` has the shape of a national procedure code such as `1.001193`."""
    return _PROCEDURE.fullmatch(text) is not None


def normalize_procedure_code(text: str) -> str:
    """Return the national code of a short or old long form (`1.001193.000.00.00.H42` gives `1.001193`).

    Raises InvalidInput(`procedure_code_malformed`) for anything else.
    """
    candidate = text.strip().upper()
    if is_procedure_code(candidate):
        return candidate
    long_form = _PROCEDURE_LONG.fullmatch(candidate)
    if long_form is None:
        raise InvalidInput(Refusal("procedure_code_malformed", "procedure_code"))
    return long_form["code"]


def check_citizen_number(
    number: str,
    date_of_birth: dt.date | None = None,
    gender: Gender | None = None,
    *,
    known_provinces: Collection[str] | None = None,
    field: str = "applicant.identity_number",
) -> NumberCheck:
    """Check a citizen number (12 digits `PPP C YY RRRRRR`) or an old CMND (9 digits, shape only).

    `C` tells century and sex: 0/1 are the 1900s, 2/3 the 2000s …, even is male. There is no check digit. A province
    that is not among `known_provinces`, or another sex or year than declared, is a warning only: corrected persons keep
    their number, and births registered abroad have codes of countries. A number with a synthetic century (see
    `is_synthetic_citizen_number`) is compared by sex and the last two digits of the year.

    Errors: `identity_number_malformed`. Warnings: `identity_number_province_unknown`, `identity_number_gender_differs`,
    `identity_number_birth_year_differs`.
    """
    if _CITIZEN_NUMBER.fullmatch(number) is None:
        return NumberCheck([Refusal("identity_number_malformed", field)], [])
    if len(number) != _CITIZEN_NUMBER_LENGTH:
        return NumberCheck([], [])
    warnings = []
    if known_provinces is not None and number[:3] not in known_provinces:
        warnings.append(Refusal("identity_number_province_unknown", field))
    century_digit = int(number[3])
    if gender is not None and gender is not (Gender.MALE if century_digit % 2 == 0 else Gender.FEMALE):
        warnings.append(Refusal("identity_number_gender_differs", field))
    if date_of_birth is not None:
        year = 1900 + century_digit // 2 * 100 + int(number[4:6])
        same_year = date_of_birth.year == year
        if is_synthetic_citizen_number(number):
            same_year = date_of_birth.year % 100 == year % 100
        if not same_year:
            warnings.append(Refusal("identity_number_birth_year_differs", field))
    return NumberCheck([], warnings)


def check_number(
    number: str,
    *,
    organisation: bool,
    date_of_birth: dt.date | None = None,
    gender: Gender | None = None,
    known_provinces: Collection[str] | None = None,
    field: str = "applicant.identity_number",
) -> NumberCheck:
    """Check the number that a person or, with `organisation`, an enterprise is known by.

    A foreigner shows a passport; what is neither that nor a citizen number is a malformed identity number.
    """
    if organisation:
        return check_tax_code(number, field=field)
    if not number.isdigit():
        passport = check_passport(number, field=field)
        if not passport.errors:
            return passport
    return check_citizen_number(number, date_of_birth, gender, known_provinces=known_provinces, field=field)


def is_synthetic_citizen_number(number: str) -> bool:
    """Tell whether a 12-digit number lies in the 2300s (fourth digit 8 or 9), where no living person can be meant."""
    return len(number) == _CITIZEN_NUMBER_LENGTH and number[3] in _SYNTHETIC_CENTURY_DIGITS


def check_tax_code(number: str, *, field: str = "applicant.identity_number") -> NumberCheck:
    """Check the shape of an organisation's tax code: 10 digits, 13 for a branch (hyphen before the last 3 allowed)."""
    errors = [] if _TAX_CODE.fullmatch(number) else [Refusal("tax_code_malformed", field)]
    return NumberCheck(errors, [])


def normalize_identity_number(text: str) -> str:
    """Return a number as it is kept: in capitals; a branch's tax code with the hyphen that the law writes in it."""
    number = text.strip().upper()
    branch = _BRANCH_TAX_CODE.fullmatch(number)
    return number if branch is None else f"{branch[1]}-{branch[2]}"


def normalize_phone(text: str) -> str:
    """Return a telephone number as it is kept: digits alone, Vietnam's +84 as 0, other countries' with their +."""
    number = text.strip().replace(" ", "").replace(".", "")
    national = _FROM_ABROAD.fullmatch(number)
    return number if national is None else f"0{national[1]}"


def check_passport(number: str, *, field: str = "applicant.identity_number") -> NumberCheck:
    """Check the shape of a passport number: 6 to 9 capital letters and digits, at least one digit (ICAO 9303)."""
    errors = [] if _PASSPORT.fullmatch(number) else [Refusal("passport_malformed", field)]
    return NumberCheck(errors, [])


def mask_identity_number(number: str) -> str:
    """Return the number with only its last three characters readable; short numbers are hidden whole."""
    return _mask(number, head=0, tail=_VISIBLE_IDENTITY_DIGITS)


def mask_phone(number: str) -> str:
    """Return the phone number with its first three and last two characters readable; short numbers are hidden."""
    return _mask(number, head=_VISIBLE_PHONE_HEAD, tail=_VISIBLE_PHONE_TAIL)


def mask_name(full_name: str) -> str:
    """Return a name for lists: the family name and the initials of the others ("Nguyễn V*** A***").

    A single word shows its initial only. The length of the hidden words is not shown.
    """
    words = full_name.split()
    hidden = [f"{word[0]}***" for word in words]
    return " ".join(words[:1] + hidden[1:]) if len(words) > 1 else "".join(hidden)


def _mask(text: str, *, head: int, tail: int) -> str:
    """Hide all but the ends; at least as many characters are hidden as shown, otherwise everything is."""
    shown = head + tail
    if len(text) < 2 * shown:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - shown) + text[len(text) - tail :]
