"""Never ask twice: what counts, what is obtainable, when asking anyway is refused, which flags the nation is told."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.papers import (
    Available,
    Obtainable,
    PaperSource,
    PaperStatus,
    Reused,
    asked_again,
    last_valid_day,
    names_paper,
    national_flags,
    obtainable_components,
    refuse_asking_again,
    split_missing,
    status_on,
)
from app.domain.procedures import Component, SubmittedComponent, missing_components

FORM = Component(code="TP01", name="Tờ khai", originals=1)
FROM_DATA = Component(code="TP02", name="Giấy chứng sinh", originals=1, data_satisfiable=True)
CARD = Component(code="TP03", name="Căn cước (xuất trình)", presented_only=True, data_satisfiable=True)
HELD = Component(code="TP04", name="Giấy chứng nhận kết hôn", originals=1)
LISTED = (FORM, FROM_DATA, CARD, HELD)
DAY = dt.date(2026, 11, 23)


def test_a_paper_counts_on_its_last_day_and_not_after() -> None:
    assert status_on("valid", valid_until=DAY, day=DAY) is PaperStatus.VALID
    assert status_on("valid", valid_until=DAY, day=DAY + dt.timedelta(days=1)) is PaperStatus.EXPIRED
    assert status_on("valid", valid_until=None, day=DAY) is PaperStatus.VALID


def test_a_paper_does_not_count_before_its_first_day() -> None:
    tomorrow = DAY + dt.timedelta(days=1)
    assert status_on("valid", valid_from=tomorrow, valid_until=None, day=DAY) is PaperStatus.NOT_YET
    assert status_on("valid", valid_from=DAY, valid_until=None, day=DAY) is PaperStatus.VALID


@pytest.mark.parametrize("said", ["replaced", "revoked"])
def test_what_somebody_said_of_a_paper_is_stronger_than_its_dates(said: str) -> None:
    assert status_on(said, valid_until=DAY - dt.timedelta(days=1), day=DAY) is PaperStatus(said)


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        ("2026-05-31", 6, "2026-11-30"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-29", 6, "2028-02-29"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-01-31", 1, "2026-02-28"),
    ],
)
def test_six_months_from_the_end_of_a_month_end_with_a_month(issued: str, months: int, last: str) -> None:
    assert last_valid_day(dt.date.fromisoformat(issued), months) == dt.date.fromisoformat(last)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 240))
def test_a_validity_in_months_ends_in_the_month_it_says(issued: dt.date, months: int) -> None:
    last = last_valid_day(issued, months)
    assert (last.year - issued.year) * 12 + last.month - issued.month == months
    assert last.day <= issued.day


def test_what_is_held_or_to_be_had_from_data_is_obtainable_and_what_is_presented_never() -> None:
    found = obtainable_components(LISTED, {"TP04": "KG-1", "TP03": "KG-2"})
    assert found == {
        "TP02": Obtainable("TP02", Available.DATA, name=LISTED[1].name),
        "TP04": Obtainable("TP04", Available.HELD, "KG-1", LISTED[3].name),
    }


def test_registration_demands_only_what_nobody_has() -> None:
    missing = missing_components(LISTED, [SubmittedComponent(code="TP05")])
    demanded, spared = split_missing(missing, obtainable_components(LISTED, {"TP04": "KG-1"}))
    assert [fault.params["component"] for fault in demanded] == ["TP01"]
    assert [(fault.code, fault.params["component"]) for fault in spared] == [
        ("component_obtainable", "TP02"),
        ("component_held", "TP04"),
    ]
    assert spared[1].params["held_paper"] == "KG-1"


ITEMS = [{"component_code": code} for code in ("TP04", "TP01", "TP02", "TP04")]


def test_asking_again_is_refused_item_by_item() -> None:
    faults = refuse_asking_again(ITEMS, obtainable_components(LISTED, {"TP04": "KG-1"}), reason_given=False)
    assert [(fault.code, fault.field) for fault in faults] == [
        ("component_held", "items.0.component_code"),
        ("component_obtainable", "items.2.component_code"),
        ("component_held", "items.3.component_code"),
    ]


def test_a_signed_reason_lets_ask_again_and_what_was_asked_is_known() -> None:
    obtainable = obtainable_components(LISTED, {"TP04": "KG-1"})
    assert refuse_asking_again(ITEMS, obtainable, reason_given=True) == []
    assert [found.component for found in asked_again(ITEMS, obtainable)] == ["TP04", "TP02"]


@pytest.mark.parametrize(
    ("digitized", "source", "expected"),
    [
        (False, None, (False, Reused.NO, False)),
        (True, None, (True, Reused.NO, False)),
        (False, PaperSource.VAULT, (True, Reused.OWN_STORE, False)),
        (True, PaperSource.VAULT, (True, Reused.OWN_STORE, False)),
        (False, PaperSource.NATIONAL_STORE, (False, Reused.ELSEWHERE, True)),
        (True, PaperSource.NATIONAL_STORE, (True, Reused.ELSEWHERE, True)),
        (False, PaperSource.DATABASE, (False, Reused.ELSEWHERE, False)),
        (True, PaperSource.DATABASE, (True, Reused.ELSEWHERE, False)),
    ],
)
def test_the_flags_of_the_national_message(
    digitized: bool,  # noqa: FBT001 - a column of the table
    source: PaperSource | None,
    expected: tuple[bool, Reused, bool],
) -> None:
    flags = national_flags(digitized=digitized, source=source)
    assert (flags.digitized, flags.reused, flags.from_national_store) == expected
    assert flags.replaced_by is None
    assert national_flags(digitized=digitized, source=source, replaced_by="KG-9").replaced_by == "KG-9"


CARD_NAMES = ("cccd", "căn cước", "căn cước công dân", "hộ chiếu")


@pytest.mark.parametrize(
    "name", ["CCCD.jpg", "cccd mặt trước.png", "Can-cuoc-cong-dan_sau (2).pdf", "Ảnh hộ chiếu.heic", "scan CCCD 1.pdf"]
)
def test_a_file_that_is_named_after_a_card_is_one(name: str) -> None:
    assert names_paper(name, CARD_NAMES)


@pytest.mark.parametrize(
    "name", ["Giấy xác nhận thông tin căn cước.pdf", "scan.pdf", "123.jpg", "Đơn đề nghị cấp hộ chiếu.pdf", ""]
)
def test_a_file_whose_name_says_more_than_a_card_is_none(name: str) -> None:
    assert not names_paper(name, CARD_NAMES)
