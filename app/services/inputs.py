"""What every input shares: unknown fields are refused, spaces trimmed, nothing changes after it was read.

Strings carry a limit and never a NUL character, which PostgreSQL cannot store. Numbers, yes and no, and dates are what
JSON says they are: `true` is no number, `1` no yes, and a number no date. What comes as text (a form, a table) is read
before it gets here. `Day`, `Instant` and the strings are for query and path parameters as well.
"""

import datetime as dt
import re
import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    Strict,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import normalize_procedure_code

_NUL = "\x00"
_LONGEST_CODE: Final = 64
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode's categories of characters that are not text on paper."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_YEARS: Final = range(1900, 2200)
"""In others no office worked or will, and no calendar is computed."""


def refuse_nul(text: str) -> str:
    """Return `text`; raise the fault `nul_character` if it contains one."""
    if _NUL in text:
        raise PydanticCustomError("nul_character", "The text contains a NUL character")
    return text


class Input(BaseModel):
    """Base of all inputs of use cases."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def refuse_nul_in_plain_strings(cls, value: object) -> object:
        return refuse_nul(value) if isinstance(value, str) else value


class TellingAll(Input):
    """An input that is out of shape tells with it what is plainly wrong besides, without a clock or a database.

    In shape it is left alone: the use case tells the same faults, together with those that only the database knows.
    """

    @classmethod
    @abstractmethod
    def plain_faults(cls, given: Mapping[str, Any]) -> Iterable[Refusal]:
        """Yield the faults of what was given; its values may be of any shape."""

    @model_validator(mode="wrap")
    @classmethod
    def tell_plain_faults_too(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(given)
        except ValidationError as error:
            if not isinstance(given, Mapping):
                raise
            told = [_detail(fault["type"], fault["loc"], fault.get("ctx")) for fault in error.errors()]
            seen = {".".join(map(str, fault["loc"])) for fault in error.errors()}
            told += [
                _detail(fault.code, _location(str(fault.field)), fault.params)
                for fault in cls.plain_faults(given)
                if fault.field not in seen
            ]
            raise ValidationError.from_exception_data(cls.__name__, told) from error


def _detail(code: str, path: tuple[str | int, ...], context: Mapping[str, Any] | None) -> InitErrorDetails:
    return {"type": PydanticCustomError(code, "{code}", {**(context or {})}), "loc": path, "input": None}


def _location(field: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in field.split("."))


Code = Annotated[
    str, StringConstraints(min_length=1, max_length=_LONGEST_CODE, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""A code by which something is known: unit, procedure, dossier, component."""


def _national(code: str) -> str:
    """Return the national code of one in the old long form; what is neither stays as it is, and is unknown."""
    try:
        return normalize_procedure_code(code)
    except InvalidInput:
        return code


ProcedureCode = Annotated[Code, AfterValidator(_national)]
"""A national code of a procedure; in the old long form, as some portals print it, it is read as well."""


def plain_code(given: Mapping[str, Any], name: str) -> str | None:
    """Return the code of that name as an input would take it; None if it is none."""
    found = given.get(name)
    return found.strip() or None if isinstance(found, str) and len(found) <= _LONGEST_CODE else None


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""One line that people read: a name, an address, a reason."""


def refuse_unreadable(text: str) -> str:
    """Return a name; raise `invisible_character` for what nobody sees or prints, `name_without_letter` without one."""
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise PydanticCustomError("invisible_character", "The name contains a control or format character")
    if not any(character.isalpha() for character in text):
        raise PydanticCustomError("name_without_letter", "The name has no letter")
    return text


PersonName = Annotated[Text, AfterValidator(refuse_unreadable)]
"""The name of a person or an organisation, as it is printed."""

LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""Several lines: a summary, a description, legal grounds."""

SearchText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(refuse_nul)
]
"""What somebody types into a search box."""

Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=False), AfterValidator(refuse_nul)
]
"""A password, token or secret: never trimmed."""

Whole = Annotated[int, Strict()]
"""A whole number."""

YesNo = Annotated[bool, Strict()]


def refuse_far_instant(instant: dt.datetime) -> dt.datetime:
    """Return `instant`; raise the fault `instant_out_of_range` for years in which no office worked or will."""
    if instant.year not in _YEARS:
        raise PydanticCustomError("instant_out_of_range", "The year is out of range")
    return instant


def _read_day(value: object) -> object:
    if isinstance(value, str):
        try:
            if _DAY.fullmatch(text := value.strip()):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        raise PydanticCustomError("date_parsing", "Not a valid date (YYYY-MM-DD)")
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise PydanticCustomError("date_type", "Not a valid date (YYYY-MM-DD)")
    return value


def _refuse_far_day(day: dt.date) -> dt.date:
    if day.year not in _YEARS:
        raise PydanticCustomError("date_out_of_range", "The year is out of range")
    return day


def _refuse_timestamps(value: object) -> object:
    """Numbers are not instants: nobody can tell their unit, and they carry no offset."""
    if isinstance(value, str) and not _RFC_3339.fullmatch(value.strip()):
        raise PydanticCustomError("datetime_parsing", "Not a valid instant (RFC 3339)")
    if not isinstance(value, (str, dt.datetime)):
        raise PydanticCustomError("datetime_type", "Not a valid instant (RFC 3339)")
    return value


Day = Annotated[dt.date, BeforeValidator(_read_day), AfterValidator(_refuse_far_day)]
"""A date, written YYYY-MM-DD."""

Instant = Annotated[AwareDatetime, BeforeValidator(_refuse_timestamps), AfterValidator(refuse_far_instant)]
"""A point in time with its UTC offset, as RFC 3339 writes it."""
