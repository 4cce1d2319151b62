"""What the house needs from the outside, as protocols; `app.adapters` implements them, entrances hand them in."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from app.domain.calendars import DayKind


class ProposedDay(Protocol):
    """A day off or a make-up day as somebody else sees it; nothing of it is confirmed."""

    @property
    def day(self) -> dt.date: ...
    @property
    def kind(self) -> DayKind: ...
    @property
    def name(self) -> str: ...
    @property
    def confidence(self) -> str: ...


class HolidayProposals(Protocol):
    def __call__(self, year: int, /) -> Sequence[ProposedDay]:
        """Return the days of `year` that differ from the ordinary week, in order."""
