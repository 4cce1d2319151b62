import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from app.services.statistics.periods import Grain, Piece, months, pieces

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))
grains = st.sampled_from(list(Grain))


def bucket_of(day: dt.date, grain: Grain) -> dt.date:
    return {Grain.DAY: day, Grain.MONTH: day.replace(day=1), Grain.YEAR: day.replace(month=1, day=1)}[grain]


def cover(found: list[Piece], day: dt.date) -> int:
    return sum(piece.first <= bucket_of(day, piece.grain) <= piece.last for piece in found)


def buckets(piece: Piece) -> int:
    years = piece.last.year - piece.first.year
    return {
        Grain.DAY: (piece.last - piece.first).days + 1,
        Grain.MONTH: years * 12 + piece.last.month - piece.first.month + 1,
        Grain.YEAR: years + 1,
    }[piece.grain]


@given(days, st.integers(0, 1500), grains)
def test_every_day_of_the_period_is_added_once_and_no_other_day(first: dt.date, length: int, longest: Grain) -> None:
    last = first + DAY * length
    found = pieces(first, last, longest=longest)
    for day in (first + DAY * index for index in range(-370, length + 370)):
        assert cover(found, day) == (1 if first <= day <= last else 0)


@given(days, days)
def test_from_the_beginning_of_time_every_day_up_to_the_last_is_added_once(last: dt.date, day: dt.date) -> None:
    assert cover(pieces(None, last), day) == (1 if day <= last else 0)


@given(days, days)
def test_few_buckets_are_added_however_long_the_period(one: dt.date, other: dt.date) -> None:
    found = pieces(min(one, other), max(one, other))
    count = {grain: sum(buckets(piece) for piece in found if piece.grain is grain) for grain in Grain}
    assert count[Grain.DAY] <= 60
    assert count[Grain.MONTH] <= 22
    assert len(found) <= 5


def test_a_whole_year_is_one_bucket() -> None:
    assert pieces(dt.date(2021, 1, 1), dt.date(2021, 12, 31)) == [
        Piece(Grain.YEAR, dt.date(2021, 1, 1), dt.date(2021, 1, 1))
    ]


def test_a_period_that_ends_before_it_begins_has_no_buckets() -> None:
    assert pieces(dt.date(2021, 1, 2), dt.date(2021, 1, 1)) == []


def test_months_are_listed_by_their_first_days() -> None:
    assert months(dt.date(2025, 12, 31), dt.date(2026, 2, 1)) == [
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 1),
    ]
