from hypothesis import given
from hypothesis import strategies as st

from app.domain.search_text import fold, tokens


def test_accents_case_and_stray_spaces_do_not_matter() -> None:
    assert fold("  Đăng ký   KHAI sinh\n") == "dang ky khai sinh"


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert fold("hộ tịch") == fold("hộ tịch")


def test_a_procedure_code_stays_one_word() -> None:
    assert tokens("TTHC 1.001193: khai-sinh") == ("tthc", "1.001193", "khai", "sinh")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_tokens_hold_no_space_and_no_capital(text: str) -> None:
    assert all(token == fold(token) and " " not in token for token in tokens(text))
