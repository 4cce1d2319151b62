"""Every stored date is recomputed by the slow model: nothing differs for dossiers lived here, and a forged one does."""

import asyncio
import json
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner, Result

from app.bootstrap import Application
from app.commands._importing import import_rows
from app.commands.verify import app as command_line
from app.core.clock import FixedClock
from app.core.db import plain_url
from app.domain.permissions import Role
from app.services.dossiers.importing.report import RowOutcome
from app.services.dossiers.importing.shape import HistoricRow
from app.services.verification.calendars import calendars_as_published
from app.services.verification.queries import documents_after
from app.verification.stored_dates import Difference, calendar_versions, differences
from app.worker.calendar_changes import carry_to_dossiers
from tests.factories.dossiers import BIRTH, PAID, PAYMENT, SUPPLEMENT, WITHDRAW, Desk, applicant, desk_of, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, signed_in

HOLIDAY: dict[str, Any] = {"kind": "holiday", "name": "Ngày nghỉ của tỉnh", "source": "QĐ thử 12"}


@pytest.fixture
async def desk(own_application: Application, own_client: httpx.AsyncClient) -> Desk:
    return await desk_of(own_application, own_client)


async def found_in(application: Application) -> list[Difference]:
    async with application.database.read() as connection:
        rows = await documents_after(connection, 0, since=None, unit=None, limit=100)
        documents = [row.document for row in rows]
        assert documents
        return differences(documents, await calendars_as_published(connection, calendar_versions(documents)))


async def publish(application: Application, desk: Desk, code: str, changes: dict[str, Any]) -> None:
    administrator = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    answer = await desk.post(f"/calendars/{code}/publish", changes, by=administrator)
    assert answer.status_code == 200, answer.text
    await carry_to_dossiers(application, int(answer.json()["publication"]))


async def a_full_life(application: Application, desk: Desk, clock: FixedClock) -> str:
    """Supplement, holiday, payment, extension, holiday taken back, another procedure after all: every kind of line."""
    code: str = (await desk.register())["code"]
    go_to(clock, "2026-11-23 15:00")
    await desk.act(code, "request_supplement", **SUPPLEMENT)
    go_to(clock, "2026-11-25 09:20")
    await desk.act(code, "receive_supplement")
    await publish(application, desk, "national", {"days": [{**HOLIDAY, "day": "2026-11-26"}]})
    go_to(clock, "2026-11-27 08:15")
    await desk.act(code, "request_payment", **PAYMENT)
    closure = {**HOLIDAY, "kind": "closure", "closes_from": "08:00", "closes_to": "10:30", "day": "2026-11-27"}
    await publish(application, desk, COMMUNE, {"days": [closure]})
    go_to(clock, "2026-11-27 14:10")
    await desk.act(code, "confirm_payment", **PAID)
    await desk.act(code, "extend", new_due_at="2026-12-04T16:00:00+07:00", reason="Xác minh")
    await publish(application, desk, "national", {"removed_days": ["2026-11-24"], "source": "CV thử 2"})
    await publish(application, desk, "national", {"days": [{**HOLIDAY, "day": "2026-12-04"}]})
    return code


async def test_no_date_of_a_dossier_that_lived_through_everything_differs(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await a_full_life(own_application, desk, clock)
    causes = [line["cause"] for line in (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]]
    assert set(causes) == {"supplement_wait", "payment_wait", "extension", "calendar_change"}
    ended = (await desk.register())["code"]
    await desk.act(ended, "request_payment", **PAYMENT)
    go_to(clock, "2026-11-30 10:00")
    await desk.act(ended, "withdraw", **WITHDRAW)
    wrong = (await desk.register())["code"]
    papers = [{"code": "TP01", "originals": 1}, {"code": "TP02", "originals": 1}]
    await desk.act(wrong, "correct", procedure_code=BIRTH, components=papers, reason="Nhầm thủ tục")
    assert await found_in(own_application) == []


async def forge(application: Application, *statements: str) -> None:
    """As the owner of the tables, behind the program's back."""
    connection = await asyncpg.connect(plain_url(application.service_url))
    try:
        for statement in ("set session_replication_role = replica", *statements):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_each_forged_value_is_reported_with_what_it_should_be(
    own_application: Application, desk: Desk, clock: FixedClock
) -> None:
    code = await a_full_life(own_application, desk, clock)
    await forge(
        own_application,
        "update dossier set lawful_due_at = lawful_due_at + interval '1 day', due_provisional = true, "
        "current_due_at = current_due_at - interval '1 minute'",
        "update deadline_adjustment set minutes = minutes + 1 where cause = 'supplement_wait'",
        "update deadline_adjustment set after_due = after_due + interval '1 minute' where cause = 'payment_wait'",
        "update receipt set promised_due_at = promised_due_at + interval '1 hour'",
    )
    found = await found_in(own_application)
    assert {one.code for one in found} == {code}
    lines = (await desk.get(f"/dossiers/{code}/deadline"))["adjustments"]
    causes = {f"ledger {line['seq']}": line["cause"] for line in lines}
    assert [_named(one.what, causes) for one in found] == [
        "promised, on the receipt",
        "lawful",
        "supplement_wait minutes",
        "payment_wait after",
        "extension before",
        "current",
        "provisional",
    ]
    lawful = found[1]
    assert (lawful.stored, lawful.expected) == ("2026-11-28T09:00:00+07:00", "2026-11-27T09:00:00+07:00")


def _named(what: str, causes: dict[str, str]) -> str:
    """`ledger 5 after` as `payment_wait after`."""
    line = " ".join(what.split()[:2])
    return what.replace(line, causes[line]) if line in causes else what


async def test_a_date_by_a_calendar_that_nobody_published_is_reported(own_application: Application, desk: Desk) -> None:
    await desk.register()
    await forge(own_application, "update dossier set calendar_version = 'n999'")
    assert [(one.what, one.expected) for one in await found_in(own_application)] == [
        ("current", "calendar not on record: n999")
    ]


async def verify(application: Application, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", application.service_url)
    asked = ["deadlines", "--json", "--processes", "1", *arguments]
    return await asyncio.to_thread(CliRunner().invoke, command_line, asked)


async def test_the_command_says_how_many_and_exits_with_1_on_any_difference(
    own_application: Application, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (await desk.register())["code"]
    other = await desk_of(own_application, desk.client, OTHER_COMMUNE)
    await other.register(receiving_unit=OTHER_COMMUNE)
    sound = await verify(own_application, monkeypatch, "--since", "2026-11-23")
    assert sound.exit_code == 0, sound.output
    assert json.loads(sound.stdout) == {"examined": 2, "dated_elsewhere": 0, "differences": 0}
    await forge(own_application, f"update dossier set promised_due_at = '2026-11-27 10:00+07' where code = '{code}'")
    broken = await verify(own_application, monkeypatch, "--unit", COMMUNE)
    assert broken.exit_code == 1
    *lines, summary = [json.loads(line) for line in broken.stdout.splitlines()]
    assert summary == {"examined": 1, "dated_elsewhere": 0, "differences": 3}
    assert {line["what"] for line in lines} == {"promised", "promised, in the log", "promised, on the receipt"}
    assert (await verify(own_application, monkeypatch, "--unit", OTHER_COMMUNE)).exit_code == 0
    assert json.loads((await verify(own_application, monkeypatch, "--since", "2026-11-24")).stdout)["examined"] == 0


async def test_an_imported_dossier_is_recomputed_too_and_keeps_what_was_printed(own_application: Application) -> None:
    """Accepted before Tết 2026, asked for papers, promised by hand a day too early, withdrawn while it waited again."""
    days = ("02-12T15:20", "02-13T10:05", "02-24T08:30", "02-24T14:00", "03-02T14:45")
    accepted, asked, received, payment, withdrawn = (f"2026-{day}:00+07:00" for day in days)
    row = {
        "external_code": "CU-1",
        "procedure_code": "1.004873",
        "channel": "counter",
        "receiving_unit": COMMUNE,
        "registered_at": accepted,
        "promised_due_at": "2026-02-13T15:20:00+07:00",
        "applicant": applicant(),
        "components": [{"code": "TP01", "originals": 1}],
        "steps": [
            {"action": "accept", "at": accepted},
            {"action": "request_supplement", "at": asked, **SUPPLEMENT},
            {"action": "receive_supplement", "at": received},
            {"action": "request_payment", "at": payment, **PAYMENT},
            {"action": "withdraw", "at": withdrawn, **WITHDRAW},
        ],
    }
    batches = import_rows(own_application.database, [HistoricRow(1, row)], clock=own_application.clock, dry_run=False)
    reports = [report async for batch in batches for report in batch]
    assert [report.outcome for report in reports] == [RowOutcome.IMPORTED], reports
    assert await found_in(own_application) == []
