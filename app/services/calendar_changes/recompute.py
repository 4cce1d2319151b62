"""Carry a published calendar to the open dossiers, batch by batch; a crash goes on where the last batch ended."""

import asyncio
import datetime as dt
from enum import Enum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.calendars import WorkingCalendar
from app.services.calendar_changes import queries, writes
from app.services.calendar_changes.reached import Cause, Redated, cause_between, layers_of, redated
from app.services.deadlines.compiled import PolicyRow, calendar_at, read_policy

BATCH: Final = 2000


class Step(Enum):
    """What a batch came to."""

    WORKED = "worked"
    AT_THE_END = "at the end"
    """No open dossier is left in this pass; the next batch begins another."""
    NOTHING_TO_DO = "nothing to do"
    """The publication is finished (now, or before), or another worker is at it."""


async def recompute_batch(
    connection: AsyncConnection, publication_id: int, *, now: dt.datetime, last_pass: bool = False, batch: int = BATCH
) -> Step:
    """Recompute the next open dossiers that the publication reaches, in the caller's transaction.

    Reached is whatever was dated by another calendar than its unit's present one, so a dossier accepted meanwhile by
    the former calendar is found by the next pass. Every date that moves gets one line in the ledger; the publications
    between the two calendars are its cause. A dossier on which somebody acts meanwhile is left for the next pass; a
    pass begun with `last_pass` that left nobody finishes the publication at its end.
    """
    publication = await queries.claim_publication(connection, publication_id)
    if publication is None:
        return Step.NOTHING_TO_DO
    units = await queries.unit_versions(connection, publication.path)
    versions = {unit.id: unit.version for unit in units if unit.version is not None}
    await queries.one_batch_at_a_time(connection)
    rows = await queries.stale_facts(connection, versions, after_id=publication.last_dossier_id, limit=batch)
    if not rows:
        if last_pass and not publication.skipped:
            await writes.finish(connection, publication_id, now=now)
            return Step.NOTHING_TO_DO
        await writes.begin_pass(connection, publication_id)
        return Step.AT_THE_END
    calendars = await calendars_of(connection, {unit: versions[unit] for unit in {r.competent_unit_id for r in rows}})
    policies = await policies_of(connection, rows)
    found, untold = await asyncio.to_thread(redated, rows, calendars, policies)
    found = await _with_causes(connection, rows, found)
    written, moved = await writes.redate(connection, found, now=now)
    await writes.move_on(
        connection,
        publication_id,
        last_dossier_id=rows[-1].id,
        examined=written,
        moved=moved,
        left_alone=untold,
        skipped=len(found) - written,
    )
    return Step.WORKED


async def calendars_of(connection: AsyncConnection, versions: dict[int, str]) -> dict[int, tuple[WorkingCalendar, str]]:
    """Return the present calendar and its version of each unit; units with the same layers share one."""
    found = {unit: await calendar_at(connection, unit, version) for unit, version in versions.items()}
    return {unit: (compiled.calendar, compiled.version) for unit, compiled in found.items()}


async def policies_of(connection: AsyncConnection, rows: Any) -> dict[int, PolicyRow]:
    """Return the pinned clock policies of these dossiers."""
    wanted = sorted({row.clock_policy_id for row in rows})
    return {key: read_policy(text) for key, text in (await queries.policy_texts(connection, wanted)).items()}


async def _with_causes(connection: AsyncConnection, rows: Any, found: list[Redated]) -> list[Redated]:
    before = {row.id: row.calendar_version for row in rows}
    pairs = {(before[one.id], one.calendar_version) for one in found if one.is_moved}
    layers = {unit for _, after in pairs for unit in layers_of(after)}
    publications = await queries.publications_of(connection, list(layers)) if layers else ()
    causes: dict[tuple[str, str], Cause] = {pair: cause_between(*pair, publications) for pair in pairs}
    return [one._replace(cause=causes[before[one.id], one.calendar_version]) if one.is_moved else one for one in found]
