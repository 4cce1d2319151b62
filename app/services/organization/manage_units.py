"""An administrator's acts on units: create one, close it, open a counter, set its identifier code."""

import datetime as dt
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import local_date
from app.domain.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.identifiers import is_agency_code
from app.domain.organization import LEVELS_BELOW, may_stand_under
from app.domain.permissions import Actor, Permission
from app.models.organization import AgencyIdentifier, Counter, Unit
from app.services.audit.queries import write_audit_entry
from app.services.organization import queries
from app.services.organization.inputs import AgencyIdentifierInput, CounterInput, UnitClosing, UnitInput
from app.services.organization.writes import search_text


async def create_unit(session: AsyncSession, actor: Actor, given: UnitInput, *, now: dt.datetime) -> str:
    """Create a unit below its parent; return its code.

    Raises `InvalidInput` (`unit_unknown`, `unit_level_misplaced`, `unit_before_parent`, `unit_after_parent`),
    `Forbidden` (`out_of_scope`), `Conflict` (`unit_code_taken`).
    """
    parent = await queries.lock_unit(session, given.parent)
    if parent is None:
        raise InvalidInput(Refusal("unit_unknown", "parent", {"code": given.parent}))
    _require_scope(actor, parent)
    faults = []
    if not may_stand_under(given.level, parent.level):
        allowed = ", ".join(sorted(LEVELS_BELOW[parent.level]))
        params = {"unit_level": given.level, "parent_level": parent.level, "expected": allowed}
        faults.append(Refusal("unit_level_misplaced", "level", params))
    if given.valid_from < parent.valid_from:
        faults.append(Refusal("unit_before_parent", "valid_from", {"valid_from": parent.valid_from.isoformat()}))
    if parent.valid_to is not None and given.valid_from >= parent.valid_to:
        faults.append(Refusal("unit_after_parent", "valid_from", {"valid_to": parent.valid_to.isoformat()}))
    refuse_all(InvalidInput, faults)
    unit = Unit(
        code=given.code,
        name=given.name,
        level=given.level,
        parent_id=parent.id,
        search=search_text(given.name, given.code),
        valid_from=given.valid_from,
        is_one_stop=given.is_one_stop,
        source=given.source,
        confidence=given.confidence,
    )
    session.add(unit)
    await _flush_or_raise(session, Conflict(Refusal("unit_code_taken", "code", {"code": given.code})))
    unit.path = f"{parent.path}{unit.id}/"
    await _audit(session, actor, unit, "unit.create", now=now, parent=given.parent, level=given.level)
    return unit.code


async def close_unit(
    session: AsyncSession, actor: Actor, code: str, given: UnitClosing, *, now: dt.datetime
) -> list[Refusal]:
    """Let a unit and its identifier end; what happened there stays under its name. Return the warnings.

    Until it begins, and on its first day, a closing may be given another day or be taken back.
    Raises `InvalidInput` (`closing_before_beginning`, `closing_before_last_dossier`), `Conflict`
    (`unit_already_closed`, `unit_not_closed`, `unit_has_children`, `unit_after_parent`, `agency_identifier_taken`).
    """
    unit = await _managed_unit(session, actor, code)
    if unit.valid_to is not None and unit.valid_to < local_date(now):
        raise Conflict(Refusal("unit_already_closed", params={"valid_to": unit.valid_to.isoformat()}))
    if unit.valid_to is None and given.valid_to is None:
        raise Conflict(Refusal("unit_not_closed"))
    refuse_all(Conflict, await _conflicts_in_the_tree(session, unit, given.valid_to))
    identifier = await queries.last_identifier(session, unit.id)
    if given.valid_to is not None:
        refuse_all(InvalidInput, await _faults_of_closing(session, unit, identifier, given.valid_to))
    if identifier is not None:
        # Since the day it was to end, another unit may have been promised it.
        await _refuse_taken(session, identifier.code, unit, since=identifier.valid_to or local_date(now))
        identifier.valid_to = given.valid_to
    unit.valid_to = given.valid_to
    closing = None if given.valid_to is None else given.valid_to.isoformat()
    await _audit(session, actor, unit, "unit.close", now=now, valid_to=closing)
    dossiers = 0 if closing is None else await queries.open_dossiers(session, unit.id)
    return [Refusal("unit_has_open_dossiers", "valid_to", {"dossiers": dossiers})] if dossiers else []


async def _conflicts_in_the_tree(session: AsyncSession, unit: Unit, closing: dt.date | None) -> list[Refusal]:
    """Return why a unit cannot exist until `closing`: units below it exist longer, or the one above does not."""
    conflicts = []
    children = 0 if closing is None else await queries.open_children(session, unit.id, on=closing)
    if children:
        conflicts.append(Refusal("unit_has_children", params={"children": children}))
    parent = None if unit.parent_id is None else await queries.lock_unit_by_id(session, unit.parent_id)
    if parent is not None and parent.valid_to is not None and (closing is None or closing > parent.valid_to):
        conflicts.append(Refusal("unit_after_parent", "valid_to", {"valid_to": parent.valid_to.isoformat()}))
    return conflicts


async def _faults_of_closing(
    session: AsyncSession, unit: Unit, identifier: AgencyIdentifier | None, closing: dt.date
) -> list[Refusal]:
    begun = unit.valid_from if identifier is None else max(unit.valid_from, identifier.valid_from)
    if closing <= begun:
        return [Refusal("closing_before_beginning", "valid_to", {"valid_from": begun.isoformat()})]
    last = await queries.last_registration(session, unit.id)
    if last is not None and closing <= local_date(last):
        return [Refusal("closing_before_last_dossier", "valid_to", {"last_day": local_date(last).isoformat()})]
    return []


async def add_counter(session: AsyncSession, actor: Actor, code: str, given: CounterInput, *, now: dt.datetime) -> None:
    """Open a counter at a one-stop desk.

    Raises `InvalidInput` (`unit_not_one_stop`), `Conflict` (`counter_code_taken`).
    """
    unit = await _managed_unit(session, actor, code)
    if not unit.is_one_stop:
        raise InvalidInput(Refusal("unit_not_one_stop"))
    # The unit's row is locked, so nobody else adds a counter to it now.
    if await queries.counter_of(session, unit.id, given.code) is not None:
        raise Conflict(Refusal("counter_code_taken", "code", {"code": given.code}))
    session.add(Counter(unit_id=unit.id, code=given.code, name=given.name))
    await _audit(session, actor, unit, "unit.add_counter", now=now, counter=given.code)


async def set_agency_identifier(
    session: AsyncSession, actor: Actor, code: str, given: AgencyIdentifierInput, *, now: dt.datetime
) -> None:
    """Give a unit an identifier code from a day on; the one it used until then ends the same day.

    One that has not begun makes way for it; the code of the present one, given again, only takes that one back.
    Codes of dossiers already issued keep the code they were issued under.
    Raises `InvalidInput` (`agency_identifier_malformed`, `identifier_before_present`), `Conflict`
    (`agency_identifier_taken`, `agency_identifier_used`, `unit_already_closed`).
    """
    unit = await _managed_unit(session, actor, code)
    if unit.valid_to is not None:
        raise Conflict(Refusal("unit_already_closed", params={"valid_to": unit.valid_to.isoformat()}))
    today = local_date(now)
    present = await queries.identifier_on(session, unit.id, today)
    faults = []
    if not is_agency_code(given.code):
        faults.append(Refusal("agency_identifier_malformed", "code"))
    if present is not None and given.valid_from <= present.valid_from:
        params = {"code": present.code, "valid_from": present.valid_from.isoformat()}
        faults.append(Refusal("identifier_before_present", "valid_from", params))
    refuse_all(InvalidInput, faults)
    again = present is not None and present.code == given.code
    await _refuse_taken(session, given.code, unit, since=today if again else given.valid_from)
    await queries.drop_identifiers_after(session, unit.id, today)
    if present is not None:
        if not again and present.valid_to is not None and present.valid_to < given.valid_from:
            # It ends later than it was to: by then another unit may have been promised it.
            await _refuse_taken(session, present.code, unit, since=present.valid_to)
        present.valid_to = None if again else given.valid_from
        await session.flush()
    if not again:
        row = AgencyIdentifier(
            unit_id=unit.id,
            code=given.code,
            valid_from=given.valid_from,
            source=given.source,
            confidence=given.confidence,
        )
        session.add(row)
        await _flush_or_raise(session, _taken(given.code))
    data = {"code": given.code, "valid_from": given.valid_from.isoformat()}
    await _audit(session, actor, unit, "unit.set_agency_identifier", now=now, **data)


def _taken(code: str) -> Conflict:
    return Conflict(Refusal("agency_identifier_taken", "code", {"code": code}))


async def _refuse_taken(session: AsyncSession, code: str, unit: Unit, *, since: dt.date) -> None:
    """Raise if another unit uses the identifier on or after the day `since`, or gave codes by it that day or later."""
    await queries.lock_identifiers(session)
    if await queries.identifier_in_use(session, code, since=since, besides=unit.id) is not None:
        raise _taken(code)
    used = await queries.last_code_by(session, code, besides=unit.id)
    if used is not None and local_date(used) >= since:
        params = {"code": code, "last_day": local_date(used).isoformat()}
        raise Conflict(Refusal("agency_identifier_used", "valid_from", params))


async def _managed_unit(session: AsyncSession, actor: Actor, code: str) -> Unit:
    """Return the unit, locked; units are public, so one out of scope is forbidden rather than unknown."""
    unit = await queries.lock_unit(session, code)
    if unit is None:
        raise NotFound(Refusal("unit_unknown", params={"code": code}))
    _require_scope(actor, unit)
    return unit


def _require_scope(actor: Actor, unit: Unit) -> None:
    if not actor.scope(Permission.UNITS_MANAGE).covers(unit.path):
        raise Forbidden(Refusal("out_of_scope"))


async def _flush_or_raise(session: AsyncSession, error: DomainError) -> None:
    """Flush; a code that is taken, before or in this very moment, is the given error."""
    try:
        await session.flush()
    except IntegrityError as broken:
        raise error from broken


async def _audit(
    session: AsyncSession, actor: Actor, unit: Unit, action: str, *, now: dt.datetime, **data: Any
) -> None:
    await session.flush()
    await write_audit_entry(
        await session.connection(),
        at=now,
        account_id=actor.account_id,
        action=action,
        subject=f"unit:{unit.code}",
        data=data,
    )
