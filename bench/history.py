"""A year of dossiers of the whole province, imported; and the requests that are then sent, as the right people."""

import datetime as dt
import json
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
from rich.console import Console
from sqlalchemy.engine import make_url

from app.bootstrap import Application
from app.commands._importing import import_rows
from app.core.clock import LOCAL_ZONE, local_date
from app.core.db import fetch_all, fetch_one, plain_url
from app.core.embedded_postgres import SUPERUSER
from app.domain.permissions import Actor, Grant, Role
from app.services.certification.shipped import load_shipped_books
from app.services.deadlines.shipped import load_shipped_calendars
from app.services.dossiers.importing.shape import HistoricRow
from app.services.identity.tokens import sign_access_token
from app.services.organization.load_province import load_province_units
from app.services.payments.shipped import load_shipped_reductions
from app.services.procedures.import_procedures import load_shipped_catalogue
from app.services.statistics.rebuild import rebuild
from bench.load import Call

_PROVINCE = "37"
_HOURS = dt.timedelta(hours=12)


@dataclass(slots=True)
class People:
    """Requests of a clerk and a specialist of one commune, and of the public."""

    clerk: dict[str, str]
    specialist: dict[str, str]
    leader: str
    unit: str
    procedure: str
    today: dt.date
    known: list[str]
    accepted: list[str]
    # From anywhere: whom an earlier run registered today would be warned of as a double.
    numbers: Iterator[int] = field(default_factory=lambda: count(random.randrange(10**6)))  # noqa: S311 - no secret

    def bare(self, _number: int) -> Call:
        return Call("POST", "/register", {"Content-Type": "application/json"}, self._body())

    def register(self, _number: int) -> Call:
        return Call("POST", "/api/v1/dossiers", self.clerk, self._body())

    def start(self, _number: int) -> Call:
        path = f"/api/v1/dossiers/{self.accepted.pop()}/actions"
        return Call("POST", path, self.specialist, b'{"action":"start_processing"}')

    def certify(self, _number: int) -> Call:
        papers = [{"name": f"Văn bằng {number}", "pages": number, "copies": 10} for number in (1, 2, 4)]
        body = {
            "procedure_code": _CERTIFICATION,
            "receiving_unit": self.unit,
            "applicant": {"full_name": "Nguyễn Thị Thử Nghiệm", "identity_number": "037990000001", "gender": "female"},
            "papers": papers,
            "signer": self.leader,
            "paid": "cash",
        }
        return Call("POST", "/api/v1/certifications", self.clerk, json.dumps(body).encode())

    def list_page(self, _number: int) -> Call:
        return Call("GET", "/api/v1/dossiers?limit=50", self.clerk)

    def one(self, number: int) -> Call:
        return Call("GET", f"/api/v1/dossiers/{self.known[number % len(self.known)]}", self.clerk)

    def bare_page(self, _number: int) -> Call:
        return Call("GET", "/page")

    def bare_one(self, number: int) -> Call:
        return Call("GET", f"/one/{self.known[number % len(self.known)]}")

    def unit_year(self, number: int) -> Call:
        return self._figures(f"unit={self.unit}", number)

    def province_by_unit(self, number: int) -> Call:
        return self._figures("group_by=unit", number)

    def province_by_procedure(self, number: int) -> Call:
        return self._figures("group_by=procedure", number)

    def satisfaction(self, number: int) -> Call:
        return self._figures("group_by=month", number, "satisfaction")

    def _figures(self, question: str, number: int, report: str = "on-time") -> Call:
        first = self.today - dt.timedelta(days=330 - number % 150)
        last = self.today - dt.timedelta(days=number % 97)
        return Call("GET", f"/api/v1/statistics/{report}?from={first}&to={last}&{question}")

    def _body(self) -> bytes:
        person = {
            "kind": "citizen",
            "full_name": "Nguyễn Thị Thử Nghiệm",
            "identity_number": f"037990{next(self.numbers) % 10**6:06d}",
            "gender": "female",
            "phone": "0900000000",
            "address": "Tổ 1",
        }
        return json.dumps(
            {
                "procedure_code": self.procedure,
                "channel": "counter",
                "receiving_unit": self.unit,
                "applicant": person,
                "components": [{"code": "TP01", "originals": 1}],
                "accept": True,
            }
        ).encode()


async def prepare(application: Application, dossiers: int, requests: int, console: Console) -> People:
    """Fill the database with the province and `dossiers` of the year before now, unless it holds them already."""
    now = application.clock.now()
    async with application.database.session() as session:
        await load_province_units(session, province_code=_PROVINCE, now=now)
        await load_shipped_calendars(session, now=now)
        # In force for the whole year that is imported.
        await load_shipped_catalogue(session, now=now, valid_from=dt.date(2021, 1, 1))
        await load_shipped_reductions(session, now=now)
        await load_shipped_books(session)
    async with application.database.read() as connection:
        units = [(row.id, row.code, row.path) for row in await fetch_all(connection, _COMMUNES)]
        there: Any = await fetch_one(connection, "select count(*) as n from dossier")
        procedures = [row.code for row in await fetch_all(connection, _PROCEDURES)]
    missing = dossiers - there.n
    if missing > 0:
        await _import(application, missing, there.n, [code for _, code, _ in units], procedures, console)
    unit_id, unit, path = units[0]
    roles = (Role.RECEPTION_CLERK, Role.SPECIALIST, Role.APPROVING_LEADER)
    (_, clerk), (_, specialist), (leader, _) = [await _account(application, role, unit_id, path) for role in roles]
    await _open_ones(application, unit, requests, now)
    async with application.database.read() as connection:
        known = [row.code for row in await fetch_all(connection, _KNOWN, unit_id)]
        accepted = [row.code for row in await fetch_all(connection, _ACCEPTED, unit_id)]
    return People(clerk, specialist, leader, unit, _SUBJECT, local_date(now), known, accepted)


async def _import(
    application: Application,
    count: int,
    start: int,
    units: list[str],
    procedures: list[str],
    console: Console,
) -> None:
    now = application.clock.now()
    started = time.perf_counter()
    rows = _year(count, start, units, procedures, now)
    done = refused = 0
    async for reports in import_rows(application.database, rows, clock=application.clock):
        done += len(reports)
        refused += sum(report.outcome == "refused" for report in reports)
        if done % 100_000 == 0:
            console.print(f"{done:,} imported, {done / (time.perf_counter() - started):,.0f} a second, {_memory()}")
    console.print(f"import: {done:,} rows ({refused} refused) in {time.perf_counter() - started:.0f} s, {_memory()}")
    started = time.perf_counter()
    async with application.database.write() as connection:
        rebuilt = await rebuild(connection, now=now)
    console.print(f"figures rebuilt: {rebuilt} in {time.perf_counter() - started:.0f} s")
    owner = await asyncpg.connect(
        plain_url(make_url(application.service_url).set(username=SUPERUSER).render_as_string())
    )
    try:
        await owner.execute("vacuum analyze")
    finally:
        await owner.close()


def _year(count: int, start: int, units: list[str], procedures: list[str], now: dt.datetime) -> Iterator[HistoricRow]:
    """A deterministic year: 97 % resolved and returned, 2 % of those late, some rated, the rest still open."""
    chance = random.Random(start)  # noqa: S311 - a repeatable sample, no secret
    first = now.astimezone(LOCAL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=364)
    for number in range(count):
        day = first + dt.timedelta(days=number * 360 // count)
        filed = day + dt.timedelta(minutes=8 * 60 + chance.randrange(480))
        yield HistoricRow(number + 1, _life(start + number, chance, filed, chance.choice(procedures), units, now))


def _life(
    number: int, chance: random.Random, filed: dt.datetime, procedure: str, units: list[str], now: dt.datetime
) -> dict[str, Any]:
    name = "Nguyễn Văn Mẫu"
    steps: list[dict[str, Any]] = [
        {"action": "accept", "at": filed.isoformat()},
        {"action": "start_processing", "at": (filed + _HOURS / 12).isoformat()},
    ]
    ended = filed + (dt.timedelta(days=25) if chance.random() < 0.02 else _HOURS / 6)
    if chance.random() < 0.97 and ended + 2 * _HOURS < now:
        steps.append({"action": "resolve", "at": ended.isoformat()})
        handed = {"method": "counter", "receiver_name": name, "proof": "Ký sổ"}
        steps.append({"action": "hand_over", "at": (ended + _HOURS).isoformat(), **handed})
        if chance.random() < 0.2:
            level = 5 if chance.random() < 0.96 else 4
            steps.append({"action": "rate", "at": (ended + _HOURS).isoformat(), "level": level})
    return {
        "external_code": f"BENCH-{number}",
        "procedure_code": procedure,
        "channel": "counter",
        "receiving_unit": chance.choice(units),
        "registered_at": filed.isoformat(),
        "applicant": {"full_name": name, "identity_number": f"037880{number % 10**6:06d}"},
        "steps": steps,
    }


async def _open_ones(application: Application, unit: str, wanted: int, now: dt.datetime) -> None:
    """See that the unit has `wanted` dossiers that are accepted and not yet begun, for the transitions."""
    async with application.database.read() as connection:
        row: Any = await fetch_one(
            connection,
            "select count(*) filter (where d.state = 2) as open, count(*) as n from dossier d "
            "join unit u on u.id = d.competent_unit_id where u.code = $1",
            unit,
        )
    filed = (now - dt.timedelta(hours=1)).isoformat()
    rows = (
        HistoricRow(
            number + 1,
            {
                "external_code": f"BENCH-OPEN-{row.n + number}",
                "procedure_code": _SUBJECT,
                "channel": "counter",
                "receiving_unit": unit,
                "registered_at": filed,
                "applicant": {"full_name": "Trần Thị Mẫu", "identity_number": f"037990{number % 10**6:06d}"},
                "steps": [{"action": "accept", "at": filed}],
            },
        )
        for number in range(max(0, wanted - row.open))
    )
    async for _ in import_rows(application.database, rows, clock=application.clock):
        pass


async def _account(application: Application, role: Role, unit_id: int, path: str) -> tuple[str, dict[str, str]]:
    """Make an account with the role in the unit; return its name and the headers of its requests."""
    now = application.clock.now()
    username = f"bench-{role.value}-{now.timestamp():.0f}"
    async with application.database.write() as connection:
        row: Any = await fetch_one(
            connection,
            "insert into account (username, kind, display_name, password_hash, scopes, auth_version, failed_attempts, "
            "created_at) values ($1, 'staff', 'bench', '', '{}', 1, 0, $2) returning id",
            username,
            now,
        )
        await fetch_one(connection, _ROLE_GIVEN, row.id, role.value, unit_id, now)
    actor = Actor(row.id, "staff", 1, (Grant(role, unit_id, path),))
    token = sign_access_token(application.signer, actor, expires_at=now + _HOURS)
    return username, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _memory() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"


_SUBJECT = "1.004873"
"""Certificate of marital status: three working days, one form."""
_CERTIFICATION = "2.000815"
"""Certified copies: charged, numbered, signed and handed over while the citizen waits."""
_COMMUNES = "select id, code, path from unit where level = 'commune' order by id"
_PROCEDURES = """
select p.code from procedure p join procedure_version v on v.procedure_id = p.id and v.status = 'published'
join procedure_term t on t.version_id = v.id and t.channel = 'counter' and t.case_variant = '' order by p.code
"""
_ROLE_GIVEN = """insert into role_grant (account_id, role, unit_id, granted_at) values ($1, $2, $3, $4)
  returning id"""
_KNOWN = "select code from dossier where receiving_unit_id = $1 order by id limit 5000"
_ACCEPTED = "select code from dossier where receiving_unit_id = $1 and state = 2 order by id"
