"""Load one province from the shipped data: its communes, departments, vertical agencies, and identifier codes."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.data import rows
from app.domain.errors import NotFound, Refusal
from app.services.audit.queries import write_audit_entry
from app.services.organization.create_units import create_first_identifiers, create_units
from app.services.organization.writes import NewIdentifier, NewUnit

TWO_LEVELS_SINCE = dt.date(2025, 7, 1)
"""The day the districts ended and the communes were drawn anew (NQ 202/2025/QH15)."""

FIRST_COMMUNE_NUMBER = 101


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many units and identifiers were added, and how many units were there already."""

    units_added: int
    units_present: int
    identifiers_added: int


async def load_province_units(session: AsyncSession, *, province_code: str, now: dt.datetime) -> LoadReport:
    """Load the province with the two-digit code `province_code`; what exists already stays as it is.

    Raises `NotFound` (`province_unknown`), and `InvalidInput` (`second_root`) if another province is loaded.
    """
    communes = [row for row in rows("units.csv") if row["province_code"] == province_code]
    if not communes:
        raise NotFound(Refusal("province_unknown", "province_code", {"code": province_code}))
    departments = [row for row in rows("departments.csv") if row["in_every_province"] == "true"]
    name = communes[0]["province_name"]
    units = [
        _province(province_code, name),
        *(_department(row, province_code, name) for row in departments),
        *(_commune(row) for row in communes),
    ]
    made = await create_units(session, units)
    given = await create_first_identifiers(session, _identifiers(province_code, departments, communes))
    if made or given:
        await write_audit_entry(
            await session.connection(),
            at=now,
            account_id=None,
            action="units.load",
            subject=f"unit:{province_code}",
            data={"units": len(made), "identifiers": given},
        )
    return LoadReport(units_added=len(made), units_present=len(units) - len(made), identifiers_added=given)


def _province(code: str, name: str) -> NewUnit:
    return NewUnit(
        code=code,
        name=name if _is_city(name) else f"Tỉnh {name}",
        level="province",
        parent_code=None,
        valid_from=TWO_LEVELS_SINCE,
        source="NQ 202/2025/QH15",
        confidence="verified",
    )


def _department(row: dict[str, str], province_code: str, province_name: str) -> NewUnit:
    name = row["name"].replace(" tỉnh", " thành phố") if _is_city(province_name) else row["name"]
    return NewUnit(
        code=f"{province_code}.{row['code']}",
        name=name,
        level=row["level"],
        parent_code=province_code,
        valid_from=TWO_LEVELS_SINCE,
        is_one_stop=row["is_one_stop"] == "true",
        source=row["source"],
        confidence=row["confidence"],
    )


def _commune(row: dict[str, str]) -> NewUnit:
    return NewUnit(
        code=row["code"],
        name=row["name"],
        level="commune",
        parent_code=row["province_code"],
        valid_from=TWO_LEVELS_SINCE,
        is_one_stop=True,
        source="Danh mục đơn vị hành chính từ 1/7/2025",
        confidence="verified",
    )


def _identifiers(
    province_code: str, departments: list[dict[str, str]], communes: list[dict[str, str]]
) -> list[NewIdentifier]:
    """Return the proposed identifiers; none if no code is known for the province."""
    known = [
        row
        for row in rows("agency_identifiers.csv")
        if row["province_code"] == province_code and row["default_for_province"] == "true"
    ]
    if not known:
        return []
    top = known[0]

    def identifier(unit_code: str, code: str, source: str, confidence: str) -> NewIdentifier:
        return NewIdentifier(
            unit_code=unit_code, code=code, valid_from=TWO_LEVELS_SINCE, source=source, confidence=confidence
        )

    proposal = f"Đề xuất theo {top['code']}; mã thật do tỉnh quyết định"
    ordered = sorted(communes, key=lambda row: row["code"])
    return [
        identifier(province_code, top["code"], top["source"], top["confidence"]),
        *(
            identifier(f"{province_code}.{row['code']}", f"{top['code']}.{row['agency_suffix']}", proposal, "default")
            for row in departments
        ),
        *(
            identifier(row["code"], f"{top['code']}.{number}", proposal, "default")
            for number, row in enumerate(ordered, start=FIRST_COMMUNE_NUMBER)
        ),
    ]


def _is_city(province_name: str) -> bool:
    return province_name.startswith("Thành phố ")
