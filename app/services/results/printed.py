"""What a result prints that the house makes itself, as data for its template: nothing of it is markup."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.data import rows
from app.services.results import queries
from app.services.results.inputs import DraftResult

_COMMITTEES = ("province", "district", "commune")
_PADDED_MONTHS = (1, 2)  # NĐ 30/2020: months 1 and 2 are written with two digits, the others as they are


async def printed_content(
    connection: AsyncConnection, dossier: Any, body: DraftResult, *, verify_address: str, now: dt.datetime
) -> dict[str, Any]:
    """Return everything the paper prints, as it is now."""
    place = await queries.place_of(connection, dossier.competent_unit_id)
    applicant = await queries.applicant_of(connection, dossier.id)
    text = body.text
    if text is None:
        raise AssertionError("only a result with words of its own is printed")
    return {
        "form": {"name": body.title},
        "style": text.style,
        "superior": _superior(place),
        "office": place.name.upper(),
        "agency": agency_name(place.level, place.name),
        "number": body.number,
        "place_and_date": f"{_locality(place.name)}, {long_day(local_date(now))}",
        "title": body.title,
        "legal_basis": body.legal_basis,
        "preamble": list(text.preamble),
        "articles": list(text.articles),
        "applicant_name": "" if applicant is None else applicant.full_name,
        "effective": _effective(body),
        "signer_title": list(text.signer_title) or head_of(place.level),
        "receiving_unit": dossier.receiving_name,
        "dossier_code": dossier.code,
        "verify_address": verify_address,
    }


def agency_name(level: str, name: str) -> str:
    """Return the agency that decides for a unit: a commune's and a province's is its people's committee."""
    if level == "commune":
        return f"Ủy ban nhân dân {name[:1].lower()}{name[1:]}"
    return f"Ủy ban nhân dân {name}" if level in _COMMITTEES else name


def head_of(level: str) -> list[str]:
    """Return what stands above the signature of the head of a unit, a line each (`signing_titles.csv`)."""
    return next(
        [line for line in (row["authority"], row["position"]) if line]
        for row in rows("signing_titles.csv")
        if row["level"] == level
    )


def long_day(day: dt.date) -> str:
    """Return `ngày 05 tháng 9 năm 2026`, as NĐ 30/2020 writes it."""
    month = f"{day.month:02d}" if day.month in _PADDED_MONTHS else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _superior(place: Any) -> str:
    """Return the line above the agency's name; a people's committee stands above the name of its unit."""
    if place.level in _COMMITTEES:
        return "ỦY BAN NHÂN DÂN"
    return "" if place.parent_name is None else agency_name(place.parent_level, place.parent_name).upper()


def _locality(name: str) -> str:
    """Return the place a paper is dated from: the name without the kind of the unit."""
    for kind in ("Phường ", "Xã ", "Đặc khu ", "Tỉnh ", "Thành phố "):
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name


def _effective(body: DraftResult) -> str:
    if body.effective_from is None:
        return ""
    begins = f"Có hiệu lực từ {long_day(body.effective_from)}"
    return begins if body.effective_to is None else f"{begins} đến hết {long_day(body.effective_to)}"
