"""A catalogue in CSV, as an administrator keeps it in a spreadsheet, as rows of an import.

One row a procedure, recognized by `code`. An absent column or an empty cell leaves what stands; `-` clears it. Lists
inside a cell are separated by `;`, parts of an item by `|`:

* `legal_basis`, `synonyms`: texts;
* `results`: `KQ.G15.000021|Bản sao được chứng thực`, or the name alone;
* `components`: `TP01|Tờ khai|1|0|required+digitize`: code, name, originals, copies, flags (`required`, `presented`,
  `digitize`, `data`); or the name alone: one original, required unless it says "nếu có", presented if it says
  "xuất trình";
* `terms`: `online|5 working_days|3 working_days`: channel, statutory and committed limit (the last may be left out);
* `fees`: `counter|PH01|Phí chứng thực|2000|page|3:1000|200000`: channel, code, name, đồng, per what, steps, cap (from
  `per` on they may be left out).

Instead of `terms` and `fees`, the columns `time_limit`, `unit`, `channels` (default: counter) and `fee_vnd` say the
same for all channels. Units, channels and levels may be in Vietnamese (`ngày làm việc`, `trực tuyến`, `toàn trình`).
`confidence` is that of every fact the row tells.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from app.domain.errors import InvalidInput, Refusal, refuse_all
from app.domain.procedures import Confidence
from app.domain.search_text import fold
from app.services.procedures.import_report import ImportRow
from app.services.tables import separator_of

MOST_ROWS: Final = 10_000
CLEAR: Final = "-"

_WORDS: Final = {
    "gio": "working_hours",
    "gio lam viec": "working_hours",
    "ngay lam viec": "working_days",
    "ngay": "calendar_days",
    "trong ngay": "same_day",
    "trong buoi": "half_day",
    "truc tiep": "counter",
    "truc tuyen": "online",
    "buu chinh": "postal",
    "toan trinh": "full",
    "mot phan": "partial",
    "chi cung cap thong tin": "information",
    "chi thong tin": "information",
}
_ALIASES: Final = {"name_vi": "name"}
_FLAGS: Final = {
    "required": "required",
    "presented": "presented_only",
    "digitize": "digitization_required",
    "data": "data_satisfiable",
}
_ENTRY_TEXTS: Final = ("field", "sibling_group", "distinguishing", "replaced_by")
_CONTENT_TEXTS: Final = (
    "name",
    "level",
    "competent_level",
    "processing_system",
    "source",
    "notes",
    "valid_from",
    "fee_set_by_council",
)
_EMPTY_TEXTS: Final = frozenset({"source", "notes"})
_SHORT_TERM: Final = ("time_limit", "unit", "channels", "fee_vnd")
_LISTS: Final = ("synonyms", "legal_basis", "results", "components", "terms", "fees")
COLUMNS: Final = ("code", *_ENTRY_TEXTS, *_CONTENT_TEXTS, *_LISTS, *_SHORT_TERM, "confidence")

Cells = Mapping[str, str]


class _UnreadableCell(Exception):  # noqa: N818 - caught where it is raised from, never seen outside
    pass


def rows_from_csv(text: str) -> list[ImportRow]:
    """Return the rows of a file; unreadable cells are faults of their row.

    InvalidInput for the file as a whole: `import_malformed`, `import_column_unknown`, `import_column_missing`,
    `import_column_repeated`, `import_too_long`.
    """
    header, *_ = text.splitlines() or [""]
    table = io.StringIO(text.removeprefix("\ufeff"), newline="")
    reader = csv.DictReader(table, delimiter=separator_of(header), strict=True)
    try:
        names = [_ALIASES.get(name.strip(), name.strip()) for name in reader.fieldnames or ()]
        refuse_all(InvalidInput, _header_faults(names))
        reader.fieldnames = names
        found = list(enumerate(reader, start=2))
    except csv.Error as error:
        raise InvalidInput(Refusal("import_malformed", params={"line": reader.line_num})) from error
    if len(found) > MOST_ROWS:
        raise InvalidInput(Refusal("import_too_long", params={"rows": len(found), "most": MOST_ROWS}))
    return [_row(number, cells) for number, cells in found]


def _header_faults(names: list[str]) -> Iterator[Refusal]:
    if "code" not in names:
        yield Refusal("import_column_missing", "code", {"column": "code"})
    for name in sorted(set(names)):
        if name not in COLUMNS:
            yield Refusal("import_column_unknown", name[:64], {"column": name[:64]})
        if names.count(name) > 1:
            yield Refusal("import_column_repeated", name[:64], {"column": name[:64]})


def _row(number: int, raw: Mapping[str | None, Any]) -> ImportRow:
    faults = []
    if None in raw or None in raw.values():
        faults.append(Refusal("import_row_width"))
    cells = {name: value.strip() for name, value in raw.items() if name and isinstance(value, str) and value.strip()}
    sure = {"confidence": cells["confidence"].lower()} if "confidence" in cells else {}
    if sure and sure["confidence"] not in set(Confidence):
        faults.append(Refusal("import_cell_unreadable", "confidence", {"column": "confidence"}))
        sure = {}
    content: dict[str, Any] = {}
    for column, read in _READERS.items():
        if column not in cells:
            continue
        try:
            content[column] = [] if cells[column] == CLEAR else read(cells[column], sure)
        except _UnreadableCell:
            faults.append(Refusal("import_cell_unreadable", column, {"column": column}))
    try:
        content |= _short_terms(cells, sure)
    except _UnreadableCell:
        faults.append(Refusal("import_cell_unreadable", "time_limit", {"column": "time_limit"}))
    entry: dict[str, Any] = {name: _text(name, cells[name]) for name in _ENTRY_TEXTS if name in cells}
    if "synonyms" in content:
        entry["synonyms"] = content.pop("synonyms")
    if "results" in content:
        content["result_types"] = content.pop("results")
    content |= {name: _text(name, cells[name]) for name in _CONTENT_TEXTS if name in cells}
    if sure:
        facts = ("code", "name", "field", "level", "competent_level", "processing_system", "fee_set_by_council")
        content["confidence"] = dict.fromkeys(facts, sure["confidence"])
    return ImportRow(number=number, code=cells.get("code", ""), entry=entry, content=content, faults=tuple(faults))


def _text(column: str, cell: str) -> str | None:
    if cell == CLEAR:
        return "" if column in _EMPTY_TEXTS else None
    return _word(cell) if column == "level" else cell


def _word(text: str) -> str:
    return _WORDS.get(fold(text), text.strip())


def _items(cell: str) -> list[list[str]]:
    return [[part.strip() for part in item.split("|")] for item in cell.split(";") if item.strip()]


def _texts(cell: str, sure: Cells) -> list[str]:  # noqa: ARG001 - one of the readers of a cell
    return [item.strip() for item in cell.split(";") if item.strip()]


def _legal_basis(cell: str, sure: Cells) -> list[dict[str, Any]]:
    return [{"instrument": instrument, **sure} for instrument in _texts(cell, sure)]


def _results(cell: str, sure: Cells) -> list[dict[str, Any]]:
    found = []
    for parts in _items(cell):
        if len(parts) > 2:  # noqa: PLR2004 - code and name
            raise _UnreadableCell
        code = parts[0] if len(parts) == 2 else ""  # noqa: PLR2004 - code and name
        found.append({"code": code or None, "name": parts[-1], **sure})
    return found


def _components(cell: str, sure: Cells) -> list[dict[str, Any]]:
    return [_component(position, parts, sure) for position, parts in enumerate(_items(cell), start=1)]


def _component(position: int, parts: list[str], sure: Cells) -> dict[str, Any]:
    if len(parts) == 1:
        name = fold(parts[0])
        told = {"required": "neu co" not in name, "presented_only": name.startswith("xuat trinh")}
        return {"code": f"TP{position:02d}", "name": parts[0], **told, **sure}
    if not 2 <= len(parts) <= 5:  # noqa: PLR2004 - code, name, originals, copies, flags
        raise _UnreadableCell
    code, name, originals, copies, flags = [*parts, *("1", "0", "required")[len(parts) - 2 :]]
    named = {flag.strip() for flag in flags.split("+") if flag.strip()}
    if not named <= _FLAGS.keys():
        raise _UnreadableCell
    marked = {field: flag in named for flag, field in _FLAGS.items()}
    sure_of_flags = {"flags_confidence": sure["confidence"]} if sure else {}
    counts = {"originals": _whole(originals), "copies": _whole(copies)}
    return {"code": code, "name": name, **counts, **marked, **sure, **sure_of_flags}


def _terms(cell: str, sure: Cells) -> list[dict[str, Any]]:
    found = []
    for parts in _items(cell):
        if len(parts) not in (2, 3):
            raise _UnreadableCell
        committed = {"committed": _limit(parts[2])} if len(parts) == 3 else {}  # noqa: PLR2004 - the third part
        found.append({"channel": _word(parts[0]), "statutory": _limit(parts[1]), **committed, **sure})
    return found


def _limit(text: str) -> dict[str, Any]:
    value, _, unit = text.strip().partition(" ")
    return {"value": _whole(value), "unit": _word(unit)}


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise _UnreadableCell
    return int(text[:18])


def _fees(cell: str, sure: Cells) -> list[dict[str, Any]]:
    found = []
    for parts in _items(cell):
        if not 4 <= len(parts) <= 7:  # noqa: PLR2004 - channel, code, name, đồng, per, steps, cap
            raise _UnreadableCell
        channel, code, name, amount, per, steps, cap = [*parts, *("dossier", "", "")[len(parts) - 4 :]]
        found.append(
            {
                "channel": _word(channel),
                "code": code,
                "name": name,
                "amount_vnd": _whole(amount),
                "per": per,
                "later_steps": [_step(step) for step in steps.split("+") if step],
                "cap_vnd": _whole(cap) if cap else None,
                **sure,
            }
        )
    return found


def _step(text: str) -> dict[str, int]:
    quantity, _, amount = text.partition(":")
    return {"from_quantity": _whole(quantity), "amount_vnd": _whole(amount)}


def _short_terms(cells: Cells, sure: Cells) -> dict[str, Any]:
    found: dict[str, Any] = {}
    channels = [_word(channel) for channel in cells.get("channels", "counter").split(";")]
    if "time_limit" in cells and "terms" not in cells:
        limit = {"value": _whole(cells["time_limit"]), "unit": _word(cells.get("unit", ""))}
        found["terms"] = [{"channel": channel, "statutory": limit, **sure} for channel in channels]
    if "fee_vnd" in cells and "fees" not in cells:
        fee = {"code": "LP01", "name": "Phí, lệ phí", "amount_vnd": _whole(cells["fee_vnd"]), **sure}
        found["fees"] = [{"channel": channel, **fee} for channel in channels]
    return found


_READERS: Final[Mapping[str, Callable[[str, Cells], Any]]] = {
    "synonyms": _texts,
    "legal_basis": _legal_basis,
    "results": _results,
    "components": _components,
    "terms": _terms,
    "fees": _fees,
}
