import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.identifiers import (
    DossierCode,
    Gender,
    check_citizen_number,
    check_passport,
    check_tax_code,
    is_agency_code,
    is_procedure_code,
    is_synthetic_citizen_number,
    mask_identity_number,
    mask_name,
    mask_phone,
    normalize_identity_number,
    normalize_phone,
    normalize_procedure_code,
)

agency_codes = st.one_of(
    st.from_regex(r"[GH][0-9]{2}(\.[0-9]{1,3}){0,3}", fullmatch=True),
    st.from_regex(r"[0-9]{3}(\.[0-9]{2,3}){2}\.[GH][0-9]{2}", fullmatch=True),
)
days = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2099, 12, 31))


@given(agency=agency_codes, day=days, number=st.integers(0, 999_999))
def test_a_dossier_code_read_back_is_the_same(agency: str, day: dt.date, number: int) -> None:
    code = DossierCode(agency=agency, day=day, number=number)
    assert str(DossierCode.parse(str(code))) == str(code)
    assert DossierCode.parse(f" {str(code).lower()} ").number == number


@given(agency=agency_codes, day=days, first=st.integers(0, 999_999), second=st.integers(0, 999_999))
def test_two_numbers_of_a_day_never_share_a_code(agency: str, day: dt.date, first: int, second: int) -> None:
    one, other = (str(DossierCode(agency=agency, day=day, number=number)) for number in (first, second))
    assert (one == other) == (first == second)


@pytest.mark.parametrize("text", ["000.00.10.H42-231231-0001", "H42.10-231231-0001", "G15-231231-00001"])
def test_every_known_shape_of_dossier_code_keeps_its_text(text: str) -> None:
    assert str(DossierCode.parse(text)) == text


def test_the_running_number_grows_beyond_four_digits() -> None:
    day = dt.date(2026, 11, 23)
    assert str(DossierCode(agency="H42.10", day=day, number=7)) == "H42.10-261123-0007"
    assert str(DossierCode(agency="H42.10", day=day, number=10_000)) == "H42.10-261123-10000"


@pytest.mark.parametrize(
    "text",
    ["", "H42.10-231231-001", "H42.10-231331-0001", "X42-231231-0001", "H42.10-231231-0001-1", "H42.10-231231-٠٠٠١"],
)
def test_a_malformed_dossier_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DossierCode.parse(text)
    assert [refusal.code for refusal in caught.value.refusals] == ["dossier_code_malformed"]


def test_a_dossier_code_cannot_be_made_of_wrong_parts() -> None:
    with pytest.raises(InvalidInput):
        DossierCode(agency="Ninh Bình", day=dt.date(2026, 1, 1), number=1)
    with pytest.raises(InvalidInput):
        DossierCode(agency="H42", day=dt.date(2026, 1, 1), number=1_000_000)


def test_agency_codes_have_both_historic_shapes() -> None:
    assert is_agency_code("H42")
    assert is_agency_code("G15.01.2")
    assert is_agency_code("000.00.10.H42")
    assert not is_agency_code("H42.")
    assert not is_agency_code("h42")


def test_the_long_procedure_code_is_shortened_to_the_national_code() -> None:
    assert normalize_procedure_code("1.001193.000.00.00.H42") == "1.001193"
    assert normalize_procedure_code(" 1.001193 ") == "1.001193"


@given(st.from_regex(r"[1-9]\.[0-9]{6}", fullmatch=True))
def test_a_national_procedure_code_stays_itself(code: str) -> None:
    assert is_procedure_code(code)
    assert normalize_procedure_code(code) == code


@pytest.mark.parametrize("text", ["", "0.001193", "1.00119", "1.0011933", "khai sinh", "1.001193.H42"])
def test_a_malformed_procedure_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        normalize_procedure_code(text)


@pytest.mark.parametrize("number", ["", "03709012345", "0370901234567", "03709012345x", "037 90123456", "٠٣٧٢٠١٠٠٠٠٠١"])
def test_an_identity_number_of_wrong_shape_is_refused(number: str) -> None:
    errors, warnings = check_citizen_number(number)
    assert [error.code for error in errors] == ["identity_number_malformed"]
    assert warnings == []


def test_an_old_nine_digit_number_is_accepted_by_shape() -> None:
    assert check_citizen_number("164000001", dt.date(1980, 1, 1), Gender.MALE, known_provinces=()) == ([], [])


def test_sex_and_year_that_differ_from_the_number_only_warn() -> None:
    errors, warnings = check_citizen_number("037201000001", dt.date(2002, 5, 1), Gender.FEMALE)
    assert errors == []
    assert [warning.code for warning in warnings] == [
        "identity_number_gender_differs",
        "identity_number_birth_year_differs",
    ]


def test_an_unknown_province_only_warns() -> None:
    assert check_citizen_number("037201000001", known_provinces={"037"}) == ([], [])
    errors, warnings = check_citizen_number("999201000001", known_provinces={"037"})
    assert errors == []
    assert [warning.code for warning in warnings] == ["identity_number_province_unknown"]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2399, 12, 31)), st.sampled_from(Gender), st.integers(0, 999_999))
def test_a_number_built_by_the_rule_has_no_warning(born: dt.date, gender: Gender, tail: int) -> None:
    century_digit = (born.year - 1900) // 100 * 2 + (gender is Gender.FEMALE)
    number = f"037{century_digit}{born.year % 100:02d}{tail:06d}"
    assert check_citizen_number(number, born, gender, known_provinces={"037"}) == ([], [])


def test_a_synthetic_number_is_compared_by_two_digits_of_the_year() -> None:
    assert is_synthetic_citizen_number("037885000001")
    assert not is_synthetic_citizen_number("037185000001")
    assert check_citizen_number("037885000001", dt.date(1985, 1, 1), Gender.MALE) == ([], [])
    assert check_citizen_number("037885000001", dt.date(1986, 1, 1)).warnings != []


def test_warnings_and_errors_carry_no_personal_data() -> None:
    check = check_citizen_number("999201000001", dt.date(1990, 1, 1), Gender.FEMALE, known_provinces=())
    assert all(not dict(finding.params) for finding in (*check.errors, *check.warnings))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0123456789001", "0123456789-001"), ("0123456789-001", "0123456789-001"), ("0123456789", "0123456789"),
     ("037990000001", "037990000001"), (" b1234567 ", "B1234567")],
)  # fmt: skip
def test_a_number_is_kept_in_one_shape(typed: str, kept: str) -> None:
    assert normalize_identity_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0912 345 678", "0912345678"), ("+84912345678", "0912345678"), ("+84 0912.345.678", "0912345678"),
     ("0084 912 345 678", "0912345678"), ("0226.3852.627", "02263852627"), ("+1 415 555 0100", "+14155550100")],
)  # fmt: skip
def test_a_telephone_number_is_kept_in_one_shape(typed: str, kept: str) -> None:
    assert normalize_phone(typed) == kept


@pytest.mark.parametrize("number", ["0123456789", "0123456789-001", "0123456789001"])
def test_tax_codes_have_ten_or_thirteen_digits(number: str) -> None:
    assert check_tax_code(number).errors == []
    assert check_tax_code(number[:-1]).errors[0].code == "tax_code_malformed"


def test_a_passport_has_six_to_nine_letters_and_digits() -> None:
    assert check_passport("B1234567").errors == []
    assert check_passport("P00000001").errors == []
    for wrong in ("", "ABCDEFG", "B123", "B123456789", "b1234567"):
        assert check_passport(wrong).errors[0].code == "passport_malformed"


def test_lists_show_masked_persons() -> None:
    assert mask_name("Nguyễn Văn An") == "Nguyễn V*** A***"
    assert mask_name("An") == "A***"
    assert mask_name("  ") == ""
    assert mask_identity_number("037890123456") == "*********456"
    assert mask_phone("0912345678") == "091*****78"
    assert mask_phone("113") == "***"


@given(st.text(min_size=1))
def test_a_mask_never_shows_more_than_half(text: str) -> None:
    for masked in (mask_identity_number(text), mask_phone(text)):
        assert len(masked) == len(text)
        assert sum(shown != "*" for shown in masked) <= len(text) // 2


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=2, max_size=6))
def test_a_masked_name_hides_all_but_the_family_name_and_initials(words: list[str]) -> None:
    family, *others = mask_name(" ".join(words)).split()
    assert family == words[0]
    assert others == [f"{word[0]}***" for word in words[1:]]
