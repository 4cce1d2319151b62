"""Cuts a stretch of days into whole years, months and days, so that few sums have to be added. Pure."""

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

_DAY = dt.timedelta(days=1)
_MONTHS = 12


class Grain(StrEnum):
    """How long a bucket of sums is; a bucket is named by its first day."""

    DAY = "d"
    MONTH = "m"
    YEAR = "y"


@dataclass(frozen=True, slots=True)
class Piece:
    """All buckets of one grain whose first days lie between `first` and `last`, added (1) or taken away (-1)."""

    grain: Grain
    first: dt.date
    last: dt.date
    weight: int = 1


def pieces_until(last: dt.date) -> list[Piece]:
    """Return buckets that make up everything up to `last`: at most all whole years, 6 months and 16 days.

    Where more than half of a month (year) belongs to it, the whole is added and the rest taken away.
    """
    found: list[Piece] = []
    month_end = _month_end(last)
    whole_until = _month_begin(last) - _DAY
    if 2 * last.day >= month_end.day:
        whole_until = month_end
        if last < month_end:
            found.append(Piece(Grain.DAY, last + _DAY, month_end, -1))
    else:
        found.append(Piece(Grain.DAY, _month_begin(last), last))
    years_until = whole_until.year - 1
    if 2 * whole_until.month >= _MONTHS:
        years_until = whole_until.year
        if whole_until.month < _MONTHS:
            rest = whole_until + _DAY, whole_until.replace(month=_MONTHS, day=1)
            found.append(Piece(Grain.MONTH, *rest, -1))
    else:
        found.append(Piece(Grain.MONTH, whole_until.replace(month=1, day=1), _month_begin(whole_until)))
    found.append(Piece(Grain.YEAR, dt.date.min, dt.date(years_until, 1, 1)))
    return found


def pieces_by_month(first: dt.date, last: dt.date) -> list[Piece]:
    """Return buckets, none longer than a month, that cover the days from `first` to `last`; none if there are none."""
    if last < first:
        return []
    whole_first = first if first.day == 1 else _month_end(first) + _DAY
    whole_last = last if last == _month_end(last) else _month_begin(last) - _DAY
    if whole_last < whole_first:
        return [Piece(Grain.DAY, first, last)]
    found = [Piece(Grain.MONTH, whole_first, _month_begin(whole_last))]
    if first < whole_first:
        found.append(Piece(Grain.DAY, first, whole_first - _DAY))
    if whole_last < last:
        found.append(Piece(Grain.DAY, whole_last + _DAY, last))
    return found


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
