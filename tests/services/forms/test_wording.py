"""Dates, limits and names as papers write them."""

import datetime as dt

import pytest

from app.core.clock import LOCAL_ZONE
from app.services.forms.registry import Purpose, all_forms, form_for, forms_in_force
from app.services.forms.wording import (
    agency_names,
    day_in_words,
    limit_in_words,
    moment_in_words,
    one_stop_names,
    sentence,
)

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (dt.date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (dt.date(2026, 3, 1), "ngày 01 tháng 3 năm 2026"),
        (dt.date(2026, 11, 23), "ngày 23 tháng 11 năm 2026"),
    ],
)
def test_days_and_the_first_two_months_have_two_digits(day: dt.date, words: str) -> None:
    """Practice of NĐ 30/2020/NĐ-CP."""
    assert day_in_words(day) == words


def test_a_moment_is_told_in_vietnams_time() -> None:
    at = dt.datetime(2026, 11, 23, 17, 5, tzinfo=dt.UTC)
    assert moment_in_words(at) == "00 giờ 05 phút, ngày 24 tháng 11 năm 2026"
    assert moment_in_words(at.astimezone(LOCAL_ZONE)) == moment_in_words(at)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (3, "working_days", "03 ngày làm việc"),
        (15, "calendar_days", "15 ngày"),
        (4, "working_hours", "04 giờ làm việc"),
        (1, "same_day", "trong ngày làm việc"),
        (None, None, None),
    ],
)
def test_a_limit_is_told_in_its_own_unit(value: int | None, unit: str | None, words: str | None) -> None:
    assert limit_in_words(value, unit) == words


def test_a_commune_signs_as_its_centre_since_the_two_levels_and_as_its_desk_before() -> None:
    unit = {"name": "Phường Châu Sơn", "level": "commune", "province_name": "Tỉnh Ninh Bình"}
    names = one_stop_names(unit, TODAY)
    assert names.superior == "UBND PHƯỜNG CHÂU SƠN"
    assert names.in_sentence == "Trung tâm Phục vụ hành chính công phường Châu Sơn"
    assert names.place == "Châu Sơn"
    assert one_stop_names(unit, dt.date(2024, 1, 1)).office == "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ"


def test_an_agency_signs_under_the_province() -> None:
    department = agency_names({"name": "Sở Nội vụ", "level": "department", "province_name": "Tỉnh Ninh Bình"})
    assert (department.superior, department.office, department.place) == (
        "UBND TỈNH NINH BÌNH",
        "SỞ NỘI VỤ",
        "Ninh Bình",
    )
    commune = agency_names({"name": "Xã Gia Viễn", "level": "commune", "province_name": "Thành phố Huế"})
    assert (commune.superior, commune.office) == ("UBND THÀNH PHỐ HUẾ", "UBND XÃ GIA VIỄN")


def test_a_numbered_place_keeps_its_kind() -> None:
    unit = {"name": "Phường 5", "level": "commune", "province_name": "Tỉnh Ninh Bình"}
    assert one_stop_names(unit, TODAY).place == "Phường 5"


def test_a_reason_ends_like_a_sentence() -> None:
    assert sentence(" Thiếu giấy tờ ") == "Thiếu giấy tờ."
    assert sentence("Thiếu giấy tờ.") == "Thiếu giấy tờ."
    assert sentence("  ") is None


def test_seven_forms_are_in_force_and_six_were() -> None:
    assert [form.code for form in forms_in_force(TODAY)] == [f"TT03-2025-{n:02d}" for n in range(1, 8)]
    assert [form.code for form in forms_in_force(dt.date(2025, 9, 14))] == [f"TT01-2018-{n:02d}" for n in range(1, 7)]


def test_one_number_is_another_form_under_another_instrument() -> None:
    assert form_for("05", TODAY).purpose is Purpose.STOP
    assert form_for("05", dt.date(2024, 1, 1)).purpose is Purpose.CONTROL


def test_no_two_forms_of_one_purpose_are_in_force_on_one_day() -> None:
    for form in all_forms():
        others = [one for one in forms_in_force(form.valid_from) if one.purpose is form.purpose]
        assert others == [form]
