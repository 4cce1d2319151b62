"""Cuts a stretch of days into whole years, months and days, so that few sums have to be added. Pure."""

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_DAY = dt.timedelta(days=1)
_BEGINNING = dt.date.min


class Grain(StrEnum):
    """How long a bucket of sums is; a bucket is named by its first day."""

    DAY = "d"
    MONTH = "m"
    YEAR = "y"


@dataclass(frozen=True, slots=True)
class Piece:
    """All buckets of one grain whose first days lie between `first` and `last`, both included."""

    grain: Grain
    first: dt.date
    last: dt.date


def pieces(first: dt.date | None, last: dt.date, *, longest: Grain = Grain.YEAR) -> list[Piece]:
    """Return buckets that cover the days from `first` to `last` exactly once each; none if `last` precedes `first`.

    `first` None is the beginning of time. Buckets are as long as possible, at most `longest`.
    """
    if first is None:
        first = _BEGINNING
    if last < first:
        return []
    if longest is Grain.DAY:
        return [Piece(Grain.DAY, first, last)]
    bucket = _BUCKETS[longest]
    whole_first = first if first == bucket.begin(first) else bucket.end(first) + _DAY
    whole_last = last if last == bucket.end(last) else bucket.begin(last) - _DAY
    if whole_last < whole_first:
        return pieces(first, last, longest=bucket.shorter)
    head = pieces(first, whole_first - _DAY, longest=bucket.shorter) if first < whole_first else []
    tail = pieces(whole_last + _DAY, last, longest=bucket.shorter) if whole_last < last else []
    return [*head, Piece(longest, whole_first, bucket.begin(whole_last)), *tail]


def months(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first days of all months that have a day between `first` and `last`."""
    found = []
    month = _month_begin(first)
    while month <= last:
        found.append(month)
        month = _month_end(month) + _DAY
    return found


def _month_begin(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _year_begin(day: dt.date) -> dt.date:
    return day.replace(month=1, day=1)


def _year_end(day: dt.date) -> dt.date:
    return day.replace(month=12, day=31)


@dataclass(frozen=True, slots=True)
class _Bucket:
    """How the buckets of a grain begin and end, and which grain fills the rest."""

    begin: Callable[[dt.date], dt.date]
    end: Callable[[dt.date], dt.date]
    shorter: Grain


_BUCKETS = {
    Grain.MONTH: _Bucket(_month_begin, _month_end, Grain.DAY),
    Grain.YEAR: _Bucket(_year_begin, _year_end, Grain.MONTH),
}
