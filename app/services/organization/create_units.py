"""Create many units at once: the province's tree, or a historic one with districts."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.services.organization import queries, writes
from app.services.organization.writes import NewCounter, NewIdentifier, NewUnit


async def create_units(session: AsyncSession, units: Sequence[NewUnit]) -> dict[str, int]:
    """Create the units whose codes are new, parents in any order; return the new ids by code.

    Units that exist are left as they are. Raises `InvalidInput` with every fault: `unit_code_repeated`,
    `parent_unknown` (no such unit, or a circle), `second_root` (the tree has one root: who acts there sees all).
    """
    connection = await session.connection()
    existing = await queries.paths_by_code(connection)
    wanted = [unit for unit in units if unit.code not in existing]
    refuse_all(InvalidInput, _faults(wanted, existing))
    made = await writes.insert_units(connection, wanted)
    await writes.place_units(connection, _places(wanted, made, existing))
    return made


async def create_first_identifiers(session: AsyncSession, identifiers: Sequence[NewIdentifier]) -> int:
    """Give an identifier to those units that never had one; return how many were given."""
    return await writes.insert_first_identifiers(await session.connection(), identifiers)


async def create_counters(session: AsyncSession, counters: Sequence[NewCounter]) -> int:
    """Open counters at one-stop desks, leaving those that exist; return how many were opened."""
    return await writes.insert_counters(await session.connection(), counters)


def _faults(wanted: Sequence[NewUnit], existing: Mapping[str, tuple[int, str]]) -> list[Refusal]:
    parents = {unit.code: unit.parent_code for unit in wanted}
    faults = []
    if len(parents) < len(wanted):
        codes = [unit.code for unit in wanted]
        repeated = {code for code in codes if codes.count(code) > 1}
        faults += [Refusal("unit_code_repeated", "code", {"code": code}) for code in sorted(repeated)]
    for unit in wanted:
        if unit.parent_code is None and (existing or list(parents.values()).count(None) > 1):
            faults.append(Refusal("second_root", "parent", {"code": unit.code}))
        elif not _reaches_the_tree(unit.code, parents, existing):
            faults.append(Refusal("parent_unknown", "parent", {"code": str(unit.parent_code)}))
    return faults


def _reaches_the_tree(code: str, parents: Mapping[str, str | None], existing: Mapping[str, tuple[int, str]]) -> bool:
    passed = set()
    at: str | None = code
    while at is not None and at not in existing:
        if at in passed or at not in parents:
            return False
        passed.add(at)
        at = parents[at]
    return True


def _places(
    wanted: Sequence[NewUnit], made: Mapping[str, int], existing: Mapping[str, tuple[int, str]]
) -> dict[int, tuple[int | None, str]]:
    """Return (parent's id, path) by unit id, walking down from what is already placed."""
    placed = dict(existing)
    places: dict[int, tuple[int | None, str]] = {}
    waiting = list(wanted)
    while waiting:
        ready = [unit for unit in waiting if unit.parent_code is None or unit.parent_code in placed]
        for unit in ready:
            unit_id = made[unit.code]
            parent_id, above = (None, "/") if unit.parent_code is None else placed[unit.parent_code]
            placed[unit.code] = (unit_id, f"{above}{unit_id}/")
            places[unit_id] = (parent_id, f"{above}{unit_id}/")
        waiting = [unit for unit in waiting if unit.code not in placed]
    return places
