"""Historic dossiers come in through the same table and effects as live ones: same rows, same log, same dates."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import httpx
import orjson
import pytest

from app.bootstrap import Application
from app.commands._importing import import_rows
from app.core.clock import LOCAL_ZONE, FixedClock
from app.core.db import fetch_all, fetch_one
from app.services.dossiers.importing.reading import rows_of_csv, rows_of_json_lines
from app.services.dossiers.importing.report import RowOutcome, RowReport
from app.services.dossiers.importing.shape import HistoricRow
from app.services.statistics.rebuild import rebuild
from tests.factories.dossiers import applicant, desk_of
from tests.factories.people import COMMUNE, OTHER_COMMUNE

MONDAY = dt.datetime(2026, 11, 16, 9, 0, tzinfo=LOCAL_ZONE)
HANDED_OVER = {"method": "counter", "receiver_name": "Nguyễn Thị Thử Nghiệm", "proof": "Ký sổ"}
CHILDREN = (
    *("dossier_party", "dossier_component", "receipt", "supplement_request", "deadline_adjustment", "payment_request"),
    *("dossier_outcome", "hand_over", "rating", "dossier_event"),
)
# Who acted, secrets and running numbers differ between a live dossier and an imported one; nothing else may.
DIFFERENT = {
    *("id", "xid", "dossier_id", "lookup_secret", "rating_token", "actor_id", "registered_by", "decided_by"),
    *("handed_over_by", "issued_by", "requested_by", "recorded_by", "code", "imported"),
}


def at(days: float) -> str:
    """Days after Monday 2026-11-16, 09:00."""
    return (MONDAY + dt.timedelta(days=days)).isoformat()


def history(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A dossier filed on Monday and accepted at once."""
    return {
        "external_code": f"CU-{number}",
        "procedure_code": "1.004873",
        "channel": "counter",
        "receiving_unit": COMMUNE,
        "registered_at": at(0),
        "applicant": applicant(identity_number=f"037990{number:06d}"),
        "components": [{"code": "TP01", "originals": 1}],
        "steps": [{"action": "accept", "at": at(0)}],
    } | changes


async def imported(
    application: Application, documents: Iterable[dict[str, Any]], *, dry_run: bool = False, size: int = 2_000
) -> list[RowReport]:
    rows = [HistoricRow(number, document) for number, document in enumerate(documents, start=1)]
    batches = import_rows(application.database, rows, clock=application.clock, dry_run=dry_run, size=size)
    return [report async for batch in batches for report in batch]


def at_utc(value: Any) -> Any:
    """Instants as one text, whatever offset they were written with."""
    if isinstance(value, dict):
        return {name: at_utc(item) for name, item in value.items()}
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC).isoformat()
    return value


async def everything_of(application: Application, code: str) -> dict[str, Any]:
    """Every row of a dossier, without what may differ."""

    def same(row: dict[str, Any]) -> dict[str, Any]:
        return {name: at_utc(value) for name, value in row.items() if name not in DIFFERENT}

    async with application.database.read() as connection:
        dossier = await fetch_one(connection, "select id, to_jsonb(d) as document from dossier d where code = $1", code)
        assert dossier is not None
        found = {"dossier": [same(dossier.document)]}
        for table in CHILDREN:
            rows = await fetch_all(
                connection, f"select to_jsonb(t) as document from {table} t where dossier_id = $1", dossier.id
            )
            found[table] = sorted((same(row.document) for row in rows), key=orjson.dumps)
    return found


async def count(application: Application, table: str = "dossier") -> int:
    async with application.database.read() as connection:
        row = await fetch_one(connection, f"select count(*) as n from {table}")
    assert row is not None
    return int(row.n)


async def test_an_imported_life_leaves_the_same_rows_and_events_as_a_live_one(
    application: Application, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    person = applicant()
    steps: list[tuple[float, str, dict[str, Any]]] = [
        (0.0, "accept", {}),
        (0.05, "start_processing", {}),
        (
            0.1,
            "request_supplement",
            {"items": [{"component_code": "TP01", "problem": "wrong_form"}], "reason": "Tờ khai sai mẫu"},
        ),
        (1.0, "receive_supplement", {"components": [{"code": "TP01", "originals": 2}]}),
        (1.1, "request_payment", {"amount_vnd": 20_000, "reason": "Lệ phí"}),
        (2.0, "confirm_payment", {"method": "cash", "reference": "BL01"}),
        (2.1, "extend", {"new_due_at": at(8.2), "reason": "Cần xác minh thêm"}),
        (4.0, "resolve", {"result_number": "12/XN"}),
        (4.2, "hand_over", HANDED_OVER | {"receiver_identity_number": person["identity_number"]}),
    ]
    desk = await desk_of(application, client)
    clock.move_to(MONDAY)
    document = await desk.register(accept=False, applicant=person, external_code="CU-LIVE")
    for days, action, payload in steps:
        clock.move_to(MONDAY + dt.timedelta(days=days))
        await desk.act(document["code"], action, **payload)
    clock.move_to(MONDAY + dt.timedelta(days=5))
    token = document["receipt"]["rating_token"]
    rated = {"level": 5, "reasons": ["fast_result"], "channel": "kiosk"}
    answer = await client.post(f"/api/v1/ratings/{token}", json=rated)
    assert answer.status_code in (200, 201), answer.text

    told = [{"action": action, "at": at(days), **payload} for days, action, payload in steps]
    told.append({"action": "rate", "at": at(5), **rated})
    clock.move_to(MONDAY + dt.timedelta(days=7))
    (report,) = await imported(application, [history(2, applicant=person, steps=told)])
    assert report.faults == ()
    assert report.code is not None
    live, historic = await everything_of(application, document["code"]), await everything_of(application, report.code)
    for table in live:
        assert historic[table] == live[table], table


async def test_a_dry_run_tells_the_same_and_writes_nothing(application: Application) -> None:
    documents = [history(1), history(2, procedure_code="1.999999")]
    before = await count(application)
    rehearsed = await imported(application, documents, dry_run=True)
    assert await count(application) == before
    done = await imported(application, documents)
    assert [report.outcome for report in rehearsed] == [RowOutcome.IMPORTED, RowOutcome.REFUSED]
    assert [(report.outcome, report.faults) for report in done] == [
        (report.outcome, report.faults) for report in rehearsed
    ]


async def test_a_repeated_file_doubles_nothing_and_goes_on_where_it_stopped(application: Application) -> None:
    documents = [history(number) for number in range(1, 8)]
    await imported(application, documents[:4], size=2)
    before = await count(application, "dossier_event")
    again = await imported(application, [*documents, documents[6]], size=3)
    outcomes = [report.outcome.value for report in again]
    assert outcomes == ["present"] * 4 + ["imported"] * 3 + ["present"]
    assert await count(application, "dossier_event") == before + 3 * 2
    assert len({report.code for report in again} - {None}) == 7


async def test_every_fault_of_a_row_is_named_and_good_rows_are_taken(application: Application) -> None:
    bad = history(
        1,
        receiving_unit="00000",
        procedure_code="1.999999",
        registered_at="2026-11-16",
        applicant={"full_name": "Nguyễn Thị Thử Nghiệm", "identity_number": "12"},
        steps=[{"action": "accept", "at": "2099-01-01T08:00"}, {"action": "fly", "at": at(0)}],
    )
    early = history(2, steps=[{"action": "accept", "at": at(-1)}])
    twice = history(3, steps=[{"action": "accept", "at": at(0)}, {"action": "accept", "at": at(1)}])
    unknown = history(4, receiving_unit="00000", procedure_code="1.999999")
    nameless = history(5) | {"external_code": None}
    reports = await imported(application, [bad, early, twice, unknown, nameless, history(6)])
    assert [{(fault.code, fault.field) for fault in report.faults} for report in reports] == [
        {
            ("import_instant_unreadable", "registered_at"),
            ("import_in_future", "steps.0.accept.at"),
            ("import_step_unknown", "steps.1.action"),
        },
        {("before_last_event", "steps.0.accept.at")},
        {("action_not_possible_now", "steps.1.accept.action")},
        {("unit_unknown", "receiving_unit"), ("procedure_unknown", "procedure_code")},
        {("import_identity_missing", "code")},
        set(),
    ]
    assert reports[-1].outcome is RowOutcome.IMPORTED
    assert [report.external_code for report in reports] == ["CU-1", "CU-2", "CU-3", "CU-4", None, "CU-6"]


async def test_a_unit_takes_no_dossier_before_it_existed(application: Application) -> None:
    (report,) = await imported(
        application,
        [history(1, registered_at="2025-06-27T09:00", steps=[{"action": "accept", "at": "2025-06-27T09:00"}])],
    )
    assert "import_unit_not_then" in {fault.code for fault in report.faults}


async def test_a_well_formed_code_is_kept_and_later_numbers_lie_above_it(application: Application) -> None:
    async with application.database.read() as connection:
        unit = await fetch_one(
            connection,
            "select i.code from agency_identifier i join unit u on u.id = i.unit_id where u.code = $1",
            COMMUNE,
        )
    assert unit is not None
    own = f"{unit.code}-261116-0041"
    kept, aliased, numbered = await imported(
        application, [history(1, code=own), history(2, code="HS/2026/17"), history(3)]
    )
    assert kept.code == own
    assert aliased.code == f"{unit.code}-261116-0042"
    assert numbered.code == f"{unit.code}-261116-0043"
    async with application.database.read() as connection:
        alias = await fetch_one(
            connection,
            "select d.code from dossier_alias a join dossier d on d.id = a.dossier_id where a.code = $1",
            "HS/2026/17",
        )
    assert alias is not None
    assert alias.code == aliased.code


async def test_the_limit_is_counted_across_tet_as_the_calendar_of_then_says(application: Application) -> None:
    """Three working days from Friday 2026-02-13: Tết rests until Friday 2026-02-20."""
    filed = "2026-02-13T09:00"
    (report,) = await imported(
        application, [history(1, registered_at=filed, steps=[{"action": "accept", "at": filed}])]
    )
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select current_due_at, imported from dossier where code = $1", report.code)
    assert row is not None
    assert row.imported
    assert row.current_due_at.astimezone(LOCAL_ZONE) == dt.datetime(2026, 2, 25, 9, 0, tzinfo=LOCAL_ZONE)


async def test_the_printed_promise_is_kept_and_shown_where_the_computed_date_differs(application: Application) -> None:
    (report,) = await imported(application, [history(1, promised_due_at="2026-11-20T17:00")])
    assert [warning.code for warning in report.warnings] == ["import_promise_differs"]
    async with application.database.read() as connection:
        row = await fetch_one(
            connection, "select promised_due_at, current_due_at from dossier where code = $1", report.code
        )
    assert row is not None
    assert row.promised_due_at.astimezone(LOCAL_ZONE) == dt.datetime(2026, 11, 20, 17, 0, tzinfo=LOCAL_ZONE)
    assert row.current_due_at.astimezone(LOCAL_ZONE) == dt.datetime(2026, 11, 19, 9, 0, tzinfo=LOCAL_ZONE)


async def test_papers_nobody_listed_are_not_missing(application: Application) -> None:
    unlisted, incomplete = await imported(
        application, [history(1, components=[]), history(2, components=[{"code": "TP01"}])]
    )
    assert unlisted.outcome is RowOutcome.IMPORTED
    assert [fault.code for fault in incomplete.faults] == ["component_missing"]


async def test_csv_and_json_lines_tell_the_same_history(application: Application) -> None:
    line = orjson.dumps(
        history(
            1,
            steps=[
                {"action": "accept", "at": "2026-11-16T09:00"},
                {"action": "resolve", "at": "2026-11-18T09:00", "result_number": "5"},
                {"action": "hand_over", "at": "2026-11-18T10:00", **HANDED_OVER},
                {"action": "rate", "at": "2026-11-18T11:00", "level": 4},
            ],
            applicant={"full_name": "Nguyễn Thị Thử Nghiệm", "identity_number": "037990000001"},
        )
    )
    table = io.StringIO(
        "code,external_code,procedure_code,channel,receiving_unit,applicant_name,applicant_identity_number,components,"
        "registered_at,accepted_at,resolved_at,result_number,handed_over_at,hand_over_method,receiver_name,proof,"
        "rated_at,rating\n"
        f",CU-9,1.004873,counter,{COMMUNE},Nguyễn Thị Thử Nghiệm,037990000001,TP01:1,"
        "2026-11-16T09:00,2026-11-16T09:00,2026-11-18T09:00,5,2026-11-18T10:00,counter,Nguyễn Thị Thử Nghiệm,Ký sổ,"
        "2026-11-18T11:00,4\n"
        "thiếu ô\n"
    )
    rows = [*rows_of_json_lines([line, b"\n", b"{broken"]), *rows_of_csv(table)]
    reports = [
        report async for batch in import_rows(application.database, rows, clock=application.clock) for report in batch
    ]
    assert [(report.number, report.outcome.value) for report in reports] == [
        (1, "imported"),
        (3, "refused"),
        (2, "imported"),
        (3, "refused"),
    ]
    first, second = reports[0].code, reports[2].code
    assert first is not None
    assert second is not None
    assert await everything_of(application, first) == await everything_of(application, second)


async def test_imported_dossiers_are_counted_like_live_ones(own_application: Application) -> None:
    steps = [
        {"action": "accept", "at": at(0)},
        {"action": "resolve", "at": at(2)},
        {"action": "hand_over", "at": at(2.1), **HANDED_OVER},
    ]
    await imported(own_application, [history(1, steps=steps), history(2, receiving_unit=OTHER_COMMUNE)])
    async with own_application.database.write() as connection:
        await rebuild(connection, now=own_application.clock.now())
    assert await count(own_application, "dossier_fact") == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_by_the_separator_of_its_header(separator: str) -> None:
    cells = {
        "external_code": "CU-9",
        "procedure_code": "1.004873",
        "channel": "counter",
        "receiving_unit": COMMUNE,
        "applicant_name": "Nguyễn Thị Thử Nghiệm",
        "registered_at": "2026-11-16T09:00",
    }
    table = io.StringIO(separator.join(cells) + "\n" + separator.join(cells.values()) + "\n")
    (row,) = rows_of_csv(table)
    assert row.faults == ()
    assert row.document["external_code"] == "CU-9"
    assert row.document["applicant"]["full_name"] == "Nguyễn Thị Thử Nghiệm"
