"""Checks of the people of a dossier; their rows."""

import datetime as dt
from typing import Any

from app.core.clock import local_date
from app.domain.errors import Refusal
from app.domain.identifiers import NumberCheck, check_citizen_number, check_passport, check_tax_code
from app.domain.search_text import fold
from app.services.dossiers.code_lists import entries
from app.services.dossiers.inputs import PersonInput

_CITIZEN_DIGITS = (9, 12)


def check_person(person: PersonInput, field: str, *, now: dt.datetime) -> tuple[list[Refusal], list[Refusal]]:
    """Return (faults, warnings) of one person: number of the right shape, no date in the future."""
    faults: list[Refusal] = []
    warnings: list[Refusal] = []
    if person.date_of_birth is not None and person.date_of_birth > local_date(now):
        faults.append(Refusal("date_in_future", f"{field}.date_of_birth"))
    if person.identity_number is None:
        if field == "applicant" and person.kind != "other":
            faults.append(Refusal("missing", f"{field}.identity_number"))
    else:
        check = _check_number(person, f"{field}.identity_number")
        faults += check.errors
        warnings += check.warnings
    return faults, warnings


def party_row(role: str, person: PersonInput) -> dict[str, Any]:
    """Return the row of `dossier_party` for a person."""
    return {
        "role": role,
        "kind": person.kind,
        "full_name": person.full_name,
        "name_search": fold(person.full_name),
        "identity_number": person.identity_number,
        "date_of_birth": person.date_of_birth,
        "gender": None if person.gender is None else person.gender.value,
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    }


def _check_number(person: PersonInput, field: str) -> NumberCheck:
    number = person.identity_number or ""
    if person.kind in ("enterprise", "organization"):
        return check_tax_code(number, field=field)
    if not number.isdigit() or len(number) not in _CITIZEN_DIGITS:
        # A foreigner shows a passport; what is neither is reported as a malformed identity number.
        passport = check_passport(number, field=field)
        if not number.isdigit() and not passport.errors:
            return passport
    return check_citizen_number(
        number, person.date_of_birth, person.gender, known_provinces=entries("citizen_number_provinces"), field=field
    )
