"""Rows of a file, one at a time: CSV with a header, or JSON lines. UTF-8, with or without a byte order mark."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import orjson

from app.domain.errors import InvalidInput, NotFound, Refusal, refuse_all
from app.services.dossiers.importing.columns import COLUMNS, REQUIRED, document_of
from app.services.dossiers.importing.shape import HistoricRow
from app.services.tables import separator_of

_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_UNREADABLE = (Refusal("import_row_unreadable"),)
_HEADER_ROW = 1


def rows_of_file(path: Path) -> Iterator[HistoricRow]:
    """Yield the rows of a file by its suffix: `.jsonl`, `.ndjson`, `.json` are JSON lines, everything else CSV.

    Raises `NotFound` (`import_file_unreadable`) and, for a wrong header, `InvalidInput` (`import_column_unknown`,
    `import_column_missing`, `import_column_repeated`) before the first row.
    """
    try:
        if path.suffix.lower() in _JSON_SUFFIXES:
            with path.open("rb") as lines:
                yield from rows_of_json_lines(lines)
        else:
            # Bytes that are no UTF-8 are let through marked, and refused with their row only.
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
                yield from rows_of_csv(text)
    except OSError as error:
        raise NotFound(Refusal("import_file_unreadable", "file", {"file": path.name})) from error


def rows_of_json_lines(lines: Iterable[bytes]) -> Iterator[HistoricRow]:
    """Yield a row for each line that is not empty."""
    for number, line in enumerate(lines, start=1):
        stripped = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not stripped:
            continue
        try:
            document = orjson.loads(stripped)
        except orjson.JSONDecodeError:
            document = None
        if isinstance(document, dict):
            yield HistoricRow(number, document)
        else:
            yield HistoricRow(number, {}, _UNREADABLE)


def rows_of_csv(lines: Iterable[str]) -> Iterator[HistoricRow]:
    """Yield a row for each line below the header that is not empty; a cell may contain line breaks in quotes.

    Cells are separated as the header is: by commas, semicolons or tabs.
    """
    lines = iter(lines)
    first = next(lines, "")
    reader = csv.reader(chain((first,), lines), delimiter=separator_of(first), strict=True)
    header = [name.strip() for name in next(reader, [])]
    _check_header(header)
    number = _HEADER_ROW
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield HistoricRow(number, {}, _UNREADABLE)
            continue
        if any(cells):
            yield _row(number, header, cells)


def _row(number: int, header: list[str], cells: list[str]) -> HistoricRow:
    if len(cells) != len(header):
        params = {"cells": len(cells), "columns": len(header)}
        return HistoricRow(number, {}, (Refusal("import_cells_differ", None, params),))
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return HistoricRow(number, {}, _UNREADABLE)
    return HistoricRow(number, document_of(dict(zip(header, map(str.strip, cells), strict=True))))


def _check_header(header: list[str]) -> None:
    faults = [
        Refusal("import_column_unknown", name[:64], {"column": name[:64]}) for name in header if name not in COLUMNS
    ]
    faults += [Refusal("import_column_missing", name, {"column": name}) for name in REQUIRED if name not in header]
    repeated = sorted({name for name in header if header.count(name) > 1})
    faults += [Refusal("import_column_repeated", name, {"column": name}) for name in repeated]
    refuse_all(InvalidInput, faults)
