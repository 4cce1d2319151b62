"""One look at the dossiers of units that share a calendar: who must be told, whose alert climbs, what has settled."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.alerts import (
    DUE_KINDS,
    AlertKind,
    AlertThresholds,
    ScanMoment,
    due_rung,
    expiry_stops,
    reminder_is_due,
    reply_due,
    scan_moment,
)
from app.domain.working_calendar import LOCAL_TIME, WorkingCalendar
from app.services.alerts import queries, writes
from app.services.alerts.apologies.draft import draft_apologies
from app.services.alerts.apologies.writes import drop_drafts
from app.services.deadlines.compiled import CompiledCalendar, calendar_at, read_policy

_MINUTES_PER_HOUR = 60
UNITS_AT_ONCE = 50
"""So many units' alerts are written in one transaction."""


@dataclass(frozen=True, slots=True)
class OpenUnits:
    """Units at work at the moment of the scan."""

    units: Sequence[int]
    calendar: CompiledCalendar
    moment: ScanMoment


@dataclass(frozen=True, slots=True)
class ExpiredSupplement:
    """A dossier to be stopped: its request has run out, a reminder had gone."""

    dossier_id: int
    code: str
    version: int
    unit_id: int
    assignee_id: int | None
    request: int
    answer_due_at: dt.datetime
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan came to."""

    raised: int
    climbed: int
    closed: int
    drafted: int
    to_stop: tuple[ExpiredSupplement, ...]


async def units_at_work(
    connection: AsyncConnection, thresholds: AlertThresholds, *, now: dt.datetime
) -> list[OpenUnits]:
    """Return the units whose office is open at `now` by the calendar that deadlines count with, in small groups."""
    found = []
    for row in await queries.units_by_calendar(connection):
        compiled = await calendar_at(connection, row.units[0], row.version)
        moment = scan_moment(compiled.calendar, thresholds, now)
        if moment is not None:
            found += [
                OpenUnits(row.units[first : first + UNITS_AT_ONCE], compiled, moment)
                for first in range(0, len(row.units), UNITS_AT_ONCE)
            ]
    return found


async def scan_units(
    connection: AsyncConnection,
    at_work: OpenUnits,
    thresholds: AlertThresholds,
    *,
    expiry_stops_dossiers: bool,
    extension_days: int | None,
) -> Scanned:
    """Raise what is to be raised, draft apologies, close what is settled, let the unacknowledged climb.

    Several workers may do this at once: each alert is claimed by one of them and climbs once.
    """
    units, calendar, moment = at_work.units, at_work.calendar.calendar, at_work.moment
    supplements = await queries.supplements_expiring(connection, units, moment.last_reminder_day, moment.today)
    due = await queries.due_until(connection, units, moment.last_near_day)
    wanted = [
        *_due(calendar, thresholds, moment, due),
        *_breaches(await queries.ended_late_since(connection, units, moment.breaches_from)),
        *_idle(await queries.idle_since(connection, units, moment.idle_since)),
        *_replies(calendar, moment, await queries.unanswered_online(connection, units, moment.today)),
        *_signatures(
            calendar, thresholds, await queries.waiting_at_signature(connection, units, moment.submitted_until)
        ),
        *_uncollected(await queries.uncollected_since(connection, units, moment.uncollected_since)),
        *_unreturned(await queries.unreturned_since(connection, units, moment.unreturned_since)),
        *_supplements(calendar, thresholds, moment, supplements, stops=expiry_stops_dossiers),
    ]
    raised = await writes.raise_alerts(connection, wanted, now=moment.now)
    extensible = {row.dossier_id for row in due if row.extension_count < row.extensions_allowed}
    threatened = {row.dossier_id for row in raised if row.kind in DUE_KINDS and row.kind != AlertKind.OVERDUE}
    drafted = await draft_apologies(
        connection, at_work.calendar, threatened & extensible, extension_days=extension_days, now=moment.now
    )
    closed = await writes.close_alerts(connection, units, now=moment.now)
    await drop_drafts(connection, units, now=moment.now)
    climbed = await writes.climb_alerts(connection, units, reached_until=moment.climbs_from, now=moment.now)
    to_stop = tuple(_expired(moment, supplements)) if expiry_stops_dossiers else ()
    return Scanned(len(raised), climbed, closed, drafted, to_stop)


def alert(
    row: Any,
    kind: AlertKind,
    occurrence: str,
    *,
    due_at: dt.datetime | None = None,
    assignee_id: int | None = None,
) -> dict[str, Any]:
    """Return what `raise_alerts` takes; `row` knows the dossier and the unit whose duty it is."""
    return {
        "dossier_id": row.dossier_id,
        "unit_id": row.unit_id,
        "kind": kind.value,
        "occurrence": occurrence,
        "due_at": due_at,
        "assignee_id": assignee_id,
    }


def _due(
    calendar: WorkingCalendar, thresholds: AlertThresholds, moment: ScanMoment, rows: Iterable[Any]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        kind = due_rung(
            calendar,
            thresholds,
            moment.now,
            accepted_at=row.accepted_at,
            promised_due_at=row.promised_due_at,
            due_at=row.due_at,
        )
        if kind is None:
            continue
        # Being late is told anew each working day, the rest once for each due time.
        occurrence = moment.today.isoformat() if kind is AlertKind.OVERDUE else _instant(row.due_at)
        yield alert(row, kind, occurrence, due_at=row.due_at, assignee_id=row.assignee_id)
        if kind is AlertKind.OVERDUE and row.extension_count == 0:
            yield from _breaches([row])


def _breaches(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        occurrence = _instant(row.due_at)
        yield alert(row, AlertKind.BREACH_WITHOUT_APOLOGY, occurrence, due_at=row.due_at, assignee_id=row.assignee_id)


def _idle(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield alert(row, AlertKind.IDLE, str(row.version), assignee_id=row.assignee_id)


def _replies(calendar: WorkingCalendar, moment: ScanMoment, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        hours = read_policy(row.policy).online_reply_hours
        due_at, near = reply_due(calendar, moment.now, asked_at=row.asked_at, reply_hours=hours)
        if near:
            yield alert(row, AlertKind.ONLINE_REPLY_DUE, _instant(row.asked_at), due_at=due_at)


def _signatures(
    calendar: WorkingCalendar, thresholds: AlertThresholds, rows: Iterable[Any]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        due_at = calendar.add_working_minutes(row.waiting_since, thresholds.signature_hours * _MINUTES_PER_HOUR)
        yield alert(row, AlertKind.WAITING_AT_SIGNATURE, row.occurrence, due_at=due_at, assignee_id=row.signer_id)


def _unreturned(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield alert(row, AlertKind.UNRETURNED_ORIGINALS, _instant(row.over_at))


def _uncollected(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield alert(row, AlertKind.UNCOLLECTED_RESULT, _instant(row.resolved_at))


def _supplements(
    calendar: WorkingCalendar, thresholds: AlertThresholds, moment: ScanMoment, rows: Iterable[Any], *, stops: bool
) -> Iterator[dict[str, Any]]:
    for row in rows:
        about = {"due_at": row.answer_due_at, "assignee_id": row.assignee_id}
        if reminder_is_due(calendar, thresholds, moment.now, answer_due_at=row.answer_due_at):
            yield alert(row, AlertKind.SUPPLEMENT_EXPIRING, str(row.seq), **about)
        # Where expiry stops the dossier, its alert comes with the stop.
        if not stops and moment.now > row.answer_due_at:
            yield alert(row, AlertKind.SUPPLEMENT_EXPIRED, str(row.seq), **about)


def _expired(moment: ScanMoment, rows: Iterable[Any]) -> Iterator[ExpiredSupplement]:
    for row in rows:
        if expiry_stops(moment.now, answer_due_at=row.answer_due_at, reminded_at=row.reminded_at):
            yield ExpiredSupplement(
                dossier_id=row.dossier_id,
                code=row.code,
                version=row.version,
                unit_id=row.unit_id,
                assignee_id=row.assignee_id,
                request=row.seq,
                answer_due_at=row.answer_due_at,
                legal_basis=read_policy(row.policy).legal_basis,
            )


def _instant(at: dt.datetime) -> str:
    return at.astimezone(LOCAL_TIME).isoformat(timespec="seconds")
