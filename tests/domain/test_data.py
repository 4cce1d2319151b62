import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

import app.data as shipped
from app.adapters.holiday_proposals import propose_holidays
from app.data import document, rows
from app.domain.calendars import CalendarEntry, DayKind, Session, WeeklyHours, clock_minutes, compile_calendar
from app.domain.deadline_terms import LimitUnit
from app.domain.fees import Fee, FeeQuantities, FeeStep, FeeUnit, total
from app.domain.identifiers import is_agency_code, is_procedure_code
from app.domain.indicators import Rate
from app.domain.procedures import Channel, Confidence, SearchDocument, ServiceLevel, rank
from app.domain.satisfaction import SatisfactionCounts, SatisfactionLevel, project
from app.domain.search_text import fold
from app.domain.working_calendar import day_number

DATA = Path(shipped.__file__).parent
FILES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.csv"))
DATE_COLUMN = re.compile(r"(_on|_from|_to|_until)$|^day$")
PROCEDURE_CODES = {row["code"] for row in rows("procedures.csv")}
LIMIT_UNITS = set(LimitUnit)


@pytest.mark.parametrize("name", FILES)
def test_every_cell_is_clean_and_every_confidence_is_known(name: str) -> None:
    for row in rows(name):
        assert None not in row, row
        for column, value in row.items():
            assert value == value.strip(), (column, value)
            if column.endswith("confidence") and value:
                assert value in set(Confidence), row
            if value and DATE_COLUMN.search(column):
                assert dt.date.fromisoformat(value)


def test_the_34_provinces_have_3321_communes_and_ninh_binh_129() -> None:
    units = rows("units.csv")
    assert len(units) == len({unit["code"] for unit in units}) == 3321
    assert len({unit["province_code"] for unit in units}) == 34
    assert Counter(unit["kind"] for unit in units) == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert sum(unit["province_code"] == "37" for unit in units) == 129
    assert all(fold(unit["name"]).startswith(fold(unit["kind"])) for unit in units)


def test_every_province_of_2025_has_one_default_agency_code() -> None:
    identifiers = rows("agency_identifiers.csv")
    assert all(is_agency_code(row["code"]) for row in identifiers)
    assert len({row["code"] for row in identifiers}) == len(identifiers) == 63 + 22
    defaults = Counter(row["province_code"] for row in identifiers if row["default_for_province"] == "true")
    assert set(defaults) == {unit["province_code"] for unit in rows("units.csv")}
    assert set(defaults.values()) == {1}
    ninh_binh = {row["former_name"] for row in rows("province_mergers.csv") if row["province_code"] == "37"}
    assert ninh_binh == {"Ninh Bình", "Nam Định", "Hà Nam"}


def test_departments_have_distinct_codes_and_answer_for_known_fields() -> None:
    departments = rows("departments.csv")
    assert len({row["code"] for row in departments}) == len({row["agency_suffix"] for row in departments})
    assert {row["level"] for row in departments} == {"department", "vertical"}
    fields = {row["field"] for row in rows("procedures.csv")}
    answered = [field for row in departments for field in row["fields"].split(";") if field]
    assert sorted(answered) == sorted(fields)


def test_the_75_procedures_have_national_codes_and_no_invented_level() -> None:
    procedures = rows("procedures.csv")
    assert len(procedures) == len(PROCEDURE_CODES) == 75
    assert all(is_procedure_code(code) for code in PROCEDURE_CODES)
    assert all(not row["level"] or row["level"] in set(ServiceLevel) for row in procedures)
    assert all(row["legal_basis"] and row["name"] and row["source"] for row in procedures)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("procedure_")])
def test_details_belong_to_a_known_procedure(name: str) -> None:
    assert {row["procedure_code"] for row in rows(name)} <= PROCEDURE_CODES


def test_every_procedure_can_promise_a_date_at_the_counter() -> None:
    terms = rows("procedure_terms.csv")
    assert {row["procedure_code"] for row in terms if row["channel"] == Channel.COUNTER} == PROCEDURE_CODES
    assert len({(row["procedure_code"], row["channel"]) for row in terms}) == len(terms)
    for row in terms:
        assert row["channel"] in set(Channel)
        assert row["statutory_unit"] in LIMIT_UNITS
        assert row["committed_unit"] in LIMIT_UNITS
        assert int(row["statutory_value"]) >= int(row["committed_value"]) > 0
        assert bool(row["verification_value"]) == bool(row["verification_unit"]) == bool(row["verification_confidence"])


def test_a_limit_is_verified_only_where_a_source_gives_it() -> None:
    verified = [row for row in rows("procedure_terms.csv") if row["confidence"] == Confidence.VERIFIED]
    assert len(verified) == 22
    assert {row["channel"] for row in verified} == {Channel.COUNTER}


def test_components_are_numbered_within_their_procedure_and_presented_papers_are_never_kept() -> None:
    components = rows("procedure_components.csv")
    assert {row["procedure_code"] for row in components} == PROCEDURE_CODES
    assert len({(row["procedure_code"], row["code"]) for row in components}) == len(components)
    for row in components:
        assert row["code"] == f"TP{int(row['position']):02d}"
        assert {row["required"], row["presented_only"], row["digitization_required"], row["data_satisfiable"]} <= {
            "true",
            "false",
        }
        pieces = int(row["originals"]) + int(row["copies"])
        if row["presented_only"] == "true":
            assert pieces == 0
            assert row["digitization_required"] == "false"
        else:
            assert pieces > 0
        if "nếu có" in row["name"]:
            assert row["required"] == "false"
        if row["confidence"] == Confidence.DEFAULT:
            assert row["required"] == "false"


def test_cases_require_listed_components() -> None:
    listed = {(row["procedure_code"], row["code"]) for row in rows("procedure_components.csv")}
    for case in rows("procedure_cases.csv"):
        assert all((case["procedure_code"], code) in listed for code in case["requires"].split(";") if code)


def shipped_fees(procedure: str, channel: Channel) -> list[Fee]:
    return [
        Fee(
            int(row["amount_vnd"]),
            FeeUnit(row["per"]),
            row["name"],
            (FeeStep(int(row["step_from_quantity"]), int(row["step_amount_vnd"])),)
            if row["step_from_quantity"]
            else (),
            int(row["cap_vnd"]) if row["cap_vnd"] else None,
        )
        for row in rows("procedure_fees.csv")
        if (row["procedure_code"], row["channel"]) == (procedure, channel)
    ]


def test_the_shipped_fees_give_the_published_amounts() -> None:
    assert total(shipped_fees("2.000815", Channel.COUNTER), FeeQuantities(pages=5)) == 7000
    assert total(shipped_fees("2.000815", Channel.COUNTER), FeeQuantities(pages=500)) == 200_000
    assert total(shipped_fees("2.000635", Channel.COUNTER), FeeQuantities(copies=3)) == 24_000
    assert total(shipped_fees("1.004222", Channel.COUNTER), FeeQuantities()) == 20_000
    assert total(shipped_fees("1.004222", Channel.ONLINE), FeeQuantities()) == 10_000
    offered = {(row["procedure_code"], row["channel"]) for row in rows("procedure_terms.csv")}
    assert {(row["procedure_code"], row["channel"]) for row in rows("procedure_fees.csv")} <= offered


def search(query: str) -> list[str]:
    synonyms: dict[str, list[str]] = {}
    for row in rows("procedure_synonyms.csv"):
        synonyms.setdefault(row["procedure_code"], []).append(row["synonym"])
    scored = []
    for row in rows("procedures.csv"):
        known = tuple(synonyms.get(row["code"], ()))
        score = rank(query, SearchDocument(code=row["code"], name=row["name"], field=row["field"], synonyms=known))
        scored.append((-score, row["code"]))
    return [code for score, code in sorted(scored) if score]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("khai sinh", "1.001193"),
        ("giay khai sinh", "1.001193"),
        ("sao y", "2.000815"),
        ("chứng thực bản sao", "2.000815"),
        ("so do", "1.013978"),
        ("đăng ký kết hôn", "1.000894"),
        ("2.000635", "2.000635"),
    ],
)
def test_people_find_the_procedure_they_mean_first(query: str, first: str) -> None:
    assert search(query)[0] == first


def test_siblings_each_have_what_distinguishes_them() -> None:
    siblings = rows("procedure_siblings.csv")
    assert len({row["procedure_code"] for row in siblings}) == len(siblings)
    assert len({(row["group_code"], row["distinguishing"]) for row in siblings}) == len(siblings)
    assert min(Counter(row["group_code"] for row in siblings).values()) > 1


def test_the_calendar_is_the_library_and_its_named_corrections_and_nothing_else() -> None:
    expected = {proposed.day: proposed.kind for year in range(2021, 2028) for proposed in propose_holidays(year)}
    for correction in rows("calendar_corrections.csv"):
        day = dt.date.fromisoformat(correction["day"])
        assert expected.pop(day, "") == correction["library_kind"]
        assert correction["reason"]
        if correction["kind"]:
            expected[day] = DayKind(correction["kind"])
    days = rows("calendar_days.csv")
    assert {dt.date.fromisoformat(row["day"]): DayKind(row["kind"]) for row in days} == expected
    assert len(days) == len(expected)
    assert all(row["source"] and row["name"] for row in days)


def test_working_days_swapped_in_fall_on_weekends_and_each_has_its_day_off() -> None:
    kinds = {dt.date.fromisoformat(row["day"]): row["kind"] for row in rows("calendar_days.csv")}
    make_up = [day for day, kind in kinds.items() if kind == DayKind.SWAP_WORK]
    off = [day for day, kind in kinds.items() if kind == DayKind.SWAP_REST]
    assert all(day.weekday() >= 5 for day in make_up)
    assert all(day.weekday() < 5 for day in off)
    assert {
        (dt.date.fromisoformat(row["replaces"]), row["kind"]) for row in rows("calendar_days.csv") if row["replaces"]
    } == {
        *((day, DayKind.SWAP_REST) for day in make_up),
        *((day, DayKind.SWAP_WORK) for day in off),
    }
    assert kinds[dt.date(2026, 11, 24)] == DayKind.HOLIDAY


def test_the_shipped_calendar_and_hours_compile_with_swapped_days_and_24_november() -> None:
    (calendar,) = rows("calendars.csv")
    sessions: dict[int, list[Session]] = {}
    for row in rows("working_hours.csv"):
        sessions.setdefault(int(row["weekday"]), []).append(
            Session(clock_minutes(row["opens"]), clock_minutes(row["closes"]))
        )
    compiled = compile_calendar(
        [WeeklyHours(weekday, tuple(halves)) for weekday, halves in sessions.items()],
        [
            CalendarEntry(
                dt.date.fromisoformat(row["day"]),
                DayKind(row["kind"]),
                row["name"],
                row["source"],
                row["confidence"],
                replaces=dt.date.fromisoformat(row["replaces"]) if row["replaces"] else None,
            )
            for row in rows("calendar_days.csv")
        ],
        first_day=dt.date(2021, 1, 1),
        last_day=dt.date(2027, 12, 31),
        known_until=dt.date.fromisoformat(calendar["known_until"]),
        version="shipped",
    )
    assert day_number(dt.date(2026, 8, 22)) in compiled.work_days
    for day_off in (dt.date(2026, 1, 2), dt.date(2026, 2, 18), dt.date(2026, 8, 31), dt.date(2026, 11, 24)):
        assert day_number(day_off) not in compiled.work_days


def test_days_after_the_known_ones_are_provisional() -> None:
    (calendar,) = rows("calendars.csv")
    known_until = dt.date.fromisoformat(calendar["known_until"])
    assert known_until == dt.date(2026, 12, 31)
    for row in rows("calendar_days.csv"):
        if dt.date.fromisoformat(row["day"]) > known_until:
            assert row["confidence"] == Confidence.COMPUTED


def test_default_sessions_make_eight_hours_from_monday_to_friday() -> None:
    minutes: Counter[str] = Counter()
    for row in rows("working_hours.csv"):
        opens, closes = (dt.time.fromisoformat(row[column]) for column in ("opens", "closes"))
        minutes[row["weekday"]] += (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    assert minutes == dict.fromkeys("01234", 480)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("code_lists/")])
def test_code_lists_have_distinct_codes_and_texts(name: str) -> None:
    listed = rows(name)
    assert len({row["code"] for row in listed}) == len(listed)
    assert all(row[column] for row in listed for column in ("vi", "en", "name") if column in row)


def test_the_lists_agree_with_the_domain() -> None:
    levels = {int(row["code"]): row["three_level"] for row in rows("code_lists/satisfaction_levels.csv")}
    assert levels == {level.value: project(level).value for level in SatisfactionLevel}
    assert {row["code"] for row in rows("code_lists/channels.csv")} == set(Channel)
    assert [int(row["code"]) for row in rows("code_lists/national_statuses.csv")] == list(range(1, 11))
    assert len(rows("code_lists/citizen_number_provinces.csv")) == 63


def test_the_year_to_replay_gives_exactly_the_published_percentages() -> None:
    scenario = document("reported/ninh-binh-2021.json")
    published, dossiers, ratings = scenario["published"], scenario["dossiers"], scenario["ratings"]
    resolved = dossiers["resolved"]
    finished = sum(resolved.values())
    assert finished >= 100_000
    assert dossiers["received"] + dossiers["carried_over"] == finished + sum(dossiers["pending"].values())
    assert Rate(finished - resolved["late"], finished).percent == published["on_time_percent"] == "99.80"
    counts = SatisfactionCounts.from_mapping({int(level): count for level, count in ratings["by_level"].items()})
    assert counts.responses == ratings["responses"]
    assert counts.satisfied.percent == published["satisfied_percent"] == "100.00"
    assert counts.very_satisfied.percent == published["very_satisfied_percent"] == "96.57"
    assert sum(dossiers["by_channel"].values()) == dossiers["received"]
    assert sum(tier["received"] for tier in dossiers["by_tier"]) == dossiers["received"]
    assert sum(tier["late"] for tier in dossiers["by_tier"]) == resolved["late"]


def test_the_year_to_replay_has_the_published_units_and_services() -> None:
    scenario = document("reported/ninh-binh-2021.json")
    published, units, services = scenario["published"], scenario["units"], scenario["services"]
    assert len(units["departments"]) == published["departments"] == 18
    assert len(units["districts"]) == published["districts"] == 8
    assert sum(district["communes"] for district in units["districts"]) == published["communes"] == 143
    assert len(units["vertical_agencies"]) == published["vertical_agencies"] == 3
    assert services["level_3"] == published["services"]["level_3"] == 313
    assert services["level_4"] == published["services"]["level_4"] == 1209
    assert services["level_3"] + services["level_4"] + services["other"] == published["services"]["total"] == 2039
    agencies = (*units["departments"], *units["districts"], *units["vertical_agencies"])
    assert len({agency["agency_code"] for agency in agencies}) == len(agencies)
    assert all(is_agency_code(agency["agency_code"]) for agency in agencies)
