"""Proposals for the calendar table from the `holidays` library. A proposal is not yet the calendar.

The library knows lunar days, substitute days and most swaps of working days, yet a swap can be decided a week before it
applies: an administrator confirms, and `app/data/calendar_corrections.csv` lists every difference of the shipped table.
"""

import dataclasses
import datetime as dt
from typing import Literal

import holidays
from holidays.countries.vietnam import VietnamStaticHolidays

from app.domain.calendars import DayKind

_SWAP_REST_PREFIX = VietnamStaticHolidays.substituted_label.partition("%s")[0]
_SWAP_WORK_NAME = "Ngày làm việc bù"


@dataclasses.dataclass(frozen=True, slots=True)
class ProposedDay:
    """One day that differs from the ordinary week; nothing here is confirmed."""

    day: dt.date
    kind: DayKind
    name: str
    confidence: Literal["computed"] = "computed"


def propose_holidays(year: int) -> list[ProposedDay]:
    """Return the holidays, swapped rest days and make-up working days of `year` in order, as the library sees them."""
    known = holidays.country_holidays("VN", years=year, language="vi")
    proposed = [
        ProposedDay(day, DayKind.SWAP_REST if name.startswith(_SWAP_REST_PREFIX) else DayKind.HOLIDAY, name)
        for day, name in known.items()
    ]
    make_up_days = [day for day in known.weekend_workdays if day.year == year]
    proposed += [ProposedDay(day, DayKind.SWAP_WORK, _SWAP_WORK_NAME) for day in make_up_days]
    return sorted(proposed, key=lambda proposal: proposal.day)
