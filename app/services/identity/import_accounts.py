"""The staff of a whole province from a table, as the system itself: all rows or none.

Columns: `username`, `name`, `unit` (a unit's code), `roles` (separated by spaces, `|`, or a `,` or `;` in quotes).
"""

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.permissions import SYSTEM, Role
from app.services.identity import queries
from app.services.identity.authority import faults_of_grant
from app.services.identity.create_account import unit_faults
from app.services.identity.create_accounts_bulk import NewStaff
from app.services.identity.inputs import StaffInput
from app.services.tables import separator_of

COLUMNS = ("username", "name", "unit", "roles")
MOST_ROWS = 10_000
_FIRST_ROW = 2
_BETWEEN_ROLES = re.compile(r"[\s|,;]+")


class AccountOutcome(StrEnum):
    """What becomes of a row. `present`: the name is taken already; that account stays as it is."""

    CREATED = "created"
    PRESENT = "present"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A row of the table by its columns; `number` is that of the line, the header being 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What becomes of a row, and everything that stands against it."""

    number: int
    username: str
    unit: str
    outcome: AccountOutcome
    faults: tuple[Refusal, ...] = ()


def account_rows(text: str) -> list[AccountRow]:
    """Return the rows of a table.

    Raises `InvalidInput` for the table as a whole: `import_malformed`, `import_column_unknown`,
    `import_column_missing`, `import_column_repeated`, `import_too_long`.
    """
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    first = next(lines, "")
    header = [name.strip() for name in next(csv.reader([first], delimiter=separator_of(first)), [])]
    _check_header(header)
    reader = csv.reader(lines, delimiter=separator_of(first), strict=True)
    try:
        found = [(number, cells) for number, cells in enumerate(reader, start=_FIRST_ROW) if any(cells)]
    except csv.Error as error:
        raise InvalidInput(Refusal("import_malformed", params={"line": reader.line_num + 1})) from error
    if len(found) > MOST_ROWS:
        raise InvalidInput(Refusal("import_too_long", params={"rows": len(found), "most": MOST_ROWS}))
    return [
        AccountRow(number, {name: cell.strip() for name, cell in zip(header, cells, strict=False)})
        for number, cells in found
    ]


async def judge_accounts(
    session: AsyncSession, rows: Sequence[AccountRow], *, now: dt.datetime
) -> tuple[list[AccountReport], list[NewStaff]]:
    """Return what becomes of every row, and the staff to create."""
    taken = await queries.taken_usernames(session, [row.cells.get("username", "") for row in rows])
    units = await queries.units_by_code(session, [row.cells.get("unit", "") for row in rows])
    times = Counter(row.cells.get("username", "") for row in rows)
    reports, staff = [], []
    for row in rows:
        username, unit = row.cells.get("username", ""), row.cells.get("unit", "")
        person, faults = _person(row)
        if times[username] > 1:
            faults.append(Refusal("import_username_repeated", "username", {"username": username}))
        if unit:
            faults += unit_faults(units.get(unit), unit, field="unit", now=now)
        if person is not None and unit in units:
            for role, _ in person.roles:
                faults += faults_of_grant(SYSTEM, role, units[unit].path, kind="staff", field="roles")
        outcome = AccountOutcome.CREATED
        if faults or person is None:
            outcome = AccountOutcome.REFUSED
        elif username in taken:
            outcome = AccountOutcome.PRESENT
        else:
            staff.append(person)
        reports.append(AccountReport(row.number, username, unit, outcome, tuple(faults)))
    return reports, staff


def _person(row: AccountRow) -> tuple[NewStaff | None, list[Refusal]]:
    """Return the person a row tells of, or what is wrong with its cells."""
    missing = [Refusal("missing", name) for name in COLUMNS if not row.cells.get(name)]
    if missing:
        return None, missing
    roles = [name for name in _BETWEEN_ROLES.split(row.cells["roles"]) if name]
    given = {
        "username": row.cells["username"],
        "display_name": row.cells["name"],
        "roles": [{"role": role, "unit": row.cells["unit"]} for role in roles],
    }
    try:
        person = StaffInput.model_validate(given)
    except ValidationError as error:
        return None, [_refusal(found) for found in error.errors(include_url=False)]
    held = tuple(dict.fromkeys((role.role, role.unit) for role in person.roles))
    return NewStaff(username=person.username, display_name=person.display_name, roles=held), []


def _refusal(found: Mapping[str, object]) -> Refusal:
    """Translate a finding about a person into one about the cell it was read from."""
    place = found["loc"]
    path = place if isinstance(place, tuple) else ()
    column = {"username": "username", "display_name": "name"}.get(str(path[0]), "unit" if "unit" in path else "roles")
    context = found.get("ctx")
    params = context if isinstance(context, dict) else {}
    if column == "roles":
        return Refusal("enum", column, {"expected": ", ".join(role.value for role in Role)})
    return Refusal(str(found["type"]), column, {name: value for name, value in params.items() if name != "error"})


def _check_header(header: Sequence[str]) -> None:
    shown = [name[:64] for name in header]
    faults = [Refusal("import_column_unknown", name, {"column": name}) for name in shown if name not in COLUMNS]
    faults += [Refusal("import_column_missing", name, {"column": name}) for name in COLUMNS if name not in header]
    repeated = sorted(name for name, times in Counter(shown).items() if times > 1)
    faults += [Refusal("import_column_repeated", name, {"column": name}) for name in repeated]
    refuse_all(InvalidInput, faults)
