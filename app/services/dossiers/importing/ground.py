"""What the rows of one batch stand on: units, procedures, calendars and policies, each as it was on the row's day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import from_json
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.services.deadlines.compiled import CompiledCalendar, PolicyRow, calendar_at, read_policy
from app.services.dossiers.importing import queries
from app.services.dossiers.importing.shape import History
from app.services.procedures.content import VersionContent, version_content


@dataclass(frozen=True, slots=True)
class UnitThen:
    """A unit, when it existed, and which identifier it used when."""

    id: int
    code: str
    path: str
    valid_from: dt.date
    valid_to: dt.date | None
    identifiers: tuple[tuple[str, dt.date, dt.date | None], ...]
    calendar: CompiledCalendar | None

    def existed_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def agency_code_on(self, day: dt.date) -> str | None:
        """Return the identifier used on `day`."""
        used = [code for code, first, end in self.identifiers if first <= day and (end is None or day < end)]
        return used[-1] if used else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one row stands: its units (by id, as the door's statements name them), its version, its calendar."""

    receiving_id: int
    receiving_path: str
    competent_id: int
    competent_path: str
    supporting_id: int | None
    agency_code: str | None
    content: VersionContent
    calendar: CompiledCalendar


@dataclass(frozen=True, slots=True)
class Ground:
    """The facts of one batch."""

    known: Mapping[str, str]
    units: Mapping[str, UnitThen]
    versions: Mapping[str, Sequence[tuple[dt.date, dt.date | None, VersionContent]]]
    policies: Sequence[tuple[dt.date, PolicyRow]]

    def policy_on(self, day: dt.date, field: str) -> PolicyRow:
        """Return the clock policy in force on `day`, that of the procedure's field before the general one.

        Raises InvalidInput `clock_policy_missing`.
        """
        begun = [policy for first, policy in self.policies if first <= day]
        for policy in sorted(begun, key=lambda policy: policy.field is None):
            if policy.field in {None, field}:
                return policy
        raise InvalidInput(Refusal("clock_policy_missing", params={"day": day.isoformat()}))

    def standing_of(self, history: History, day: dt.date) -> Standing:
        """Return where a history of `day` stands; raises InvalidInput with everything that was not there that day."""
        body, faults = history.body, list[Refusal]()
        receiving = self._unit(body.receiving_unit, "receiving_unit", day, faults)
        competent = receiving
        if body.competent_unit is not None:
            competent = self._unit(body.competent_unit, "competent_unit", day, faults)
        supporting = None
        if body.supporting_unit is not None:
            supporting = self._unit(body.supporting_unit, "supporting_unit", day, faults)
        content = self.content_on(body.procedure_code, day, faults)
        agency_code = None if receiving is None else receiving.agency_code_on(day)
        if receiving is not None and agency_code is None and history.code is None:
            faults.append(Refusal("unit_without_agency_code", "receiving_unit", {"code": receiving.code}))
        refuse_all(InvalidInput, faults)
        if receiving is None or competent is None or content is None or competent.calendar is None:
            raise AssertionError("what is missing was refused above")
        return Standing(
            receiving_id=receiving.id,
            receiving_path=receiving.path,
            competent_id=competent.id,
            competent_path=competent.path,
            supporting_id=None if supporting is None else supporting.id,
            agency_code=agency_code,
            content=content,
            calendar=competent.calendar,
        )

    def _unit(self, code: str, field: str, day: dt.date, faults: list[Refusal]) -> UnitThen | None:
        unit = self.units.get(code)
        if unit is None:
            faults.append(Refusal("unit_unknown", field, {"code": code}))
        elif not unit.existed_on(day):
            faults.append(Refusal("import_unit_not_then", field, {"code": code, "day": day.isoformat()}))
        return unit

    def content_on(self, code: str, day: dt.date, faults: list[Refusal]) -> VersionContent | None:
        """Return the version in force on `day`; None, with a fault added, if there was none."""
        versions = self.versions.get(code)
        if versions is None:
            faults.append(Refusal("procedure_unknown", "procedure_code", {"code": code}))
            return None
        for first, end, content in versions:
            if first <= day and (end is None or day < end):
                return content
        faults.append(Refusal("import_procedure_not_then", "procedure_code", {"code": code, "day": day.isoformat()}))
        return None


async def gather(connection: AsyncConnection, histories: Sequence[History]) -> Ground:
    """Read everything these histories stand on: four round trips, and one for each version or calendar new to us."""
    names = {name for history in histories for name in history.names}
    unit_codes = {
        code
        for history in histories
        for code in (history.body.receiving_unit, history.body.competent_unit, history.body.supporting_unit)
        if code is not None
    }
    procedure_codes = {history.body.procedure_code for history in histories}
    known = await queries.known_names(connection, names)
    units = [await _unit(connection, row) for row in await queries.units_of(connection, unit_codes)]
    versions: dict[str, list[tuple[dt.date, dt.date | None, VersionContent]]] = {}
    for row in await queries.versions_of(connection, procedure_codes):
        found = versions.setdefault(row.code, [])
        if row.version_id is not None:
            found.append((row.valid_from, row.valid_to, await version_content(connection, row.version_id)))
    policies = [(first, read_policy(text)) for first, text in await queries.policies(connection)]
    return Ground(known, {unit.code: unit for unit in units}, versions, policies)


async def _unit(connection: AsyncConnection, row: Any) -> UnitThen:
    return UnitThen(
        id=row.id,
        code=row.code,
        path=row.path,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        identifiers=tuple(
            (item["code"], dt.date.fromisoformat(item["from"]), item["to"] and dt.date.fromisoformat(item["to"]))
            for item in from_json(row.identifiers)
        ),
        calendar=await calendar_at(connection, row.id, row.calendar_version),
    )
