"""The forms as data: which there are, on what legal basis, from when to when, with which variants."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from app.data import rows
from app.domain.errors import InvalidInput, NotFound, Refusal


class Purpose(StrEnum):
    """What a form is for, whatever number an instrument gives it."""

    RECEIPT = "receipt"
    SUPPLEMENT_REQUEST = "supplement_request"
    REFUSAL = "refusal"
    APOLOGY = "apology"
    STOP = "stop"
    CONTROL = "control"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Form:
    """One form of one instrument; its template is `app/data/forms/<code>.typ`."""

    code: str
    number: str
    """As the instrument counts it: `01`."""
    purpose: Purpose
    name: str
    instrument: str
    valid_from: dt.date
    valid_to: dt.date | None
    """Last day in force."""
    suffix: str
    """What follows the number of a paper: `TNHS` in `12/TNHS`; empty: its papers bear no number."""
    variants: tuple[str, ...]
    landscape: bool
    confidence: str
    source: str

    def in_force_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def all_forms() -> tuple[Form, ...]:
    return tuple(
        Form(
            code=row["code"],
            number=row["number"],
            purpose=Purpose(row["purpose"]),
            name=row["name"],
            instrument=row["instrument"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            suffix=row["suffix"],
            variants=tuple(part for part in row["variants"].split(";") if part),
            landscape=row["landscape"] == "true",
            confidence=row["confidence"],
            source=row["source"],
        )
        for row in rows("forms/forms.csv")
    )


def forms_in_force(day: dt.date) -> tuple[Form, ...]:
    return tuple(form for form in all_forms() if form.in_force_on(day))


def form_with_code(code: str) -> Form:
    """Return the form of this code, in force or not; raises `NotFound` (form_unknown)."""
    for form in all_forms():
        if form.code == code:
            return form
    raise NotFound(Refusal("form_unknown", "form", {"form": code}))


def form_for(wanted: str, day: dt.date) -> Form:
    """Return the form in force on `day` that somebody calls by its purpose, its number (`01`) or its code.

    Raises `InvalidInput` (form_unknown, form_not_in_force).
    """
    named = [form for form in all_forms() if wanted in (form.code, form.number, form.purpose.value)]
    for form in named:
        if form.in_force_on(day):
            return form
    fault = "form_not_in_force" if named else "form_unknown"
    raise InvalidInput(Refusal(fault, "form", {"form": wanted, "day": day.isoformat()}))
