import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.satisfaction import SatisfactionCounts, SatisfactionLevel, ThreeLevel, check_reasons, project

five_counts = st.tuples(*[st.integers(0, 10**6)] * 5)


def test_five_levels_are_reported_as_three() -> None:
    assert [project(level) for level in SatisfactionLevel] == [
        ThreeLevel.DISSATISFIED,
        ThreeLevel.DISSATISFIED,
        ThreeLevel.SATISFIED,
        ThreeLevel.SATISFIED,
        ThreeLevel.VERY_SATISFIED,
    ]


def test_satisfied_counts_level_3_and_better_and_very_satisfied_level_5() -> None:
    counts = SatisfactionCounts.from_mapping({1: 1, 3: 4, 4: 5, 5: 10})
    assert counts.responses == 20
    assert counts.satisfied.percent == "95.00"
    assert counts.very_satisfied.percent == "50.00"
    assert counts.response_rate(40).percent == "50.00"


def test_nobody_answered_is_no_rate() -> None:
    assert SatisfactionCounts().satisfied.percent is None


def test_a_number_that_is_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="6 is not a valid"):
        SatisfactionCounts.from_mapping({6: 1})


def test_few_answers_are_not_published() -> None:
    counts = SatisfactionCounts((0, 0, 0, 0, 9))
    assert counts.too_few_to_publish(10)
    assert not counts.too_few_to_publish(9)


def test_each_unknown_reason_is_named_by_its_place() -> None:
    refusals = check_reasons(["polite", "nonsense", "x"], {"polite"})
    assert [(refusal.code, refusal.field) for refusal in refusals] == [
        ("rating_reason_unknown", "reasons.1"),
        ("rating_reason_unknown", "reasons.2"),
    ]


@given(five_counts)
def test_three_levels_lose_no_answer(by_level: tuple[int, int, int, int, int]) -> None:
    counts = SatisfactionCounts(by_level)
    assert sum(counts.three_levels.values()) == counts.responses
    assert counts.very_satisfied.numerator <= counts.satisfied.numerator <= counts.responses
