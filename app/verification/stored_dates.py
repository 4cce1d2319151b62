"""Stored dates held against the slow model: what a dossier's log, ledger and calendars give, and what its row says.

Everything comes as JSON text, as the database tells it, and is read here anew; nothing is taken from the program that
wrote it. Calendars are those that counted at the time, layer by layer as they were published.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from app.verification.slow_deadlines import LAYERS, LOCAL, SlowCalendar, SlowClock

WAITS = ("supplement_wait", "payment_wait")
BEYOND_CALENDAR = "beyond the calendar"
CALENDAR_UNKNOWN = "calendar not on record"


class Difference(NamedTuple):
    """A stored value that the slow model does not confirm. `what`: `promised`, `ledger 5 after` …"""

    code: str
    what: str
    stored: str
    expected: str


class Session(NamedTuple):
    opens: int
    closes: int


class Hours(NamedTuple):
    weekday: int
    sessions: tuple[Session, ...]
    valid_from: dt.date | None
    valid_to: dt.date | None
    layer: str


class Day(NamedTuple):
    day: dt.date
    kind: str
    layer: str
    closes_from: int | None
    closes_to: int | None
    replaces: dt.date | None


class Limit(NamedTuple):
    value: int
    unit: str


class Policy(NamedTuple):
    count_mode: str
    same_day_cutoff: int
    minutes_per_working_day: int


class Wait(NamedTuple):
    start: dt.datetime
    end: dt.datetime | None
    effect: str


class Appointment(NamedTuple):
    granted_at: dt.datetime
    new_due: dt.datetime
    limit: None = None


class KnownCalendar(NamedTuple):
    minutes: SlowCalendar
    known_until: dt.date


def differences(documents: Sequence[str], calendars: Mapping[str, str]) -> list[Difference]:
    """Return every difference in these dossiers; `calendars` are the layers of each version they name."""
    return [found for text in documents for found in _Dossier(json.loads(text), calendars).check()]


def calendar_versions(documents: Sequence[str]) -> set[str]:
    """Return the calendar versions by which any date in these dossiers was made."""
    versions = set()
    for found in map(json.loads, documents):
        versions.add(found["calendar_version"])
        versions.update(event["data"]["calendar_version"] for event in found["events"] or ())
    return versions


@lru_cache(maxsize=12)
def painted(layers_text: str, first_year: int) -> KnownCalendar:
    """The calendar of these layers: the days of all, the hours of the most particular one that has any."""
    first_day = dt.date(first_year, 1, 1)
    layers = json.loads(layers_text)
    days = [
        Day(
            dt.date.fromisoformat(row["day"]),
            row["kind"],
            LAYERS[min(layer["depth"], 3)],
            row["closes_from"],
            row["closes_to"],
            date_of(row["replaces"]),
        )
        for layer in layers
        for row in layer["days"]
    ]
    known = [date_of(layer["known_until"]) for layer in layers if layer["known_until"]]
    national = [layer for layer in layers if layer["depth"] == 0]
    last = max(row for layer in national for row in (layer["known_until"], *(day["day"] for day in layer["days"])))
    hours = [layer["hours"] for layer in layers if layer["hours"]]
    minutes = SlowCalendar(weeks(hours[-1] if hours else ()), days, first_day, dt.date(int(last[:4]), 12, 31))
    return KnownCalendar(minutes, min(day for day in known if day))


def weeks(rows: Sequence[Mapping[str, Any]]) -> list[Hours]:
    """A period is a whole week; standing hours first, then by beginning, the shorter of two last: the last counts."""
    periods = {(row["valid_from"], row["valid_to"]) for row in rows}
    found = []
    for begins, ends in sorted(periods, key=lambda period: (period[0] or "", -_ordinal(period[1]))):
        for weekday in range(7):
            sessions = tuple(
                Session(row["opens"], row["closes"])
                for row in rows
                if (row["weekday"], row["valid_from"], row["valid_to"]) == (weekday, begins, ends)
            )
            found.append(Hours(weekday, sessions, date_of(begins), date_of(ends), LAYERS[0]))
    return found


class _Dossier:
    def __init__(self, found: Mapping[str, Any], calendars: Mapping[str, str]) -> None:
        self.found, self.calendars = found, calendars
        self.accepted_at = instant(found["accepted_at"])
        self.policy = Policy(**found["policy"])
        self.events = {event["seq"]: event["data"] for event in found["events"] or ()}
        self.dated = [event["seq"] for event in found["events"] or () if event["dated"]]
        self.ledger = found["ledger"] or ()
        self.watched: dict[tuple[str, Limit, int], dt.datetime | str] = {}

    def check(self) -> Iterator[Difference]:
        if not self.dated:
            yield self._differs("acceptance", "not in the log", "in the log")
            return
        yield from self._promises()
        yield from self._lines()
        version = self.found["calendar_version"]
        current = self._due(version, Limit(**self.found["limit"]), len(self.ledger))
        yield from self._compare("current", self.found["current_due_at"], current)
        if isinstance(current, dt.datetime):
            known_until = painted(self.calendars[version], self.accepted_at.year).known_until
            provisional = current > dt.datetime.combine(known_until + dt.timedelta(days=1), dt.time(), LOCAL)
            if provisional != self.found["due_provisional"]:
                yield self._differs("provisional", str(self.found["due_provisional"]), str(provisional))

    def _promises(self) -> Iterator[Difference]:
        """What was promised at acceptance, or by the last correction that dated the dossier anew."""
        seq = self.dated[-1]
        said, stored = self.events[seq], self.found["promised_due_at"]
        yield from self._compare("promised, in the log", said["promised_due_at"], instant(stored))
        yield from self._compare("promised, on the receipt", self.found["printed_due_at"], instant(stored))
        if not self.found["imported"]:  # what another system printed is kept, whatever it was
            yield from self._compare("promised", stored, self._due(said["calendar_version"], self._limit_at(seq), 0))
        if self.found["lawful_due_at"] is not None and self.found["statutory"] is not None:
            lawful = self._due(said["calendar_version"], Limit(**self.found["statutory"]), 0)
            yield from self._compare("lawful", self.found["lawful_due_at"], lawful)

    def _lines(self) -> Iterator[Difference]:
        version = self.events[self.dated[0]]["calendar_version"]
        before = self._due(version, self._limit_at(self.dated[0]), 0)
        for number, line in enumerate(self.ledger, start=1):
            seq, cause = line["seq"], line["cause"]
            said = self.events.get(seq, {})
            version = line["reason"] if cause == "calendar_change" else said.get("calendar_version", version)
            name = f"ledger {seq}"
            yield from self._compare(f"{name} before", line["before_due"], before)
            after = self._due(version, self._limit_at(seq), number)
            yield from self._compare(f"{name} after", line["after_due"], after)
            minutes = self._minutes(version, line)
            if minutes is not None and minutes != line["minutes"]:
                yield self._differs(f"{name} minutes", str(line["minutes"]), str(minutes))
            before = instant(line["after_due"])

    def _minutes(self, version: str, line: Mapping[str, Any]) -> int | None:
        """What a line must say was given back or added; None: nothing can be said."""
        if line["cause"] == "calendar_change":
            return int((instant(line["after_due"]) - instant(line["before_due"])).total_seconds()) // 60
        if line["cause"] == "correction" or (line["effect"] == "none" and line["cause"] in WAITS):
            return 0
        if version not in self.calendars:
            return None
        start, end = ("from_at", "to_at") if line["cause"] in WAITS else ("before_due", "after_due")
        if line[end] is None:
            return None
        calendar = painted(self.calendars[version], self.accepted_at.year).minutes
        return calendar.open_between(calendar.minute(instant(line[start])), calendar.minute(instant(line[end])))

    def _limit_at(self, seq: int) -> Limit:
        """The limit that counted at event `seq`: that of the last dating before it; a bare one is the row's own."""
        last = max(dated for dated in self.dated if dated <= max(seq, self.dated[0]))
        return Limit(**self.events[last].get("limit", self.found["limit"]))

    def _due(self, version: str, limit: Limit, lines: int) -> dt.datetime | str:
        """The due time by calendar and limit, with the waits and extensions in the first `lines` of the ledger."""
        asked = (version, limit, lines)
        if asked not in self.watched:
            self.watched[asked] = self._watch(*asked)
        return self.watched[asked]

    def _watch(self, version: str, limit: Limit, lines: int) -> dt.datetime | str:
        if version not in self.calendars:
            return f"{CALENDAR_UNKNOWN}: {version}"
        waits, extensions = [], []
        for line in self.ledger[:lines]:
            if line["cause"] in WAITS:
                end = None if line["to_at"] is None else instant(line["to_at"])
                waits.append(Wait(instant(line["from_at"]), end, line["effect"]))
            elif line["cause"] == "extension":
                extensions.append(Appointment(instant(line["from_at"]), instant(line["after_due"])))
        calendar = painted(self.calendars[version], self.accepted_at.year).minutes
        try:
            due = SlowClock(calendar, self.accepted_at, limit, self.policy, waits, extensions).due()
        except IndexError:
            return BEYOND_CALENDAR
        return "none, it waits" if due is None else calendar.instant(due)

    def _compare(self, what: str, stored: str | None, expected: dt.datetime | str) -> Iterator[Difference]:
        if isinstance(expected, str):
            yield self._differs(what, _shown(stored), expected)
        elif stored is None or instant(stored) != expected:
            yield self._differs(what, _shown(stored), expected.isoformat())

    def _differs(self, what: str, stored: str, expected: str) -> Difference:
        return Difference(self.found["code"], what, stored, expected)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(LOCAL)


def date_of(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _ordinal(text: str | None) -> int:
    return (date_of(text) or dt.date.max).toordinal()


def _shown(stored: str | None) -> str:
    return "none" if stored is None else instant(stored).isoformat()
