import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deadlines import Outcome, judge
from app.domain.indicators import (
    ON_TIME_DEFINITIONS,
    SATISFACTION_DEFINITIONS,
    Rate,
    on_time_by_index_766,
)

DUE = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
counts = st.integers(0, 10**12)


def test_the_published_figures_are_printed_with_two_decimals() -> None:
    assert Rate(998, 1000).percent == "99.80"
    assert Rate(9657, 10_000).percent == "96.57"
    assert Rate(7, 7).percent == "100.00"
    assert Rate(0, 7).percent == "0.00"


def test_nothing_counted_is_no_rate() -> None:
    assert Rate(0, 0).rate is None
    assert Rate(0, 0).percent is None


def test_percent_is_rounded_half_up_even_to_a_hundred() -> None:
    assert Rate(1, 20_000).percent == "0.01"
    assert Rate(1, 20_001).percent == "0.00"
    assert Rate(99_998, 100_000).percent == "100.00"


def test_a_count_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        Rate(-1, 1)
    with pytest.raises(ValueError, match="negative"):
        Rate(0, -1)


@given(counts, counts.filter(bool))
def test_percent_is_the_exact_decimal_rounded_half_up(numerator: int, denominator: int) -> None:
    whole, rest = divmod(numerator * 10_000, denominator)
    expected = (Decimal(whole) + Decimal(0 if 2 * rest < denominator else 1)).scaleb(-2)
    assert Rate(numerator, denominator).percent == str(expected.quantize(Decimal("0.01"), ROUND_HALF_UP))


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 1000))
def test_percent_depends_on_the_fraction_only(numerator: int, denominator: int, factor: int) -> None:
    assert Rate(numerator, denominator).percent == Rate(numerator * factor, denominator * factor).percent


def test_a_dossier_is_early_only_on_a_day_before_the_due_date_in_vietnam() -> None:
    assert judge(DUE, DUE, DUE) is Outcome.ON_TIME
    assert judge(DUE + dt.timedelta(microseconds=1), DUE, DUE) is Outcome.LATE
    assert judge(dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC), DUE, DUE) is Outcome.ON_TIME
    assert judge(dt.datetime(2026, 11, 22, 16, 59, tzinfo=dt.UTC), DUE, DUE) is Outcome.EARLY


@pytest.mark.parametrize(
    ("ended", "requests", "open_since", "as_of", "on_time"),
    [
        (DUE, 0, None, DUE + HOUR, True),
        (DUE + HOUR, 0, None, DUE + HOUR, False),
        (DUE - HOUR, 1, None, DUE, True),
        (DUE - HOUR, 2, None, DUE, False),
        (None, 0, None, DUE - HOUR, True),
        (None, 0, None, DUE + HOUR, False),
        (None, 1, DUE - HOUR, DUE + HOUR, True),
        (None, 1, DUE + HOUR, DUE + 2 * HOUR, False),
    ],
)
def test_index_766_counts_open_overdue_and_repeated_supplements_late(
    ended: dt.datetime | None,
    requests: int,
    open_since: dt.datetime | None,
    as_of: dt.datetime,
    on_time: bool,  # noqa: FBT001 - the expectation
) -> None:
    judged = on_time_by_index_766(
        due_at=DUE, ended_at=ended, supplement_requests=requests, open_supplement_since=open_since, as_of=as_of
    )
    assert judged is on_time


def test_every_published_figure_is_defined_in_both_languages_with_its_source() -> None:
    codes = [definition.code for definition in (*ON_TIME_DEFINITIONS, *SATISFACTION_DEFINITIONS)]
    expected = ["resolved_on_time", "index_766_2_1", "against_promise", "satisfied", "very_satisfied", "response_rate"]
    assert codes == expected
    for definition in (*ON_TIME_DEFINITIONS, *SATISFACTION_DEFINITIONS):
        assert definition.vi
        assert definition.en
        assert definition.source
