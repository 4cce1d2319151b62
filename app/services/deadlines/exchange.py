"""Days of a calendar as CSV and as iCalendar (RFC 5545): written for other programs, read back as changes.

CSV has one row a day with the columns of `COLUMNS`. In iCalendar a whole day is an all-day event whose name is the
summary, a closure an event from its beginning to its end; what iCalendar has no word for stands in `X-MOTCUA-…`
properties. Events of other programs are holidays; what they do not tell (the act above all) the sender must.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from app.domain.calendar_layers import MINUTES_PER_DAY, DayKind
from app.domain.deadline_sentences import clock_text
from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.working_calendar import LOCAL_TIME
from app.services.deadlines.inputs import DatedDayInput
from app.services.deadlines.read_calendars import DayListed

COLUMNS: Final = (
    *("day", "kind", "name", "source", "confidence", "decided_on", "decided_by", "effective_at"),
    *("closes_from", "closes_to", "replaces"),
)
MOST_DAYS: Final = 400

_OWN: Final = ("kind", "source", "confidence", "decided_on", "decided_by", "effective_at", "replaces")
_PRODUCT: Final = "-//Một Cửa//Lịch làm việc//VI"
_LONGEST_EVENT_DAYS: Final = 31
_FORMULA: Final = ("=", "+", "-", "@")


def days_as_csv(days: Iterable[DayListed]) -> str:
    """Return the days as CSV; what a spreadsheet would take for a formula is led in by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(_text(getattr(day, column))) for column in COLUMNS] for day in days)
    return text.getvalue()


def days_from_csv(text: str, source: str | None = None) -> tuple[DatedDayInput, ...]:
    """Return the days of a file; `source` is the act where a row names none. InvalidInput with every fault.

    `import_malformed`, `import_column_unknown`, `import_column_missing`, `import_too_long`, and the faults of each row
    under `rows.<line of the file>`.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        refuse_all(InvalidInput, _header_faults(names))
        found = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InvalidInput(Refusal("import_malformed", params={"line": reader.line_num})) from error
    return _days([(line, {k: _uncell(v) for k, v in row.items() if k and v}) for line, row in found], source)


def days_as_icalendar(days: Iterable[DayListed], *, name: str, now: dt.datetime) -> bytes:
    """Return the days as an iCalendar file; the same days keep the same UIDs."""
    from icalendar import Calendar, Event  # slow to load and rarely needed

    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    for day in days:
        event = Event()
        event.add("uid", f"{day.day.isoformat()}-{day.kind}-{day.closes_from or ''}@{day.calendar}.motcua")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("summary", day.name)
        event.add("description", day.source)
        starts, ends = _event_times(day)
        event.add("dtstart", starts)
        event.add("dtend", ends)
        event.add("transp", "TRANSPARENT" if day.kind in {DayKind.WORK, DayKind.SWAP_WORK} else "OPAQUE")
        for column in _OWN:
            value = _text(getattr(day, column))
            if value:
                event.add(f"x-motcua-{column.replace('_', '-')}", value)
        found.add_component(event)
    return bytes(found.to_ical())


def days_from_icalendar(content: bytes, source: str | None = None) -> tuple[DatedDayInput, ...]:
    """Return the days of a file; `source` is the act where an event names none. InvalidInput with every fault.

    `calendar_file_malformed`, `import_too_long`, `event_recurs`, `event_too_long`, `event_without_time`, and the faults
    of each event under `rows.<its number>`.
    """
    from icalendar import Calendar  # slow to load and rarely needed

    try:
        parsed = Calendar.from_ical(content)
        events = parsed.walk("VEVENT")
        rows: list[tuple[int, dict[str, str]]] = []
        faults: list[Refusal] = []
        for number, event in enumerate(events, start=1):
            read = _event_rows(event)
            if isinstance(read, Refusal):
                faults.append(Refusal(read.code, f"rows.{number}", read.params))
            else:
                rows += [(number, row) for row in read]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise InvalidInput(Refusal("calendar_file_malformed")) from error
    refuse_all(InvalidInput, faults)
    return _days(rows, source)


def _header_faults(names: Sequence[str]) -> list[Refusal]:
    faults = [
        Refusal("import_column_missing", column, {"column": column})
        for column in ("day", "kind", "name")
        if column not in names
    ]
    unknown = sorted(set(names) - set(COLUMNS))
    return faults + [Refusal("import_column_unknown", name[:64], {"column": name[:64]}) for name in unknown]


def _days(rows: Sequence[tuple[int, Mapping[str, str]]], source: str | None) -> tuple[DatedDayInput, ...]:
    if len(rows) > MOST_DAYS:
        raise InvalidInput(Refusal("import_too_long", params={"rows": len(rows), "most": MOST_DAYS}))
    found: list[DatedDayInput] = []
    faults: list[Refusal] = []
    for number, row in rows:
        try:
            found.append(DatedDayInput.model_validate({**({"source": source} if source else {}), **row}))
        except ValidationError as error:
            faults += [
                Refusal(fault["type"], f"rows.{number}." + ".".join(map(str, fault["loc"])), fault.get("ctx") or {})
                for fault in error.errors(include_url=False, include_input=False)
            ]
    plain = [
        Refusal(fault.code, fault.field, {k: v for k, v in fault.params.items() if isinstance(v, (str, int))})
        for fault in faults
    ]
    refuse_all(InvalidInput, plain)
    return tuple(found)


def _event_times(day: DayListed) -> tuple[dt.date, dt.date]:
    if day.closes_from is None or day.closes_to is None:
        return day.day, day.day + dt.timedelta(days=1)
    midnight = dt.datetime.combine(day.day, dt.time(), LOCAL_TIME)
    hours = [text.split(":") for text in (day.closes_from, day.closes_to)]
    starts, ends = (midnight + dt.timedelta(hours=int(hour), minutes=int(minute)) for hour, minute in hours)
    return starts.astimezone(dt.UTC), ends.astimezone(dt.UTC)


def _event_rows(event: Any) -> list[dict[str, str]] | Refusal:
    if event.get("rrule") is not None or event.get("rdate") is not None:
        return Refusal("event_recurs")
    if event.get("dtstart") is None:
        return Refusal("event_without_time")
    row = {"name": str(event.get("summary", ""))}
    for column in _OWN:
        value = event.get(f"x-motcua-{column.replace('_', '-')}")
        if value is not None:
            row[column] = str(value)
    starts, ends = event.decoded("dtstart"), event.decoded("dtend", None)
    if isinstance(starts, dt.datetime):
        return _closure_row(row, starts, ends)
    row.setdefault("kind", DayKind.HOLIDAY.value)
    last = ends - dt.timedelta(days=1) if ends is not None else starts
    length = (last - starts).days + 1
    if not 0 < length <= _LONGEST_EVENT_DAYS:
        return Refusal("event_too_long", params={"most": _LONGEST_EVENT_DAYS})
    return [{**row, "day": (starts + dt.timedelta(days=index)).isoformat()} for index in range(length)]


def _closure_row(row: dict[str, str], starts: dt.datetime, ends: Any) -> list[dict[str, str]] | Refusal:
    """A closure of hours; times without an offset are Vietnam's."""
    if not isinstance(ends, dt.datetime):
        return Refusal("event_without_time")
    starts, ends = (at.replace(tzinfo=at.tzinfo or LOCAL_TIME).astimezone(LOCAL_TIME) for at in (starts, ends))
    midnight = dt.datetime.combine(starts.date(), dt.time(), LOCAL_TIME)
    closes_to = (ends - midnight) // dt.timedelta(minutes=1)
    if closes_to > MINUTES_PER_DAY:
        return Refusal("event_too_long", params={"most": 1})
    times = {"closes_from": f"{starts:%H:%M}", "closes_to": clock_text(max(closes_to, 0))}
    return [{"kind": DayKind.CLOSURE.value, **row, **times, "day": starts.date().isoformat()}]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _uncell(text: str) -> str:
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:2] in _FORMULA else text
