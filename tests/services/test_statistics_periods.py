import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from app.services.statistics.periods import Grain, Piece, months, pieces_by_month, pieces_until

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def bucket_of(day: dt.date, grain: Grain) -> dt.date:
    return {Grain.DAY: day, Grain.MONTH: day.replace(day=1), Grain.YEAR: day.replace(month=1, day=1)}[grain]


def times_counted(found: list[Piece], day: dt.date) -> int:
    return sum(piece.weight for piece in found if piece.first <= bucket_of(day, piece.grain) <= piece.last)


def buckets(found: list[Piece], grain: Grain) -> int:
    return sum(
        (piece.last - piece.first).days + 1
        if grain is Grain.DAY
        else (piece.last.year - piece.first.year) * 12 + piece.last.month - piece.first.month + 1
        for piece in found
        if piece.grain is grain
    )


@given(days)
def test_everything_until_a_day_is_counted_once_and_nothing_after_it(last: dt.date) -> None:
    found = pieces_until(last)
    for day in (last + DAY * index for index in range(-800, 800)):
        assert times_counted(found, day) == (1 if day <= last else 0)


@given(days)
def test_few_buckets_are_added_whatever_the_day(last: dt.date) -> None:
    found = pieces_until(last)
    assert buckets(found, Grain.DAY) <= 16
    assert buckets(found, Grain.MONTH) <= 6
    assert len(found) <= 3


@given(days, st.integers(0, 1500))
def test_by_month_every_day_of_the_period_is_counted_once_and_no_other(first: dt.date, length: int) -> None:
    last = first + DAY * length
    found = pieces_by_month(first, last)
    for day in (first + DAY * index for index in range(-60, length + 60)):
        assert times_counted(found, day) == (1 if first <= day <= last else 0)
    assert buckets(found, Grain.DAY) <= 60


def test_the_end_of_a_year_is_whole_years_only() -> None:
    assert pieces_until(dt.date(2021, 12, 31)) == [Piece(Grain.YEAR, dt.date.min, dt.date(2021, 1, 1))]


def test_a_period_that_ends_before_it_begins_has_no_buckets() -> None:
    assert pieces_by_month(dt.date(2021, 1, 2), dt.date(2021, 1, 1)) == []


def test_months_are_listed_by_their_first_days() -> None:
    assert months(dt.date(2025, 12, 31), dt.date(2026, 2, 1)) == [
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 1),
    ]
