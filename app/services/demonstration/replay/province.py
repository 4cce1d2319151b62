"""The province of a scenario: its tree of units with districts, and its catalogue of made-up procedures."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput, refuse_all
from app.services.deadlines.shipped import load_shipped_calendars
from app.services.demonstration.replay.scenario import Scenario
from app.services.organization.create_units import create_first_identifiers, create_units
from app.services.organization.writes import NewIdentifier, NewUnit
from app.services.procedures.import_procedures import import_procedures
from app.services.procedures.import_report import ImportRow

_LEVELS: Final = (("department", "departments"), ("district", "districts"), ("vertical", "vertical_agencies"))
_FIELDS: Final = 24
_LIMITS: Final = (2, 3, 5, 7, 10)
"""Working days, in turn."""


@dataclass(frozen=True, slots=True)
class Service:
    """A made-up procedure: whose it is, on which channels it is offered, and its level."""

    code: str
    number: int
    tier: str
    level: str
    days: int

    @property
    def channels(self) -> tuple[str, ...]:
        """What only informs cannot be filed online."""
        return ("counter", "postal") if self.level == "information" else ("counter", "online", "postal")


async def build_province(session: AsyncSession, scenario: Scenario, *, now: dt.datetime) -> None:
    """Create units, calendars and catalogue of the scenario; what is there already stays as it is."""
    units = list(units_of(scenario))
    await create_units(session, [unit for unit, _ in units])
    await create_first_identifiers(session, [identifier for _, identifier in units])
    await load_shipped_calendars(session, now=now)
    rows = [_row(number, service, scenario) for number, service in enumerate(services_of(scenario), start=1)]
    report = await import_procedures(session, rows, now=now, dry_run=False)
    refuse_all(InvalidInput, [fault for row in report.rows for fault in row.faults])


def units_of(scenario: Scenario) -> Iterator[tuple[NewUnit, NewIdentifier]]:
    """Yield every unit with its identifier: the province, what stands directly below it, the communes of districts."""
    tree, province = scenario.units, scenario.units["province"]
    yield _unit(scenario, province, "province", None)
    for level, name in _LEVELS:
        for item in tree[name]:
            yield _unit(scenario, item, level, province["code"])
    for commune, district in _communes(tree):
        yield _unit(scenario, commune, "commune", district)


def units_by_tier(scenario: Scenario) -> dict[str, list[str]]:
    """Return the codes of the units that receive dossiers, by tier."""
    found: dict[str, list[str]] = {}
    for unit, _ in units_of(scenario):
        if unit.parent_code is not None:
            found.setdefault(unit.level, []).append(unit.code)
    return found


def services_of(scenario: Scenario) -> list[Service]:
    """Return the catalogue: as many services of each level as published, dealt out to the tiers in turn."""
    said = scenario.services
    levels = [
        *[said["level_3_maps_to"]] * said["level_3"],
        *[said["level_4_maps_to"]] * said["level_4"],
        *[said["other_maps_to"]] * said["other"],
    ]
    tiers = [tier.name for tier in scenario.tiers]
    return [
        Service(
            code=f"9.{number:06d}",
            number=number,
            tier=tiers[number % len(tiers)],
            level=level,
            days=_LIMITS[number // len(tiers) % len(_LIMITS)],
        )
        for number, level in enumerate(levels, start=1)
    ]


def _unit(scenario: Scenario, item: Mapping[str, Any], level: str, parent: str | None) -> tuple[NewUnit, NewIdentifier]:
    since = dt.date(scenario.year, 1, 1)
    unit = NewUnit(
        code=item["code"],
        name=item["name"],
        level=level,
        parent_code=parent,
        valid_from=since,
        is_one_stop=level in ("district", "commune"),
        source=scenario.name,
        confidence=item["confidence"],
    )
    return unit, NewIdentifier(
        unit_code=item["code"],
        code=item["agency_code"],
        valid_from=since,
        source=scenario.name,
        confidence=item["confidence"],
    )


def _communes(tree: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    naming = tree["commune_naming"]
    for district in tree["districts"]:
        for number in range(1, district["communes"] + 1):
            known = {
                "commune_code_prefix": district["commune_code_prefix"],
                "district": district["name"],
                "district_agency_code": district["agency_code"],
                "number": number,
            }
            names = ("code", "name", "agency_code")
            commune = {name: naming[name].format_map(known) for name in names}
            yield commune | {"confidence": naming["confidence"]}, district["code"]


def _row(number: int, service: Service, scenario: Scenario) -> ImportRow:
    limit = {"value": service.days, "unit": "working_days"}
    return ImportRow(
        number=number,
        code=service.code,
        entry={"field": f"Lĩnh vực mô phỏng {service.number % _FIELDS + 1:02d}"},
        content={
            "name": f"Dịch vụ công mô phỏng số {service.number:04d}",
            "level": service.level,
            "competent_level": service.tier,
            "terms": [
                {"channel": channel, "statutory": limit, "confidence": "synthetic"} for channel in service.channels
            ],
            "confidence": dict.fromkeys(("code", "name", "field", "level", "competent_level"), "synthetic"),
            "source": scenario.name,
            "valid_from": dt.date(scenario.year, 1, 1),
        },
    )


def services_by_tier_and_channel(services: Sequence[Service]) -> dict[tuple[str, str], list[Service]]:
    """Return the services that can be filed with a tier on a channel."""
    found: dict[tuple[str, str], list[Service]] = {}
    for service in services:
        for channel in service.channels:
            found.setdefault((service.tier, channel), []).append(service)
    return found
