import datetime as dt
from typing import Any

import pytest

from app.bootstrap import Application
from app.core.db import fetch_one, from_json
from app.domain.errors import InvalidInput
from app.domain.fees import FeeQuantities, bill
from app.domain.procedures import Channel
from app.services.procedures.content import version_content, version_in_force
from app.services.procedures.csv_rows import rows_from_csv
from app.services.procedures.entries import content_of_document
from app.services.procedures.import_procedures import import_procedures, load_shipped_catalogue
from app.services.procedures.import_report import ImportReport, RowOutcome
from app.services.procedures.queries import entries
from app.services.procedures.shipped import shipped_rows

TODAY = dt.date(2026, 11, 23)
NEW_PROCEDURE = (
    "code,name,field,terms,components\n"
    "9.000001,Thủ tục thử,Hộ tịch,counter|5 working_days; online|5 working_days|3 working_days,"
    "Tờ khai; Giấy B (nếu có)\n"
)


async def import_csv(application: Application, text: str, *, dry_run: bool = False) -> ImportReport:
    async with application.database.session() as session:
        return await import_procedures(session, rows_from_csv(text), now=application.clock.now(), dry_run=dry_run)


async def catalogue_size(application: Application) -> tuple[int, int]:
    async with application.database.read() as connection:
        row: Any = await fetch_one(
            connection,
            "select (select count(*) from procedure) as procedures, "
            "(select count(*) from procedure_version) as versions",
        )
    return row.procedures, row.versions


async def test_the_shipped_catalogue_is_loaded_once(application: Application) -> None:
    before = await catalogue_size(application)
    async with application.database.session() as session:
        report = await load_shipped_catalogue(session, now=application.clock.now())
    assert report.count(RowOutcome.UNCHANGED) == len(report.rows) == 75
    assert await catalogue_size(application) == before == (75, 75)


async def test_what_is_stored_is_what_the_files_say(application: Application) -> None:
    async with application.database.read() as connection:
        stored = {row.code: row for row in await entries(connection, [row.code for row in shipped_rows()])}
    for row in shipped_rows():
        content = content_of_document(from_json(stored[row.code].document))
        said = content_of_document({"level": None, "competent_level": None, **row.content})
        assert content == said, row.code


async def test_limits_papers_and_fees_of_the_shipped_procedures(application: Application) -> None:
    async with application.database.read() as connection:
        birth = await version_in_force(connection, "1.001193.000.00.00.H42", TODAY)
        copies = await version_in_force(connection, "2.000815", TODAY)
        too_early = await version_in_force(connection, "1.001193", dt.date(2025, 6, 30))
    assert birth is not None
    assert copies is not None
    assert too_early is None
    term = birth.term(Channel.COUNTER)
    assert term is not None
    assert (term.promised.value, term.promised.unit) == (1, "same_day")
    assert [component.code for component in birth.components_for()] == ["TP01", "TP02", "TP03", "TP04", "TP05", "TP06"]
    required = {case: {c.code for c in birth.components_for(case) if c.required} for case in ("", "abandoned")}
    assert required["abandoned"] - required[""] == {"TP03"}
    assert birth.has_case("abandoned")
    assert not birth.has_case("unheard_of")
    # 2.000 đồng for each of the first two pages, 1.000 for each further one.
    assert [line.amount_vnd for line in bill(copies.fees_for(Channel.COUNTER), FeeQuantities(pages=5))] == [7_000]


async def test_a_new_row_creates_and_publishes_a_procedure(application: Application) -> None:
    report = await import_csv(application, NEW_PROCEDURE)
    assert [(row.row, row.code, row.outcome, row.version) for row in report.rows] == [
        (2, "9.000001", RowOutcome.CREATED, 1)
    ]
    async with application.database.read() as connection:
        content = await version_in_force(connection, "9.000001", TODAY)
    assert content is not None
    assert content.channels == {Channel.COUNTER, Channel.ONLINE}
    online = content.term(Channel.ONLINE)
    assert online is not None
    assert (online.statutory.value, online.promised.value) == (5, 3)
    assert [(c.code, c.name, c.required) for c in content.components] == [
        ("TP01", "Tờ khai", True),
        ("TP02", "Giấy B (nếu có)", False),
    ]


async def test_the_same_file_again_makes_no_version(application: Application) -> None:
    await import_csv(application, NEW_PROCEDURE)
    size = await catalogue_size(application)
    report = await import_csv(application, NEW_PROCEDURE)
    assert [row.outcome for row in report.rows] == [RowOutcome.UNCHANGED]
    assert await catalogue_size(application) == size


async def test_a_changed_content_replaces_the_published_version_from_today_on(application: Application) -> None:
    report = await import_csv(application, "code,terms,fees\n1.001193,counter|1 same_day,-\n")
    assert [(row.outcome, row.version) for row in report.rows] == [(RowOutcome.CHANGED, 2)]
    async with application.database.read() as connection:
        yesterday = await version_in_force(connection, "1.001193", TODAY - dt.timedelta(days=1))
        today = await version_in_force(connection, "1.001193", TODAY)
        former: Any = await fetch_one(
            connection,
            "select v.status, v.valid_to from procedure_version v join procedure p on p.id = v.procedure_id "
            "where p.code = '1.001193' and v.version = 1",
        )
    assert yesterday is not None
    assert today is not None
    assert (yesterday.version, today.version) == (1, 2)
    assert (former.status, former.valid_to) == ("replaced", TODAY)
    assert (len(yesterday.terms), len(today.terms)) == (3, 1)
    assert today.components == yesterday.components, "an absent column leaves what stands"


async def test_a_later_valid_from_lets_the_present_version_run_until_then(application: Application) -> None:
    await import_csv(application, "code,name,valid_from\n1.001193,Đăng ký khai sinh mới,2027-03-01\n")
    async with application.database.read() as connection:
        versions = [
            await version_in_force(connection, "1.001193", day) for day in (dt.date(2027, 2, 28), dt.date(2027, 3, 1))
        ]
    assert [version and version.version for version in versions] == [1, 2]


async def test_synonyms_change_without_a_new_version(application: Application) -> None:
    size = await catalogue_size(application)
    report = await import_csv(application, "code,synonyms\n1.001193,khai sinh; giấy đẻ\n")
    assert [(row.outcome, row.version) for row in report.rows] == [(RowOutcome.CHANGED, None)]
    assert await catalogue_size(application) == size


async def test_an_empty_cell_leaves_and_a_dash_clears(application: Application) -> None:
    await import_csv(application, "code,fees,notes\n2.000815,,-\n1.001193,-,\n")
    async with application.database.read() as connection:
        rows = {row.code: from_json(row.document) for row in await entries(connection, ["2.000815", "1.001193"])}
    assert len(rows["2.000815"]["fees"]) == 2
    assert rows["2.000815"]["notes"] == ""
    assert rows["1.001193"]["fees"] == []
    assert rows["1.001193"]["notes"].startswith("Tiếp nhận sau 15 giờ")


async def test_a_dry_run_reports_the_same_and_changes_nothing(application: Application) -> None:
    text = NEW_PROCEDURE + "1.001193,Tên khác,,,\n1.00119,Sai mã,Hộ tịch,counter|1 same_day,\n"
    size = await catalogue_size(application)
    dry = await import_csv(application, text, dry_run=True)
    assert await catalogue_size(application) == size
    real = await import_csv(application, text)
    assert dry.rows == real.rows
    assert [row.outcome for row in real.rows] == [RowOutcome.CREATED, RowOutcome.CHANGED, RowOutcome.REFUSED]


async def test_a_faulty_row_does_not_stop_the_others_and_every_fault_is_told(application: Application) -> None:
    report = await import_csv(
        application,
        "code,name,field,level,terms,fees,replaced_by\n"
        "abc,Sai mã,Hộ tịch,,counter|1 same_day,,\n"
        "9.000002,Không thời hạn,Hộ tịch,toàn trình,,counter|LP01|Lệ phí|5000,\n"
        "9.000003,Đúng,Hộ tịch,,trực tiếp|3 ngày làm việc,,\n"
        "9.000004,,,nửa vời,counter|0 same_day,,9.999999\n"
        "9.000005,Ô hỏng,Hộ tịch,,counter: 5 ngày,,\n"
        "9.000006,Dài hơn luật,Hộ tịch,,counter|2 working_days|3 working_days,,\n",
    )
    faults = {row.row: {(fault.code, fault.field) for fault in row.faults} for row in report.rows}
    assert faults[2] == {("procedure_code_malformed", "code")}
    assert faults[3] == {("terms_missing", "terms"), ("term_missing_for_channel", "terms")}
    assert faults[4] == set()
    assert {code for code, _ in faults[5]} == {"missing", "enum", "greater_than_equal", "replacement_unknown"}
    assert faults[6] >= {("import_cell_unreadable", "terms")}
    assert faults[7] == {("committed_above_statutory", "terms.0.committed.value")}
    assert [row.row for row in report.rows if row.outcome is RowOutcome.CREATED] == [4]
    assert report.count(RowOutcome.REFUSED) == 5


async def test_a_code_told_twice_is_refused_twice(application: Application) -> None:
    report = await import_csv(
        application, "code,name\n1.001193,Một tên\n1.001193.000.00.00.H42,Tên khác\n1.000894,Tên thứ ba\n"
    )
    assert [row.outcome for row in report.rows] == [RowOutcome.REFUSED, RowOutcome.REFUSED, RowOutcome.CHANGED]
    assert {fault.code for row in report.rows for fault in row.faults} == {"import_code_repeated"}


async def test_a_replacement_told_by_a_file_ends_the_procedure_today(application: Application) -> None:
    report = await import_csv(
        application, "code,replaced_by\n2.000986,3.000722\n3.000722,2.000986\n1.001193,2.000986\n"
    )
    assert [row.outcome for row in report.rows] == [RowOutcome.REFUSED, RowOutcome.REFUSED, RowOutcome.CHANGED]
    assert {fault.code for row in report.rows for fault in row.faults} == {"replacement_circular"}
    async with application.database.read() as connection:
        assert await version_in_force(connection, "1.001193", TODAY) is None
        assert await version_in_force(connection, "1.001193", TODAY - dt.timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "import_column_missing"),
        ("name\nA\n", "import_column_missing"),
        ("code,màu\n1.001193,đỏ\n", "import_column_unknown"),
        ("code,name,name_vi\n1.001193,A,B\n", "import_column_repeated"),
        ('code,name\n1.001193,"A\n', "import_malformed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rows_from_csv(text)
    assert code in {refusal.code for refusal in refused.value.refusals}


def test_a_row_of_another_width_is_a_fault_of_that_row() -> None:
    rows = rows_from_csv("code,name\n1.001193\n1.000894,A,B\n1.000656,C\n")
    assert [[fault.code for fault in row.faults] for row in rows] == [["import_row_width"], ["import_row_width"], []]


def test_semicolons_between_columns_and_a_byte_order_mark_are_read() -> None:
    (row,) = rows_from_csv(
        "\ufeffcode;name_vi;time_limit;unit;channels;fee_vnd\n1.001193;Tên;3;ngày làm việc;trực tuyến;8000\n"
    )
    assert row.content["terms"] == [{"channel": "online", "statutory": {"value": 3, "unit": "working_days"}}]
    assert row.content["fees"][0]["amount_vnd"] == 8000
    assert row.content["name"] == "Tên"


def test_every_part_of_a_component_and_a_fee_is_read() -> None:
    (row,) = rows_from_csv(
        "code,components,fees,results,legal_basis,confidence\n"
        "1.001193,TP09|Giấy A|2|1|required+digitize+data,counter|PH01|Phí|2000|page|3:1000|200000,"
        "KQ.G15.000021|Bản sao; Giấy B,NĐ 1/2025/NĐ-CP;NĐ 2/2025/NĐ-CP,verified\n"
    )
    assert row.content["components"] == [
        {
            "code": "TP09",
            "name": "Giấy A",
            "originals": 2,
            "copies": 1,
            "required": True,
            "presented_only": False,
            "digitization_required": True,
            "data_satisfiable": True,
            "confidence": "verified",
            "flags_confidence": "verified",
        }
    ]
    assert row.content["fees"][0]["later_steps"] == [{"from_quantity": 3, "amount_vnd": 1000}]
    assert row.content["fees"][0]["cap_vnd"] == 200_000
    assert [item["code"] for item in row.content["result_types"]] == ["KQ.G15.000021", None]
    assert len(row.content["legal_basis"]) == 2


async def test_a_version_is_read_from_memory_the_second_time(application: Application) -> None:
    async with application.database.read() as connection:
        first = await version_in_force(connection, "1.001193", TODAY)
        assert first is not None
        assert await version_content(connection, first.version_id) is first
