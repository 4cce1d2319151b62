"""The lines of a deadline's explanation: their sentences, Vietnamese first, and how dates and durations are said."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from app.domain.errors import ParamValue
from app.domain.working_calendar import LOCAL_TIME, instant_of, minute_of


class LineKind(StrEnum):
    START = "start"
    COUNTED = "counted"
    SKIPPED = "skipped"
    SUSPENDED = "suspended"
    EXTENDED = "extended"
    RESTARTED = "restarted"
    DUE = "due"


@dataclasses.dataclass(frozen=True, slots=True)
class ExplanationLine:
    """`minutes`: counted (COUNTED), not counted because of a wait (SUSPENDED), else 0.

    Counted lines sum to the limit: for hours and for working days as hours in working minutes, its extension included;
    for calendar days in 24 × 60 minutes a day. For working days as days each counted line is one day, with 0 minutes;
    for limits of a day or a half-day nothing is counted. An extension that ends a count of days says from when to when.
    """

    kind: LineKind
    code: str
    start: dt.datetime
    end: dt.datetime
    minutes: int
    day: dt.date
    params: Mapping[str, ParamValue]
    vi: str
    en: str


class Term(NamedTuple):
    """A word with a stable code."""

    code: str
    vi: str
    en: str


Value: TypeAlias = Term | dt.datetime | dt.date | dt.timedelta | str | int

MORNING: Final = Term("morning", "sáng", "morning")
AFTERNOON: Final = Term("afternoon", "chiều", "afternoon")
EVENING: Final = Term("evening", "tối", "evening")
CONFIRMED: Final = Term("confirmed", "", "")
UNCONFIRMED: Final = Term("unconfirmed", ", chưa xác nhận", ", not confirmed")

_CAUSES: Final = MappingProxyType(
    {
        "supplement": Term("supplement", "chờ bổ sung hồ sơ", "waiting for supplements"),
        "payment": Term("payment", "chờ thực hiện nghĩa vụ tài chính", "waiting for payment"),
    }
)
_WEEKDAYS: Final = (
    ("Thứ Hai", "Monday"),
    ("Thứ Ba", "Tuesday"),
    ("Thứ Tư", "Wednesday"),
    ("Thứ Năm", "Thursday"),
    ("Thứ Sáu", "Friday"),
    ("Thứ Bảy", "Saturday"),
    ("Chủ Nhật", "Sunday"),
)

SENTENCES: Final = MappingProxyType(
    {
        "start_at_receipt": (
            "Tiếp nhận {received}: tính từ lúc tiếp nhận.",
            "Received {received}: counted from the receipt.",
        ),
        "start_at_opening": (
            "Tiếp nhận {received}, ngoài giờ làm việc: tính từ {starts}.",
            "Received {received}, outside office hours: counted from {starts}.",
        ),
        "start_after_cutoff": (
            "Tiếp nhận {received}, sau {cutoff}: trả kết quả trong ngày làm việc tiếp theo.",
            "Received {received}, after {cutoff}: the result is due on the next working day.",
        ),
        "first_day_excluded": ("{day}: ngày đầu, không tính.", "{day}: first day, not counted."),
        "counted_session": (
            "{day} {half} {opens}–{closes}: tính {duration}",
            "{day} {half} {opens}–{closes}: {duration} counted",
        ),
        "counted_swapped_session": (
            "{day} {half} {opens}–{closes}: tính {duration} ({name} – {source})",
            "{day} {half} {opens}–{closes}: {duration} counted ({name} – {source})",
        ),
        "counted_working_day": ("{day}: ngày làm việc thứ {number}", "{day}: working day {number}"),
        "counted_calendar_day": ("Ngày thứ {number}: {starts} – {ends}", "Day {number}: {starts} – {ends}"),
        "skipped_day_off": (
            "{day}: nghỉ ({name} – {source}{confidence})",
            "{day}: closed ({name} – {source}{confidence})",
        ),
        "skipped_weekly_rest": ("{day}: nghỉ hằng tuần", "{day}: weekly rest"),
        "skipped_closure": (
            "{day} {opens}–{closes}: tạm ngừng làm việc ({name} – {source}{confidence})",
            "{day} {opens}–{closes}: office closed ({name} – {source}{confidence})",
        ),
        "skipped_suspended_day": (
            "{day}: không tính, hết giờ làm việc khi đang tạm dừng",
            "{day}: not counted, the office closed during a suspension",
        ),
        "skipped_closed_time": (
            "Hết hạn lúc {ends}, ngoài giờ làm việc: chuyển sang giờ mở cửa {opens}",
            "Ends {ends}, outside office hours: moved to the opening {opens}",
        ),
        "suspended": (
            "Tạm dừng từ {starts} đến {ends} ({cause}): không tính {duration}",
            "Suspended from {starts} to {ends} ({cause}): {duration} not counted",
        ),
        "suspended_still": (
            "Tạm dừng từ {starts} ({cause}), chưa kết thúc",
            "Suspended since {starts} ({cause}), not ended",
        ),
        "suspended_without_effect": (
            "Chờ từ {starts} ({cause}): thời hạn vẫn được tính",
            "Waiting since {starts} ({cause}): the limit keeps running",
        ),
        "suspended_after_due": (
            "Tạm dừng từ {starts} ({cause}) khi đã quá hạn {due}: hạn không đổi",
            "Suspended since {starts} ({cause}) after the due time {due}: the due time does not change",
        ),
        "restarted": (
            "Tính lại từ đầu từ {starts}; {duration} đã tính trước đó không còn giá trị",
            "Counted again from the start at {starts}; the {duration} counted before no longer matter",
        ),
        "extended": (
            "Gia hạn lúc {granted}: hạn trả từ {before} sang {after}",
            "Extended at {granted}: due time moved from {before} to {after}",
        ),
        "due": ("Hạn trả kết quả: {due}.", "Due: {due}."),
        "due_provisional": (
            "Hạn trả kết quả (tạm tính, ngày nghỉ sau {known_until} chưa được xác nhận): {due}.",
            "Due (provisional, days off after {known_until} are not confirmed): {due}.",
        ),
        "due_suspended": (
            "Chưa có hạn trả: thời hạn tạm dừng từ {since}; còn {duration} làm việc.",
            "No due time yet: suspended since {since}; {duration} of working time left.",
        ),
    }
)
"""code → (Vietnamese, English)."""


def cause_term(cause: str) -> Term:
    return _CAUSES.get(cause, Term(cause, cause, cause))


def clock_text(minute_of_day: int) -> str:
    return f"{minute_of_day // 60:02}:{minute_of_day % 60:02}"


def _sentences(code: str, values: dict[str, Value]) -> tuple[str, str]:
    """The Vietnamese and the English sentence of `code`."""
    vi, en = SENTENCES[code]
    return (
        vi.format_map({name: _said(value, 0) for name, value in values.items()}),
        en.format_map({name: _said(value, 1) for name, value in values.items()}),
    )


def _plain_values(values: dict[str, Value]) -> dict[str, ParamValue]:
    """The parameters as machines read them: ISO dates, minutes, codes."""
    return {name: _plain(value) for name, value in values.items()}


def _said(value: Value, language: int) -> str:
    if isinstance(value, Term):
        return (value.vi, value.en)[language]
    if isinstance(value, dt.datetime):
        local = value.astimezone(LOCAL_TIME)
        return f"{_said(local.date(), language)} {local:%H:%M}"
    if isinstance(value, dt.date):
        return f"{_WEEKDAYS[value.weekday()][language]} {value:%d/%m/%Y}"
    if isinstance(value, dt.timedelta):
        hours, minutes = divmod(value // dt.timedelta(minutes=1), 60)
        units = (("giờ", "phút"), ("h", "min"))[language]
        parts = [f"{number} {unit}" for number, unit in zip((hours, minutes), units, strict=True) if number]
        return " ".join(parts) or f"0 {units[1]}"
    return str(value)


def _plain(value: Value) -> ParamValue:
    if isinstance(value, Term):
        return value.code
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value // dt.timedelta(minutes=1)
    return value


def line(
    kind: LineKind, code: str, start: dt.datetime, end: dt.datetime, values: dict[str, Value], minutes: int = 0
) -> ExplanationLine:
    """A line with both sentences; its times are cut to the minute."""
    start, end = instant_of(minute_of(start)), instant_of(minute_of(end))
    vi, en = _sentences(code, values)
    return ExplanationLine(kind, code, start, end, minutes, start.date(), _plain_values(values), vi, en)


def span_of(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)
