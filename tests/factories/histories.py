"""Whole lives of dossiers written as rows, with the events that announce them: for tests of what follows the log."""

import datetime as dt
import itertools
import random
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import LOCAL_ZONE
from app.core.db import execute, fetch_one
from app.models.dossiers import Dossier
from app.models.organization import Unit
from app.models.procedures import Procedure, ProcedureVersion

_numbers = itertools.count(1)
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def local(text: str) -> dt.datetime:
    """Read `2026-11-20 10:00` as a time in Vietnam."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)


@dataclass(frozen=True, slots=True)
class Office:
    """Units, one below another (`root` above all), and procedures, of a test's own."""

    root: str
    units: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    """Parent's code by unit code."""
    procedures: dict[str, int] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """Field by procedure code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A dossier's life as its rows tell it. `ending`: None (open), `resolved`, `withdrawn`, `stopped`."""

    unit: str
    procedure: str
    accepted_at: dt.datetime
    due_at: dt.datetime
    promised_at: dt.datetime | None = None
    channel: str = "counter"
    ending: str | None = None
    ended_at: dt.datetime | None = None
    supplements: tuple[dt.datetime, ...] = field(default=())
    suspended_since: dt.datetime | None = None
    rated_at: dt.datetime | None = None
    rating: int | None = None

    @property
    def state(self) -> int:
        if self.ending is not None:
            return {"resolved": 9, "withdrawn": 7, "stopped": 8}[self.ending]
        return 5 if self.suspended_since is not None else 4


async def make_office(session: AsyncSession, *, communes: int = 3, procedures: int = 3) -> Office:
    """Insert a province with one district-like unit between it and its last commune, and procedures in two fields."""
    number = next(_numbers)
    office = Office(root=f"T{number}")
    district = f"{office.root}.D"
    await _add_unit(session, office, office.root, "province", None)
    await _add_unit(session, office, district, "district", office.root)
    for index in range(1, communes + 1):
        parent = district if index == communes else office.root
        await _add_unit(session, office, f"{office.root}.{index}", "commune", parent)
    for index in range(1, procedures + 1):
        code = f"9.{number:04d}{index:02d}"
        procedure = Procedure(code=code, field=f"Lĩnh vực {number}.{index % 2}")
        session.add(procedure)
        await session.flush()
        version = ProcedureVersion(
            procedure_id=procedure.id,
            version=1,
            status="published",
            name=f"Thủ tục {code}",
            valid_from=_LONG_AGO.date(),
            published_at=_LONG_AGO,
        )
        session.add(version)
        await session.flush()
        office.procedures[code] = procedure.id
        office.versions[procedure.id] = version.id
        office.fields[code] = procedure.field
    return office


async def _add_unit(session: AsyncSession, office: Office, code: str, level: str, parent: str | None) -> None:
    unit = Unit(
        code=code,
        name=f"Đơn vị {code}",
        level=level,
        parent_id=office.units.get(parent or ""),
        valid_from=_LONG_AGO.date(),
    )
    session.add(unit)
    await session.flush()
    unit.path = f"{office.paths.get(parent or '', '/')}{unit.id}/"
    office.units[code] = unit.id
    office.paths[code] = unit.path
    if parent is not None:
        office.above[code] = parent


async def write_dossier(session: AsyncSession, office: Office, history: History) -> int:
    """Insert the dossier as it stands at the end of its history, and the events that say so; return its id."""
    procedure = office.procedures[history.procedure]
    dossier = Dossier(
        code=f"TEST-{next(_numbers):08d}",
        state=1,
        channel=history.channel,
        procedure_id=procedure,
        procedure_version_id=office.versions[procedure],
        receiving_unit_id=office.units[history.unit],
        competent_unit_id=office.units[history.unit],
        registered_at=history.accepted_at,
    )
    session.add(dossier)
    await session.flush()
    connection = await session.connection()
    await write_event(connection, dossier.id, seq=1, kind="registered", state=1, at=history.accepted_at)
    await live_on(connection, office, dossier.id, history)
    return dossier.id


async def live_on(connection: AsyncConnection, office: Office, dossier: int, history: History) -> None:
    """Bring the dossier's rows to what `history` says and write the event of it."""
    resolved_at = history.ended_at if history.ending == "resolved" else None
    row = await fetch_one(
        connection,
        "update dossier set state = $2, registered_at = $3, accepted_at = $3, started_at = $3, promised_due_at = $4, "
        "lawful_due_at = $4, current_due_at = $5, suspended_since = $6, resolved_at = $7, ended_at = $8, "
        "supplement_count = $9, competent_unit_id = $10, version = version + 1 where id = $1 returning version",
        dossier,
        history.state,
        history.accepted_at,
        history.promised_at or history.due_at,
        history.due_at,
        history.suspended_since,
        resolved_at,
        history.ended_at,
        len(history.supplements),
        office.units[history.unit],
    )
    assert row is not None
    for index, requested_at in enumerate(history.supplements):
        is_open = history.suspended_since == requested_at and index == len(history.supplements) - 1
        await execute(
            connection,
            "insert into supplement_request (dossier_id, seq, items, reason, before_acceptance, requested_at, "
            "answer_due_at, received_at) values ($1, $2, '[]', 'thiếu', false, $3, $3, $4) "
            "on conflict (dossier_id, seq) do update set received_at = excluded.received_at",
            dossier,
            100 + index,
            requested_at,
            None if is_open else requested_at,
        )
    if history.rating is not None:
        await execute(
            connection,
            "insert into rating (dossier_id, level, reasons, channel, assisted, rated_at) "
            "values ($1, $2, '[]', 'own_device', false, $3) on conflict do nothing",
            dossier,
            history.rating,
            history.rated_at,
        )
    await write_event(
        connection, dossier, seq=row.version, kind="accepted", state=history.state, at=history.accepted_at
    )


async def write_event(
    connection: AsyncConnection, dossier: int, *, seq: int, kind: str, state: int, at: dt.datetime
) -> None:
    await execute(
        connection,
        "insert into dossier_event (dossier_id, seq, type, state, occurred_at, data) values ($1, $2, $3, $4, $5, '{}')",
        dossier,
        seq,
        kind,
        state,
        at,
    )


def random_histories(office: Office, *, seed: int, count: int, now: dt.datetime) -> list[History]:
    """Return lives of all kinds over the year before `now`, deterministic by `seed`, some of them with odd dates."""
    chance = random.Random(seed)  # noqa: S311 - reproducible histories, no secrets
    made = []
    units = [unit for unit in office.units if unit != f"{office.root}.D"]
    for _ in range(count):
        accepted_at = now - MINUTE * chance.randrange(0, 380 * 1440)
        due_at = accepted_at + MINUTE * chance.randrange(-300, 30 * 1440)
        history = History(
            unit=chance.choice(units),
            procedure=chance.choice(list(office.procedures)),
            channel=chance.choice(["counter", "online", "postal"]),
            accepted_at=accepted_at,
            due_at=due_at,
            promised_at=due_at - MINUTE * chance.choice([0, 0, 3 * 1440]),
        )
        made.append(_continued(chance, history, now))
    return made


def _continued(chance: random.Random, history: History, now: dt.datetime) -> History:
    def later() -> dt.datetime:
        return history.accepted_at + MINUTE * chance.randrange(0, 40 * 1440)

    asked = sorted(at for at in (later() for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 3]))) if at <= now)
    history = replace(history, supplements=tuple(asked))
    ended_at = max([later(), *asked])
    if chance.random() < 0.15:
        ended_at = history.due_at + MINUTE * chance.choice([0, 1, -1])
        ended_at = max([ended_at, history.accepted_at, *asked])
    if ended_at > now or chance.random() < 0.1:
        suspended = asked[-1] if asked and chance.random() < 0.6 else None
        return replace(history, suspended_since=suspended)
    ending = chance.choice(["resolved"] * 8 + ["withdrawn", "stopped"])
    history = replace(history, ending=ending, ended_at=ended_at)
    if ending == "resolved" and chance.random() < 0.5:
        rated_at = min(now, ended_at + MINUTE * chance.randrange(0, 20 * 1440))
        history = replace(history, rated_at=rated_at, rating=chance.randint(1, 5))
    return history
