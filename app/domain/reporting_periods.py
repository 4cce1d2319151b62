"""The stretch of days that figures are asked for: read from what was written, and judged."""

import datetime as dt
import re

from app.domain.errors import Refusal

EARLIEST = dt.date(1900, 1, 1)
"""No dossier is older."""
MOST_MONTHS = 120
_MONTHS_OF_A_YEAR = 12
_WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_days(first: str | None, last: str | None) -> tuple[dict[str, dt.date], list[Refusal]]:
    """Return the days that were given, by parameter (`from`, `to`), and a fault for each that is none."""
    days: dict[str, dt.date] = {}
    faults = []
    for parameter, text in (("from", first), ("to", last)):
        if text is None:
            continue
        try:
            days[parameter] = dt.date.fromisoformat(text if _WRITTEN_DAY.fullmatch(text) else "")
        except ValueError:
            faults.append(Refusal("date_parsing", parameter))
            continue
        if days[parameter] < EARLIEST:
            faults.append(Refusal("day_too_early", parameter, {"earliest": EARLIEST.isoformat()}))
    return days, faults


def period_faults(first: dt.date, last: dt.date, *, today: dt.date, by_month: bool) -> list[Refusal]:
    """Return why nothing can be counted from `first` to `last`. A period under way is counted up to `today`."""
    if first > today:
        return [Refusal("period_not_begun", "from", {"first": first.isoformat(), "today": today.isoformat()})]
    if first > last:
        return [Refusal("period_reversed", "from", {"first": first.isoformat(), "last": last.isoformat()})]
    if by_month and _months(first, min(last, today)) > MOST_MONTHS:
        return [Refusal("period_too_long", "from", {"months": MOST_MONTHS})]
    return []


def _months(first: dt.date, last: dt.date) -> int:
    """Return how many months have a day between `first` and `last`."""
    return (last.year - first.year) * _MONTHS_OF_A_YEAR + last.month - first.month + 1
