"""How forms write dates, limits and the names of offices (practice of NĐ 30/2020/NĐ-CP)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from app.core.clock import LOCAL_ZONE

_FIRST_MONTH_WITHOUT_ZERO = 3
_FIRST_TWO_DIGITS = 10
_UNITS = {"working_hours": "giờ làm việc", "working_days": "ngày làm việc", "calendar_days": "ngày"}
_IN_THE_DAY = {"same_day": "trong ngày làm việc", "half_day": "trong buổi làm việc"}
_TYPES_OF_PLACE = ("tỉnh", "thành phố", "phường", "xã", "thị trấn", "đặc khu", "quận", "huyện", "thị xã")
_TWO_LEVELS_SINCE = dt.date(2025, 7, 1)


def day_in_words(day: dt.date) -> str:
    """`ngày 05 tháng 3 năm 2026`: days and the months 1 and 2 have two digits, later months none before them."""
    month = f"{day.month:02d}" if day.month < _FIRST_MONTH_WITHOUT_ZERO else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def moment_in_words(at: dt.datetime) -> str:
    """`09 giờ 05 phút, ngày 23 tháng 11 năm 2026`, as people in Vietnam see it."""
    local = at.astimezone(LOCAL_ZONE)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {day_in_words(local.date())}"


def moment_in_figures(at: dt.datetime | None) -> str:
    """`23/11/2026 09:05`; empty for none."""
    return "" if at is None else at.astimezone(LOCAL_ZONE).strftime("%d/%m/%Y %H:%M")


def limit_in_words(value: int | None, unit: str | None) -> str | None:
    """`03 ngày làm việc`, `trong ngày làm việc`; None for no limit."""
    if unit is None or value is None:
        return None
    if unit in _IN_THE_DAY:
        return _IN_THE_DAY[unit]
    return f"{_count(value)} {_UNITS[unit]}"


def sentence(text: str | None) -> str | None:
    """Return `text` ending like a sentence; None for nothing."""
    if not text or not text.strip():
        return None
    stripped = text.strip()
    return stripped if stripped[-1] in ".!?…" else f"{stripped}."


def pieces(count: int) -> str:
    """Number of papers of one kind; none is an empty cell."""
    return str(count) if count else ""


def _count(value: int) -> str:
    return f"{value:02d}" if value < _FIRST_TWO_DIGITS else str(value)


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """How a unit signs: two lines at the top left, its name in a sentence, the place before the date."""

    superior: str
    office: str
    in_sentence: str
    place: str


def one_stop_names(unit: dict[str, Any], day: dt.date) -> OfficeNames:
    """Return how the reception desk of `unit` (`name, level, province_name`) signed on `day`.

    Centres of public administration took the place of the reception desks of communes on 1/7/2025 (NĐ 118/2025).
    """
    centre = unit["level"] in ("commune", "province") and day >= _TWO_LEVELS_SINCE
    desk = "Trung tâm Phục vụ hành chính công" if centre else "Bộ phận Tiếp nhận và Trả kết quả"
    name, people = _body_name(unit)
    return OfficeNames(
        superior=name.upper(),
        office="TRUNG TÂM PHỤC VỤ\nHÀNH CHÍNH CÔNG" if centre else "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ",
        in_sentence=f"{desk} {people}",
        place=_place(unit),
    )


def agency_names(unit: dict[str, Any]) -> OfficeNames:
    """Return how `unit` signs as the agency that decides."""
    name, _ = _body_name(unit)
    superior = "" if unit["level"] in ("province", "ministry") else f"UBND {_with_type(unit['province_name'])}"
    return OfficeNames(superior=superior.upper(), office=name.upper(), in_sentence=name, place=_place(unit))


def _body_name(unit: dict[str, Any]) -> tuple[str, str]:
    """Return the name of the body and the name that a desk of it carries."""
    if unit["level"] in ("commune", "district", "province"):
        named = _with_type(unit["name"]) if unit["level"] == "province" else _small_first(unit["name"])
        return f"UBND {named}", named
    return unit["name"], unit["name"]


def _with_type(province: str) -> str:
    """`Ninh Bình` is a tỉnh; `Thành phố Huế` says itself what it is."""
    known = province.lower().startswith(("tỉnh ", "thành phố "))
    return _small_first(province) if known else f"tỉnh {province}"


def _small_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def _place(unit: dict[str, Any]) -> str:
    """Return the place before the date: a commune's own name, else the province's; a numbered place keeps its type."""
    name = unit["name"] if unit["level"] in ("commune", "district") else unit["province_name"]
    for kind in _TYPES_OF_PLACE:
        rest = name[len(kind) + 1 :]
        if name.lower().startswith(f"{kind} ") and not rest[:1].isdigit():
            return str(rest)
    return str(name)
