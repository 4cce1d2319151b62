"""The only reader of the time. Everything else is told what time it is."""

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """Return the present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place that reads the time


class FixedClock:
    """A clock that stands until it is moved: for simulations, the demo and tests."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        return self.at

    def move_to(self, at: dt.datetime) -> None:
        self.at = at


def local_date(at: dt.datetime) -> dt.date:
    """Return the calendar date people see in Vietnam at the instant `at`."""
    return at.astimezone(LOCAL_ZONE).date()
