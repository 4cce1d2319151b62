"""Checks of the people of a dossier; their rows."""

import datetime as dt
from typing import Any

from app.core.clock import local_date
from app.domain.errors import Refusal
from app.domain.identifiers import check_number
from app.domain.search_text import fold
from app.services.dossiers.code_lists import entries
from app.services.dossiers.inputs import ORGANISATIONS, PersonInput


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
        check = check_number(
            person.identity_number,
            organisation=person.kind in ORGANISATIONS,
            date_of_birth=person.date_of_birth,
            gender=person.gender,
            known_provinces=entries("citizen_number_provinces"),
            field=f"{field}.identity_number",
        )
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
